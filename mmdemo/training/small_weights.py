"""Writes small networks over the audio tower's tokens, with how they were made beside them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mmdemo.backbone.head_files import CONFIG_FILE, TrainedWeights, weights_id

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def save_arrays(
    folder: Path,
    kind: TrainedWeights,
    arrays: Mapping[str, np.ndarray],
    config: Mapping[str, Any],
    recipe: Mapping[str, object],
    curve: Sequence[DataclassInstance],
) -> dict[str, Any]:
    """Write weights, config, recipe and curve.

    Args:
        folder: made when missing.
        kind: which weights; their only part names the file.
        arrays: by name.
        config: what is to be known of them.
        recipe: what they were made from.
        curve: figures of each check.

    Returns:
        The config with the name of the weights.
    """
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    (name,) = kind.parts
    save_file(dict(arrays), folder / f"{name}.safetensors")
    described: dict[str, Any] = json.loads(json.dumps(config))
    described["model_id"] = weights_id(folder, described, kind)
    written = {CONFIG_FILE: described, "recipe.json": recipe, "curves.json": [asdict(figures) for figures in curve]}
    for file, content in written.items():
        (folder / file).write_text(json.dumps(content, indent=1) + "\n", "utf-8")
    return described

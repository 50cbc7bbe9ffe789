"""Reads small networks over the audio tower's tokens: one safetensors file beside its config."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from mmdemo.backbone.head_files import TrainedWeights, read_weights_config
from mmdemo.errors import WeightsCorrupt
from mmdemo.types import Float32Array


def load_arrays(folder: Path, kind: TrainedWeights, tower: str) -> tuple[dict[str, Any], dict[str, Float32Array]]:
    """Read the config and the arrays of a folder.

    Args:
        folder: holds ``config.json`` and one safetensors file, named as the only part of the kind.
        kind: which weights.
        tower: model id of the tower whose tokens they must read.

    Returns:
        The config, and float32 arrays by name.

    Raises:
        WeightsMissing: a file is not there.
        WeightsCorrupt: a file is damaged or of another tower.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    config = read_weights_config(folder, kind)
    (name,) = kind.parts
    try:
        stored = load_file(folder / f"{name}.safetensors")
    except (ValueError, SafetensorError) as error:
        raise WeightsCorrupt(path=folder, command=kind.mend) from error
    if config.get("tower") != tower:
        raise WeightsCorrupt(path=folder, command=kind.mend)
    return config, {key: np.asarray(array, np.float32) for key, array in stored.items()}

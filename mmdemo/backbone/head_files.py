"""The files of the projection heads: where they lie, how they are cut into parts, and what names them."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mmdemo.config import MEGABYTE
from mmdemo.errors import WeightsCorrupt, WeightsMissing

if TYPE_CHECKING:  # importing torch takes seconds, and naming the heads does without it
    import torch

FOLDER_VARIABLE = "MMDEMO_JOINT_SPACE"
"""Environment variable that names another folder of heads, such as one trained on the user's own pairs."""
SHIPPED_FOLDER = Path(__file__).resolve().parents[2] / "assets" / "weights" / "joint-space"
CONFIG_FILE = "config.json"
HEADS = ("image", "english", "chinese", "audio")
MEND = "git checkout -- assets/weights/joint-space"
COMPONENT = "joint space (projection heads)"
PART_BYTES = 9 * MEGABYTE
"""Largest file of weights; the repository takes none above 10 MB."""


def heads_folder() -> Path:
    """Return where the heads lie: the folder named in ``MMDEMO_JOINT_SPACE``, else the shipped ones."""
    named = os.environ.get(FOLDER_VARIABLE, "").strip()
    return Path(named).expanduser() if named else SHIPPED_FOLDER


def heads_id(folder: Path, config: Mapping[str, Any]) -> str:
    """Name heads by the bytes of their weights and by what their config says besides that name.

    Args:
        folder: of the weights.
        config: of the heads.

    Raises:
        WeightsMissing: a file is not there.
    """
    described = {key: value for key, value in config.items() if key != "model_id"}
    digest = hashlib.sha256(json.dumps(described, sort_keys=True).encode())
    for name in HEADS:
        for path in head_parts(folder, name):
            digest.update(path.read_bytes())
    return f"joint-space-{digest.hexdigest()[:12]}"


def read_config(folder: Path) -> dict[str, Any]:
    """Read the config of heads whose files are those it was written for.

    Raises:
        WeightsMissing: a file is not there.
        WeightsCorrupt: the config cannot be read, or something has changed since it was written.
    """
    try:
        config = json.loads(existing(folder / CONFIG_FILE).read_text("utf-8"))
        expected = config["model_id"]
    except (ValueError, KeyError, TypeError) as error:
        raise WeightsCorrupt(path=folder, command=MEND) from error
    if heads_id(folder, config) != expected:
        raise WeightsCorrupt(path=folder, command=MEND)
    found: dict[str, Any] = config
    return found


def existing(path: Path) -> Path:
    """Return the path of a file that must be there.

    Raises:
        WeightsMissing: it is not.
    """
    if not path.is_file():
        raise WeightsMissing(component=COMPONENT, command=MEND)
    return path


def head_parts(folder: Path, name: str) -> list[Path]:
    """List the files of one head, ``image.safetensors`` or ``image-1-of-3.safetensors`` and so on.

    Raises:
        WeightsMissing: one is not there.
    """
    whole = folder / f"{name}.safetensors"
    found = sorted(folder.glob(f"{name}-[1-9]*-of-[1-9]*.safetensors"))
    if whole.is_file() or not found:
        return [existing(whole)]
    count = int(found[0].stem.rsplit("-", 1)[1])
    return [existing(folder / f"{name}-{i}-of-{count}.safetensors") for i in range(1, count + 1)]


def read_head(folder: Path, name: str) -> dict[str, torch.Tensor]:
    """Read the weights of one head as float32.

    Raises:
        WeightsMissing: a file is not there.
        SafetensorError: a file is damaged.
    """
    from safetensors.torch import load_file

    stored: dict[str, torch.Tensor] = {}
    for path in head_parts(folder, name):
        stored |= load_file(path)
    return {key: value.float() for key, value in stored.items()}


def write_head(folder: Path, name: str, state: Mapping[str, torch.Tensor]) -> list[Path]:
    """Write the weights of one head as float16, in as many files as their size asks for.

    Args:
        folder: is there; older files of the head in it are replaced.
        name: of the head.
        state: its weights.

    Returns:
        The files.
    """
    from safetensors.torch import save_file

    parts: list[dict[str, torch.Tensor]] = [{}]
    size = 0
    for key, value in state.items():
        half = value.half().contiguous()
        if parts[-1] and size + half.nbytes > PART_BYTES:
            parts.append({})
            size = 0
        parts[-1][key] = half
        size += half.nbytes
    for old in folder.glob(f"{name}*.safetensors"):
        old.unlink()
    names = [name] if len(parts) == 1 else [f"{name}-{i}-of-{len(parts)}" for i in range(1, len(parts) + 1)]
    paths = [folder / f"{file}.safetensors" for file in names]
    for path, part in zip(paths, parts, strict=True):
        save_file(part, path)
    return paths

"""The files of the projection heads: where they lie, how they are cut into parts, and what names them."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True)
class TrainedWeights:
    """What a folder of weights that were trained here holds, and what is said when something is missing."""

    component: str
    mend: str  # command
    prefix: str  # of the name
    parts: tuple[str, ...]
    others: tuple[str, ...] = ()  # files that belong to it besides weights and config


JOINT_SPACE = TrainedWeights(COMPONENT, MEND, "joint-space", HEADS)
PART_BYTES = 9 * MEGABYTE
"""Largest file of weights; the repository takes none above 10 MB."""
SCALE_SUFFIX = ".scale"
"""Behind the name of a matrix in eight bits: what its rows are multiplied by."""
EIGHT_BIT_STEPS = 127


def heads_folder() -> Path:
    """Return where the heads lie: the folder named in ``MMDEMO_JOINT_SPACE``, else the shipped ones."""
    named = os.environ.get(FOLDER_VARIABLE, "").strip()
    return Path(named).expanduser() if named else SHIPPED_FOLDER


def heads_id(folder: Path, config: Mapping[str, Any]) -> str:
    """Name heads (see `weights_id`)."""
    return weights_id(folder, config, JOINT_SPACE)


def read_config(folder: Path) -> dict[str, Any]:
    """Read the config of heads (see `read_weights_config`)."""
    return read_weights_config(folder, JOINT_SPACE)


def weights_id(folder: Path, config: Mapping[str, Any], kind: TrainedWeights) -> str:
    """Name weights by their bytes and by what their config says besides that name.

    Args:
        folder: of the weights.
        config: of them.
        kind: which weights.

    Raises:
        WeightsMissing: a file is not there.
    """
    described = {key: value for key, value in config.items() if key != "model_id"}
    digest = hashlib.sha256(json.dumps(described, sort_keys=True).encode())
    for name in kind.others:
        digest.update(existing(folder / name, kind).read_bytes())
    for name in kind.parts:
        for path in head_parts(folder, name, kind):
            digest.update(path.read_bytes())
    return f"{kind.prefix}-{digest.hexdigest()[:12]}"


def read_weights_config(folder: Path, kind: TrainedWeights) -> dict[str, Any]:
    """Read the config of weights whose files are those it was written for.

    Raises:
        WeightsMissing: a file is not there.
        WeightsCorrupt: the config cannot be read, or something has changed since it was written.
    """
    try:
        config = json.loads(existing(folder / CONFIG_FILE, kind).read_text("utf-8"))
        expected = config["model_id"]
    except (ValueError, KeyError, TypeError) as error:
        raise WeightsCorrupt(path=folder, command=kind.mend) from error
    if weights_id(folder, config, kind) != expected:
        raise WeightsCorrupt(path=folder, command=kind.mend)
    found: dict[str, Any] = config
    return found


def existing(path: Path, kind: TrainedWeights = JOINT_SPACE) -> Path:
    """Return the path of a file that must be there.

    Raises:
        WeightsMissing: it is not.
    """
    if not path.is_file():
        raise WeightsMissing(component=kind.component, command=kind.mend)
    return path


def head_parts(folder: Path, name: str, kind: TrainedWeights = JOINT_SPACE) -> list[Path]:
    """List the files of one head, ``image.safetensors`` or ``image-1-of-3.safetensors`` and so on.

    Raises:
        WeightsMissing: one is not there.
    """
    whole = folder / f"{name}.safetensors"
    found = sorted(folder.glob(f"{name}-[1-9]*-of-[1-9]*.safetensors"))
    if whole.is_file() or not found:
        return [existing(whole, kind)]
    count = int(found[0].stem.rsplit("-", 1)[1])
    return [existing(folder / f"{name}-{i}-of-{count}.safetensors", kind) for i in range(1, count + 1)]


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
    restored = {key: value.float() for key, value in stored.items() if not key.endswith(SCALE_SUFFIX)}
    for key, value in restored.items():
        if key + SCALE_SUFFIX in stored:
            value.mul_(stored[key + SCALE_SUFFIX][:, None])
    return restored


def in_eight_bits(state: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Store matrices in eight bits with a scale for each row, which rounds a weight by 0.4 % of its row's largest.

    Args:
        state: weights by name.

    Returns:
        Matrices as int8 with their scales [rows] float32 beside them; everything else as it came.
    """
    import torch

    stored: dict[str, torch.Tensor] = {}
    for key, value in state.items():
        if value.ndim != 2:
            stored[key] = value
            continue
        scale = value.float().abs().amax(dim=1).clamp(min=1e-12) / EIGHT_BIT_STEPS  # [rows]
        stored[key] = (value.float() / scale[:, None]).round().to(torch.int8)
        stored[key + SCALE_SUFFIX] = scale
    return stored


def write_head(folder: Path, name: str, state: Mapping[str, torch.Tensor], eight_bits: bool = False) -> list[Path]:
    """Write the weights of one head as float16, in as many files as their size asks for.

    Args:
        folder: is there; older files of the head in it are replaced.
        name: of the head.
        state: its weights.
        eight_bits: whether matrices are stored in half of that (see `in_eight_bits`).

    Returns:
        The files.
    """
    import torch
    from safetensors.torch import save_file

    parts: list[dict[str, torch.Tensor]] = [{}]
    size = 0
    for key, value in (in_eight_bits(state) if eight_bits else state).items():
        keeps = eight_bits and (value.dtype == torch.int8 or key.endswith(SCALE_SUFFIX))
        kept = (value if keeps else value.half()).contiguous()
        if parts[-1] and size + kept.nbytes > PART_BYTES:
            parts.append({})
            size = 0
        parts[-1][key] = kept
        size += kept.nbytes
    for old in folder.glob(f"{name}*.safetensors"):
        old.unlink()
    names = [name] if len(parts) == 1 else [f"{name}-{i}-of-{len(parts)}" for i in range(1, len(parts) + 1)]
    paths = [folder / f"{file}.safetensors" for file in names]
    for path, part in zip(paths, parts, strict=True):
        save_file(part, path)
    return paths

"""Puts trained parts together into the heads that ship, and writes them with their recipe."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from mmdemo.backbone.head_files import CONFIG_FILE, HEADS, heads_id, write_head
from mmdemo.backbone.heads import ImageHead, TextHead, compand
from mmdemo.backbone.pooling import JOINT_WIDTH
from mmdemo.backbone.similarity import Calibration
from mmdemo.training.features import Float16Array
from mmdemo.training.image_text import Member
from mmdemo.training.loop import half_precision
from mmdemo.types import Float32Array
from mmdemo.verified_files import disk_errors, ensure_folder

SAMPLED_PICTURES = 750
"""Pictures from which the compression is computed: 61,000 grid tokens."""


def fit_compression(tokens: Float16Array, width: int) -> nn.Linear:
    """Find the directions in which grid tokens differ most, and scale them half-way to equal spread.

    Args:
        tokens: [N, 81, 1280] of the image tower.
        width: directions to keep.

    Returns:
        A fixed linear map from companded tokens to [width].
    """
    chosen = np.linspace(0, len(tokens) - 1, min(len(tokens), SAMPLED_PICTURES)).astype(int)
    sample = compand(torch.from_numpy(tokens[chosen].reshape(-1, tokens.shape[-1]).astype(np.float32)))
    mean = sample.mean(dim=0)
    spread, directions = torch.linalg.eigh((sample - mean).T @ (sample - mean) / len(sample))
    spread, directions = spread.flip(0)[:width].clamp(min=1e-6), directions.flip(1)[:, :width]
    compress = nn.Linear(tokens.shape[-1], width).requires_grad_(False)
    compress.weight.copy_((directions / spread.sqrt().sqrt()).T)
    compress.bias.copy_(-compress.weight @ mean)
    return compress


@torch.inference_mode()
def compressed(tokens: Float16Array, compress: nn.Linear) -> torch.Tensor:
    """Map [N, 81, 1280] to [N, 81, I] float16."""
    with half_precision():
        parts = [
            compress(compand(torch.from_numpy(np.array(tokens[start : start + 64], np.float32)))).half()
            for start in range(0, len(tokens), 64)
        ]
    return torch.cat(parts)


def fit_rotation(pictures: Sequence[Float32Array], captions: Sequence[Float32Array]) -> torch.Tensor:
    """Find the 384 directions that keep the most of all members' vectors side by side.

    The dot product of vectors side by side is the sum of the members' similarities; those directions keep nearly all
    of it, so the ensemble costs no wider index.

    Args:
        pictures: K members' [N, 384].
        captions: K members' [M, 384].

    Returns:
        [384, K * 384].
    """
    if len(pictures) == 1:
        return torch.eye(JOINT_WIDTH)
    moments = torch.zeros(len(pictures) * JOINT_WIDTH, len(pictures) * JOINT_WIDTH)
    for group in (pictures, captions):
        side_by_side = torch.from_numpy(np.concatenate(group, axis=1))
        moments += side_by_side.T @ side_by_side / len(side_by_side)
    _, directions = torch.linalg.eigh(moments)
    rotation: torch.Tensor = directions.flip(1)[:, :JOINT_WIDTH].T.contiguous()
    return rotation


def assemble(image: ImageHead, english: TextHead, members: Sequence[Member], compress: nn.Linear) -> None:
    """Copy trained members into the heads; the rotation follows."""
    image.compress.load_state_dict(compress.state_dict())
    for target, text_target, member in zip(image.members, english.members, members, strict=True):
        target.load_state_dict(member.image.state_dict())
        text_target.load_state_dict(member.english.state_dict())


def fit_calibration(similarities: Float32Array, labels: np.ndarray) -> Calibration:
    """Fit the logistic that turns similarities into probabilities.

    Args:
        similarities: [N] of true and false pairs, as many of each.
        labels: [N] bool.
    """
    x, y = torch.from_numpy(similarities).double(), torch.from_numpy(labels).double()
    weights = torch.tensor([10.0, -3.0], dtype=torch.double, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        value = nn.functional.binary_cross_entropy_with_logits(weights[0] * x + weights[1], y)
        value.backward()
        return value

    optimizer.step(loss)
    slope, offset = weights.detach().tolist()
    return Calibration(round(slope, 4), round(offset, 4))


def shuffled_pairs(items: Float32Array, texts: Float32Array, owners: np.ndarray) -> tuple[Float32Array, np.ndarray]:
    """Return similarities of every true pair and of as many false ones, with labels; no randomness.

    Args:
        items: [N, D].
        texts: [M, D].
        owners: [M] the item of each text.
    """
    strangers = (owners + 1 + np.arange(len(owners)) % max(len(items) - 1, 1)) % len(items)
    true = (items[owners] * texts).sum(axis=1)
    false = (items[strangers] * texts).sum(axis=1)
    return np.concatenate([true, false]).astype(np.float32), np.repeat([True, False], len(owners))


def save_heads(
    folder: Path,
    config: Mapping[str, Any],
    heads: Mapping[str, nn.Module],
    recipe: Mapping[str, Any],
    curves: Mapping[str, Any],
) -> None:
    """Write heads as float16 with everything that tells where they come from.

    Args:
        folder: created if need be.
        config: what `mmdemo.backbone.heads.build_heads` reads.
        heads: by name.
        recipe: settings, seed and data of the training.
        curves: validation figures, epoch by epoch.

    Raises:
        FolderNotWritable: the folder cannot be written.
        DiskFull: the heads do not fit.
    """
    ensure_folder(folder)
    with disk_errors(folder):
        for name in HEADS:
            write_head(folder, name, heads[name].state_dict())
        named = {**config, "model_id": heads_id(folder, config)}
        for file, content in ((CONFIG_FILE, named), ("recipe.json", recipe), ("curves.json", curves)):
            text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
            (folder / file).write_text(text, "utf-8")

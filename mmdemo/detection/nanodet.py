"""NanoDet-g for inference: a small one-stage detector with its batch norms folded in."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional as F

SIDE = 416
"""Pixels along each side of what the network sees."""
CLASSES = 80
"""Of COCO (Lin et al. 2014)."""
STRIDES = (8, 16, 32)
"""Pixels from one place of a level to the next."""
BINS = 11
"""A side of a box is a distribution over 0 … 10 strides (Generalized Focal Loss, Li et al. 2020)."""
SLOPE = 0.1
STEM_WIDTH = 32
STAGES = ((32, 1, 1), (64, 2, 2), (128, 2, 2), (256, 3, 2))
"""Width going in, residual blocks and stride; each stage doubles the width."""
LEVEL_WIDTH = 128


class Level(NamedTuple):
    """What the network says at the places of one level."""

    scores: torch.Tensor  # [B, P, 80] probabilities
    sides: torch.Tensor  # [B, P, 4] distances to left, top, right, bottom, in pixels of the square
    centres: torch.Tensor  # [P, 2] x y of the places, in pixels of the square


class _Convolution(nn.Module):
    def __init__(self, channels_in: int, channels_out: int, kernel: int = 3, stride: int = 1) -> None:
        super().__init__()
        self.stride = stride
        self.weight = nn.Parameter(torch.zeros(channels_out, channels_in, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(channels_out))

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return F.conv2d(pixels, self.weight, self.bias, self.stride, self.weight.shape[2] // 2)


class _Active(_Convolution):
    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return F.leaky_relu_(super().forward(pixels), SLOPE)


class _Residual(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = _Active(width, width // 2)
        self.second = _Active(width // 2, width // 2)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        kept = self.first(pixels)
        return torch.cat([self.second(kept), kept], dim=1)


class _Stage(nn.Module):
    """A cross-stage partial block (Wang et al. 2020): what comes in stands beside what became of it."""

    def __init__(self, width: int, blocks: int, stride: int) -> None:
        super().__init__()
        self.enter = _Active(width, width, stride=stride)
        self.blocks = nn.Sequential(*[_Residual(width) for _ in range(blocks)])
        self.leave = _Active(width, width)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        entered = self.enter(pixels)
        return torch.cat([self.leave(self.blocks(entered)), entered], dim=1)


class _Head(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.hidden = _Active(LEVEL_WIDTH, LEVEL_WIDTH)
        self.output = _Convolution(LEVEL_WIDTH, CLASSES + 4 * BINS, kernel=1)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        said: torch.Tensor = self.output(self.hidden(pixels))
        return said


class NanoDet(nn.Module):
    """Scores classes and boxes at every place of three levels (RangiLyu's NanoDet-g, Apache-2.0)."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = _Active(3, STEM_WIDTH, stride=2)
        self.stages = nn.ModuleList(_Stage(*stage) for stage in STAGES)
        self.laterals = nn.ModuleList(_Convolution(2 * width, LEVEL_WIDTH, kernel=1) for width, _, _ in STAGES[1:])
        self.heads = nn.ModuleList(_Head() for _ in STRIDES)

    def forward(self, pixels: torch.Tensor) -> list[Level]:
        """Look at pictures.

        Args:
            pixels: [B, 3, 416, 416] blue, green, red, scaled (see `mmdemo.detection.detector`).

        Returns:
            The levels, finest first.
        """
        fields = F.max_pool2d(self.stem(pixels), 3, 2, 1)  # [B, 32, 104, 104]
        found = []
        for stage in self.stages:
            fields = stage(fields)
            found.append(fields)
        levels = [lateral(field) for lateral, field in zip(self.laterals, found[1:], strict=True)]
        levels = _exchanged(levels)
        return [_level(head(level), stride) for head, level, stride in zip(self.heads, levels, STRIDES, strict=True)]


def _exchanged(levels: list[torch.Tensor]) -> list[torch.Tensor]:
    """Add coarse levels to finer ones, then fine ones to coarser (a path aggregation network without weights)."""
    levels = list(levels)
    for finer, coarser in ((1, 2), (0, 1)):
        levels[finer] = levels[finer] + _resized(levels[coarser], levels[finer])
    for coarser, finer in ((1, 0), (2, 1)):
        levels[coarser] = levels[coarser] + _resized(levels[finer], levels[coarser])
    return levels


def _resized(field: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    return F.interpolate(field, size=like.shape[2:], mode="bilinear", align_corners=False)


def _level(said: torch.Tensor, stride: int) -> Level:
    """Read what a head says [B, 80 + 44, H, W]."""
    batch, _, height, width = said.shape
    flat = said.flatten(2).transpose(1, 2)  # [B, P, 124]
    bins = torch.arange(BINS, dtype=flat.dtype, device=flat.device)
    sides = flat[:, :, CLASSES:].reshape(batch, -1, 4, BINS).softmax(dim=3) @ bins * stride  # [B, P, 4]
    rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    centres = (torch.stack([columns, rows], dim=2).reshape(-1, 2).to(flat) + 0.5) * stride  # [P, 2]
    return Level(flat[:, :, :CLASSES].sigmoid(), sides, centres)

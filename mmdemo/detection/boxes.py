"""From what the detector says at every place to a few boxes, each with one class."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from mmdemo.detection.nanodet import SIDE, Level
from mmdemo.types import Float32Array, Region, Thing

LEAST_SCORE = 0.05
"""Below this nothing is kept: such a box is what it says once in 170 times (`thing_counts.likelihood`)."""
MOST_CANDIDATES = 600
MOST_THINGS = 100
OVERLAP = 0.6
"""Boxes of one class that share more of what they cover together are one thing (NanoDet's own setting)."""


def things_of(levels: Sequence[Level], picture: int) -> tuple[Thing, ...]:
    """Gather the things of one picture.

    Args:
        levels: of a batch.
        picture: its place in the batch.

    Returns:
        At most `MOST_THINGS`, surest first.
    """
    scores = torch.cat([level.scores[picture] for level in levels]).cpu().numpy()  # [P, 80]
    corners = np.concatenate([_corners(level, picture) for level in levels])  # [P, 4]
    places, classes = np.nonzero(scores >= LEAST_SCORE)
    order = np.argsort(-scores[places, classes], kind="stable")[:MOST_CANDIDATES]
    places, classes = places[order], classes[order]
    kept = apart(corners[places], classes)[:MOST_THINGS]
    return tuple(
        Thing(int(classes[i]), float(scores[places[i], classes[i]]), Region(*map(float, corners[places[i]])))
        for i in kept
    )


def _corners(level: Level, picture: int) -> Float32Array:
    """Return [P, 4] x0 y0 x1 y1 within 0..1."""
    sides, centres = level.sides[picture], level.centres
    corners = torch.cat([centres - sides[:, :2], centres + sides[:, 2:]], dim=1) / SIDE
    return corners.clamp(0.0, 1.0).cpu().numpy().astype(np.float32)


def apart(boxes: Float32Array, classes: np.ndarray) -> list[int]:
    """Leave out boxes that cover what a surer one of their class covers (non-maximum suppression).

    Args:
        boxes: [N, 4] x0 y0 x1 y1, surest first.
        classes: [N] of them.

    Returns:
        Places of those that stay, in order.
    """
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)  # [N]
    waiting = np.ones(len(boxes), bool)
    kept = []
    for place in range(len(boxes)):
        if not waiting[place]:
            continue
        kept.append(place)
        low = np.maximum(boxes[place, :2], boxes[:, :2])
        high = np.minimum(boxes[place, 2:], boxes[:, 2:])
        shared = np.clip(high - low, 0, None).prod(axis=1)
        covered = areas[place] + areas - shared
        waiting &= ~((shared >= OVERLAP * np.maximum(covered, 1e-12)) & (classes == classes[place]))
    return kept

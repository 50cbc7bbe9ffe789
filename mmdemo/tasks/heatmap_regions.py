"""From a heatmap to the rectangle that is shown."""

from __future__ import annotations

import numpy as np

from mmdemo.types import Float32Array, Region

STRONG = 0.5
"""Part of the strongest cell's weight from which a cell belongs to the region."""
NEARLY_ALL = 0.8
"""Part of the picture from which a region says nothing."""


def strongest_region(weights: Float32Array) -> tuple[Region, float]:
    """Return the bounding box of the strongest cells that hang together.

    Args:
        weights: [H, W] not negative.

    Returns:
        The box, all of the picture where it would be nearly that, and its share of the weight.
    """
    strong = weights >= STRONG * weights.max()
    start = np.unravel_index(int(weights.argmax()), weights.shape)
    kept = _connected(strong, (int(start[0]), int(start[1])))
    rows, columns = np.nonzero(kept)
    top, bottom, left, right = rows.min(), rows.max() + 1, columns.min(), columns.max() + 1
    height, width = weights.shape
    if (bottom - top) * (right - left) >= NEARLY_ALL * height * width:
        return Region(0.0, 0.0, 1.0, 1.0), 1.0
    share = float(weights[top:bottom, left:right].sum() / max(float(weights.sum()), 1e-12))
    return Region(float(left / width), float(top / height), float(right / width), float(bottom / height)), share


def _connected(strong: np.ndarray, start: tuple[int, int]) -> np.ndarray:
    """Return the cells that hang together with one, sides and corners counted."""
    found = np.zeros_like(strong)
    waiting = [start]
    while waiting:
        row, column = waiting.pop()
        if not (0 <= row < strong.shape[0] and 0 <= column < strong.shape[1]):
            continue
        if found[row, column] or not strong[row, column]:
            continue
        found[row, column] = True
        waiting += [(row + down, column + right) for down in (-1, 0, 1) for right in (-1, 0, 1)]
    return found

"""Runs of marked places in a row: silences, voices, filled pauses."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def runs_of(marked: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return [N, 2] first and behind of every run of True in [T] marks."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], marked.astype(np.int8), [0]])))
    return edges.reshape(-1, 2)

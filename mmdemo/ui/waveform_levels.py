"""How loud a recording is from moment to moment, for a picture: gathered block by block, so that memory stays flat."""

from __future__ import annotations

import math

import numpy as np

from mmdemo.types import SAMPLE_RATE, Float32Array

COLUMNS = 480
"""Of the picture; more are not told apart on a screen."""


class LevelMeter:
    """Takes the peaks of a recording over evenly spaced columns.

    Args:
        duration: of the recording in seconds; what comes later counts for the last column.
        columns: how many peaks to take.
    """

    def __init__(self, duration: float, columns: int = COLUMNS) -> None:
        self._peaks: Float32Array = np.zeros(columns, np.float32)  # [columns]
        self._samples = max(1, math.ceil(duration * SAMPLE_RATE / columns))
        self._heard = 0

    def add(self, block: Float32Array) -> None:
        """Take in the next samples, [N] at 16 kHz."""
        if not len(block):
            return
        which = (self._heard + np.arange(len(block))) // self._samples  # [N]
        starts = np.concatenate([[0], np.flatnonzero(np.diff(which)) + 1])
        peaks = np.maximum.reduceat(np.abs(block), starts)
        columns = np.minimum(which[starts], len(self._peaks) - 1)
        np.maximum.at(self._peaks, columns, peaks)
        self._heard += len(block)

    def levels(self) -> tuple[float, ...]:
        """Return the peaks so far, 0..1, the loudest 1; all 0 for silence."""
        loudest = float(self._peaks.max(initial=0.0))
        return tuple(float(peak) / loudest if loudest > 0.0 else 0.0 for peak in self._peaks)

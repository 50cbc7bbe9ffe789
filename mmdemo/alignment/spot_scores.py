"""Where cues were heard, as scores that the search for offsets adds to those of the mask."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mmdemo.alignment.cue_scores import CueScorer, CueTimes, Float64Array
from mmdemo.alignment.heard_cues import HeardCue
from mmdemo.alignment.speech_mask import FRAME_SECONDS
from mmdemo.types import Float32Array

SPOT_WEIGHT = 6.0
"""Of a cue that was surely heard, in standard deviations of a cue's score by the mask: a cue has one to two of those at
its right offset, so that two cues heard in one place explain a cut."""
WIDTH_SECONDS = 0.6
"""How far a place reaches, as a standard deviation: cues that were set by ear are off by 0.3 s, at times by 0.6 s."""


class SpotScorer(CueScorer):
    """A scorer of cues against a mask that also knows where they were heard.

    Args:
        base: scores by the mask alone.
        heard: the cues in the order of their starts.
        unit: what a sure cue is worth at its place, in the base's scores.
    """

    def __init__(self, base: CueScorer, heard: Sequence[HeardCue], unit: float) -> None:
        self._base = base
        self.frames = base.frames
        self.unit = unit
        self._heard = tuple(heard)

    def permuted(self, order: Sequence[int]) -> SpotScorer:
        """Return the scorer that takes each cue for another one."""
        return SpotScorer(self._base, [self._heard[i] for i in order], self.unit)

    def scores(self, cues: CueTimes, i: int, first_lag: int, lags: int, step: int) -> Float32Array:
        """Score one cue at evenly spaced offsets (see `CueScorer.scores`)."""
        base = self._base.scores(cues, i, first_lag, lags, step)
        spot = self._heard[i]
        if spot.confidence <= 0.0:
            return base
        at: Float64Array = np.float64(FRAME_SECONDS) * (first_lag + step * np.arange(lags))  # [lags] seconds
        off = (float(cues.starts[i]) + at - spot.start) / WIDTH_SECONDS
        return base + (self.unit * spot.confidence * np.exp(-0.5 * np.square(off))).astype(np.float32)

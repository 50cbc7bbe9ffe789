"""How well a cue fits the speech at every offset: boxes and edges read from one running sum of the mask."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mmdemo.alignment.speech_mask import FRAME_SECONDS
from mmdemo.types import Float32Array

EDGE_SECONDS = 0.25
"""Speech must begin within this behind a cue's start and be absent for as long before it, even where the cue before
lingers on the screen. Edges carry the precision, and most of the evidence where nearly all of the time is spoken."""
START_WEIGHT = 6.0
END_WEIGHT = 1.0
"""Starts are set with care; ends linger so that the text can be read. With cues that linger by up to 1.2 s over music
and inserted speech, weights of 2 and 1 put 67 % of starts within 300 ms, and these 99 %."""
SURE_SILENCE = 0.1
SURE_SPEECH = 0.6
"""Probabilities that count as none and as all: single words and music keep Silero from being sure."""
LONGEST_CUE_SECONDS = 12.0
"""A longer cue is a sign or a mistake; the rest of it says nothing about speech."""
SHORTEST_CUE_SECONDS = 0.2

Float64Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class CueTimes:
    """Cues in order of their starts, made fit for scoring."""

    starts: Float64Array  # [C] seconds
    ends: Float64Array  # [C]
    behind: Float64Array  # [C] seconds free of other cues behind the end, at most `EDGE_SECONDS`

    def __len__(self) -> int:
        return len(self.starts)

    def scaled(self, rate: float) -> CueTimes:
        """Return the cues at another clock rate; the free ends are short enough to stay."""
        return CueTimes(self.starts * rate, self.ends * rate, self.behind)


def cue_times(starts: Float64Array, ends: Float64Array) -> CueTimes:
    """Order cues and find how far their ends are free.

    Args:
        starts: [C] seconds, finite, in any order.
        ends: [C] seconds.

    Returns:
        The cues by start; too short and too long ones are given a usable length.
    """
    order = np.argsort(starts, kind="stable")
    first = starts[order]
    last = np.clip(ends[order], first + SHORTEST_CUE_SECONDS, first + LONGEST_CUE_SECONDS)
    gaps = np.clip(first[1:] - np.maximum.accumulate(last)[:-1], 0.0, EDGE_SECONDS)  # [C - 1]
    return CueTimes(first, last, np.append(gaps, EDGE_SECONDS)[: len(first)])


class CueScorer:
    """Scores cues against a mask; beyond the media nobody speaks.

    Args:
        mask: [T] probability of speech in each 10 ms.
        margin: frames that may be looked up before and behind the media.
    """

    def __init__(self, mask: Float32Array, margin: int) -> None:
        self._margin = margin
        self.frames = len(mask)
        speech = np.clip((mask - SURE_SILENCE) / (SURE_SPEECH - SURE_SILENCE), 0.0, 1.0)
        mean = float(speech.mean()) if len(mask) else 0.0
        padded = np.full(len(mask) + 2 * margin, -mean)  # [T + 2 margin]
        padded[margin : margin + len(mask)] += speech
        # float32 holds a running sum of two hours to about a millisecond of speech.
        self._sums = np.concatenate([[0.0], np.cumsum(padded * FRAME_SECONDS)]).astype(np.float32)

    def scores(self, cues: CueTimes, i: int, first_lag: int, lags: int, step: int) -> Float32Array:
        """Score one cue at evenly spaced offsets.

        Args:
            cues: at the clock rate in question.
            i: which cue.
            first_lag: the first offset in frames.
            lags: how many offsets.
            step: frames from one offset to the next.

        Returns:
            [lags] seconds of speech above the average under the cue, plus the contrast at its edges; 0 is chance.
        """
        start, end = float(cues.starts[i]), float(cues.ends[i])
        behind = float(cues.behind[i])

        def until(seconds: float) -> Float32Array:
            begin = round(seconds / FRAME_SECONDS) + first_lag + self._margin
            return self._sums[begin : begin + lags * step : step]

        at_start, at_end = until(start), until(end)
        found = (1.0 + 2.0 * END_WEIGHT) * at_end - (1.0 + 2.0 * START_WEIGHT) * at_start
        found += START_WEIGHT * (until(start + EDGE_SECONDS) + until(start - EDGE_SECONDS))
        found -= END_WEIGHT * (until(end - behind) + until(end + behind))
        return found

"""What a cue means against what is said there: rows of scores that the search for offsets adds to those of the mask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mmdemo.alignment.cue_scores import CueScorer, CueTimes, Float64Array
from mmdemo.alignment.speech_mask import FRAME_SECONDS
from mmdemo.alignment.time_map import TimeMap
from mmdemo.types import Float32Array, Span

LEAST_LIKENESS, MOST_LIKENESS = -1.0, 3.0
"""Standard deviations; beyond them one lucky pair would outweigh several cues."""
MEANING_WEIGHT = 1.5
"""Of a standard deviation of likeness, in those of a cue's score at a wrong offset. A cue is one to four standard
deviations more like what is said at its place than like the rest (12 German and 24 Chinese lines for English speech,
24 English ones for German and Spanish speech, whisper-base), and both kinds of evidence fail independently."""
LEAST_CUE_SECONDS = 0.2


@dataclass(frozen=True, eq=False)
class Meanings:
    """How like each cue is to each passage that was heard."""

    likeness: Float64Array  # [C, P] standard deviations above what the cue and the passage are to others
    passages: tuple[Span, ...]  # [P] media seconds, in order, none over another

    def of(self, cues: Sequence[int]) -> Meanings:
        """Return those of some cues, in their order."""
        return Meanings(self.likeness[np.asarray(cues, np.int64)], self.passages)


def standard_likeness(similarities: Float64Array) -> Float64Array:
    """Make similarities comparable: what a cue, or a passage, has in common with all others tells nothing.

    Args:
        similarities: [C, P] of any scale.

    Returns:
        [C, P] with mean 0 over rows and columns and standard deviation 1.
    """
    if not similarities.size:
        return similarities
    rows, columns = similarities.mean(axis=1, keepdims=True), similarities.mean(axis=0, keepdims=True)
    centred = similarities - rows - columns + float(similarities.mean())
    return np.asarray(centred / max(float(centred.std()), 1e-9), np.float64)


def agreement(meanings: Meanings, cues: Sequence[Span], time_map: TimeMap) -> float:
    """Tell how much what the cues mean speaks for the places where a map puts them.

    Args:
        meanings: of the cues in the order given.
        cues: with their old times, all of them usable.
        time_map: from old to new times.

    Returns:
        Mean likeness of the cues to what is said under them: near 0 in wrong places, 1 to 2 in right ones.
    """
    starts, ends = (np.array([getattr(span, name) for span in meanings.passages]) for name in ("start", "end"))
    likeness = np.clip(meanings.likeness, LEAST_LIKENESS, MOST_LIKENESS)  # [C, P]
    found = 0.0
    for cue, row in zip(cues, likeness, strict=True):
        first, last = time_map.apply_span(cue.start, cue.end)
        shared = np.clip(np.minimum(last, ends) - np.maximum(first, starts), 0.0, None)  # [P] seconds
        found += float(row @ shared) / max(last - first, LEAST_CUE_SECONDS)
    return found / max(len(cues), 1)


class MeaningScorer(CueScorer):
    """A scorer of cues against a mask that also knows what they mean.

    Args:
        base: scores by the mask alone.
        meanings: of the cues in the order of their starts.
        unit: what one standard deviation of likeness is worth in the base's scores.
    """

    def __init__(self, base: CueScorer, meanings: Meanings, unit: float) -> None:
        self._base = base
        self.frames = base.frames
        self.unit = unit
        self.meanings = meanings
        starts, ends = (np.array([getattr(span, name) for span in meanings.passages]) for name in ("start", "end"))
        self._edges = np.stack([starts, np.maximum(ends, starts)], axis=1).reshape(-1)  # [2 P] seconds

    def permuted(self, order: Sequence[int]) -> MeaningScorer:
        """Return the scorer that takes each cue for another one."""
        return MeaningScorer(self._base, self.meanings.of(order), self.unit)

    def scores(self, cues: CueTimes, i: int, first_lag: int, lags: int, step: int) -> Float32Array:
        """Score one cue at evenly spaced offsets (see `CueScorer.scores`)."""
        start = float(cues.starts[i])
        end = max(float(cues.ends[i]), start + LEAST_CUE_SECONDS)
        at: Float64Array = np.float64(FRAME_SECONDS) * (first_lag + step * np.arange(lags))  # [lags] seconds
        heard = self._until(i, at + end) - self._until(i, at + start)
        own: Float32Array = (self.unit * heard / (end - start)).astype(np.float32)
        return self._base.scores(cues, i, first_lag, lags, step) + own

    def _until(self, i: int, seconds: Float64Array) -> Float64Array:
        """Return [L] the likeness of a cue to all that is said until a time, times seconds."""
        likeness = np.clip(self.meanings.likeness[i], LEAST_LIKENESS, MOST_LIKENESS)  # [P]
        lengths = self._edges[1::2] - self._edges[::2]
        sums = np.concatenate([[0.0], np.repeat(np.cumsum(likeness * lengths), 2)[:-1]])  # [2 P] at the edges
        return np.asarray(np.interp(seconds, self._edges, sums), np.float64)

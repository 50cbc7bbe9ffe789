"""Scores captions by CIDEr in several processes: beside a GPU, scoring in one would take longer than training."""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

import numpy as np
from numpy.typing import NDArray

from mmdemo.generators.consensus import CiderScorer, Tokens

_scorers: list[CiderScorer] = []
"""The scorer of a worker process, set once when it starts."""


def _start(references: Sequence[Sequence[Tokens]]) -> None:
    _scorers[:] = [CiderScorer(references)]


def _score(hypotheses: Sequence[Tokens], images: Sequence[int]) -> NDArray[np.float64]:
    return _scorers[0].scores(hypotheses, images)


class ScoringWorkers:
    """A `CiderScorer` whose work is shared out.

    Args:
        references: see `CiderScorer`.
        workers: processes; 0 to score in this one.
    """

    def __init__(self, references: Sequence[Sequence[Tokens]], workers: int) -> None:
        self._workers = workers
        if workers:
            context = multiprocessing.get_context("spawn")  # a forked process could not share this one's GPU
            self._pool = ProcessPoolExecutor(workers, context, _start, (references,))
        else:
            self._scorer = CiderScorer(references)

    def scores(self, hypotheses: Sequence[Tokens], images: Sequence[int]) -> NDArray[np.float64]:
        """Score a caption of each of N images, [N] (see `CiderScorer.scores`)."""
        if not self._workers:
            return self._scorer.scores(hypotheses, images)
        share = -(-len(hypotheses) // self._workers)
        starts = range(0, len(hypotheses), share)
        parts = self._pool.map(
            _score,
            [hypotheses[start : start + share] for start in starts],
            [images[start : start + share] for start in starts],
        )
        return np.concatenate(list(parts))

    def close(self) -> None:
        """End the processes."""
        if self._workers:
            self._pool.shutdown()

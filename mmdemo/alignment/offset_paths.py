"""The best offset for each cue: a Viterbi search in which staying costs nothing, drifting little and jumping much."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mmdemo.types import Float32Array

IntArray = NDArray[np.int64]

STAY, FORWARD, BACKWARD, UP, DOWN = range(5)


@dataclass(frozen=True)
class ChangeCosts:
    """What a change of the offset from one cue to the next costs."""

    jump: float  # to any other offset (cuts, inserted material)
    forward: float  # and besides for each second that is left without cues
    backward: float  # and besides for each second by which cues are laid over each other
    drift: float  # to the next higher or lower offset (a clock rate slightly off)

    def scaled(self, unit: float) -> ChangeCosts:
        """Return the costs in another unit."""
        return ChangeCosts(self.jump * unit, self.forward * unit, self.backward * unit, self.drift * unit)


@dataclass(frozen=True, eq=False)
class _Step:
    """How each offset was reached from those of the cue before."""

    move: NDArray[np.uint8]  # [L]
    lower: IntArray  # offsets from which jumps forward start, ascending
    higher: IntArray  # offsets from which jumps backward start, ascending

    def origin(self, here: int) -> int:
        """Return the index of the offset before."""
        kind = self.move[here]
        if kind == FORWARD:
            return int(self.lower[np.searchsorted(self.lower, here, side="right") - 1])
        if kind == BACKWARD:
            return int(self.higher[np.searchsorted(self.higher, here, side="left")])
        return here - int(kind == UP) + int(kind == DOWN)


def best_path(scores: Iterable[Float32Array], offsets: Float32Array, costs: ChangeCosts) -> tuple[float, IntArray]:
    """Choose an offset for each cue so that the scores less the costs of all changes add up to the most.

    The running time is linear in cues × offsets, as the best origin of a jump is a running maximum from either side
    (the distance transform of Felzenszwalb and Huttenlocher 2012). About one byte is kept for each cue and offset.

    Args:
        scores: for each cue in order, [L] scores at the offsets.
        offsets: [L] seconds, ascending.
        costs: of changes, in the unit of the scores.

    Returns:
        The total, and [C] the index of each cue's offset.
    """
    total: Float32Array | None = None
    steps: list[_Step] = []
    climb = (costs.forward * offsets).astype(np.float32)  # [L]
    fall = (costs.backward * offsets).astype(np.float32)  # [L]
    for row in scores:
        if total is None:
            total = np.array(row, np.float32)
            continue
        best, step = _arrivals(total, climb, fall, costs)
        total = best + row
        steps.append(step)
    if total is None:
        return 0.0, np.zeros(0, np.int64)
    return float(total.max()), _trace(int(total.argmax()), steps)


def _arrivals(
    total: Float32Array, climb: Float32Array, fall: Float32Array, costs: ChangeCosts
) -> tuple[Float32Array, _Step]:
    """Return for each offset the best total it can be reached with, and how."""
    best = total.copy()
    move = np.zeros(len(total), np.uint8)
    low, high = total + climb, (total - fall)[::-1]
    from_low, from_high = np.maximum.accumulate(low), np.maximum.accumulate(high)
    drifted = total - np.float32(costs.drift)
    everywhere, raised, lowered = slice(None), slice(1, None), slice(None, -1)
    _prefer(best, move, everywhere, from_low - climb - np.float32(costs.jump), FORWARD)
    _prefer(best, move, everywhere, from_high[::-1] + fall - np.float32(costs.jump), BACKWARD)
    _prefer(best, move, raised, drifted[:-1], UP)
    _prefer(best, move, lowered, drifted[1:], DOWN)
    return best, _Step(move, _records(from_low), (len(total) - 1 - _records(from_high))[::-1])


def _prefer(best: Float32Array, move: NDArray[np.uint8], part: slice, offered: Float32Array, kind: int) -> None:
    better = offered > best[part]
    np.copyto(best[part], offered, where=better)
    np.copyto(move[part], np.uint8(kind), where=better)


def _records(running: Float32Array) -> IntArray:
    """Return the positions at which a running maximum is reached anew, ascending."""
    rises = np.concatenate([[True], running[1:] > running[:-1]])
    return np.flatnonzero(rises)


def _trace(end: int, steps: list[_Step]) -> IntArray:
    path = np.empty(len(steps) + 1, np.int64)
    path[-1] = end
    for i in range(len(steps) - 1, -1, -1):
        path[i] = steps[i].origin(int(path[i + 1]))
    return path

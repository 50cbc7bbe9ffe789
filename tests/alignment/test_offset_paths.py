"""The Viterbi search over offsets against trying every path."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from mmdemo.alignment.offset_paths import ChangeCosts, best_path
from mmdemo.types import Float32Array

COSTS = ChangeCosts(jump=1.5, forward=0.3, backward=0.7, drift=0.4)


def _change(costs: ChangeCosts, before: int, behind: int, offsets: Float32Array) -> float:
    apart = float(offsets[behind] - offsets[before])
    if apart == 0.0:
        return 0.0
    jump = costs.jump + (costs.forward * apart if apart > 0 else -costs.backward * apart)
    return min(jump, costs.drift) if abs(behind - before) == 1 else jump


def _total(scores: Float32Array, offsets: Float32Array, path: tuple[int, ...], costs: ChangeCosts) -> float:
    kept = sum(float(scores[i, k]) for i, k in enumerate(path))
    return kept - sum(_change(costs, a, b, offsets) for a, b in zip(path, path[1:], strict=False))


@pytest.mark.parametrize("seed", range(8))
def test_no_path_is_better(seed: int) -> None:
    generator = np.random.default_rng(seed)
    scores = generator.normal(0.0, 2.0, (5, 6)).astype(np.float32)
    offsets = np.cumsum(generator.uniform(0.2, 2.0, 6)).astype(np.float32)
    total, path = best_path(scores, offsets, COSTS)
    best = max(_total(scores, offsets, tried, COSTS) for tried in product(range(6), repeat=5))
    assert total == pytest.approx(best, abs=1e-4)
    assert _total(scores, offsets, tuple(path.tolist()), COSTS) == pytest.approx(best, abs=1e-4)


def test_a_dear_jump_is_not_taken() -> None:
    scores = np.zeros((6, 10), np.float32)
    scores[:3, 2] = scores[3:, 8] = 1.0
    offsets = np.arange(10, dtype=np.float32)
    free = ChangeCosts(jump=2.0, forward=0.0, backward=0.0, drift=9.0)
    assert best_path(scores, offsets, free)[1].tolist() == [2, 2, 2, 8, 8, 8]
    dear = ChangeCosts(jump=4.0, forward=0.0, backward=0.0, drift=9.0)
    assert len(set(best_path(scores, offsets, dear)[1].tolist())) == 1


def test_drifting_follows_a_slow_clock() -> None:
    scores = np.zeros((40, 12), np.float32)
    truth = np.arange(40) // 4
    scores[np.arange(40), truth] = 2.0
    costs = ChangeCosts(jump=6.0, forward=0.1, backward=0.1, drift=1.0)
    assert best_path(scores, np.arange(12, dtype=np.float32), costs)[1].tolist() == truth.tolist()


def test_no_cues_have_no_path() -> None:
    total, path = best_path([], np.zeros(3, np.float32), COSTS)
    assert total == 0.0 and len(path) == 0

"""The scan must find what brute force finds."""

from __future__ import annotations

import numpy as np
import pytest

from mmdemo.tasks.vector_scan import PLAIN_ROWS, VectorScan
from mmdemo.types import Float32Array


def unit_vectors(count: int, width: int = 64, seed: int = 0, spread: float = 1.0) -> Float32Array:
    generator = np.random.default_rng(seed)
    vectors = generator.standard_normal((count, width)) * spread + (1 - spread) * np.ones(width)
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def brute_force(vectors: Float32Array, groups: np.ndarray, query: Float32Array, limit: int) -> list[tuple[int, float]]:
    best: dict[int, float] = {}
    for group, score in zip(groups.tolist(), (vectors @ query).tolist(), strict=True):
        best[group] = max(score, best.get(group, -2.0))
    return sorted(best.items(), key=lambda pair: -pair[1])[:limit]


@pytest.mark.parametrize("count", [1, 50, PLAIN_ROWS, PLAIN_ROWS + 1, 20_000])
@pytest.mark.parametrize("spread", [1.0, 0.3])  # all around, and crowded in one corner
@pytest.mark.parametrize("rows_a_group", [1, 7, 3000])
def test_the_best_groups_are_those_of_brute_force(count: int, spread: float, rows_a_group: int) -> None:
    vectors = unit_vectors(count, spread=spread)
    groups = np.arange(count) // rows_a_group
    scan = VectorScan(vectors, groups)
    for query in unit_vectors(5, seed=1, spread=spread):
        expected = brute_force(vectors, groups, query, 10)
        found = scan.best_groups(query, 10)
        assert [group for group, _ in found] == [group for group, _ in expected]
        assert [score for _, score in found] == pytest.approx([score for _, score in expected], abs=1e-5)


def test_a_filter_leaves_only_what_is_allowed() -> None:
    vectors = unit_vectors(10_000)
    groups = np.arange(10_000)
    allowed = groups % 100 == 3
    query = vectors[50]
    found = VectorScan(vectors, groups).best_groups(query, 10, allowed)
    assert [group for group, _ in found] == [
        3 + 100 * group for group, _ in brute_force(vectors[3::100], np.arange(100), query, 10)
    ]
    assert VectorScan(vectors, groups).best_groups(query, 10, np.zeros(10_000, bool)) == []


def test_a_limit_beyond_the_library_returns_all_of_it() -> None:
    vectors = unit_vectors(PLAIN_ROWS + 10)
    groups = np.arange(len(vectors)) // 2
    assert len(VectorScan(vectors, groups).best_groups(vectors[0], 10_000)) == groups[-1] + 1


def test_nothing_is_found_in_nothing() -> None:
    empty = VectorScan(np.zeros((0, 4), np.float32), np.zeros(0, np.int64))
    assert empty.best_groups(np.ones(4, np.float32), 5) == []
    assert VectorScan(unit_vectors(3, 4), np.arange(3)).best_groups(np.ones(4, np.float32), 0) == []

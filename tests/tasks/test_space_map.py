from __future__ import annotations

import numpy as np
import pytest

from mmdemo.tasks.space_map import map_positions, query_position


def test_groups_that_are_apart_stay_apart_on_the_map() -> None:
    generator = np.random.default_rng(0)
    centres = np.eye(3, 32)
    vectors = np.concatenate([centre + 0.03 * generator.standard_normal((10, 32)) for centre in centres])
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    positions = map_positions(vectors)
    assert positions.min() >= 0 and positions.max() <= 1
    groups = positions.reshape(3, 10, 2)
    within = max(np.linalg.norm(group - group.mean(axis=0), axis=1).max() for group in groups)
    middles = groups.mean(axis=1)
    between = min(np.linalg.norm(middles[i] - middles[j]) for i, j in ((0, 1), (0, 2), (1, 2)))
    assert between > 3 * within


def test_the_map_does_not_flip() -> None:
    vectors = (np.random.default_rng(1).standard_normal((20, 8)) * [4, 2, 1, 1, 1, 1, 1, 1]).astype(np.float32)
    again = map_positions(np.concatenate([vectors, vectors[:1] * 1.001]))
    assert np.abs(again[:20] - map_positions(vectors)).max() < 0.1


@pytest.mark.parametrize("count", [0, 1])
def test_next_to_nothing_stands_in_the_middle(count: int) -> None:
    assert map_positions(np.ones((count, 4), np.float32)).tolist() == [[0.5, 0.5]] * count


def test_equal_items_stand_together() -> None:
    assert map_positions(np.ones((3, 4), np.float32)).tolist() == [[0.5, 0.5]] * 3


def test_a_query_stands_nearest_to_its_best_neighbour() -> None:
    positions = np.array([[0, 0], [1, 0], [0, 1]], np.float32)
    place = query_position(positions, np.array([0.5, 0.3, 0.1], np.float32))
    assert np.argmin(np.linalg.norm(positions - place, axis=1)) == 0 and place.min() > 0

"""Scenes by change points: against every possible segmentation on small clips, and on clips with known cuts."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest

from mmdemo.tasks.change_points import Scene, SceneRules, central_frame, cut, find_scenes, join_alike, scatter
from mmdemo.types import Float32Array, Span


def directions(*groups: int, spread: float = 0.0, seed: int = 0, width: int = 64) -> Float32Array:
    """Groups of so many alike unit vectors, each group about a direction of its own: [F, D]."""
    generator = np.random.default_rng(seed)
    rows = []
    for count in groups:
        centre = generator.standard_normal(width)
        centre /= np.linalg.norm(centre)
        rows.append(centre + spread * generator.standard_normal((count, width)) / np.sqrt(width))
    stacked = np.concatenate(rows)
    return (stacked / np.linalg.norm(stacked, axis=1, keepdims=True)).astype(np.float32)


def seconds_apart(count: int, step: float = 1.0) -> Float32Array:
    starts = np.arange(count) * step
    return np.stack([starts, starts + step], axis=1).astype(np.float32)


def cost(embeddings: Float32Array, starts: list[int], penalty: float) -> float:
    bounds = [*starts, len(embeddings)]
    return sum(scatter(embeddings[first:behind]) + penalty for first, behind in pairwise(bounds))


@pytest.mark.parametrize("seed", range(12))
def test_the_cut_is_the_cheapest_of_all(seed: int) -> None:
    generator = np.random.default_rng(seed)
    count = int(generator.integers(1, 10))
    rules = SceneRules(
        penalty=float(generator.uniform(0.05, 1.0)), min_seconds=float(generator.choice([0.0, 1.5, 2.5]))
    )
    embeddings = directions(*generator.multinomial(count, [0.3, 0.3, 0.4]), spread=0.8, seed=seed, width=6)
    spans = seconds_apart(count)
    possible = []
    for size in range(count):
        for inner in combinations(range(1, count), size):
            starts = [0, *inner]
            lengths = [behind - first for first, behind in pairwise([*starts, count])]
            if len(starts) == 1 or min(lengths) >= rules.min_seconds:
                possible.append(cost(embeddings, starts, rules.penalty))
    found = cut(embeddings, spans, rules)
    assert cost(embeddings, found, rules.penalty) == pytest.approx(min(possible), abs=1e-5)


def test_scatter_is_the_summed_squared_distance_to_the_mean() -> None:
    embeddings = directions(7, spread=1.0)
    assert scatter(embeddings) == pytest.approx(((embeddings - embeddings.mean(axis=0)) ** 2).sum(), rel=1e-5)
    assert scatter(embeddings[:1]) == pytest.approx(0.0, abs=1e-6)


def test_scenes_begin_where_the_pictures_change() -> None:
    scenes = find_scenes(directions(3, 4, 2, spread=0.3), seconds_apart(9))
    assert [scene.span for scene in scenes] == [Span(0.0, 3.0), Span(3.0, 7.0), Span(7.0, 9.0)]
    assert [(scene.first, scene.behind) for scene in scenes] == [(0, 3), (3, 7), (7, 9)]


def test_a_steady_shot_is_one_scene_however_long() -> None:
    assert len(find_scenes(directions(600, spread=0.5), seconds_apart(600))) == 1


def test_a_slow_drift_is_one_scene() -> None:
    first, last = directions(1, 1)
    share = np.linspace(0.0, 0.35, 200)[:, None]
    drift = (1 - share) * first + share * last
    drift /= np.linalg.norm(drift, axis=1, keepdims=True)
    assert len(find_scenes(drift.astype(np.float32), seconds_apart(200))) == 1


def test_a_flash_is_no_scene() -> None:
    embeddings = directions(4, 1, 4, spread=0.2)
    embeddings[5:] = embeddings[:4]
    assert len(find_scenes(embeddings, seconds_apart(9))) == 1


def test_far_frames_are_scenes_of_their_own_and_change_half_way() -> None:
    scenes = find_scenes(directions(1, 1, 1), seconds_apart(3, step=10.0))
    assert [scene.span for scene in scenes] == [Span(0.0, 5.0), Span(5.0, 15.0), Span(15.0, 30.0)]


def test_odd_clips_have_an_answer() -> None:
    assert find_scenes(np.zeros((0, 8), np.float32), np.zeros((0, 2), np.float32)) == ()
    moment = np.zeros((1, 2), np.float32)
    assert find_scenes(directions(1), moment) == (Scene(0, 1, Span(0.0, 0.0)),)
    short = np.array([[0.0, 0.4], [0.4, 0.8]], np.float32)
    assert len(find_scenes(directions(1, 1), short)) == 1, "less than the shortest scene altogether"
    assert len(find_scenes(np.zeros((5, 8), np.float32), seconds_apart(5))) == 1, "embeddings of nothing at all"
    late = seconds_apart(3) + 7.0
    assert find_scenes(directions(3), late)[0].span == Span(0.0, 10.0), "nothing is left out at the beginning"


def test_the_most_alike_neighbours_join_first() -> None:
    angles = np.deg2rad([0.0, 30.0, 50.0])
    embeddings = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    # 0° and 40° (the mean of the last two) are further apart than the threshold, 0° and 30° are not.
    assert join_alike(embeddings, [0, 1, 2], nearest=np.cos(np.deg2rad(35.0))) == [0, 1]


def test_the_central_frame_is_nearest_to_the_mean() -> None:
    embeddings = directions(5, 5, spread=0.6)
    own = embeddings[5:]
    expected = 5 + int(np.argmax(own @ own.mean(axis=0)))
    assert central_frame(embeddings, Scene(5, 10, Span(0.0, 1.0))) == expected

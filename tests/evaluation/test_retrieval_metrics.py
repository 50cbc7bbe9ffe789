"""Retrieval figures against counting by hand."""

from __future__ import annotations

import numpy as np
import pytest

from mmdemo.evaluation.retrieval_consistency import round_trip
from mmdemo.evaluation.retrieval_metrics import (
    area_under_curve,
    both_directions,
    calibration_error,
    neighbourhood_overlap,
    ranks,
    recall,
)


def test_ranks_count_what_stands_before() -> None:
    generator = np.random.default_rng(0)
    similarity = generator.integers(0, 6, (30, 12)).astype(np.float32)  # many ties
    relevant = generator.random((30, 12)) < 0.2
    relevant[:, 0] = True
    expected = []
    for row, mask in zip(similarity, relevant, strict=True):
        best = max(score for score, right in zip(row, mask, strict=True) if right)
        expected.append(1 + sum(score >= best for score, right in zip(row, mask, strict=True) if not right))
    assert ranks(similarity, relevant).tolist() == expected


def test_a_collapsed_space_scores_nothing() -> None:
    same = np.ones((20, 3), np.float32)
    there, back = both_directions(same, same, np.arange(20))
    assert there.r10 == 0 and back.r10 == 0


def test_recall_in_percent() -> None:
    found = recall(np.array([1, 2, 6, 11]))
    assert (found.r1, found.r5, found.r10, found.median_rank, found.queries) == (25.0, 50.0, 75.0, 4.0, 4)


def test_pictures_without_a_caption_are_not_asked() -> None:
    vectors = np.eye(3, dtype=np.float32)
    there, back = both_directions(vectors, vectors[:2], np.array([0, 1]))
    assert (there.queries, back.queries, there.r1, back.r1) == (2, 2, 100.0, 100.0)


def test_overlap_of_a_space_with_itself_is_whole() -> None:
    vectors = np.random.default_rng(1).standard_normal((40, 8)).astype(np.float32)
    assert neighbourhood_overlap(vectors, vectors) == 1.0
    other = np.random.default_rng(2).standard_normal((40, 8)).astype(np.float32)
    assert 0.1 < neighbourhood_overlap(vectors, other) < 0.4  # chance is 10 of 39


def test_round_trip() -> None:
    vectors = np.eye(4, dtype=np.float32)
    assert round_trip(vectors, vectors) == 100.0
    assert round_trip(vectors, vectors[:1]) == 25.0


def test_area_by_comparing_all_pairs() -> None:
    generator = np.random.default_rng(3)
    scores = generator.integers(0, 10, 60).astype(np.float32)
    labels = generator.random(60) < 0.4
    pairs = [(a > b) + 0.5 * (a == b) for a in scores[labels] for b in scores[~labels]]
    assert area_under_curve(scores, labels) == pytest.approx(np.mean(pairs))


def test_calibration_error() -> None:
    assert calibration_error(np.array([0.0, 0.0, 1.0, 1.0], np.float32), np.array([0, 0, 1, 1], bool)) == 0.0
    assert calibration_error(np.full(4, 0.9, np.float32), np.array([1, 1, 0, 0], bool)) == pytest.approx(0.4)

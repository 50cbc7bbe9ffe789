"""How many there are, by how sure the detector is of each."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from mmdemo.detection.thing_counts import (
    LARGEST_COUNT,
    READING,
    count_distribution,
    likelihood,
    poisson_binomial,
    presence_likelihood,
    prominence,
)
from mmdemo.types import Region, Thing

PERSON, DOG = 0, 16
ANYWHERE = Region(0.1, 0.1, 0.2, 0.2)


def things(scores: list[float], class_id: int = DOG) -> list[Thing]:
    return [Thing(class_id, score, ANYWHERE) for score in scores]


def test_successes_add_up_like_all_ways_to_succeed() -> None:
    shares = [0.7, 0.4, 0.55, 0.2]
    expected = np.zeros(LARGEST_COUNT + 1)
    for there in itertools.product([True, False], repeat=4):
        expected[sum(there)] += np.prod([share if yes else 1 - share for share, yes in zip(shares, there, strict=True)])
    assert np.allclose(poisson_binomial(shares), expected, atol=1e-9)


def test_weak_boxes_make_a_crowd_likely_but_not_one_thing_two() -> None:
    alone = count_distribution(things([0.9]), (DOG,))
    beside_shadows = count_distribution(things([0.9, 0.25, 0.25]), (DOG,))
    assert beside_shadows.argmax() == alone.argmax() == 1
    assert beside_shadows[3] > alone[3]


def test_only_the_asked_classes_count() -> None:
    found = [*things([0.99, 0.99]), *things([0.99] * 5, PERSON)]
    assert count_distribution(found, (DOG,)).argmax() == 2
    assert count_distribution(found, (DOG, PERSON)).argmax() == 7
    assert count_distribution(found, (1,))[0] == 1.0


def test_crowds_are_counted_up_to_a_bound() -> None:
    shares = count_distribution(things([0.999] * 60, PERSON), (PERSON,))
    assert shares.argmax() == LARGEST_COUNT
    assert float(shares.sum()) == pytest.approx(1.0, abs=1e-4)


def test_presence_is_that_of_the_surest() -> None:
    assert presence_likelihood(things([0.2, 0.6]), (DOG,)) == likelihood(0.6)
    assert presence_likelihood([], (DOG,)) == 0.0


def test_likelihood_rises_with_the_score_and_stays_a_probability() -> None:
    shares = [likelihood(score) for score in np.linspace(0, 1, 50)]
    assert shares == sorted(shares)
    assert 0 < shares[0] < 0.01 < 0.99 < shares[-1] < 1
    assert likelihood(0.5) == pytest.approx(1 / (1 + np.exp(-READING.offset)))


def test_what_a_picture_is_of_is_there_and_large() -> None:
    large, small = Region(0.0, 0.0, 1.0, 0.8), Region(0.0, 0.0, 0.1, 0.1)
    found = prominence([Thing(DOG, 0.9, large), Thing(PERSON, 0.95, small)], (DOG, PERSON, 2))
    assert found[DOG] == likelihood(0.9)
    assert 0 < found[PERSON] < 0.05
    assert found[2] == 0.0
    assert prominence([], (DOG,)) == {DOG: 0.0}

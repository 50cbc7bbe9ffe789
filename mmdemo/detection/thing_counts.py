"""How many there are, by how sure the detector is of each: the distribution of a sum of independent yes or no."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mmdemo.types import Float32Array, Region, Thing

LARGEST_COUNT = 20
"""More are counted as so many."""
LEAST = 1e-4


@dataclass(frozen=True)
class CountReading:
    """How boxes become counts. The weak boxes tell a crowd, and make two of one thing: so a count is believed in part
    by all boxes, in part by the sure ones alone, which then are believed more."""

    gain: float = 2.0  # of the log odds of a score
    offset: float = 0.75  # added to that, of all boxes
    sure_offset: float = 1.0  # of the sure ones alone
    sure_share: float = 0.5  # of the belief
    least_sure: float = 0.3  # score


READING = CountReading()
"""Fitted to how many people say there are (`mmdemo.training.thing_counts`)."""


def likelihood(score: float, gain: float = READING.gain, offset: float = READING.offset) -> float:
    """Return how likely a box of some score holds what it says."""
    kept = min(max(score, LEAST), 1 - LEAST)
    return float(1 / (1 + np.exp(-(gain * np.log(kept / (1 - kept)) + offset))))


def of_classes(things: Sequence[Thing], class_ids: Sequence[int]) -> list[Thing]:
    """Return the things of some classes, surest first."""
    return [thing for thing in things if thing.class_id in class_ids]


def count_distribution(
    things: Sequence[Thing], class_ids: Sequence[int], reading: CountReading = READING
) -> Float32Array:
    """Say how likely each count is.

    Args:
        things: that were found.
        class_ids: of what is counted.
        reading: of scores.

    Returns:
        [21] probabilities of 0, 1, … 20 or more.
    """
    scores = [thing.score for thing in of_classes(things, class_ids)]
    every = poisson_binomial([likelihood(score, reading.gain, reading.offset) for score in scores])
    sure = [score for score in scores if score >= reading.least_sure]
    alone = poisson_binomial([likelihood(score, reading.gain, reading.sure_offset) for score in sure])
    return ((1 - reading.sure_share) * every + reading.sure_share * alone).astype(np.float32)


def poisson_binomial(shares: Sequence[float]) -> np.ndarray:
    """Say how likely each number of successes is.

    Args:
        shares: probabilities of independent successes.

    Returns:
        [21] of 0, 1, … 20 or more.
    """
    found = np.zeros(LARGEST_COUNT + 1)
    found[0] = 1.0
    for share in shares:
        more = np.concatenate([[0.0], found[:-1]]) * share
        more[-1] += found[-1] * share
        found = found * (1 - share) + more
    return found


def presence_likelihood(things: Sequence[Thing], class_ids: Sequence[int]) -> float:
    """Return how likely any thing of some classes is there, by the surest of them; boxes err together."""
    return max((likelihood(thing.score) for thing in of_classes(things, class_ids)), default=0.0)


def prominence(things: Sequence[Thing], class_ids: Sequence[int]) -> dict[int, float]:
    """Return how likely each of some classes is what a picture is of: there, and as large as any other of them.

    Args:
        things: that were found.
        class_ids: to choose from.
    """
    sizes = {
        one: sum(likelihood(thing.score) * area(thing.region) for thing in of_classes(things, (one,)))
        for one in class_ids
    }
    largest = max(sizes.values(), default=0.0) or 1.0
    return {one: presence_likelihood(things, (one,)) * size / largest for one, size in sizes.items()}


def area(region: Region) -> float:
    """Return the part of the picture that a region covers."""
    return max(region.x1 - region.x0, 0.0) * max(region.y1 - region.y0, 0.0)

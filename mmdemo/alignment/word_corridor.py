"""Where matches can lie at all: a corridor along stretches of words that occur once on either side."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mmdemo.alignment.word_chain import Int64Array

UInt64Array = NDArray[np.uint64]

WHOLE_CELLS = 4_000_000
"""Texts whose lengths multiply to no more than this are searched whole."""
ANCHOR_WORDS = 4
"""Words of an anchor; with a fifth of the words misheard, two in five places still have one."""
ANCHOR_REACH = 40
ANCHOR_DRIFT = 12
"""An anchor counts when another one stands so many words from it on nearly the same diagonal."""
MARGIN_WORDS = 64
"""Around the corridor, so that an anchor guides the search but forces nothing."""
MOST_CELLS = 100_000_000
"""Without anchors the corridor is narrowed about its diagonal until it has no more cells than this."""
LEAST_WIDTH = 1024


@dataclass(frozen=True, eq=False)
class Corridor:
    """For each given word the heard words that are searched; all three ascend."""

    low: Int64Array  # [N] first heard position
    high: Int64Array  # [N] one past the last
    centre: Int64Array  # [N] where the word would stand between its anchors


def find_corridor(given: Int64Array, heard: Int64Array) -> Corridor:
    """Bound the search for matches.

    Args:
        given: [N] word numbers.
        heard: [M] word numbers of the same vocabulary.

    Returns:
        The whole field for short texts; for long ones an area that grows with their length only.
    """
    rows, columns = np.arange(len(given)), len(heard)
    if len(given) * columns <= WHOLE_CELLS:
        anchors = np.empty((0, 2), np.int64)
    else:
        anchors = find_anchors(given, heard)
    fixed = np.concatenate([[[-1, -1]], anchors, [[len(given), columns]]])  # [A, 2]
    before = np.searchsorted(fixed[:, 0], rows - MARGIN_WORDS, side="right") - 1
    behind = np.searchsorted(fixed[:, 0], rows + MARGIN_WORDS, side="left")
    low = np.where(before > 0, fixed[np.maximum(before, 0), 1] - MARGIN_WORDS, 0)
    high = np.where(behind < len(fixed) - 1, fixed[np.minimum(behind, len(fixed) - 1), 1] + MARGIN_WORDS + 1, columns)
    centre = np.clip(np.rint(np.interp(rows, fixed[:, 0], fixed[:, 1])), 0, columns - 1).astype(np.int64)
    low, high = np.clip(low, 0, columns), np.clip(high, 0, columns)
    if int((high - low).sum()) > MOST_CELLS:
        half = max(MOST_CELLS // len(given), LEAST_WIDTH) // 2
        low, high = np.maximum(low, centre - half), np.minimum(high, centre + half)
    return Corridor(np.maximum(low, 0), np.minimum(high, columns), centre)


def find_anchors(given: Int64Array, heard: Int64Array) -> Int64Array:
    """Find runs of words that occur once on either side and follow each other in order on both.

    Args:
        given: [N] word numbers.
        heard: [M] word numbers.

    Returns:
        [A, 2] positions of a run's first word in both, ascending; lone ones are left out as chance.
    """
    size = int(max(given.max(), heard.max())) + 1
    pairs = _unique_in_both(_runs(given, size), _runs(heard, size))
    pairs = pairs[_longest_ascending(pairs[:, 1].tolist())]
    if len(pairs) < 2:
        return np.empty((0, 2), np.int64)
    steps = np.diff(pairs, axis=0)  # [A - 1, 2]
    near = (steps.max(axis=1) <= ANCHOR_REACH) & (np.abs(steps[:, 1] - steps[:, 0]) <= ANCHOR_DRIFT)
    kept: Int64Array = pairs[np.concatenate([near, [False]]) | np.concatenate([[False], near])]
    return kept


def _runs(words: Int64Array, size: int) -> Int64Array:
    """Number every run of `ANCHOR_WORDS` words; different runs may share a number about once in 2**60."""
    runs = np.zeros(max(len(words) - ANCHOR_WORDS + 1, 0), np.uint64)
    mixed = _mixed(np.arange(size, dtype=np.uint64))
    for offset in range(ANCHOR_WORDS):
        runs = _mixed(runs + mixed[words[offset : offset + len(runs)]])
    return runs.view(np.int64)


def _mixed(numbers: UInt64Array) -> UInt64Array:
    """Spread 64-bit numbers evenly (the finaliser of SplitMix64; Steele, Lea, Flood 2014)."""
    numbers = numbers + np.uint64(0x9E3779B97F4A7C15)
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: UInt64Array = numbers ^ (numbers >> np.uint64(31))
    return mixed


def _unique_in_both(given: Int64Array, heard: Int64Array) -> Int64Array:
    """Return [A, 2] positions of numbers that occur once here and once there, ascending by the first."""
    once = []
    for runs in (given, heard):
        numbers, first, counts = np.unique(runs, return_index=True, return_counts=True)
        once.append((numbers[counts == 1], first[counts == 1]))
    _, in_given, in_heard = np.intersect1d(once[0][0], once[1][0], assume_unique=True, return_indices=True)
    pairs = np.stack([once[0][1][in_given], once[1][1][in_heard]], axis=1).astype(np.int64)
    return pairs[np.argsort(pairs[:, 0])]


def _longest_ascending(values: list[int]) -> list[int]:
    """Return the positions of a longest strictly ascending subsequence (patience sorting)."""
    tops: list[int] = []
    top_places: list[int] = []
    before: list[int] = []
    for place, value in enumerate(values):
        pile = bisect_left(tops, value)
        before.append(top_places[pile - 1] if pile else -1)
        if pile == len(tops):
            tops.append(value)
            top_places.append(place)
        else:
            tops[pile], top_places[pile] = value, place
    chain, place = [], top_places[-1] if top_places else -1
    while place >= 0:
        chain.append(place)
        place = before[place]
    return chain[::-1]

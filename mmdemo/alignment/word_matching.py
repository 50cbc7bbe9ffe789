"""Which given word was heard where: similar words, searched along a corridor, chained in order."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mmdemo.alignment.word_chain import Candidates, WordChain
from mmdemo.alignment.word_corridor import Corridor, find_corridor
from mmdemo.alignment.word_similarity import WordLikeness, folded

MOST_PLACES = 4_000_000
"""Places searched in all, which bounds memory; of a word with more than its share only the nearest are searched."""
LEAST_PLACES = 64
PRIOR_SHARE = 0.3
PRIOR_REACH = 200
"""A match this many words or more from where it is expected loses so much of its gain: enough to tell one chorus from
another, too little to keep a text that moved from being found."""


@dataclass(frozen=True)
class WordMatch:
    """A given word and the heard word that it is, both counted from 0.

    “every day” and “everyday” match as well: then a count is 2 and the position is the first word's.
    """

    given: int
    heard: int
    similarity: float  # 0..1 of the letters, accents and case aside
    given_count: int = 1
    heard_count: int = 1


def match_words(
    given: Sequence[str], heard: Sequence[str], prior: Sequence[float] | None = None
) -> tuple[WordMatch, ...]:
    """Find the given words among the heard ones.

    Either side may have stretches that the other lacks, of any length, and misheard words. What is found maximises one
    score: rare and like words gain most, every change of step costs; a common word alone in foreign text is no match.

    Args:
        given: keys of the text's tokens.
        heard: keys of the recognised tokens.
        prior: for each given word the position where it is expected among the heard ones, NaN where unknown; it decides
            between places that are otherwise about as good.

    Returns:
        Matches whose positions ascend on both sides and do not overlap; words without a match are missing.
    """
    if not given or not heard:
        return ()
    likeness = WordLikeness([folded(key) for key in given], [folded(key) for key in heard])
    corridor = find_corridor(likeness.given, likeness.heard)
    expected = _expected(corridor, prior)
    most = max(MOST_PLACES // len(given), LEAST_PLACES)
    chain = WordChain(len(given), len(heard))
    for row in range(len(given)):
        low, high = int(corridor.low[row]), int(corridor.high[row])
        places = [_within(found, low, high, int(expected[row]), most) for found in likeness.candidates(row)]
        places = [found for found in places if len(found.columns)]
        if prior is not None and not math.isnan(prior[row]):
            places = [_nearer_first(found, prior[row]) for found in places]
        chain.add_row(row, high, places)
    return tuple(
        WordMatch(link.row, link.column, link.percent / 100, link.row_count, link.column_count)
        for link in chain.links()
    )


def _expected(corridor: Corridor, prior: Sequence[float] | None) -> np.ndarray:
    """Return [N] heard positions about which the places of very common words are searched."""
    if prior is None:
        return corridor.centre
    wanted = np.asarray(prior, np.float64)
    return np.where(np.isnan(wanted), corridor.centre, np.clip(wanted, corridor.low, corridor.high))


def _within(found: Candidates, low: int, high: int, expected: int, most: int) -> Candidates:
    """Cut a word's places down to the corridor, and to the nearest ones when they are very many."""
    first, behind = (int(place) for place in np.searchsorted(found.columns, (low, high - found.column_count + 1)))
    if behind - first > most:
        middle = int(np.searchsorted(found.columns, expected))
        first = min(max(middle - most // 2, first), behind - most)
        behind = first + most
    if first == 0 and behind == len(found.columns):
        return found
    part = slice(first, behind)
    return replace(found, columns=found.columns[part], percent=found.percent[part], gains=found.gains[part])


def _nearer_first(found: Candidates, prior: float) -> Candidates:
    far = np.minimum(np.abs(found.columns - prior) / PRIOR_REACH, 1.0)
    return replace(found, gains=np.rint(found.gains * (1 - PRIOR_SHARE * far)).astype(np.int64))

"""Which heard words may be a given word: folded spelling, likeness, and how much a match says."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from mmdemo.alignment.word_chain import SCALE, Candidates, Int64Array

Float64Array = NDArray[np.float64]

LEAST_SIMILARITY = 60
"""Percent of RapidFuzz's normalised insertion-deletion likeness; “nine” and “five” have 50, “walk” and “walked” 80."""
SURE_BITS = 10.0
"""A word as rare as one in 2**10 counts in full; a commoner one counts for less, as it matches by chance."""
LEAST_WEIGHT = 0.25
SMOOTHING_WORDS = 100
"""Added to the length of the texts, so that in a short text a word is not taken for common because it occurs once."""
COMMON_BY_LENGTH = (1.0, 0.06, 0.03, 0.01)
"""Frequency a word of so many letters has at least; a lone character of Chinese says as little as a short word."""
NO_LIKENESS = 40
"""Percent at which a match would gain nothing."""
MOST_SIMILAR_WORDS = 32
"""Of the other text's vocabulary kept a word: only texts made of one word with small changes have more."""
BLOCK_PAIRS = 4_000_000
MOST_PAIRS = 60_000_000
"""Pairs of words that are compared letter by letter, about two seconds' worth; with larger vocabularies only words that
the other text does not have are."""
MOST_FOREIGN_PAIRS = 400_000_000
"""Pairs of such words; beyond it nobody speaks so, and only equal words match."""
_SAME_SPOKEN = str.maketrans({"两": "二", "〇": "零", "ı": "i", "'": "", "ø": "o", "ł": "l", "đ": "d", "ё": "е"})


@lru_cache(maxsize=65_536)
def folded(key: str) -> str:
    """Take from a word what writers disagree about: case, accents, vowel points, apostrophes, widths.

    Args:
        key: of a ``SpokenToken``, or any word.

    Returns:
        The folded word; the word itself where nothing would be left.
    """
    plain = unicodedata.normalize("NFKD", key.casefold().translate(_SAME_SPOKEN))
    kept = "".join(c for c in plain if not _is_point(c))
    return kept or key


def _is_point(character: str) -> bool:
    """Tell Latin, Greek, Cyrillic, Hebrew and Arabic marks from the vowel signs of India, Thailand and Japan."""
    combining = unicodedata.combining(character)
    return 10 <= combining <= 36 or 200 <= combining <= 240


class WordLikeness:
    """For every given word, the heard words it may be.

    Args:
        given: folded words.
        heard: folded words.
    """

    def __init__(self, given: Sequence[str], heard: Sequence[str]) -> None:
        vocabulary = {word: number for number, word in enumerate(dict.fromkeys([*given, *heard]))}
        self.words = list(vocabulary)
        self.given = np.array([vocabulary[word] for word in given], np.int64)  # [N] word numbers
        self.heard = np.array([vocabulary[word] for word in heard], np.int64)  # [M]
        self._weights = self._word_weights()
        self._similar = self._similar_words()
        self._places = np.argsort(self.heard, kind="stable")  # [M] heard positions, by word
        self._first = np.searchsorted(self.heard[self._places], np.arange(len(self.words) + 1)).tolist()
        self._rows: dict[int, Candidates] = {}
        self._split = _pairs_written_as_one(heard, vocabulary)  # one given word, two heard ones
        self._joined = _pairs_written_as_one(given, vocabulary)
        self._joined_rows = {row: word for word, rows in self._joined.items() for row in rows}

    def candidates(self, row: int) -> list[Candidates]:
        """Return where a given word may have been heard.

        Args:
            row: its position.

        Returns:
            Single words in the first place; then, where there are any, pairs of words that are one on the other side.
        """
        word = int(self.given[row])
        single = self._rows.get(word)
        if single is None:
            single = self._rows[word] = self._single(word)
        found = [single]
        if word in self._split:
            found.append(self._sure(np.array(self._split[word], np.int64), word, column_count=2))
        if row in self._joined_rows:
            whole = self._joined_rows[row]
            found.append(self._sure(self._places_of(whole), whole, row_count=2))
        return found

    def _places_of(self, word: int) -> Int64Array:
        return self._places[self._first[word] : self._first[word + 1]]

    def _sure(self, columns: Int64Array, word: int, row_count: int = 1, column_count: int = 1) -> Candidates:
        gain = np.full(len(columns), round(SCALE * float(self._weights[word])), np.int64)
        return Candidates(columns, np.full(len(columns), 100, np.int64), gain, row_count, column_count)

    def _single(self, word: int) -> Candidates:
        similar, likeness = self._similar.get(word, (np.array([word]), np.array([100])))
        spans = [self._places_of(other) for other in similar.tolist()]
        counts = [len(span) for span in spans]
        columns = np.concatenate(spans)
        order = np.argsort(columns)
        percent = np.repeat(likeness.astype(np.int64), counts)[order]
        weight = np.repeat(np.minimum(self._weights[similar], self._weights[word]), counts)[order]
        quality = (percent - NO_LIKENESS) / (100 - NO_LIKENESS)
        return Candidates(columns[order], percent, np.rint(SCALE * weight * quality).astype(np.int64))

    def _word_weights(self) -> Float64Array:
        counts = np.bincount(np.concatenate([self.given, self.heard]), minlength=len(self.words))
        common = np.array([COMMON_BY_LENGTH[len(w)] if len(w) < len(COMMON_BY_LENGTH) else 0.0 for w in self.words])
        frequency = np.maximum(counts / (counts.sum() + SMOOTHING_WORDS), common)
        weights: Float64Array = np.clip(-np.log2(frequency) / SURE_BITS, LEAST_WEIGHT, 1.0)
        return weights

    def _similar_words(self) -> dict[int, tuple[Int64Array, Int64Array]]:
        """Compare the vocabularies letter by letter, a block at a time so that memory stays flat."""
        from rapidfuzz import fuzz, process

        rows, columns = np.unique(self.given), np.unique(self.heard)
        if len(rows) * len(columns) > MOST_PAIRS:
            rows, columns = np.setdiff1d(rows, columns), np.setdiff1d(columns, rows)
        if len(rows) * len(columns) > MOST_FOREIGN_PAIRS:
            return {}
        columns = columns[[len(self.words[i]) > 1 for i in columns.tolist()]]
        names = [self.words[i] for i in columns.tolist()]
        similar: dict[int, tuple[Int64Array, Int64Array]] = {}
        step = max(BLOCK_PAIRS // max(len(names), 1), 1)
        for first in range(0, len(rows) if names else 0, step):
            block = [i for i in rows[first : first + step].tolist() if len(self.words[i]) > 1]
            percent = process.cdist(
                [self.words[i] for i in block],
                names,
                scorer=fuzz.ratio,
                dtype=np.uint8,
                score_cutoff=LEAST_SIMILARITY,
                workers=1,
            )  # [block, columns]
            for word, line in zip(block, percent, strict=True):
                found = np.flatnonzero(line)
                if len(found) > MOST_SIMILAR_WORDS:
                    found = found[np.argsort(-line[found].astype(np.int16), kind="stable")[:MOST_SIMILAR_WORDS]]
                if len(found):
                    similar[word] = (columns[found], line[found])
        return similar


def _pairs_written_as_one(words: Sequence[str], vocabulary: dict[str, int]) -> dict[int, list[int]]:
    """Return where two neighbours make a known word together, by that word's number."""
    places: dict[int, list[int]] = {}
    for place, pair in enumerate(itertools.pairwise(words)):
        whole = vocabulary.get("".join(pair))
        if whole is not None:
            places.setdefault(whole, []).append(place)
    return places

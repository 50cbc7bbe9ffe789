"""Sentences as they were said, out of segments as they were recognised."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mmdemo.types import Word

CLAUSE_PAUSE_SECONDS = 0.6
"""A pause this long behind a comma parts two sentences that the recogniser wrote as one."""
LONGEST_PASSAGE_WORDS = 45
"""Longer sentences, of speakers who never stop, are cut at their longest pauses."""


def split_sentence(words: Sequence[Word]) -> list[tuple[Word, ...]]:
    """Cut what a recogniser wrote as one sentence into those that were said.

    Args:
        words: of a segment.

    Returns:
        Runs of words in order; every word is in exactly one.
    """
    groups: list[list[Word]] = [[]]
    for word in words:
        before = groups[-1][-1] if groups[-1] else None
        if before is not None and _ends_clause(before) and word.start - before.end >= CLAUSE_PAUSE_SECONDS:
            groups.append([])
        groups[-1].append(word)
    return [part for group in groups for part in _halved(tuple(group))]


def _ends_clause(word: Word) -> bool:
    """Tell whether a pause behind a word parts two sayings: behind a comma, or between numbers of a list."""
    return word.text.endswith((",", "，", "、", ";")) or any(character.isdigit() for character in word.text)


def _halved(words: tuple[Word, ...]) -> list[tuple[Word, ...]]:
    if len(words) <= LONGEST_PASSAGE_WORDS:
        return [words]
    quarter = len(words) // 4
    pauses = [words[i].start - words[i - 1].end for i in range(quarter, len(words) - quarter)]
    cut = quarter + int(np.argmax(pauses))
    return _halved(words[:cut]) + _halved(words[cut:])

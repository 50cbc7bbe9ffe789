"""Metrics as pure functions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

UNSPACED_LANGUAGES = frozenset({"zh", "yue", "ja", "th", "lo", "my", "km", "bo"})
"""Languages whose error rate is counted in characters, since they write no spaces between words."""


def normalized_words(text: str, language: str) -> list[str]:
    """Split a text into what an error rate counts: words, or characters where no spaces are written.

    Case, punctuation and width (full or half) do not count; apostrophes inside words stay.

    Args:
        text: any text.
        language: ISO 639-1 code.

    Returns:
        The units in order.
    """
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    if language in UNSPACED_LANGUAGES:
        return [character for character in folded if character.isalnum()]
    return re.findall(r"[^\W_]+(?:'[^\W_]+)*", folded)


@dataclass(frozen=True)
class ErrorRate:
    """Edits against a reference."""

    edits: int
    reference_length: int

    @property
    def rate(self) -> float:
        """Edits for each unit of the reference; may pass 1."""
        return self.edits / max(self.reference_length, 1)


def word_error_rate(reference: str, heard: str, language: str) -> ErrorRate:
    """Count substitutions, insertions and deletions between two texts.

    Args:
        reference: what was said.
        heard: what was recognised.
        language: decides between words and characters.

    Returns:
        Edits and the reference's length.
    """
    wanted, found = normalized_words(reference, language), normalized_words(heard, language)
    return ErrorRate(Levenshtein.distance(wanted, found), len(wanted))


def matching_units(reference: Sequence[str], heard: Sequence[str]) -> list[tuple[int, int]]:
    """Return the positions of units that a least-edit alignment leaves equal.

    Args:
        reference: units in order.
        heard: units in order.

    Returns:
        Pairs (position in the reference, position in what was heard), ascending.
    """
    pairs: list[tuple[int, int]] = []
    for block in Levenshtein.opcodes(reference, heard):
        if block.tag == "equal":
            pairs += zip(range(block.src_start, block.src_end), range(block.dest_start, block.dest_end), strict=True)
    return pairs


@dataclass(frozen=True)
class TimeErrors:
    """How far times lie from the truth; shares count what was not found as wrong."""

    mean_ms: float
    median_ms: float
    p95_ms: float
    within_50_ms: float
    within_100_ms: float
    within_300_ms: float
    within_500_ms: float
    missing: int


def time_errors(differences: Sequence[float], missing: int) -> TimeErrors:
    """Summarise differences between found and true times.

    Args:
        differences: in seconds, of either sign.
        missing: how many were not found.

    Returns:
        The summary; NaN means when nothing was found.
    """
    absolute: NDArray[np.float64] = np.abs(np.asarray(differences, np.float64)) * 1000.0  # [N] ms
    total = len(absolute) + missing

    def within(bound_ms: float) -> float:
        # Times are multiples of 10 ms in binary: a hair of tolerance keeps 100.00000001 inside 100.
        return float(np.count_nonzero(absolute <= bound_ms + 1e-6)) / total if total else float("nan")

    some = len(absolute) > 0
    return TimeErrors(
        mean_ms=float(absolute.mean()) if some else float("nan"),
        median_ms=float(np.median(absolute)) if some else float("nan"),
        p95_ms=float(np.percentile(absolute, 95)) if some else float("nan"),
        within_50_ms=within(50.0),
        within_100_ms=within(100.0),
        within_300_ms=within(300.0),
        within_500_ms=within(500.0),
        missing=missing,
    )

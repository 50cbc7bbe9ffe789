"""From what the network says to how probable an answer is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

ANSWER_KINDS = ("closed", "number", "other")
"""Yes and no, numbers, and everything else are right to different degrees at the same score."""


def answer_kind(answer: str) -> str:
    """Tell which kind an answer of the list is, by its English name."""
    if answer in ("yes", "no"):
        return "closed"
    return "number" if answer[:1].isdigit() else "other"


def log_odds(probability: float) -> float:
    """Return the logarithm of the odds, bounded."""
    kept = min(max(probability, 1e-4), 1 - 1e-4)
    return math.log(kept / (1 - kept))


def calibrated(answer: str, probability: float, lines: Mapping[str, Sequence[float]]) -> float:
    """Return the probability that an answer is right.

    Args:
        answer: English name.
        probability: as the network says.
        lines: slope and offset of the log-odds by kind (Platt 1999).

    Returns:
        0..1.
    """
    slope, offset = lines[answer_kind(answer)]
    return 1 / (1 + math.exp(-(slope * log_odds(probability) + offset)))

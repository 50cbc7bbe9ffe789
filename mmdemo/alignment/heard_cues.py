"""Where a cue was heard, whoever found it."""

from __future__ import annotations

from dataclasses import dataclass

SURE_SPOT = 0.5
"""Confidence from which one cue by itself tells by how much a file is off."""


@dataclass(frozen=True)
class HeardCue:
    """Where the words of a cue were heard."""

    start: float  # media seconds
    end: float
    confidence: float  # 0..1, 0 = not heard

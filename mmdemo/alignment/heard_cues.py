"""Where a cue was heard, whoever found it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class HeardCue:
    """Where the words of a cue were heard."""

    start: float  # media seconds
    end: float
    confidence: float  # 0..1, 0 = not heard

"""Finds the pause between two lines where steady sound hides it: the voice dips there, though the level does not.

Cross-attention gives such a pause to the word behind it. Silero falls behind the end of a voice and rises within a
frame or two of the next beginning, under music too.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from mmdemo.alignment.pauses import PlacedWord
from mmdemo.types import Float32Array

EARLIER_FRAMES = 30
LATER_FRAMES = 80
"""How far from a line's end its pause is searched: cross-attention is late far more often than early."""
TOUCHING_FRAMES = 8
DEEPEST = 0.7
"""A dip is a pause when the voice falls to less than this share of what it reaches on either side."""
LEAST_VOICE = 0.6
RISE_SHARE = 0.5
LEAD_FRAMES = 2
"""A voice begins so long before Silero has risen half of the way."""


def settle_line_breaks(
    places: Sequence[PlacedWord], ends_line: Sequence[bool], voice: Float32Array, edges: Collection[float]
) -> tuple[PlacedWord, ...]:
    """Move lines that touch to the two sides of the dip between them.

    Args:
        places: of a window's words, in order, in frames.
        ends_line: whether a line ends with a word.
        voice: [F] probability of speech.
        edges: where runs of sound begin; lines that begin there have their pause already.

    Returns:
        The same words with other ends at some lines.
    """
    settled = list(places)
    for i in range(len(settled) - 1):
        before, behind = settled[i], settled[i + 1]
        if not ends_line[i] or behind.first in edges or behind.first - before.behind > TOUCHING_FRAMES:
            continue
        low = round(max(before.first, before.behind - EARLIER_FRAMES))
        limit = settled[i + 2].behind if i + 2 < len(settled) else behind.behind
        dip = _dip(voice, low, round(min(limit, behind.first + LATER_FRAMES)))
        if dip is not None:
            settled[i] = replace(before, behind=float(max(dip[0], before.first)))
            settled[i + 1] = PlacedWord(float(dip[1]), max(behind.behind, float(dip[1])))
            if i + 2 < len(settled):
                following = settled[i + 2]
                settled[i + 2] = replace(following, first=max(following.first, settled[i + 1].behind))
    return tuple(settled)


def _dip(voice: Float32Array, low: int, high: int) -> tuple[int, int] | None:
    """Return where the voice falls and where it rises again around its least value between two frames."""
    part = voice[low:high]
    if len(part) < 3:
        return None
    least = int(np.argmin(part))
    left, right = float(part[: least + 1].max()), float(part[least:].max())
    if min(left, right) < LEAST_VOICE or part[least] > DEEPEST * min(left, right):
        return None
    falls = np.flatnonzero(part[: least + 1] > part[least] + RISE_SHARE * (left - part[least]))
    rises = np.flatnonzero(part[least:] > part[least] + RISE_SHARE * (right - part[least]))
    return low + int(falls[-1]) + 1, max(low + least + int(rises[0]) - LEAD_FRAMES, low + least)

"""Lines whose first words were stretched over speech before them, which nobody understood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mmdemo.backbone.sound_activity import TOKEN_SECONDS
from mmdemo.types import Float32Array
from mmdemo.word_times import TimedToken

FIRST_WORDS = 3
VOICE_PROBABILITY = 0.3
FOREIGN_SECONDS = 1.0
FOREIGN_STRETCH = 3.0
"""Voice beyond so much over a stretched word is not that word, however slowly it is said."""


def compact_beginnings(
    timed: Sequence[TimedToken], voice: Float32Array, expected: Sequence[float], ends_line: Sequence[bool]
) -> list[TimedToken]:
    """Bring the first words of a line together that stretch over speech before it, which was not understood.

    Args:
        timed: words as cross-attention placed them, in packed seconds.
        voice: [T] probability of speech, a token of the window.
        expected: seconds that each should take.
        ends_line: whether a line ends with it.

    Returns:
        The same words, some of them later.
    """
    words = list(timed)
    elapsed = np.concatenate([[0.0], np.cumsum(voice > VOICE_PROBABILITY) * TOKEN_SECONDS])  # [T + 1]
    at = np.interp([(w.start / TOKEN_SECONDS, w.end / TOKEN_SECONDS) for w in timed], np.arange(len(elapsed)), elapsed)
    first = 0
    for i, ends in enumerate(ends_line):
        if not ends:
            continue
        for last in range(min(first + FIRST_WORDS, i) - 1, first - 1, -1):
            if at[last, 1] - at[last, 0] > FOREIGN_SECONDS + FOREIGN_STRETCH * expected[last]:
                for word in range(last, first - 1, -1):
                    end = words[word + 1].start
                    words[word] = replace(words[word], start=max(end - expected[word], words[word].start), end=end)
                break
        first = i + 1
    return words

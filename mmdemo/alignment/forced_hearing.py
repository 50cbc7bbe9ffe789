"""Hears a text instead of recognising it: how many of its next words a window holds, and whether it holds nothing else.

Whisper's decoder is given the words that should come next. Spoken words have the probability that it gives a transcript
of its own; where speech ends, or something else is said, it collapses within a word or two. This takes one pass over
the window, where recognition takes one for every token.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mmdemo.alignment.forced_words import GivenWord
from mmdemo.backbone.sound_activity import TOKEN_SECONDS
from mmdemo.types import Float32Array
from mmdemo.word_times import TimedToken

FloatArray = NDArray[np.float64]

VOICE_PROBABILITY = 0.3
TRIED_SHARES = (1.3, 2.2)
TRIED_WEIGHT = 20.0
"""How much more text is tried than the voice in a window should hold, as factors in turn and on top: the end must be
found. Beyond the last nobody speaks."""
LEAST_LOG_PROBABILITY = -5.0
"""No word counts for less: names and numerals are spelled in ways that Whisper would never write."""
SPOKEN_LOG_PROBABILITY = -1.8
"""Between words that are spoken (most over -0.7) and words that are not (most under -3), on eight tuned voices."""
LINE_END_BONUS = 1.5
"""Windows end at pauses, where lines end too, and the first word of a line is easily guessed."""
SHORTEST_WORD_SECONDS = 0.05
SHORT_WORD_GAIN = -1.0
"""Words for which no time is left stand where others end; a likely one among them was guessed, not heard."""
LEAST_MEAN = -1.3
WORST_HOLE = -6.5
"""Sum of what words next to each other have too little: two or three words in a row are not said."""
FOREIGN_SECONDS = 1.2
FOREIGN_STRETCH = 2.5
"""Voice beyond so much over a stretched word is somebody saying something that the text does not have."""
FEWEST_WORDS = 3
"""Fewer words in a window may fit by chance."""


@dataclass(frozen=True)
class TextHearing:
    """What became of a text that was tried on a window."""

    count: int  # of its first words are spoken
    sure: bool  # they are, and nothing else is; otherwise only recognition can tell
    exhausted: bool  # more text should be tried


def words_to_try(words: Sequence[GivenWord], voiced: float, rate: float, share: float) -> int:
    """Return how many of the next words a window may hold.

    Args:
        words: those that come next.
        voiced: seconds of voice in the window.
        rate: seconds for each unit of weight.
        share: of the text that so much voice should take.
    """
    most = voiced * share / rate + TRIED_WEIGHT
    weight = 0.0
    for i, word in enumerate(words):
        if weight >= most:
            return i
        weight += word.weight
    return len(words)


def judge_text(
    words: Sequence[GivenWord], tokens: Sequence[TimedToken], voice: Float32Array, rate: float, more: bool
) -> TextHearing:
    """Tell how much of a text is spoken in a window.

    Args:
        words: that were tried.
        tokens: their places by forced alignment, in packed seconds, with their probabilities.
        voice: [T] probability of speech, for each of the window's tokens.
        rate: seconds for each unit of weight.
        more: there are words of the text behind these.

    Returns:
        The verdict.
    """
    gains = _gains(tokens)  # [N]
    count = _spoken_count(gains, words)
    if count == len(words) and more:
        return TextHearing(count, False, True)
    spoken = gains[:count]
    sure = (
        count >= min(FEWEST_WORDS, len(words))
        and float(spoken.mean()) >= LEAST_MEAN - SPOKEN_LOG_PROBABILITY
        and _worst_sum(spoken) > WORST_HOLE
        and not _has_foreign_speech(words[:count], tokens[:count], voice, rate)
    )
    return TextHearing(count, sure, False)


def _gains(tokens: Sequence[TimedToken]) -> FloatArray:
    """Return [N] by how much each word is likelier spoken than not."""
    probabilities = np.array([token.probability for token in tokens], np.float64)
    logarithms: FloatArray = np.log(np.maximum(probabilities, np.exp(LEAST_LOG_PROBABILITY)))
    gains = logarithms - SPOKEN_LOG_PROBABILITY
    short = np.array([token.end - token.start < SHORTEST_WORD_SECONDS for token in tokens])
    return np.where(short, np.minimum(gains, SHORT_WORD_GAIN), gains)


def _spoken_count(gains: FloatArray, words: Sequence[GivenWord]) -> int:
    """Return after how many words the speech ends: the likeliest change from spoken to unspoken."""
    sums = np.cumsum(gains)
    ends = [i + 1 == len(words) or words[i + 1].line != word.line for i, word in enumerate(words)]
    scores = sums + LINE_END_BONUS * np.array(ends, np.float64)
    best = int(np.argmax(scores)) if len(scores) else 0
    return best + 1 if len(scores) and scores[best] > LINE_END_BONUS else 0


def _worst_sum(gains: FloatArray) -> float:
    """Return the least sum of neighbouring gains (Kadane's algorithm)."""
    worst = running = 0.0
    for gain in gains.tolist():
        running = min(running + gain, 0.0)
        worst = min(worst, running)
    return worst


def _has_foreign_speech(
    words: Sequence[GivenWord], tokens: Sequence[TimedToken], voice: Float32Array, rate: float
) -> bool:
    """Tell whether words stretch over more voice than they can fill, before the first of them too."""
    elapsed = np.concatenate([[0.0], np.cumsum(voice > VOICE_PROBABILITY) * TOKEN_SECONDS])  # [T + 1]
    starts = np.array([token.start for token in tokens]) / TOKEN_SECONDS
    at = np.interp([0.0, *starts, float(len(voice))], np.arange(len(elapsed)), elapsed)  # [N + 2]
    expected = rate * np.array([0.0, *(word.weight for word in words)])  # [N + 1]
    return bool((np.diff(at) > FOREIGN_SECONDS + FOREIGN_STRETCH * expected).any())

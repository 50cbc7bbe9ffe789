"""Finds mistimed cues in the sound by forcing their text onto every window: it fits where it is said, and nowhere else.

Recognition understands little under music. Given the text, the decoder only has to say how probable it is: spoken words
are about ten times as probable in their own window as in the others, whatever came before them, and the
cross-attention of most of them stands within 0.15 s of their place, though the rest of the text is said elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from mmdemo.alignment.cue_scores import Float64Array
from mmdemo.alignment.forced_words import GivenWord
from mmdemo.alignment.heard_cues import HeardCue
from mmdemo.types import Cue, Span

MOST_BYTES = 800
"""Of text forced at once, in UTF-8: no writing takes more than a token for two bytes, and the decoder reads 440."""
LEAST_WINDOWS = 2
"""With one window there is nothing to compare it with."""
LEAST_LOG_PROBABILITY = -9.2
LEAST_GAIN, SURE_GAIN = 0.35, 1.5
"""Mean gain of a cue's words (nats) over what they are worth in other windows. On 24 synthetic recordings under music
95 % of cues with a gain over 2 are found within 0.6 s, and of cues that nobody says one in a hundred has as much."""
CLOSE_SECONDS, APART_SECONDS = 0.2, 1.0
"""Median distance of a cue's words from where they should be if it is spoken evenly: beyond the second they stand
anywhere."""


@dataclass(frozen=True)
class ForcedWord:
    """A word of the text in one window."""

    word: GivenWord
    span: Span  # media seconds
    probability: float


def text_parts(words: Sequence[GivenWord]) -> Iterator[Sequence[GivenWord]]:
    """Split a text between lines into parts that the decoder can read.

    Args:
        words: of the whole text.

    Yields:
        Parts in order; a line longer than `MOST_BYTES` is one by itself.
    """
    first, length = 0, 0
    begin = 0  # of the line
    since = 0  # bytes of the line
    for i, word in enumerate(words):
        if i and word.line != words[i - 1].line:
            begin, since = i, 0
        size = len(word.text.encode())
        length, since = length + size, since + size
        if length > MOST_BYTES and begin > first:
            yield words[first:begin]
            first, length = begin, since
    if words:
        yield words[first:]


def spotted_cues(cues: Sequence[Cue], windows: Sequence[Sequence[ForcedWord]]) -> tuple[HeardCue, ...]:
    """Tell where each cue is said.

    Args:
        cues: their lengths tell how fast they are spoken, their starts are not looked at.
        windows: all words of the cues as each window places them.

    Returns:
        One a cue; confidence 0 where it fits no window better than the others.
    """
    found: list[list[list[ForcedWord]]] = [[[] for _ in windows] for _ in cues]
    for number, words in enumerate(windows):
        for forced in words:
            found[forced.word.line][number].append(forced)
    return tuple(_spotted(cue, places) for cue, places in zip(cues, found, strict=True))


def _spotted(cue: Cue, places: Sequence[Sequence[ForcedWord]]) -> HeardCue:
    if len(places) < LEAST_WINDOWS or not places[0]:
        return HeardCue(0.0, 0.0, 0.0)
    # What leads from the cue before to the first word is no matter.
    fits = np.array([word_fit(words[1:] or words) for words in places])  # [W]
    best = int(fits.argmax())
    gain = float(fits[best] - np.median(np.delete(fits, best)))
    start, spread = even_start(cue, places[best])
    sure = float(np.clip((gain - LEAST_GAIN) / (SURE_GAIN - LEAST_GAIN), 0.0, 1.0))
    close = float(np.clip((APART_SECONDS - spread) / (APART_SECONDS - CLOSE_SECONDS), 0.0, 1.0))
    return HeardCue(start, start + cue.end - cue.start, sure * close)


def word_fit(words: Sequence[ForcedWord]) -> float:
    """Return the mean log probability of words."""
    return float(np.log(np.maximum([word.probability for word in words], np.exp(LEAST_LOG_PROBABILITY))).mean())


def even_start(cue: Cue, words: Sequence[ForcedWord]) -> tuple[float, float]:
    """Return when a cue begins by most of its words, and their spread; the first stretch over what is another's.

    Args:
        cue: its length tells how fast it is spoken.
        words: of the cue, as a window places them.

    Returns:
        Media seconds, and the median distance of the words from where they should be.
    """
    weights: Float64Array = np.array([forced.word.weight for forced in words], np.float64)
    passed = (np.cumsum(weights) - weights) / max(float(weights.sum()), 1e-9)  # [N] 0..1
    starts = np.array([forced.span.start for forced in words]) - passed * (cue.end - cue.start)
    middle = float(np.median(starts))
    return middle, float(np.median(np.abs(starts - middle)))

"""From the audio tower's packed time to media time, with every pause given to a word boundary and not to a word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mmdemo.backbone.marked_runs import runs_of
from mmdemo.backbone.sound_activity import TOKEN_SECONDS
from mmdemo.types import AudioWindow, Float32Array, Span, Word

PAUSE_VOICE_PROBABILITY = 0.3
SHORTEST_PAUSE_SECONDS = 0.18
"""Just under the 0.2 s that remain of every silence which was shortened for encoding."""
SHORTEST_WORD_SECONDS = 0.04


@dataclass(frozen=True)
class TimedToken:
    """A word placed in packed time, before it goes to media time."""

    text: str
    start: float
    end: float
    probability: float


def pauses_of(voice: Float32Array, window: AudioWindow) -> tuple[Span, ...]:
    """Find where nobody speaks inside a window.

    Args:
        voice: [T] probability of speech a token.
        window: tells where silence was left out.

    Returns:
        Spans in packed seconds, in order.
    """
    quiet = voice < PAUSE_VOICE_PROBABILITY
    found = [Span(first * TOKEN_SECONDS, behind * TOKEN_SECONDS) for first, behind in runs_of(quiet).tolist()]
    cuts = [piece.first_token * TOKEN_SECONDS for piece in window.pieces[1:]]
    covered = [cut for cut in cuts if any(span.start <= cut <= span.end for span in found)]
    found += [Span(cut, cut) for cut in cuts if cut not in covered]
    return tuple(
        sorted(
            (span for span in found if span.duration >= SHORTEST_PAUSE_SECONDS or span.start in cuts),
            key=lambda span: span.start,
        )
    )


def clear_pauses(words: Sequence[TimedToken], pauses: Sequence[Span]) -> list[TimedToken]:
    """Move word boundaries out of pauses.

    A pause inside a word goes before or behind it, whichever leaves the word its longer part; the neighbour gets the
    rest. Words that lie wholly inside a pause stay as they are: there is nothing to hold them to.

    Args:
        words: in order, in packed seconds.
        pauses: in order, in packed seconds.

    Returns:
        The same words with other times, still in order.
    """
    cleared = list(words)
    for pause in pauses:
        for i, word in enumerate(cleared):
            if word.end <= pause.start or word.start >= pause.end:
                continue
            starts_before, ends_behind = word.start < pause.start, word.end > pause.end
            if starts_before and ends_behind:
                _split(cleared, i, pause)
            elif starts_before:
                cleared[i] = replace(word, end=pause.start)
            elif ends_behind:
                cleared[i] = replace(word, start=pause.end)
    return cleared


def _split(words: list[TimedToken], i: int, pause: Span) -> None:
    word = words[i]
    if pause.start - word.start >= word.end - pause.end:
        words[i] = replace(word, end=pause.start)
        if i + 1 < len(words) and words[i + 1].start - word.end < SHORTEST_PAUSE_SECONDS:
            words[i + 1] = replace(words[i + 1], start=pause.end)
    else:
        words[i] = replace(word, start=pause.end)
        if i > 0 and word.start - words[i - 1].end < SHORTEST_PAUSE_SECONDS:
            words[i - 1] = replace(words[i - 1], end=pause.start)


class MediaClock:
    """Maps packed seconds of a window to media seconds, piecewise linearly.

    Args:
        window: its pieces are the map.
    """

    def __init__(self, window: AudioWindow) -> None:
        self._packed = np.array([piece.first_token * TOKEN_SECONDS for piece in window.pieces])
        self._media = np.array([piece.start for piece in window.pieces])
        self._end = window.token_count * TOKEN_SECONDS

    def start(self, packed: float) -> float:
        """Return the media time of something that starts here: at a cut, behind the silence."""
        return self._at(packed, "right")

    def end(self, packed: float) -> float:
        """Return the media time of something that ends here: at a cut, before the silence."""
        return self._at(packed, "left")

    def _at(self, packed: float, side: str) -> float:
        clipped = min(max(packed, 0.0), self._end)
        # A hair of tolerance, since packed times are multiples of 20 ms written in binary.
        probe = clipped + (1e-6 if side == "right" else -1e-6)
        i = max(int(np.searchsorted(self._packed, probe, side="right")) - 1, 0)
        return float(self._media[i] + clipped - self._packed[i])


def media_words(words: Sequence[TimedToken], voice: Float32Array, window: AudioWindow) -> tuple[Word, ...]:
    """Place a window's words in media time.

    Args:
        words: in order, in packed seconds.
        voice: [T] probability of speech a token.
        window: where the tokens lie.

    Returns:
        Words whose times ascend and do not overlap.
    """
    clock = MediaClock(window)
    placed: list[Word] = []
    behind = window.start
    for word in clear_pauses(words, pauses_of(voice, window)):
        start = max(clock.start(word.start), behind)
        end = max(clock.end(word.end), start + SHORTEST_WORD_SECONDS)
        placed.append(Word(word.text, start, end, word.probability))
        behind = end
    return tuple(placed)

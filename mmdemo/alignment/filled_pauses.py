"""Takes filled pauses that nobody wrote down out of speech: a line begins with its first written word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mmdemo.alignment.forced_plan import PlannedWord
from mmdemo.alignment.forced_words import HESITATIONS, given_words
from mmdemo.alignment.speech_mask import FRAME_SECONDS, SpeechMask
from mmdemo.backbone.marked_runs import runs_of
from mmdemo.backbone.sound_activity import TOKEN_SECONDS
from mmdemo.types import EncodedWindow, Float32Array, Span
from mmdemo.word_times import TimedToken

BoolArray = NDArray[np.bool_]

NEAR_SECONDS = 0.5
"""Cross-attention finds a written “um” this near its place."""
VOICED = 0.3
EDGE_SECONDS = 0.12
"""Voice no longer than this between a filled pause and a silence is its edge."""


def is_hesitation(text: str) -> bool:
    """Tell whether a word is nothing but a filled pause."""
    return text.strip().strip(".,!?…，。、").lower() in HESITATIONS


def writes_hesitations(texts: Sequence[str], language: str) -> bool:
    """Tell whether texts have words for filled pauses.

    Args:
        texts: of the cues.
        language: ISO 639-1 code.
    """
    return any(HESITATIONS.intersection(word.keys) for word in given_words(texts, language))


def unwritten(filled: BoolArray, planned: Sequence[PlannedWord], timed: Sequence[TimedToken]) -> BoolArray:
    """Leave out the filled pauses for which a word is to be placed.

    Args:
        filled: [T] tokens of filled pauses of a window.
        planned: words of the window, written ones and those that were heard.
        timed: the same as cross-attention placed them, in packed seconds.

    Returns:
        [T] bool.
    """
    written = [token for word, token in zip(planned, timed, strict=True) if is_hesitation(word.text)]
    left = filled.copy()
    for first, behind in runs_of(filled).tolist():
        start, end = first * TOKEN_SECONDS - NEAR_SECONDS, behind * TOKEN_SECONDS + NEAR_SECONDS
        if any(token.start < end and token.end > start for token in written):
            left[first:behind] = False
    return left


def without_filled_pauses(encoded: EncodedWindow, filled: BoolArray) -> EncodedWindow:
    """Return a window in which nobody speaks during filled pauses.

    Args:
        encoded: the window.
        filled: [T] its tokens that are to count as silent.
    """
    if not filled.any():
        return encoded
    edge = round(EDGE_SECONDS / TOKEN_SECONDS)
    return replace(encoded, voice_activity=_silenced(encoded.voice_activity, runs_of(filled).tolist(), edge))


def filled_spans(encoded: EncodedWindow, filled: BoolArray) -> list[Span]:
    """Return the media times of filled pauses.

    Args:
        encoded: the window.
        filled: [T] its tokens that are part of one.
    """
    spans: list[Span] = []
    for piece in encoded.window.pieces:
        for first, behind in runs_of(filled[piece.first_token : piece.first_token + piece.token_count]).tolist():
            spans.append(Span(piece.start + first * TOKEN_SECONDS, piece.start + behind * TOKEN_SECONDS))
    return spans


def mask_without(mask: SpeechMask, spans: Iterable[Span]) -> SpeechMask:
    """Return a mask in which nobody speaks during filled pauses.

    Args:
        mask: of the media.
        spans: of the filled pauses, seconds.
    """
    places = [(round(span.start / FRAME_SECONDS), round(span.end / FRAME_SECONDS)) for span in spans]
    return SpeechMask(_silenced(mask.speech, places, round(EDGE_SECONDS / FRAME_SECONDS))) if places else mask


def _silenced(voice: Float32Array, places: Sequence[tuple[int, int]], edge: int) -> Float32Array:
    """Set voice to nothing in some places, and on either side as far as a silence lies within the edge."""
    silenced = voice.copy()
    for first, behind in places:
        first, behind = max(first, 0), min(behind, len(voice))
        before = np.flatnonzero(voice[max(first - edge, 0) : first] < VOICED)
        after = np.flatnonzero(voice[behind : behind + edge] < VOICED)
        if len(before):
            first = max(first - edge, 0) + int(before[-1])
        if len(after):
            behind += int(after[0])
        silenced[first:behind] = 0.0
    return silenced

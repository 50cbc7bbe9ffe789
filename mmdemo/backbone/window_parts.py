"""Cuts a stretch of media out of encoded windows, and puts a window's tokens back to where they are in the media."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mmdemo.backbone.sound_activity import TOKEN_SECONDS
from mmdemo.types import AudioWindow, EncodedWindow, Float32Array, Piece, Span


def window_part(windows: Sequence[EncodedWindow], span: Span) -> EncodedWindow | None:
    """Return the tokens of neighbouring windows that lie in a stretch of media.

    Whisper's decoder has no positions of its own in the sound, so that it reads any run of tokens; each of them knows
    what is around it from the encoder, which heard its whole window.

    Args:
        windows: of one recording, in order.
        span: media seconds.

    Returns:
        A window without an ending; None when nothing of the stretch was encoded in these.
    """
    pieces: list[Piece] = []
    kept: list[tuple[EncodedWindow, slice]] = []
    count = 0
    for encoded in windows:
        first = count
        begins = []
        for piece in encoded.window.pieces:
            begin, behind = (_tokens_until(seconds, piece) for seconds in (span.start, span.end))
            if begin < behind:
                begins.append(piece.first_token + begin)
                pieces.append(Piece(count, behind - begin, piece.start + begin * TOKEN_SECONDS))
                count += behind - begin
        if begins:
            kept.append((encoded, slice(begins[0], begins[0] + count - first)))
    if not kept:
        return None
    tokens = np.concatenate([encoded.tokens[part] for encoded, part in kept])  # [T, W]
    voice = np.concatenate([encoded.voice_activity[part] for encoded, part in kept])  # [T]
    end = pieces[-1].start + pieces[-1].token_count * TOKEN_SECONDS
    first_token = kept[0][0].window.first_token + kept[0][1].start
    window = AudioWindow(pieces[0].start, end, first_token, count, tuple(pieces))
    return EncodedWindow(window, tokens, kept[0][0].ending[:0], voice)


def _tokens_until(seconds: float, piece: Piece) -> int:
    """Return how many tokens of a piece begin before a time."""
    return int(np.clip(np.ceil((seconds - piece.start) / TOKEN_SECONDS - 1e-6), 0, piece.token_count))


def tokens_in_time(
    encoded: EncodedWindow, said: NDArray[np.bool_] | None = None
) -> tuple[Float32Array, NDArray[np.bool_]]:
    """Spread the tokens of a window over its time in the media.

    Args:
        encoded: the window.
        said: [token_count] False: as if a token had not been encoded; None: all are.

    Returns:
        [T, W] a token for every 20 ms from the window's start to its end, and [T] those that were encoded; what was
        left out as silent is zero.
    """
    window = encoded.window
    first = round(window.start / TOKEN_SECONDS)
    count = max(round(window.end / TOKEN_SECONDS) - first, 0)
    tokens = np.zeros((count, encoded.tokens.shape[1]), np.float32)
    known = np.zeros(count, np.bool_)
    for piece in window.pieces:
        begin = round(piece.start / TOKEN_SECONDS) - first
        part = encoded.tokens[piece.first_token : piece.first_token + piece.token_count][: count - begin]
        tokens[begin : begin + len(part)] = part
        known[begin : begin + len(part)] = True if said is None else said[piece.first_token :][: len(part)]
    return tokens, known

"""Cuts a stretch of media out of an encoded window, so that the decoder hears that stretch and nothing else."""

from __future__ import annotations

import numpy as np

from mmdemo.backbone.sound_activity import TOKEN_SECONDS
from mmdemo.types import AudioWindow, EncodedWindow, Piece, Span


def window_part(encoded: EncodedWindow, span: Span) -> EncodedWindow | None:
    """Return the tokens of a window that lie in a stretch of media.

    Whisper's decoder has no positions of its own in the sound, so that it reads any run of tokens; each of them knows
    what is around it from the encoder, which heard the whole window.

    Args:
        encoded: the window.
        span: media seconds.

    Returns:
        A window without an ending; None when nothing of the stretch was encoded in this one.
    """
    pieces: list[Piece] = []
    first, count = 0, 0
    for piece in encoded.window.pieces:
        begin = _tokens_until(span.start, piece)
        behind = _tokens_until(span.end, piece)
        if begin < behind:
            first = first if pieces else piece.first_token + begin
            pieces.append(Piece(count, behind - begin, piece.start + begin * TOKEN_SECONDS))
            count += behind - begin
    if not pieces:
        return None
    end = pieces[-1].start + pieces[-1].token_count * TOKEN_SECONDS
    window = AudioWindow(pieces[0].start, end, encoded.window.first_token + first, count, tuple(pieces))
    kept = slice(first, first + count)
    return EncodedWindow(window, encoded.tokens[kept], encoded.ending[:0], encoded.voice_activity[kept])


def _tokens_until(seconds: float, piece: Piece) -> int:
    """Return how many tokens of a piece begin before a time."""
    return int(np.clip(np.ceil((seconds - piece.start) / TOKEN_SECONDS - 1e-6), 0, piece.token_count))

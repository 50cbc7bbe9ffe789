"""A stretch of media cut out of an encoded window, and tokens put back to their time in the media."""

from __future__ import annotations

import numpy as np
import pytest

from mmdemo.backbone.sound_activity import TOKEN_SECONDS
from mmdemo.backbone.window_parts import tokens_in_time, window_part
from mmdemo.types import AudioWindow, EncodedWindow, Piece, Span
from mmdemo.word_times import MediaClock

PIECES = (Piece(0, 100, 10.0), Piece(100, 50, 20.0))
"""Two seconds from 0:10 on and one from 0:20 on; the silence between was left out."""
WINDOW = EncodedWindow(
    AudioWindow(10.0, 21.0, 1000, 150, PIECES),
    np.arange(150, dtype=np.float32)[:, None],
    np.zeros((3, 1), np.float32),
    np.linspace(0, 1, 150, dtype=np.float32),
)


def _times(window: AudioWindow) -> list[float]:
    return [piece.start + i * TOKEN_SECONDS for piece in window.pieces for i in range(piece.token_count)]


@pytest.mark.parametrize("start, end", [(10.5, 11.5), (11.0, 20.5), (0.0, 99.0), (11.99, 20.01), (20.3, 20.9)])
def test_the_tokens_of_a_stretch_keep_their_media_times(start: float, end: float) -> None:
    part = window_part([WINDOW], Span(start, end))
    assert part is not None
    wanted = [i for i, at in enumerate(_times(WINDOW.window)) if start - 1e-6 <= at < end - 1e-6]
    assert part.tokens[:, 0].tolist() == wanted and part.window.token_count == len(wanted)
    assert _times(part.window) == pytest.approx([_times(WINDOW.window)[i] for i in wanted])
    assert part.window.first_token == 1000 + wanted[0] and len(part.ending) == 0
    assert part.voice_activity.tolist() == WINDOW.voice_activity[wanted].tolist()
    clock = MediaClock(part.window)
    assert clock.start(0.0) == pytest.approx(_times(WINDOW.window)[wanted[0]])


@pytest.mark.parametrize("start, end", [(0.0, 9.9), (13.0, 19.0), (30.0, 40.0), (11.0, 11.0)])
def test_nothing_comes_of_a_stretch_that_was_not_encoded(start: float, end: float) -> None:
    assert window_part([WINDOW], Span(start, end)) is None


def test_a_stretch_over_the_edge_of_two_windows_is_heard_whole() -> None:
    behind = EncodedWindow(
        AudioWindow(21.0, 24.0, 1150, 150, (Piece(0, 150, 21.0),)),
        1000.0 + WINDOW.tokens,
        WINDOW.ending,
        WINDOW.voice_activity,
    )
    part = window_part([WINDOW, behind], Span(20.5, 22.0))
    assert part is not None and part.tokens[:, 0].tolist() == [*range(125, 150), *range(1000, 1050)]
    assert _times(part.window) == pytest.approx(np.arange(20.5, 22.0 - 1e-6, TOKEN_SECONDS).tolist())
    assert part.window.first_token == 1125 and part.window.token_count == 75
    alone = window_part([WINDOW, behind], Span(21.5, 22.0))
    assert alone is not None and alone.window.first_token == 1175 and alone.tokens[0, 0] == 1025


def test_tokens_stand_at_their_media_times_with_nothing_between() -> None:
    tokens, known = tokens_in_time(WINDOW)
    assert tokens.shape == (550, 1) and np.flatnonzero(known).tolist() == [*range(100), *range(500, 550)]
    assert tokens[known, 0].tolist() == list(range(150)) and not tokens[~known].any()
    said = np.arange(150) != 120
    _, left = tokens_in_time(WINDOW, said)
    assert np.flatnonzero(known & ~left).tolist() == [520]

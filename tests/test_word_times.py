"""Pauses go to word boundaries; packed time maps to media time."""

from __future__ import annotations

import numpy as np
import pytest

from mmdemo.types import AudioWindow, Piece, Span
from mmdemo.word_times import MediaClock, TimedToken, clear_pauses, media_words, pauses_of

WINDOW = AudioWindow(10.0, 16.0, 0, 100, (Piece(0, 50, 10.0), Piece(50, 50, 15.0)))
"""One second of sound from 10 s on, then a silence that was left out, then a second from 15 s on."""


def _words(*times: tuple[float, float]) -> list[TimedToken]:
    return [TimedToken(f" w{i}", start, end, 0.9) for i, (start, end) in enumerate(times)]


def test_packed_time_maps_piece_by_piece() -> None:
    clock = MediaClock(WINDOW)
    assert clock.start(0.5) == pytest.approx(10.5)
    assert clock.start(1.5) == pytest.approx(15.5)
    assert clock.start(1.0) == pytest.approx(15.0), "what starts at a cut starts behind the silence"
    assert clock.end(1.0) == pytest.approx(11.0), "what ends at a cut ends before the silence"
    assert clock.end(9.0) == pytest.approx(16.0), "nothing lies outside the window"


def test_a_pause_inside_a_word_leaves_its_longer_part() -> None:
    assert [(w.start, w.end) for w in clear_pauses(_words((0.0, 1.0)), [Span(0.6, 0.9)])] == [(0.0, 0.6)]
    assert [(w.start, w.end) for w in clear_pauses(_words((0.0, 1.0)), [Span(0.1, 0.4)])] == [(0.4, 1.0)]


def test_the_neighbour_gets_the_rest_of_a_word() -> None:
    cleared = clear_pauses(_words((0.0, 1.0), (1.0, 1.4)), [Span(0.6, 0.9)])
    assert [(w.start, w.end) for w in cleared] == [(0.0, 0.6), (0.9, 1.4)]
    cleared = clear_pauses(_words((0.0, 0.3), (0.3, 1.4)), [Span(0.35, 0.6)])
    assert [(w.start, w.end) for w in cleared] == [(0.0, 0.35), (0.6, 1.4)]


def test_words_wholly_inside_or_outside_a_pause_stay() -> None:
    words = _words((0.2, 0.3), (0.9, 1.2))
    assert clear_pauses(words, [Span(0.1, 0.6)]) == words


def test_pauses_are_quiet_runs_and_cuts() -> None:
    voice = np.ones(100, np.float32)
    voice[20:40] = 0.0
    voice[70:74] = 0.0
    found = pauses_of(voice, WINDOW)
    assert [(round(p.start, 2), round(p.end, 2)) for p in found] == [(0.4, 0.8), (1.0, 1.0)]


def test_words_never_cover_a_silence_that_was_left_out() -> None:
    words = media_words(_words((0.2, 0.7), (0.7, 1.6)), np.ones(100, np.float32), WINDOW)
    assert [(round(w.start, 2), round(w.end, 2)) for w in words] == [(10.2, 11.0), (15.0, 15.6)]


def test_times_ascend_whatever_the_aligner_says() -> None:
    generator = np.random.default_rng(0)
    for _ in range(200):
        edges = np.sort(generator.uniform(0, 2.0, 12)).round(2)
        voice = generator.uniform(0, 1, 100).astype(np.float32)
        placed = media_words(_words(*zip(edges[::2], edges[1::2], strict=True)), voice, WINDOW)
        times = [time for word in placed for time in (word.start, word.end)]
        assert times == sorted(times)
        assert all(word.end > word.start for word in placed)

"""Windows: silences left out, every sounding token kept once and in order, ends at pauses."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from mmdemo.backbone.audio_windows import (
    MAX_WINDOW_TOKENS,
    MIN_WINDOW_TOKENS,
    PackedWindow,
    kept_tokens,
    pack_windows,
    pieces_of,
    token_spans,
)
from mmdemo.backbone.sound_activity import TOKEN_SAMPLES, TOKEN_SECONDS, ActivityBlock, rechunk
from mmdemo.types import AudioWindow, Piece


def _blocks(silent: np.ndarray, block_tokens: int = 1504) -> Iterator[ActivityBlock]:
    """Make a recording whose every sample names its token."""
    for first in range(0, len(silent), block_tokens):
        part = silent[first : first + block_tokens]
        waveform = np.repeat(np.arange(first, first + len(part), dtype=np.float32), TOKEN_SAMPLES)
        level = np.where(part, -80.0, -20.0).astype(np.float32)
        yield ActivityBlock(first, waveform, level, np.where(part, 0.0, 0.9).astype(np.float32), part)


def _pauses(length: int, seed: int) -> np.ndarray:
    """Make random runs of sound and silence."""
    generator = np.random.default_rng(seed)
    silent = np.zeros(length, np.bool_)
    at = 0
    while at < length:
        at += int(generator.integers(20, 400))
        width = int(generator.choice([5, 12, 30, 100, 400, 2000], p=[0.3, 0.2, 0.2, 0.2, 0.08, 0.02]))
        silent[at : at + width] = True
        at += width
    return silent


def _positions(window: PackedWindow) -> list[int]:
    return window.waveform.reshape(-1, TOKEN_SAMPLES)[:, 0].astype(int).tolist()


@pytest.mark.parametrize("seed", range(6))
def test_every_kept_token_is_in_one_window_in_order(seed: int) -> None:
    silent = _pauses(20_000, seed)
    windows = list(pack_windows(_blocks(silent)))
    packed = [position for window in windows for position in _positions(window)]
    assert packed == sorted(set(packed))
    assert set(np.flatnonzero(~silent)) <= set(packed), "sound is never left out"
    assert all(len(window.voice) <= MAX_WINDOW_TOKENS for window in windows)


@pytest.mark.parametrize("seed", range(6))
def test_pieces_say_where_each_token_lies(seed: int) -> None:
    for window in pack_windows(_blocks(_pauses(10_000, seed))):
        told = [round(piece.start / TOKEN_SECONDS) + i for piece in window.pieces for i in range(piece.token_count)]
        assert told == _positions(window)


def test_a_pass_that_stopped_goes_on_where_it_was() -> None:
    silent = _pauses(15_000, 3)
    whole = list(pack_windows(_blocks(silent)))
    last = whole[1].pieces[-1]
    stopped_after = round(last.start / TOKEN_SECONDS) + last.token_count - 1
    rest = list(pack_windows(_blocks(silent), after_token=stopped_after))
    assert [_positions(window) for window in rest] == [_positions(window) for window in whole[2:]]


def test_short_silences_stay_and_long_ones_keep_their_edges() -> None:
    silent = np.zeros(100, np.bool_)
    silent[10:20] = True
    silent[40:80] = True
    kept = kept_tokens(silent)
    assert kept[10:20].all()
    assert np.flatnonzero(~kept).tolist() == list(range(45, 75))


def test_a_full_window_ends_at_its_longest_pause() -> None:
    silent = np.zeros(3000, np.bool_)
    silent[700:720] = True
    silent[1000:1090] = True
    first = next(pack_windows(_blocks(silent)))
    assert _positions(first)[-1] == 1004, "in the middle of the longer silence"


def test_without_a_pause_it_ends_at_the_quietest_late_moment() -> None:
    silent = np.zeros(3000, np.bool_)
    blocks = []
    for block in _blocks(silent):
        voice = block.voice.copy()
        if block.first_token == 0:
            voice[1195:1206] = 0.1
        blocks.append(ActivityBlock(block.first_token, block.waveform, block.level_db, voice, block.silent))
    first = next(pack_windows(blocks))
    assert abs(len(first.voice) - 1200) <= 5
    assert len(first.voice) >= MIN_WINDOW_TOKENS


def test_a_very_long_silence_ends_a_short_window() -> None:
    silent = np.zeros(4000, np.bool_)
    silent[100:3500] = True
    windows = list(pack_windows(_blocks(silent, block_tokens=4000)))
    assert len(windows) == 2
    assert windows[1].start == pytest.approx(3495 * TOKEN_SECONDS)


def test_a_silent_recording_still_has_a_window() -> None:
    assert len(list(pack_windows(_blocks(np.ones(5000, np.bool_))))) >= 1


def test_pieces_and_spans_agree() -> None:
    pieces = pieces_of(np.array([3, 4, 5, 9, 10]))
    assert pieces == (Piece(0, 3, 0.06), Piece(3, 2, pytest.approx(0.18)))
    spans = token_spans([AudioWindow(0.06, 0.22, 0, 5, pieces)])
    np.testing.assert_allclose(spans[:, 0], [0.06, 0.08, 0.10, 0.18, 0.20], atol=1e-6)
    np.testing.assert_allclose(spans[:, 1] - spans[:, 0], 0.02, atol=1e-6)


def test_rechunk_keeps_every_sample() -> None:
    parts = [np.arange(n, dtype=np.float32) for n in (3, 0, 10, 1)]
    chunks = list(rechunk(iter(parts), 4))
    assert [len(chunk) for chunk in chunks] == [4, 4, 4, 2]
    np.testing.assert_array_equal(np.concatenate(chunks), np.concatenate(parts))

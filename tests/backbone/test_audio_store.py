"""Stored recordings: what goes in comes out, torn writes are noticed, the bound is kept."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from mmdemo.backbone.audio_store import AudioTokenStore, PartialRecording
from mmdemo.backbone.base import read_windows
from mmdemo.types import AudioWindow, EncodedWindow, Piece, Sentence

WIDTH, ENDING = 8, 3


def _store(root: Path, max_bytes: int = 1_000_000) -> AudioTokenStore:
    return AudioTokenStore(root, "tower-v1", WIDTH, ENDING, max_bytes)


def _windows(count: int, seed: int = 0) -> list[EncodedWindow]:
    generator = np.random.default_rng(seed)
    windows, first = [], 0
    for i in range(count):
        length = int(generator.integers(5, 30))
        window = AudioWindow(i * 1.0, i + 0.9, first, length, (Piece(0, length, i * 1.0),))
        arrays = [
            generator.normal(size=shape).astype(np.float16).astype(np.float32)
            for shape in ((length, WIDTH), (ENDING, WIDTH), (length,))
        ]
        windows.append(EncodedWindow(window, *arrays))
        first += length
    return windows


def _fill(store: AudioTokenStore, name: str, windows: list[EncodedWindow]) -> None:
    with store.partial(name) as partial:
        for window in windows[len(partial.windows) :]:
            partial.append(window)
        store.finish(partial, name, 12.5, (Sentence("early", "提前"),))


def _assert_equal(found: list[EncodedWindow], expected: list[EncodedWindow]) -> None:
    assert [window.window for window in found] == [window.window for window in expected]
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one.tokens, other.tokens)
        np.testing.assert_array_equal(one.ending, other.ending)
        np.testing.assert_array_equal(one.voice_activity, other.voice_activity)


def test_what_goes_in_comes_out(tmp_path: Path) -> None:
    windows = _windows(4)
    store = _store(tmp_path)
    assert store.open("a") is None
    _fill(store, "a", windows)
    encoding = store.open("a")
    assert encoding is not None
    assert (encoding.duration, encoding.model_id) == (12.5, "tower-v1")
    assert encoding.reasons == (Sentence("early", "提前"),)
    assert isinstance(encoding.tokens, np.memmap)
    assert len(encoding.tokens) == len(encoding.spans) == sum(w.window.token_count for w in windows)
    _assert_equal(list(read_windows(encoding)), windows)


def test_a_stopped_recording_goes_on(tmp_path: Path) -> None:
    windows = _windows(5)
    store = _store(tmp_path)
    with store.partial("a") as partial:
        for window in windows[:3]:
            partial.append(window)
    assert store.open("a") is None, "half a recording is none"
    with store.partial("a") as partial:
        _assert_equal(list(partial.read()), windows[:3])
    _fill(store, "a", windows)
    encoding = store.open("a")
    assert encoding is not None
    _assert_equal(list(read_windows(encoding)), windows)


def test_a_folder_that_goes_while_the_store_is_swept_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another job moves its finished recording into place between the listing of the folders and the look at each."""
    store = _store(tmp_path, max_bytes=1)
    _fill(store, "first", _windows(2))
    listed = AudioTokenStore._folders
    monkeypatch.setattr(AudioTokenStore, "_folders", lambda self: [tmp_path / "moved.partial", *listed(self)])
    _fill(store, "second", _windows(2))
    assert store.open("second") is not None and store.open("first") is None
    assert store.total_bytes() > 0


@pytest.mark.parametrize("name", ["tokens.f16", "voice.f16", "endings.f16", "windows.jsonl"])
def test_a_torn_write_loses_only_the_torn_window(tmp_path: Path, name: str) -> None:
    windows = _windows(3)
    partial = PartialRecording(tmp_path / "a", WIDTH, ENDING)
    for window in windows:
        partial.append(window)
    torn = tmp_path / "a" / name
    torn.write_bytes(torn.read_bytes()[: -1 if name != "windows.jsonl" else -20])
    again = PartialRecording(tmp_path / "a", WIDTH, ENDING)
    _assert_equal(list(again.read()), windows[:2])
    again.append(windows[2])
    _assert_equal(list(PartialRecording(tmp_path / "a", WIDTH, ENDING).read()), windows)


def test_two_writers_of_one_recording_do_not_meet(tmp_path: Path) -> None:
    windows = _windows(2)
    store = _store(tmp_path)
    with store.partial("a") as first, store.partial("a") as second:
        assert first.folder != second.folder
        for window in windows:
            first.append(window)
            second.append(window)
        store.finish(second, "a", 1.0, ())
        store.finish(first, "a", 1.0, ())
    encoding = store.open("a")
    assert encoding is not None
    _assert_equal(list(read_windows(encoding)), windows)


def test_the_least_recently_used_go_first(tmp_path: Path) -> None:
    _fill(_store(tmp_path), "a", _windows(4))
    bound = int(_store(tmp_path).total_bytes() * 3.5)
    store = _store(tmp_path, max_bytes=bound)
    for i, name in enumerate("abc"):
        _fill(store, name, _windows(4))
        os.utime(tmp_path / "tower-v1" / name, (1000 + i, 1000 + i))
    assert store.open("a") is not None  # used last
    _fill(store, "d", _windows(4))
    assert [name for name in "abcd" if store.open(name) is not None] == ["a", "c", "d"]
    assert store.total_bytes() <= bound


@pytest.mark.parametrize("name", ["summary.json", "windows.jsonl", "tokens.f16"])
def test_a_damaged_recording_is_a_miss(tmp_path: Path, name: str) -> None:
    store = _store(tmp_path)
    _fill(store, "a", _windows(3))
    (tmp_path / "tower-v1" / "a" / name).write_bytes(b"{")
    assert store.open("a") is None
    _fill(store, "a", _windows(3, seed=1))
    encoding = store.open("a")
    assert encoding is not None
    _assert_equal(list(read_windows(encoding)), _windows(3, seed=1))

"""What was recognised in a window is recognised once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mmdemo.kept_recognition import KeptRecognition, window_key
from mmdemo.types import AudioWindow, EncodedWindow, Piece

TOKENS = np.random.default_rng(0).normal(size=(50, 8)).astype(np.float32)
WINDOW = EncodedWindow(
    AudioWindow(3.0, 4.0, 0, 50, (Piece(0, 50, 3.0),)), TOKENS, np.zeros((2, 8), np.float32), np.ones(50, np.float32)
)


def test_a_window_is_known_again_from_the_disk_and_by_its_place() -> None:
    stored = replace(WINDOW, tokens=TOKENS.astype(np.float16).astype(np.float32))
    assert window_key(stored) == window_key(WINDOW)
    elsewhere = replace(WINDOW, window=replace(WINDOW.window, start=9.0))
    other = replace(WINDOW, tokens=TOKENS + 1)
    assert len({window_key(WINDOW), window_key(elsewhere), window_key(other)}) == 3


def test_the_least_used_is_forgotten_first() -> None:
    kept: KeptRecognition[str] = KeptRecognition(most=2)
    kept.keep(b"a", "en", False, "first")
    kept.keep(b"b", "en", False, "second")
    assert kept.find(b"a", "en", False) == "first"
    kept.keep(b"a", "de", True, "third")
    assert kept.find(b"b", "en", False) is None and kept.find(b"a", "en", True) is None
    assert (kept.find(b"a", "en", False), kept.find(b"a", "de", True)) == ("first", "third")

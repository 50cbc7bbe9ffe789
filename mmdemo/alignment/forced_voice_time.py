"""Counts a recording's time in voice alone, to tell how much speech lies between two words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mmdemo.backbone.sound_activity import TOKEN_SECONDS
from mmdemo.types import EncodedWindow, Float32Array

FloatArray = NDArray[np.float64]

VOICE_PROBABILITY = 0.3
VOICELESS_WEIGHT = 0.1
"""How fast voice time runs where no voice is heard: Silero misses some speakers."""


class VoiceTime:
    """Seconds of voice before each moment of a recording; it grows window by window."""

    def __init__(self) -> None:
        self._times: list[Float32Array] = []
        self._voiced: list[Float32Array] = []
        self._total = 0.0
        self._window_ends: list[float] = []

    def add(self, encoded: EncodedWindow) -> None:
        """Take in the next window."""
        for piece in encoded.window.pieces:
            voice = encoded.voice_activity[piece.first_token : piece.first_token + piece.token_count]
            seconds = np.where(voice > VOICE_PROBABILITY, 1.0, VOICELESS_WEIGHT) * TOKEN_SECONDS  # [t]
            self._times.append((piece.start + TOKEN_SECONDS * np.arange(piece.token_count + 1)).astype(np.float32))
            self._voiced.append((self._total + np.concatenate([[0.0], np.cumsum(seconds)])).astype(np.float32))
            self._total += float(seconds.sum())
        self._window_ends.append(self._total)

    @property
    def total(self) -> float:
        """Seconds of voice in all."""
        return self._total

    def at(self, seconds: Sequence[float]) -> FloatArray:
        """Return voice seconds before media times."""
        if not self._times:
            return np.zeros(len(seconds))
        return np.interp(seconds, np.concatenate(self._times), np.concatenate(self._voiced))

    def window_end(self, number: int) -> float:
        """Return the seconds of voice up to the end of a window."""
        return self._window_ends[number]

    def window_at(self, voiced: float) -> int:
        """Return the window in which so many seconds of voice have passed."""
        return min(int(np.searchsorted(self._window_ends, voiced)), max(len(self._window_ends) - 1, 0))

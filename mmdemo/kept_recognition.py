"""Remembers what was recognised in a window, so that transcribing, aligning and asking decode it once between them."""

from __future__ import annotations

import hashlib
from typing import Generic, TypeVar

import numpy as np

from mmdemo.recently_used import RecentlyUsed
from mmdemo.types import EncodedWindow

KEPT_WINDOWS = 2_000
"""Twelve hours of sound; what is kept of a window is its words, about 10 kB."""

Recognised = TypeVar("Recognised")


class KeptRecognition(Generic[Recognised]):
    """Results by window, language and manner, the least used dropped first; safe to share between threads."""

    def __init__(self, most: int = KEPT_WINDOWS) -> None:
        self._kept: RecentlyUsed[tuple[bytes, str, bool], Recognised] = RecentlyUsed(most)

    def find(self, window: bytes, language: str, spelled: bool) -> Recognised | None:
        """Return what was recognised, if it is still known.

        Args:
            window: from `window_key`.
            language: ISO 639-1 code.
            spelled: whether numbers were written in letters.
        """
        return self._kept.get((window, language, spelled))

    def keep(self, window: bytes, language: str, spelled: bool, recognised: Recognised) -> None:
        """Remember a result (arguments as of `find`)."""
        self._kept.put((window, language, spelled), recognised)


def window_key(encoded: EncodedWindow) -> bytes:
    """Name a window by what is heard in it and where; the same whether it comes from the tower or from the disk.

    Args:
        encoded: the window; the disk keeps its tokens in half precision.
    """
    key = hashlib.blake2b(np.ascontiguousarray(encoded.tokens, np.float16).tobytes(), digest_size=16)
    key.update(repr(encoded.window).encode())
    return key.digest()

"""The encode-once cache: small encodings in memory, recordings on disk, hits and misses counted."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

from mmdemo.backbone.audio_store import AudioTokenStore
from mmdemo.backbone.base import CacheStatistics
from mmdemo.backbone.cache_outcomes import report_outcome
from mmdemo.types import Encoding


def encoding_bytes(encoding: Encoding) -> int:
    """Return the memory that an encoding's arrays take."""
    arrays = (encoding.tokens, encoding.spans, encoding.embedding, encoding.voice_activity, *encoding.pictures)
    return sum(array.nbytes for array in arrays if array is not None)


class EncodingCache:
    """Finds encodings by content and model.

    Args:
        max_bytes: bound of what is held in memory; the least recently used go first.
        recordings: where encoded sound lies.
    """

    def __init__(self, max_bytes: int, recordings: AudioTokenStore) -> None:
        self.recordings = recordings
        self._max_bytes = max_bytes
        self._entries: OrderedDict[str, Encoding] = OrderedDict()
        self._held_bytes = 0
        self._hits = 0
        self._misses = 0
        self._lock = threading.Lock()

    def get(self, key: str) -> Encoding | None:
        """Return what is held in memory under a key and count the outcome."""
        with self._lock:
            found = self._entries.get(key)
            if found is not None:
                self._entries.move_to_end(key)
            self._count(found is not None)
            return found

    def get_recording(self, sha256: str) -> Encoding | None:
        """Return a finished recording and count the outcome."""
        found = self.recordings.open(sha256)
        with self._lock:
            self._count(found is not None)
        return found

    def put(self, key: str, encoding: Encoding) -> None:
        """Hold an encoding in memory; one larger than the whole bound is not held."""
        size = encoding_bytes(encoding)
        with self._lock:
            if key in self._entries or size > self._max_bytes:
                return
            self._entries[key] = encoding
            self._held_bytes += size
            while self._held_bytes > self._max_bytes:
                _, oldest = self._entries.popitem(last=False)
                self._held_bytes -= encoding_bytes(oldest)

    def get_or_make(self, keys: Sequence[str], make: Callable[[list[int]], list[Encoding]]) -> list[Encoding]:
        """Return encodings in the order of their keys, making those that are missing at once.

        Args:
            keys: of the items.
            make: takes the places of the missing ones and encodes them.
        """
        found = [self.get(key) for key in keys]
        missing = [i for i, encoding in enumerate(found) if encoding is None]
        if missing:
            for i, encoding in zip(missing, make(missing), strict=True):
                self.put(keys[i], encoding)
                found[i] = encoding
        return [encoding for encoding in found if encoding is not None]

    def _count(self, hit: bool) -> None:
        report_outcome(hit)
        self._hits += hit
        self._misses += not hit

    def statistics(self) -> CacheStatistics:
        """Return the counters and the sizes."""
        with self._lock:
            return CacheStatistics(self._hits, self._misses, self._held_bytes, self.recordings.total_bytes())

"""Where the sound of encoded recordings is found again, for what is computed only when somebody asks."""

from __future__ import annotations

import threading
from collections import OrderedDict

from mmdemo.errors import FileMissing
from mmdemo.types import Audio, AudioFile

HANDLES = 1024
HELD_BYTES = 64_000_000
"""Of recordings that stand in memory and not in a file."""


class SoundSources:
    """Remembers recordings by their content; the ones seen last stay."""

    def __init__(self) -> None:
        self._sources: OrderedDict[str, Audio | AudioFile] = OrderedDict()
        self._lock = threading.Lock()

    def remember(self, audio: Audio | AudioFile) -> None:
        """Note where a recording is."""
        with self._lock:
            self._sources.pop(audio.sha256, None)
            self._sources[audio.sha256] = audio
            while len(self._sources) > 1 and (len(self._sources) > HANDLES or self._held_bytes() > HELD_BYTES):
                self._sources.popitem(last=False)

    def _held_bytes(self) -> int:
        return sum(audio.waveform.nbytes for audio in self._sources.values() if isinstance(audio, Audio))

    def find(self, sha256: str) -> Audio | AudioFile:
        """Return a recording.

        Raises:
            FileMissing: it was encoded before this process, or too long ago.
        """
        with self._lock:
            found = self._sources.get(sha256)
        if found is None:
            raise FileMissing(name=sha256[:12])
        return found

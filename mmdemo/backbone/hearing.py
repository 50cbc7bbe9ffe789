"""The front end of speech recognition: recordings as tokens of 20 ms, whichever model makes the embeddings."""

from __future__ import annotations

import threading
from collections.abc import Generator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mmdemo.backbone.audio_store import AudioTokenStore
from mmdemo.backbone.audio_tower import ENDING_TOKENS, AudioTower
from mmdemo.backbone.base import read_windows
from mmdemo.backbone.cache import EncodingCache
from mmdemo.backbone.recordings import encode_recording
from mmdemo.config import MEGABYTE, Settings
from mmdemo.device import choose_threads
from mmdemo.types import Audio, AudioFile, EncodedWindow, Encoding
from mmdemo.weights import AUDIO_TOWER, locate

if TYPE_CHECKING:  # the local profile needs nothing of the hub
    from mmdemo.hub.speech_models import SpeechFiles

PACKING_VERSION = 1
"""Part of the name of stored recordings: raise it when windows or tokens change."""


class Hearing:
    """Encodes recordings for the speech recogniser, which shares the tower's model.

    Args:
        settings: threads, cache folder and bounds.
        device: that the tower runs on.
        lock: held while it runs.
        whisper: another model than the one that ships.
    """

    def __init__(
        self, settings: Settings, device: str, lock: threading.RLock, whisper: SpeechFiles | None = None
    ) -> None:
        self._settings = settings
        self._device = device
        self._lock = lock
        self._whisper = whisper
        self.model_id = AudioTower.model_id if whisper is None else whisper.model_id
        width = AudioTower.width if whisper is None else whisper.width
        self.cache = EncodingCache(
            max_bytes=int(settings.memory_cache_megabytes * MEGABYTE),
            recordings=AudioTokenStore(
                settings.cache_dir / "encodings",
                model_id=f"{self.model_id}-{device}-v{PACKING_VERSION}",
                width=width,
                ending_count=ENDING_TOKENS,
                max_bytes=int(settings.encoding_cache_megabytes * MEGABYTE),
            ),
        )

    @cached_property
    def folder(self) -> Path:
        """Where the model lies, with its tokenizer.

        Raises:
            WeightsError: the one that ships is missing or damaged.
        """
        return locate(AUDIO_TOWER, self._settings).folder if self._whisper is None else self._whisper.folder

    @cached_property
    def audio_tower(self) -> AudioTower:
        """The audio tower; the speech recogniser shares its model."""
        with self._lock:
            width = AudioTower.width if self._whisper is None else self._whisper.width
            return AudioTower.load(self.folder, self._device, choose_threads(self._settings), width)

    def encode_sound(self, audio: Audio | AudioFile) -> Encoding:
        """Encode a recording without its embedding (see the backbone's protocol)."""
        found = self.cache.get_recording(audio.sha256)
        if found is None:
            for _ in self._encode_new_windows(audio):
                pass
            found = self.cache.recordings.open(audio.sha256)
        assert found is not None, "a finished recording is in the store"
        return found

    def encode_windows(self, audio: Audio | AudioFile) -> Generator[EncodedWindow, None, None]:
        """Encode a recording window by window (see the backbone's protocol)."""
        found = self.cache.get_recording(audio.sha256)
        yield from read_windows(found) if found is not None else self._encode_new_windows(audio)

    def _encode_new_windows(self, audio: Audio | AudioFile) -> Generator[EncodedWindow, None, None]:
        return encode_recording(audio, self.audio_tower, self._lock, self.cache.recordings, self._settings.limits)

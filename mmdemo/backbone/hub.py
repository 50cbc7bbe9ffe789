"""The hub profile's backbone: one large model for pictures, texts and sounds, behind the same protocol and caches.

Speech recognition keeps its own front end (`mmdemo.backbone.hearing`): its decoder reads the tokens of its own encoder
and no other's. So the tokens of a recording are the front end's, and its embeddings are the large model's.
"""

from __future__ import annotations

import threading
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from mmdemo import reasons
from mmdemo.backbone.audio_store import AudioTokenStore
from mmdemo.backbone.base import CacheStatistics, Media, encode_media
from mmdemo.backbone.hearing import Hearing
from mmdemo.backbone.hub_clips import encode_clip, frame_embeddings
from mmdemo.backbone.hub_embedder import Embedded, Embedder, image_tokens, load_embedder, mean_embedding
from mmdemo.backbone.hub_lent import LentEmbedder
from mmdemo.backbone.hub_recordings import encode_sound_windows, recording_embedding, span_embeddings
from mmdemo.backbone.similarity import UNFITTED_CALIBRATION, UNFITTED_SCALE, Calibration
from mmdemo.backbone.small_copies import small_copy
from mmdemo.backbone.sound_sources import SoundSources
from mmdemo.config import MEGABYTE, Settings
from mmdemo.device import choose_device, network_device
from mmdemo.errors import ModelLacksModality
from mmdemo.hub.catalogue import HubModel
from mmdemo.hub.files import identity
from mmdemo.hub.idle import IdleModel, idle_seconds
from mmdemo.hub.speech_models import SpeechFiles
from mmdemo.media import load_image
from mmdemo.stepwise import run_through
from mmdemo.types import (
    Audio,
    AudioFile,
    EncodedWindow,
    Encoding,
    Float32Array,
    Image,
    ImageFile,
    Modality,
    Sentence,
    Span,
    Text,
    UInt8Array,
    Video,
    VideoFile,
)
from mmdemo.zero_gpu import LENT

SPAN_SECONDS = 5.0
"""Span of sound that a search looks at, as in the local profile."""
CPU_PICTURES_AT_ONCE, GPU_PICTURES_AT_ONCE = 2, 16


@dataclass(frozen=True)
class _Facts:
    """What there is to know of the model while it is out of memory."""

    dimension: int
    width: int
    modalities: frozenset[Modality]
    calibration: Calibration | None


class HubBackbone:
    """Keeps the `mmdemo.backbone.base.Backbone` protocol with a model of the hub.

    Args:
        settings: device, size, image tokens, towers left out, folders.
        model: which.
        folder: where it lies, whole (see `mmdemo.hub.download.download`).
        whisper: that speech is recognised with; None for the one that ships.

    Raises:
        DeviceUnavailable: a GPU was forced and there is none.
    """

    scale = UNFITTED_SCALE

    def __init__(self, settings: Settings, model: HubModel, folder: Path, whisper: SpeechFiles | None = None) -> None:
        self._settings = settings
        self._model, self._folder = model, folder
        self.device = choose_device(settings)
        self.network_device = network_device(settings)
        self.lock = threading.RLock()
        self._hearing = Hearing(settings, self.device, self.lock, whisper)
        self._cache = self._hearing.cache
        self._sources = SoundSources()
        self._embedder: IdleModel[Embedder] = IdleModel(self._load, idle_seconds(settings))

    def _load(self) -> Embedder:
        hub = self._settings.hub
        with self.lock:
            if self.network_device == LENT:
                return LentEmbedder(self._model, self._folder, hub)
            return load_embedder(self._model, self._folder, hub, self.network_device)

    @cached_property
    def _facts(self) -> _Facts:
        with self._embedder.use() as model:
            return _Facts(model.dimension, model.width, model.modalities, model.calibration)

    @cached_property
    def _weights_id(self) -> str:
        tokens = image_tokens(self._settings.hub, self.network_device)
        return f"hub:{identity(self._model, self._folder)}-i{tokens}"

    @cached_property
    def model_id(self) -> str:
        """Name of the weights, the tokens a picture gets, and the dimensions that are kept.

        Raises:
            HubError: the model cannot be loaded.
        """
        return f"{self._weights_id}-d{self._facts.dimension}"

    def check(self) -> None:
        """Load the model once, so that what is wrong with it shows before it is relied on.

        Raises:
            HubError: it cannot be loaded.
        """
        assert self._facts.dimension

    @property
    def hearing(self) -> Hearing:
        """The front end that the speech recogniser shares."""
        return self._hearing

    @property
    def loaded(self) -> bool:
        """Tell whether the large model is in memory."""
        return self._embedder.loaded

    def unload(self) -> bool:
        """Let the large model go until it is needed again; False while it works."""
        return self._embedder.unload()

    def encode(self, media: Media | Encoding) -> Encoding:
        """Encode media, or return what is encoded already (see the protocol)."""
        return encode_media(media, self)

    def encode_images(self, images: Sequence[Image | ImageFile]) -> list[Encoding]:
        """Encode pictures in batches; same order."""
        self._demand("image")
        keys = [f"{self.model_id}:{image.sha256}" for image in images]
        return self._cache.get_or_make(keys, lambda missing: self._image_encodings([images[i] for i in missing]))

    def encode_texts(self, texts: Sequence[Text]) -> list[Encoding]:
        """Encode texts in batches; same order."""
        keys = [f"{self.model_id}:{text.role}:{text.sha256}" for text in texts]
        return self._cache.get_or_make(keys, lambda missing: self._text_encodings([texts[i] for i in missing]))

    def _demand(self, modality: Modality) -> None:
        if modality not in self._facts.modalities:
            raise ModelLacksModality(model=self._model.repository, kind=modality)

    def _pictures_at_once(self) -> int:
        return CPU_PICTURES_AT_ONCE if self.network_device == "cpu" else GPU_PICTURES_AT_ONCE

    def _image_encodings(self, images: Sequence[Image | ImageFile]) -> list[Encoding]:
        pixels = [self._pixels(image) for image in images]
        found: list[Embedded] = []
        while len(found) < len(pixels):
            found += self._embed_pictures(pixels[len(found) : len(found) + self._pictures_at_once()])
        return [
            replace(self._encoding("image", item, image.sha256), pictures=(small_copy(shown),))
            for image, item, shown in zip(images, found, pixels, strict=True)
        ]

    def _embed_pictures(self, pictures: Sequence[UInt8Array]) -> list[Embedded]:
        with self._embedder.use() as model, self.lock:
            return model.embed_pictures(pictures)

    def _pixels(self, image: Image | ImageFile) -> UInt8Array:
        if isinstance(image, ImageFile):
            image = load_image(image.path, self._settings.limits, image.source)
        return image.pixels

    def _text_encodings(self, texts: Sequence[Text]) -> list[Encoding]:
        with self._embedder.use() as model, self.lock:
            found = model.embed_texts(texts)
        return [self._encoding("text", item, text.sha256) for text, item in zip(texts, found, strict=True)]

    def _encoding(self, modality: Modality, item: Embedded, sha256: str) -> Encoding:
        embedding = mean_embedding(item.tokens, self._facts.dimension)
        doubts = () if modality == "text" else self._doubts()
        return Encoding(modality, item.tokens, item.spans, self.model_id, sha256, embedding=embedding, reasons=doubts)

    def _doubts(self) -> tuple[Sentence, ...]:
        return () if self._facts.calibration is not None else (reasons.unfitted_probabilities(),)

    def encode_frames(self, video: Video | VideoFile) -> Generator[float, None, Encoding]:
        """Encode the pictures of a clip in steps (see the protocol)."""
        self._demand("image")
        key = f"{self.model_id}:video:{video.sha256}"
        found = self._cache.get(key)
        if found is None:
            found = yield from encode_clip(
                video,
                self._embed_pictures,
                self._facts.dimension,
                self._pictures_at_once(),
                self._settings.limits,
                self.model_id,
                self._doubts(),
            )
            self._cache.put(key, found)
        return found

    def encode_clip(self, video: Video | VideoFile) -> Encoding:
        """Encode a clip with its sound."""
        pictures = run_through(self.encode_frames(video))
        if video.audio is None:
            return pictures
        if "audio" not in self._facts.modalities:
            silent = (*pictures.reasons, reasons.sound_left_out())
            return replace(pictures, soundtrack=self.encode_sound(video.audio), reasons=silent)
        soundtrack = self.encode_recording(video.audio)
        doubts = tuple(dict.fromkeys((*pictures.reasons, *soundtrack.reasons)))
        return replace(pictures, soundtrack=soundtrack, reasons=doubts)

    def encode_sound(self, audio: Audio | AudioFile) -> Encoding:
        """Encode a recording for speech alone (see the protocol)."""
        self._sources.remember(audio)
        return self._hearing.encode_sound(audio)

    def encode_windows(self, audio: Audio | AudioFile) -> Generator[EncodedWindow, None, None]:
        """Encode a recording for speech, window by window (see the protocol)."""
        self._sources.remember(audio)
        return self._hearing.encode_windows(audio)

    def encode_recording(self, audio: Audio | AudioFile) -> Encoding:
        """Encode a recording with its embedding."""
        self._demand("audio")
        heard = self.encode_sound(audio)
        embedding = recording_embedding(self._sound_windows(heard), self._facts.dimension)
        doubts = (*heard.reasons, *self._doubts())
        return replace(heard, model_id=self.model_id, embedding=embedding, reasons=doubts)

    @cached_property
    def _sound_store(self) -> AudioTokenStore:
        return AudioTokenStore(
            self._settings.cache_dir / "encodings",
            model_id=self._weights_id,
            width=self._facts.width,
            ending_count=0,
            max_bytes=int(self._settings.encoding_cache_megabytes * MEGABYTE),
        )

    def _sound_windows(self, heard: Encoding) -> Encoding:
        """Return the windows of a recording that the front end knows, embedding those that are missing."""
        found = self._sound_store.open(heard.sha256)
        if found is not None:
            return found
        source, limits = self._sources.find(heard.sha256), self._settings.limits
        return run_through(encode_sound_windows(source, heard, self._embed_sounds, self._sound_store, limits))

    def _embed_sounds(self, waveforms: list[Float32Array]) -> list[Float32Array]:
        with self._embedder.use() as model, self.lock:
            return [item.tokens.mean(axis=0) for item in model.embed_sounds(waveforms)]

    def embed_spans(
        self, encoding: Encoding, span_seconds: float = SPAN_SECONDS, hop_seconds: float | None = None
    ) -> tuple[tuple[Span, Float32Array], ...]:
        """Embed spans of sound, or the frames of a clip (see the protocol)."""
        if encoding.modality == "video":
            return frame_embeddings(encoding, self._facts.dimension)
        if encoding.modality != "audio" or "audio" not in self._facts.modalities:
            return ()
        hop = span_seconds / 2 if hop_seconds is None else hop_seconds
        return span_embeddings(self._sound_windows(encoding), self._facts.dimension, span_seconds, hop)

    def match_probability(self, similarity: float, first: Modality, second: Modality) -> float:
        """Return the probability by the model's own calibration, or by a flat prior where it has none."""
        return (self._facts.calibration or UNFITTED_CALIBRATION).probability(similarity)

    def statistics(self) -> CacheStatistics:
        """Return the counters of the cache."""
        found = self._cache.statistics()
        return replace(found, disk_bytes=found.disk_bytes + self._sound_store.total_bytes())

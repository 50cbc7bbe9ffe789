"""The local profile's backbone: three frozen towers, loaded when first needed, behind one lock and one cache."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Generator, Sequence
from dataclasses import replace
from functools import cached_property

from mmdemo.backbone.audio_tower import AudioTower
from mmdemo.backbone.base import CacheStatistics, Media, encode_media
from mmdemo.backbone.clips import encode_clip
from mmdemo.backbone.embedding import (
    SPAN_SECONDS,
    embed_texts,
    frame_embeddings,
    recording_embedding,
    sound_embeddings,
)
from mmdemo.backbone.head_files import heads_folder, read_config
from mmdemo.backbone.hearing import Hearing
from mmdemo.backbone.image_tower import ImageTower, grid_boxes
from mmdemo.backbone.joint_space import JointSpace
from mmdemo.backbone.similarity import LOCAL_SCALE
from mmdemo.backbone.text_tower import TextTower
from mmdemo.config import Settings
from mmdemo.device import choose_device, choose_threads, torch_device
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
    Span,
    Text,
    UInt8Array,
    Video,
    VideoFile,
)
from mmdemo.weights import IMAGE_TOWER, TEXT_TOWER, locate

HELD_SOUND_EMBEDDINGS = 4096
"""Recordings whose embedding stays in memory: 6 MB."""


class LocalBackbone:
    """Keeps the `mmdemo.backbone.base.Backbone` protocol with models that run offline on two cores.

    Args:
        settings: device, threads, cache folder and bounds.

    Raises:
        DeviceUnavailable: a GPU was forced and there is none.
    """

    def __init__(self, settings: Settings) -> None:
        self.scale = LOCAL_SCALE
        self._settings = settings
        self.device = choose_device(settings)
        self.lock = threading.RLock()
        self._sound_embeddings: OrderedDict[str, Float32Array] = OrderedDict()
        self._hearing = Hearing(settings, self.device, self.lock)
        self._cache = self._hearing.cache

    @cached_property
    def model_id(self) -> str:
        """Name of the towers and of the heads.

        Raises:
            WeightsMissing: there are no heads.
            WeightsCorrupt: they are damaged.
        """
        towers = (ImageTower.model_id, TextTower.model_id, AudioTower.model_id)
        return "local:" + "+".join([*towers, read_config(heads_folder())["model_id"]])

    @cached_property
    def joint_space(self) -> JointSpace:
        """The projection heads."""
        with self.lock:
            return JointSpace.load(heads_folder(), torch_device(self.device))

    @property
    def hearing(self) -> Hearing:
        """The front end that the speech recogniser shares."""
        return self._hearing

    @property
    def audio_tower(self) -> AudioTower:
        """The audio tower; the speech recogniser shares its model."""
        return self._hearing.audio_tower

    @cached_property
    def image_tower(self) -> ImageTower:
        """The image tower."""
        with self.lock:
            import torch

            torch.set_num_threads(choose_threads(self._settings))
            weights = locate(IMAGE_TOWER, self._settings)
            return ImageTower.load(weights.file(IMAGE_TOWER.files[0]), torch.device(torch_device(self.device)))

    @cached_property
    def text_tower(self) -> TextTower:
        """The text tower."""
        with self.lock:
            import torch

            torch.set_num_threads(choose_threads(self._settings))
            weights = locate(TEXT_TOWER, self._settings)
            return TextTower.load(weights.folder, torch.device(torch_device(self.device)))

    def encode(self, media: Media | Encoding) -> Encoding:
        """Encode media, or return what is encoded already (see the protocol)."""
        return encode_media(media, self)

    def encode_images(self, images: Sequence[Image | ImageFile]) -> list[Encoding]:
        """Encode pictures in batches; same order."""
        keys = [f"{ImageTower.model_id}:{image.sha256}" for image in images]
        return self._cache.get_or_make(keys, lambda positions: self._image_encodings([images[i] for i in positions]))

    def encode_texts(self, texts: Sequence[Text]) -> list[Encoding]:
        """Encode texts in batches; same order."""
        keys = [f"{TextTower.model_id}:{text.sha256}" for text in texts]
        return self._cache.get_or_make(keys, lambda positions: self._text_encodings([texts[i] for i in positions]))

    def _image_encodings(self, images: Sequence[Image | ImageFile]) -> list[Encoding]:
        tower = self.image_tower
        pixels = [self._pixels(image) for image in images]
        with self.lock:
            tokens = tower.encode(pixels)  # [B, 81, D]
            embeddings = self.joint_space.embed_images(tokens)  # [B, 384]
        boxes = grid_boxes(tower.grid)
        model_id = self._entered(ImageTower.model_id)
        return [
            Encoding("image", tokens[i], boxes, model_id, image.sha256, embedding=embeddings[i])
            for i, image in enumerate(images)
        ]

    def _entered(self, tower_id: str) -> str:
        """Name a tower and the heads behind it."""
        return f"{tower_id}+{self.joint_space.model_id}"

    def _pixels(self, image: Image | ImageFile) -> UInt8Array:
        if isinstance(image, ImageFile):
            image = load_image(image.path, self._settings.limits, image.source)
        return image.pixels

    def _text_encodings(self, texts: Sequence[Text]) -> list[Encoding]:
        tower = self.text_tower
        with self.lock:
            encoded = tower.encode([text.text for text in texts])
            embeddings = embed_texts([text.text for text in texts], encoded, self.joint_space)  # [B, 384]
        model_id = self._entered(TextTower.model_id)
        return [
            Encoding("text", found.tokens, found.spans, model_id, text.sha256, embedding=embedding)
            for text, found, embedding in zip(texts, encoded, embeddings, strict=True)
        ]

    def encode_frames(self, video: Video | VideoFile) -> Generator[float, None, Encoding]:
        """Encode the pictures of a clip in steps (see the protocol)."""
        key = f"{ImageTower.model_id}:video:{video.sha256}"
        found = self._cache.get(key)
        if found is None:
            model_id, limits = self._entered(ImageTower.model_id), self._settings.limits
            found = yield from encode_clip(video, self.image_tower, self.joint_space, self.lock, limits, model_id)
            self._cache.put(key, found)
        return found

    def encode_clip(self, video: Video | VideoFile) -> Encoding:
        """Encode a clip with its sound."""
        pictures = run_through(self.encode_frames(video))
        if video.audio is None:
            return pictures
        soundtrack = self.encode_recording(video.audio)
        return replace(pictures, soundtrack=soundtrack, reasons=soundtrack.reasons)

    def encode_sound(self, audio: Audio | AudioFile) -> Encoding:
        """Encode a recording without its embedding (see the protocol)."""
        return self._hearing.encode_sound(audio)

    def encode_recording(self, audio: Audio | AudioFile) -> Encoding:
        """Encode a recording with its embedding."""
        found = self.encode_sound(audio)
        model_id = self._entered(AudioTower.model_id)
        return replace(found, model_id=model_id, embedding=self._sound_embedding(found))

    def _sound_embedding(self, encoding: Encoding) -> Float32Array:
        """Return a recording's embedding, computed once in this process."""
        found = self._sound_embeddings.get(encoding.sha256)
        if found is None:
            found = recording_embedding(encoding, self.joint_space, self.lock)
            self._sound_embeddings[encoding.sha256] = found
            if len(self._sound_embeddings) > HELD_SOUND_EMBEDDINGS:
                self._sound_embeddings.popitem(last=False)
        return found

    def embed_spans(
        self, encoding: Encoding, span_seconds: float = SPAN_SECONDS, hop_seconds: float | None = None
    ) -> tuple[tuple[Span, Float32Array], ...]:
        """Embed spans of sound, or the frames of a clip (see the protocol)."""
        if encoding.modality == "video":
            return frame_embeddings(encoding, self.joint_space, self.lock)
        if encoding.modality != "audio":
            return ()
        hop = span_seconds / 2 if hop_seconds is None else hop_seconds
        return tuple(sound_embeddings(encoding, self.joint_space, self.lock, span_seconds, hop))

    def match_probability(self, similarity: float, first: Modality, second: Modality) -> float:
        """Return the calibrated probability that two items belong together (see the protocol)."""
        return self.joint_space.match_probability(similarity, first, second)

    def encode_windows(self, audio: Audio | AudioFile) -> Generator[EncodedWindow, None, None]:
        """Encode a recording window by window (see the protocol)."""
        return self._hearing.encode_windows(audio)

    def statistics(self) -> CacheStatistics:
        """Return the counters of the cache."""
        return self._cache.statistics()

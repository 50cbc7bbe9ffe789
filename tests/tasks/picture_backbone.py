"""A backbone for pictures and clips that decodes them, and sees nothing but their mean colour."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable, Generator, Sequence
from typing import Any

import numpy as np

from mmdemo.backbone.base import CacheStatistics
from mmdemo.backbone.image_tower import grid_boxes
from mmdemo.backbone.similarity import LOCAL_SCALE
from mmdemo.config import Limits
from mmdemo.media import load_image, load_video
from mmdemo.types import (
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

WIDTH = 16
TOKEN_WIDTH = 4
GRID = 9


def _unit(vector: Any) -> Float32Array:
    vector = np.asarray(vector, np.float32)
    return vector / max(float(np.linalg.norm(vector)), 1e-6)


def colour_vector(pixels: UInt8Array) -> Float32Array:
    """The direction of a picture: that of its mean colour about grey, and a little of what all pictures share."""
    colour = pixels.reshape(-1, 3).mean(axis=0) / 127.5 - 1  # [3]
    return _unit([*colour, 0.1, *np.zeros(WIDTH - 4)])


def text_vector(text: str) -> Float32Array:
    """A direction of its own for every text, which leans towards no picture."""
    vector = np.random.default_rng(zlib.crc32(text.encode())).standard_normal(WIDTH)
    vector[:4] = 0.0
    return _unit(vector)


class PictureBackbone:
    """Keeps the protocol for pictures, clips without sound, and texts; counts what it encodes.

    Args:
        model_id: its name.
        on_encode: called with the source of every picture, and of a clip for each frame, before it is encoded: to
            slow it down or to fail.
        text_vectors: makes the embedding of a text.
    """

    device = "cpu"
    scale = LOCAL_SCALE

    def __init__(
        self,
        model_id: str = "colours",
        on_encode: Callable[[str], None] | None = None,
        text_vectors: Callable[[str], Float32Array] = text_vector,
    ) -> None:
        self.model_id = model_id
        self.lock = threading.RLock()
        self.on_encode = on_encode or (lambda source: None)
        self.text_vectors = text_vectors
        self.encoded: list[str] = []
        self.batches: list[int] = []
        self.limits = Limits()

    def encode(self, media: Any) -> Encoding:
        if isinstance(media, Encoding):
            return media
        if isinstance(media, Text):
            return self.encode_texts([media])[0]
        if isinstance(media, Video | VideoFile):
            steps = self.encode_frames(media)
            while True:
                try:
                    next(steps)
                except StopIteration as ended:
                    return ended.value
        return self.encode_images([media])[0]

    def encode_images(self, images: Sequence[Image | ImageFile]) -> list[Encoding]:
        self.batches.append(len(images))
        return [self._picture(image) for image in images]

    def _picture(self, image: Image | ImageFile) -> Encoding:
        self.on_encode(image.source)
        if isinstance(image, ImageFile):
            image = load_image(image.path, self.limits, image.source)
        self.encoded.append(image.source)
        vector = colour_vector(image.pixels)
        tokens = np.tile(vector[:TOKEN_WIDTH], (GRID**2, 1))
        return Encoding("image", tokens, grid_boxes(GRID), self.model_id, image.sha256, embedding=vector)

    def encode_frames(self, video: Video | VideoFile) -> Generator[float, None, Encoding]:
        if isinstance(video, VideoFile):
            yield 0.0
            video = load_video(video.path, self.limits, video.source)
        vectors = []
        for number, frame in enumerate(video.frames):
            self.on_encode(video.source)
            self.encoded.append(video.source)
            vectors.append(colour_vector(frame))
            yield (number + 1) / len(video.frames)
        ends = [*video.frame_times[1:], max(video.duration, video.frame_times[-1])]
        spans = np.stack([video.frame_times, ends], axis=1).astype(np.float32)  # [F, 2]
        rows = np.stack(vectors)[:, :TOKEN_WIDTH].astype(np.float16)
        return Encoding(
            "video",
            np.repeat(rows, GRID**2, axis=0),
            np.repeat(spans, GRID**2, axis=0),
            self.model_id,
            video.sha256,
            embedding=_unit(np.mean(vectors, axis=0)),
            duration=video.duration,
        )

    def encode_texts(self, texts: Sequence[Text]) -> list[Encoding]:
        spans = np.zeros((1, 2), np.float32)
        return [
            Encoding(
                "text", np.zeros((1, 4), np.float32), spans, self.model_id, text.sha256, self.text_vectors(text.text)
            )
            for text in texts
        ]

    def embed_spans(self, encoding: Encoding, *_: float) -> tuple[tuple[Span, Float32Array], ...]:
        frames = []
        for row in range(0, len(encoding.tokens) if encoding.modality == "video" else 0, GRID**2):
            start, end = map(float, encoding.spans[row])
            colour = np.asarray(encoding.tokens[row], np.float32)
            frames.append((Span(start, end), _unit([*colour, *np.zeros(WIDTH - TOKEN_WIDTH)])))
        return tuple(frames)

    def match_probability(self, similarity: float, first: Modality, second: Modality) -> float:
        return float(1 / (1 + np.exp(-12 * (similarity + 0.1))))

    def statistics(self) -> CacheStatistics:
        return CacheStatistics(0, len(self.encoded), 0, 0)

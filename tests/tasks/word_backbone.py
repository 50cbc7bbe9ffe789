"""A backbone that reads the words in file names and texts: what shares words is near, and nothing is decoded."""

from __future__ import annotations

import re
import threading
import zlib
from collections.abc import Callable, Generator, Sequence
from typing import Any

import numpy as np

from mmdemo.backbone.similarity import LOCAL_SCALE
from mmdemo.errors import UnreadableMedia
from mmdemo.types import AudioFile, Encoding, Float32Array, ImageFile, Modality, Span, Text, VideoFile

WIDTH = 32
SPAN_SECONDS = 5.0


def word_vector(word: str) -> Float32Array:
    """A direction of its own for every word."""
    vector = np.random.default_rng(zlib.crc32(word.encode())).standard_normal(WIDTH)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def words_vector(text: str) -> Float32Array:
    """The direction of a text: the sum of its words'."""
    words = re.findall(r"[a-z]+\d*|[\u4e00-\u9fff]", text.lower()) or ["nothing"]
    total = np.sum([word_vector(word) for word in words], axis=0)
    return (total / np.linalg.norm(total)).astype(np.float32)


class WordBackbone:
    """Keeps the protocol; a recording's span number n also carries the word ``part<n>``.

    Args:
        model_id: its name.
        on_encode: called with the name of every file before it is encoded, to slow it down or to fail.
    """

    device = "cpu"
    scale = LOCAL_SCALE

    def __init__(self, model_id: str = "words", on_encode: Callable[[str], None] | None = None) -> None:
        self.model_id = model_id
        self.lock = threading.RLock()
        self.on_encode = on_encode or (lambda name: None)
        self.encoded: list[str] = []

    def encode(self, media: Any) -> Encoding:
        if isinstance(media, Encoding):
            return media
        if isinstance(media, Text):
            return self._encoding("text", words_vector(media.text), media.sha256)
        name = media.path.stem
        self.on_encode(name)
        if "broken" in name:
            raise UnreadableMedia(name=media.source)
        self.encoded.append(name)
        kinds = {ImageFile: "image", AudioFile: "audio", VideoFile: "video"}
        duration = 0.0 if isinstance(media, ImageFile) else media.duration
        return self._encoding(kinds[type(media)], words_vector(name), media.sha256, duration)

    def _encoding(self, modality: Any, vector: Float32Array, sha256: str, duration: float = 0.0) -> Encoding:
        tokens = np.zeros((1, 4), np.float32)
        return Encoding(
            modality, tokens, np.zeros((1, 2), np.float32), self.model_id, sha256, embedding=vector, duration=duration
        )

    def encode_frames(self, video: VideoFile) -> Generator[float, None, Encoding]:
        yield 1.0
        return self._encoding("video", words_vector(video.path.stem), video.sha256, video.duration)

    def encode_sound(self, audio: AudioFile) -> Encoding:
        return self._encoding("audio", words_vector(audio.path.stem), audio.sha256, audio.duration)

    def encode_images(self, images: Sequence[Any]) -> list[Encoding]:
        return [self.encode(image) for image in images]

    def encode_texts(self, texts: Sequence[Text]) -> list[Encoding]:
        return [self.encode(text) for text in texts]

    def embed_spans(self, encoding: Encoding, span_seconds: float = SPAN_SECONDS) -> tuple[Any, ...]:
        count = int(encoding.duration // span_seconds)
        assert encoding.embedding is not None
        spans = []
        for n in range(count):
            vector = encoding.embedding + word_vector(f"part{n}")
            spans.append((Span(n * span_seconds, (n + 1) * span_seconds), vector / np.linalg.norm(vector)))
        return tuple(spans)

    def match_probability(self, similarity: float, first: Modality, second: Modality) -> float:
        return float(1 / (1 + np.exp(-12 * (similarity - 0.4))))

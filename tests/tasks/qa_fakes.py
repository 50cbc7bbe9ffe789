"""Models to ask with: pictures are colours, texts name them, and speech says what a test wants."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from mmdemo.backbone.base import CacheStatistics
from mmdemo.config import Limits
from mmdemo.media import open_media
from mmdemo.runtime import Models
from mmdemo.speech import RecognisedWindow, split_sentences
from mmdemo.types import (
    Audio,
    AudioFile,
    EncodedWindow,
    Encoding,
    Float32Array,
    Modality,
    Text,
    Video,
    VideoFile,
    Word,
)
from tests.fakes import FakeBackbone, FakeFamiliarity, FakeGenerator, FakeSpeech
from tests.tasks.picture_backbone import WIDTH, PictureBackbone, text_vector

COLOURS = {"red": 0, "green": 1, "blue": 2, "红": 0, "绿": 1, "蓝": 2}


def coloured_text(text: str) -> Float32Array:
    """The direction of the colour that a text names, as pictures of it have; of its own for others."""
    for word, place in COLOURS.items():
        if word in text.lower():
            vector = np.full(WIDTH, 0.0, np.float32)
            vector[:3] = -0.5
            vector[place] = 0.7
            return vector / np.float32(np.linalg.norm(vector))
    return text_vector(text)


class AskBackbone(PictureBackbone):
    """Pictures and clips of colours, and recordings of four windows of 10 s; counts everything that it encodes."""

    def __init__(self) -> None:
        super().__init__(text_vectors=coloured_text)
        self.sounds = FakeBackbone()
        self.kept: dict[str, Encoding] = {}
        self.embedded = 0

    def encode(self, media: Any) -> Encoding:
        if isinstance(media, Audio | AudioFile):
            return self.encode_sound(media)
        if isinstance(media, Video | VideoFile):
            pictures = super().encode(media)
            return pictures if media.audio is None else replace(pictures, soundtrack=self.encode(media.audio))
        if isinstance(media, Encoding | Text):
            return super().encode(media)
        return self._once(media.sha256, lambda: super(AskBackbone, self).encode(media))

    def _once(self, key: str, encode: Any) -> Encoding:
        if key not in self.kept:
            self.kept[key] = encode()
        return self.kept[key]

    def encode_frames(self, video: Video | VideoFile) -> Generator[float, None, Encoding]:
        key = f"frames:{video.sha256}"
        if key not in self.kept:
            self.kept[key] = yield from super().encode_frames(video)
        return self.kept[key]

    def encode_windows(self, audio: Audio | AudioFile) -> Generator[EncodedWindow, None, None]:
        return self.sounds.encode_windows(audio)

    def encode_sound(self, audio: Audio | AudioFile) -> Encoding:
        return replace(self.sounds.encode(audio), sha256=audio.sha256, embedding=text_vector("sound"))

    def embed_spans(self, encoding: Encoding, *rest: float) -> Any:
        self.embedded += 1
        return super().embed_spans(encoding, *rest)

    def match_probability(self, similarity: float, first: Modality, second: Modality) -> float:
        return float(1 / (1 + np.exp(-12 * (similarity - 0.4))))

    def statistics(self) -> CacheStatistics:
        return CacheStatistics(0, len(self.encoded) + len(self.sounds.encoded), 0, 0)


class SayingSpeech(FakeSpeech):
    """Says one sentence in each window.

    Args:
        sentences: in order; windows beyond them are silent.
    """

    def __init__(self, sentences: Sequence[str], language: str = "en") -> None:
        super().__init__(((language, 0.95),))
        self.sentences = sentences

    def transcribe_window(self, encoded: EncodedWindow, language: str) -> RecognisedWindow:
        number = int(encoded.tokens[0, 0])
        self.heard.append((number, language))
        said = self.sentences[number].split(" ") if number < len(self.sentences) else []
        start = encoded.window.start + 1
        words = tuple(Word(f" {text}", start + 0.5 * i, start + 0.5 * i + 0.4, 0.9) for i, text in enumerate(said))
        return RecognisedWindow(split_sentences(words), imagined=0, repeated=False)


def ask_models(
    sentences: Sequence[str] = (), present: Sequence[str] | None = None, probability: float = 0.6
) -> tuple[Models, AskBackbone, SayingSpeech]:
    """Return models over fakes, and those of the fakes that count."""
    backbone, speech = AskBackbone(), SayingSpeech(sentences)
    generator = FakeGenerator(present, probability)
    models = Models(backbone, speech, generator, FakeFamiliarity())  # type: ignore[arg-type]
    return models, backbone, speech


def opened(path: Path) -> Any:
    """Open media as the app does."""
    return open_media(path, Limits())

"""A backbone for pictures without a model, and models around it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from mmdemo import media
from mmdemo.backbone.similarity import LOCAL_SCALE
from mmdemo.config import settings
from mmdemo.runtime import Models
from mmdemo.types import Encoding, Image, ImageFile, Text
from mmdemo.ui import pipeline
from tests.fakes import GATE_SECONDS, FakeFamiliarity, FakeGenerator

WIDTH = 16


class PictureBackbone:
    """Finds everything equally near, so that candidates keep their order; counts the pictures it encoded."""

    model_id = "fake"
    device = "cpu"
    scale = LOCAL_SCALE

    def __init__(self, probability: float = 0.9) -> None:
        self.lock = threading.RLock()
        self.probability = probability
        self.encoded: list[str] = []
        self.gate: threading.Semaphore | None = None  # one release a picture, when set

    def encode(self, media: Any) -> Encoding:
        if isinstance(media, Encoding):
            return media
        assert isinstance(media, Image | ImageFile), "only pictures are encoded here"
        if self.gate is not None:
            assert self.gate.acquire(timeout=GATE_SECONDS), "the test never let the picture through"
        self.encoded.append(media.source)
        return _encoding("image", media.sha256, 81)

    def encode_images(self, images: Sequence[Any]) -> list[Encoding]:
        return [self.encode(image) for image in images]

    def encode_texts(self, texts: Sequence[Text]) -> list[Encoding]:
        return [_encoding("text", text.sha256, 1) for text in texts]

    def match_probability(self, similarity: float, first: str, second: str) -> float:
        return self.probability


def _encoding(modality: Any, sha256: str, count: int) -> Encoding:
    vector = np.ones(WIDTH)
    return Encoding(
        modality=modality,
        tokens=np.zeros((count, 4), np.float32),
        spans=np.zeros((count, 4), np.float32),
        model_id="fake",
        sha256=sha256,
        embedding=(vector / np.linalg.norm(vector)).astype(np.float32),
    )


class PhotoGenerator(FakeGenerator):
    """Writes about a dog; each word looks at a place further to the right."""

    model_id = "fake-photo-generator"

    def captions(self, encodings: Any, prompts: Any, sampling: Any) -> Any:
        from mmdemo.generators.base import Candidate

        english = ("a brown dog runs through the wet grass", "a dog is playing outside", "an animal on a meadow")
        chinese = ("一只棕色的狗在湿草地上奔跑", "一只狗在户外玩耍", "草地上的动物")
        texts = {"en": english, "zh": chinese}
        return [
            [Candidate(text, -1.0 - n) for n, text in enumerate(texts[prompt.language])][: sampling.count]
            for prompt in prompts
        ]

    def heatmaps(self, encoding: Any, text: str, language: Any) -> Any:
        from mmdemo.types import WordHeatmap

        words = [text[i : i + 2] for i in range(0, len(text), 2)] if language == "zh" else text.split()
        rows, columns = np.mgrid[0:9, 0:9]
        maps = []
        for number, word in enumerate(words):
            centre = 1 + 7 * number / max(len(words) - 1, 1)
            weights = np.exp(-((rows - 5) ** 2 + (columns - centre) ** 2) / 4)
            maps.append(WordHeatmap(word, (weights / weights.sum()).astype(np.float32)))
        return tuple(maps)


def picture_models(
    backbone: PictureBackbone | None = None, generator: FakeGenerator | None = None, foreign: float = 0.0
) -> Models:
    """Return models for captions made of fakes."""
    speech = SimpleNamespace(model_id="fake-speech")
    parts: tuple[Any, ...] = (backbone or PictureBackbone(), speech, generator or FakeGenerator())
    return Models(*parts, FakeFamiliarity(foreign))  # type: ignore[arg-type]


def install(patch: pytest.MonkeyPatch, models: Models, loaded: bool = True) -> None:
    """Put models in the place of the real ones; files are really looked at, even while the app of `served` runs."""
    patch.setattr(pipeline, "load_models", lambda: models)
    patch.setattr(pipeline, "models_loaded", lambda: loaded)
    patch.setattr(pipeline, "probe", lambda path: media.probe(path, settings().limits))
    patch.setattr(pipeline, "player_ready", media.player_ready)

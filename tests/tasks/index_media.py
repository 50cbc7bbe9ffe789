"""Files for the tests of the search index, and short ways to use it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import PIL.Image
import soundfile

from mmdemo.config import Limits
from mmdemo.tasks.retrieval import EmbeddingIndex, IndexProgress
from mmdemo.text import read_text
from mmdemo.types import Hit, Text

NAMES = ("red dog", "blue dog", "red car", "green tree", "old house")


def picture(path: Path, seed: int) -> Path:
    pixels = np.random.default_rng(seed).integers(0, 255, (8, 8, 3)).astype(np.uint8)
    PIL.Image.fromarray(pixels).save(path)
    return path


def recording(path: Path, seconds: float) -> Path:
    soundfile.write(path, np.random.default_rng(1).uniform(-0.1, 0.1, round(8000 * seconds)), 8000)
    return path


def text(value: str) -> Text:
    return read_text(value, Limits())


def add(index: EmbeddingIndex, *paths: Path) -> list[IndexProgress]:
    return list(index.add(paths))


def names(hits: tuple[Hit, ...]) -> list[str]:
    return [Path(hit.source).stem for hit in hits]

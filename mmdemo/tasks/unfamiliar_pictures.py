"""What to offer when a picture is unlike anything the models learned from: the nearest of some everyday labels."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from mmdemo.backbone.base import Backbone
from mmdemo.generators.base import Generator
from mmdemo.tasks.indexing import whole_embedding
from mmdemo.text import text_of
from mmdemo.types import Encoding, Sentence

TABLE = Path(__file__).resolve().parents[2] / "assets" / "labels" / "everyday.tsv"
OFFERED = 3
SURE = 0.4
"""Probability from which a class of the image tower is offered before any label of the joint space."""


@dataclass(frozen=True)
class NamedLabel:
    """A label in both languages and how near it is."""

    en: str
    zh: str
    similarity: float  # cosine in the joint space

    def text(self, language: str) -> str:
        """Return the name in a language."""
        return Sentence(self.en, self.zh).text(language)


@lru_cache(maxsize=1)
def everyday_labels() -> tuple[tuple[str, str], ...]:
    """Return English and Chinese names of kinds of pictures and of things in them."""
    with TABLE.open(encoding="utf-8", newline="") as stream:
        return tuple((row["en"], row["zh"]) for row in csv.DictReader(stream, delimiter="\t"))


def nearest_labels(
    encoding: Encoding, backbone: Backbone, generator: Generator, count: int = OFFERED
) -> tuple[NamedLabel, ...]:
    """Return what a picture rather shows: what the classifier is sure of, then the nearest labels of the joint space.

    Args:
        encoding: of the picture.
        backbone: embeds the labels; they are in its cache after the first time.
        generator: names things where it can.
        count: how many.

    Returns:
        Best first.
    """
    sure = [(thing.en, thing.zh) for thing in generator.names(encoding) if thing.probability >= SURE]
    labels = list(dict.fromkeys([*sure, *everyday_labels()]))
    texts = [text_of(f"a photo of {english}") for english, _ in labels]
    vectors = np.stack([whole_embedding(found) for found in backbone.encode_texts(texts)])  # [L, D]
    similarities = vectors @ whole_embedding(encoding)  # [L]
    nearest = [i for i in np.argsort(-similarities, kind="stable") if i >= len(sure)]
    chosen = [*range(len(sure)), *nearest][:count]
    return tuple(NamedLabel(labels[i][0], labels[i][1], float(similarities[i])) for i in chosen)

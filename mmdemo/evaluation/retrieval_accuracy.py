"""Accuracy of the joint space on captioned pictures: retrieval in both directions and languages, and matching."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from mmdemo.backbone.base import Backbone
from mmdemo.config import Limits
from mmdemo.errors import FileMissing
from mmdemo.evaluation.caption_data import archive_pictures, captioned_pictures
from mmdemo.evaluation.retrieval_metrics import (
    IntArray,
    Recall,
    area_under_curve,
    both_directions,
    calibration_error,
)
from mmdemo.media import load_image
from mmdemo.text import read_text
from mmdemo.types import Encoding, Float32Array, Image

LANGUAGES = ("en", "zh")
BATCH = 32

Rows = list[dict[str, object]]


@dataclass(frozen=True, eq=False)
class Captions:
    """Captions of one language and their embeddings."""

    texts: tuple[str, ...]
    embeddings: Float32Array  # [M, 384]
    owners: IntArray  # [M] the picture of each


@dataclass(frozen=True, eq=False)
class CaptionedSplit:
    """A split in the joint space."""

    pictures: Float32Array  # [N, 384]
    captions: dict[str, Captions]  # by language


def stacked(encodings: Iterable[Encoding]) -> Float32Array:
    """Return the embeddings of encodings as [N, 384]."""
    return np.stack([encoding.embedding for encoding in encodings if encoding.embedding is not None])


def embed_images(images: Iterable[Image], backbone: Backbone) -> Float32Array:
    """Embed pictures in batches; the encodings are not kept."""
    return np.concatenate([stacked(backbone.encode_images(batch)) for batch in _batches(images)])


def _batches(images: Iterable[Image]) -> Iterable[Sequence[Image]]:
    source = iter(images)
    while batch := list(islice(source, BATCH)):
        yield batch


def embed_texts(texts: Sequence[str], backbone: Backbone, limits: Limits) -> Float32Array:
    """Embed texts in batches."""
    parts = [
        stacked(backbone.encode_texts([read_text(text, limits) for text in texts[start : start + BATCH]]))
        for start in range(0, len(texts), BATCH)
    ]
    return np.concatenate(parts)


def captioned_split(folder: Path, split: str, backbone: Backbone, limits: Limits) -> CaptionedSplit:
    """Embed every picture and caption of a split.

    Args:
        folder: laid out like ``flickr8k``.
        split: its name.
        backbone: with the joint space.
        limits: of pictures and texts.

    Raises:
        FileMissing: there is no such split.
    """
    pictures = embed_images(
        (load_image(pixels, limits, "picture") for pixels in archive_pictures(folder / f"{split}.tar")), backbone
    )
    captions = {}
    for language in LANGUAGES:
        if not (folder / f"captions.{language}.tsv").is_file():
            continue
        found = [picture.captions for picture in captioned_pictures(folder, language, split)]
        texts = tuple(text for own in found for text in own)
        owners = np.repeat(np.arange(len(found)), [len(own) for own in found])
        if texts:
            captions[language] = Captions(texts, embed_texts(texts, backbone, limits), owners)
    if not captions:
        raise FileMissing(name=f"{folder}/captions.*.tsv: {split}")
    return CaptionedSplit(pictures, captions)


def recall_rows(name: str, found: Recall) -> Rows:
    """Return the rows of a table for one direction of retrieval."""
    figures = {"R@1": found.r1, "R@5": found.r5, "R@10": found.r10, "median rank": found.median_rank}
    return [{"measure": f"{name} {key}", "value": round(value, 2)} for key, value in figures.items()]


def measure_accuracy(split: CaptionedSplit) -> Rows:
    """Measure retrieval between pictures and captions."""
    rows: Rows = []
    for language, captions in split.captions.items():
        there, back = both_directions(split.pictures, captions.embeddings, captions.owners)
        rows += recall_rows(f"image→text {language}", there) + recall_rows(f"text→image {language}", back)
    return rows


def measure_matching(split: CaptionedSplit, backbone: Backbone) -> Rows:
    """Measure how well true pairs are told from pairs shuffled at random, and whether the probability is honest."""
    rows: Rows = []
    for language, captions in split.captions.items():
        generator = np.random.default_rng(0)
        count = len(split.pictures)
        strangers = (captions.owners + generator.integers(1, max(count, 2), len(captions.owners))) % count
        probabilities = np.array(
            [
                backbone.match_probability(float(split.pictures[owner] @ embedding), "image", "text")
                for owners in (captions.owners, strangers)
                for owner, embedding in zip(owners, captions.embeddings, strict=True)
            ],
            np.float32,
        )
        labels = np.repeat([True, False], len(captions.owners))
        rows += [
            {"measure": f"matching {language} AUC", "value": round(area_under_curve(probabilities, labels), 4)},
            {"measure": f"matching {language} ECE", "value": round(calibration_error(probabilities, labels), 4)},
        ]
    return rows

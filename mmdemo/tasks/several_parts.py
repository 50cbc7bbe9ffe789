"""How much the parts of two pictures that show a thing look alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mmdemo.runtime import Models
from mmdemo.tasks.heatmap_regions import strongest_region
from mmdemo.tasks.qa_presence import YES, closed_question
from mmdemo.tasks.several_evidence import MediumEvidence
from mmdemo.types import CaptionLanguage, Encoding, Float32Array, Region

UNLIKE_COSINE, ALIKE_COSINE = 0.35, 0.85
"""Between the centres of photographs of two different dogs of Flickr8k the cosine is 0.34 (median; 99 % below 0.60),
between two crops of one photograph, coloured differently, 0.92 (median; above 0.82 for 90 %)."""
WHOLE = Region(0.0, 0.0, 1.0, 1.0)


def compare_parts(
    phrase: str, language: CaptionLanguage, found: Sequence[MediumEvidence], models: Models
) -> tuple[tuple[MediumEvidence, ...], float | None]:
    """Compare where two pictures show a thing.

    Args:
        phrase: the thing.
        language: of it.
        found: in each of the media.
        models: of them the generator, which looks for the thing.

    Returns:
        The evidence with the regions that were compared, and how alike they look: 0 as two of a kind, 1 as the same
        photograph; None where there are not two pictures.
    """
    pictures = [piece.picture for piece in found]
    if len(found) != 2 or any(picture is None for picture in pictures):
        return tuple(found), None
    question = closed_question(phrase, language)
    placed, parts = [], []
    for piece in found:
        assert piece.picture is not None
        weights = models.generator.answer_heatmap(piece.picture, question, YES[language], language)  # [9, 9]
        parts.append(part_of(piece.picture, weights))
        placed.append(_with_region(piece, weights))
    return tuple(placed), likeness(parts[0], parts[1])


def part_of(picture: Encoding, weights: Float32Array) -> Float32Array:
    """Return the mean of a picture's tokens under a heatmap, [W].

    Args:
        picture: encoded; its tokens lie on the grid of the heatmap.
        weights: [9, 9] that add up to 1.
    """
    mean: Float32Array = weights.ravel() @ np.asarray(picture.tokens, np.float32)  # [81] @ [81, W]
    return mean


def likeness(first: Float32Array, second: Float32Array) -> float:
    """Return how alike two parts [W] look, 0..1."""
    norms = max(float(np.linalg.norm(first) * np.linalg.norm(second)), 1e-9)
    cosine = float(first @ second) / norms
    return float(np.clip((cosine - UNLIKE_COSINE) / (ALIKE_COSINE - UNLIKE_COSINE), 0.0, 1.0))


def _with_region(piece: MediumEvidence, weights: Float32Array) -> MediumEvidence:
    region, _ = strongest_region(weights)
    if region == WHOLE:
        return piece
    kind = piece.evidence.kind if piece.evidence.kind == "frame" else "region"
    return replace(piece, evidence=replace(piece.evidence, kind=kind, region=region))

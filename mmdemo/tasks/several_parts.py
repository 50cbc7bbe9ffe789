"""How much the parts of two pictures that show a thing look alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mmdemo.backbone.similarity import SimilarityScale
from mmdemo.runtime import Models
from mmdemo.tasks.heatmap_regions import strongest_region
from mmdemo.tasks.qa_presence import YES, closed_question
from mmdemo.tasks.several_evidence import MediumEvidence
from mmdemo.types import CaptionLanguage, Encoding, Float32Array, Region

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
    return tuple(placed), likeness(parts[0], parts[1], models.backbone.scale)


def part_of(picture: Encoding, weights: Float32Array) -> Float32Array:
    """Return the mean of a picture's tokens under a heatmap, [W].

    Args:
        picture: encoded; where its tokens lie does not matter.
        weights: [G, G] that add up to 1.
    """
    shares = np.array([_mean_weight(weights, box) for box in picture.spans], np.float32)  # [T]
    shares /= max(float(shares.sum()), 1e-9)
    mean: Float32Array = shares @ np.asarray(picture.tokens, np.float32)  # [T] @ [T, W]
    return mean


def _mean_weight(weights: Float32Array, box: Float32Array) -> float:
    """Return the mean of the cells of a heatmap whose centres lie in a box, or of the one under the box's centre."""
    side = len(weights)
    centres = (np.arange(side) + 0.5) / side
    columns = np.flatnonzero((centres >= box[0]) & (centres <= box[2]))
    rows = np.flatnonzero((centres >= box[1]) & (centres <= box[3]))
    if not len(columns) or not len(rows):
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        return float(weights[min(int(y * side), side - 1), min(int(x * side), side - 1)])
    return float(weights[np.ix_(rows, columns)].mean())


def likeness(first: Float32Array, second: Float32Array, scale: SimilarityScale) -> float:
    """Return how alike two parts [W] look by the scale of their backbone, 0..1."""
    norms = max(float(np.linalg.norm(first) * np.linalg.norm(second)), 1e-9)
    cosine = float(first @ second) / norms
    return float(np.clip((cosine - scale.unlike_parts) / (scale.alike_parts - scale.unlike_parts), 0.0, 1.0))


def _with_region(piece: MediumEvidence, weights: Float32Array) -> MediumEvidence:
    region, _ = strongest_region(weights)
    if region == WHOLE:
        return piece
    kind = piece.evidence.kind if piece.evidence.kind == "frame" else "region"
    return replace(piece, evidence=replace(piece.evidence, kind=kind, region=region))

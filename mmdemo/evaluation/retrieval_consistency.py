"""Consistency of the joint space: do pictures and texts agree on who is near whom, and does a round trip return."""

from __future__ import annotations

import numpy as np

from mmdemo.evaluation.retrieval_accuracy import CaptionedSplit, Rows
from mmdemo.evaluation.retrieval_metrics import neighbourhood_overlap
from mmdemo.types import Float32Array


def mean_captions(split: CaptionedSplit, language: str) -> tuple[Float32Array, Float32Array]:
    """Return the pictures that have captions and the mean of each one's captions, both [N, 384]."""
    captions = split.captions[language]
    described = np.unique(captions.owners)
    means = np.stack([captions.embeddings[captions.owners == owner].mean(axis=0) for owner in described])
    means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)
    return split.pictures[described], means


def round_trip(there: Float32Array, back: Float32Array) -> float:
    """Return the share (percent) of items whose nearest neighbour in the other view has them as its nearest.

    Args:
        there: [N, D] where the trip starts.
        back: [M, D] what is passed through.
    """
    similarity = there @ back.T  # [N, M]
    returned = similarity[:, similarity.argmax(axis=1)].argmax(axis=0)  # [N]
    return float(100 * np.mean(returned == np.arange(len(there))))


def measure_consistency(split: CaptionedSplit) -> Rows:
    """Measure agreement between pictures and captions, and between the two languages."""
    rows: Rows = []
    means: dict[str, Float32Array] = {}
    for language, captions in split.captions.items():
        pictures, means[language] = mean_captions(split, language)
        rows += [
            {
                "measure": f"10-neighbour overlap image/text {language}",
                "value": round(neighbourhood_overlap(pictures, means[language]), 4),
            },
            {
                "measure": f"image→text→image {language} returns %",
                "value": round(round_trip(split.pictures, captions.embeddings), 2),
            },
            {
                "measure": f"modality gap image/text {language}",
                "value": round(float(np.linalg.norm(pictures.mean(axis=0) - means[language].mean(axis=0))), 4),
            },
        ]
    if {"en", "zh"} <= means.keys() and len(means["en"]) == len(means["zh"]):
        overlap = neighbourhood_overlap(means["en"], means["zh"])
        rows.append({"measure": "10-neighbour overlap en/zh", "value": round(overlap, 4)})
    return rows

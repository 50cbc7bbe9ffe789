"""A flat map of the joint space: what is near in 384 dimensions stands near, as far as two can show it."""

from __future__ import annotations

import numpy as np

from mmdemo.types import Float32Array

MARGIN = 0.06
"""Share of the map left free at each edge."""
SHARPNESS = 0.05
"""Similarity by which one neighbour pulls the query e times as hard as another."""
EVENNESS = 0.5
"""How far the places are moved towards equal gaps: kinds of media are so far apart that their items would overlap."""


def map_positions(vectors: Float32Array) -> Float32Array:
    """Lay items out on the two directions in which they differ most (PCA), half-way to equal gaps.

    Args:
        vectors: [N, D] of unit norm.

    Returns:
        [N, 2] in 0..1, the same for the same vectors; a single item stands in the middle.
    """
    if len(vectors) < 2:
        return np.full((len(vectors), 2), 0.5, np.float32)
    centred = vectors - vectors.mean(axis=0)  # [N, D]
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    axes = np.zeros((2, vectors.shape[1]), np.float32)
    axes[: min(2, len(directions))] = directions[:2]
    # The sign of a direction is arbitrary: it is fixed, so that the map does not flip when an item is added.
    largest = np.abs(axes).argmax(axis=1)
    axes *= np.where(axes[[0, 1], largest] < 0, -1.0, 1.0)[:, None]
    flat = centred @ axes.T  # [N, 2]
    low, high = flat.min(axis=0), flat.max(axis=0)
    scaled = np.where(high - low > 1e-6, (flat - low) / np.maximum(high - low, 1e-6), 0.5)  # [N, 2]
    scaled = (1 - EVENNESS) * scaled + EVENNESS * np.stack([_evenly(column) for column in scaled.T], axis=1)
    return (MARGIN + (1 - 2 * MARGIN) * scaled).astype(np.float32)


def _evenly(values: Float32Array) -> Float32Array:
    """Replace values [N] by their ranks in 0..1; equal ones stay equal."""
    distinct, ranks = np.unique(values.round(4), return_inverse=True)
    even: Float32Array = (ranks / (len(distinct) - 1) if len(distinct) > 1 else values).astype(np.float32)
    return even


def query_position(positions: Float32Array, scores: Float32Array) -> Float32Array:
    """Place a query among its nearest neighbours.

    A text lies far from every picture in the joint space, so its own projection would say little.

    Args:
        positions: [K, 2] of its neighbours; K is at least 1.
        scores: [K] their similarities.

    Returns:
        [2], the mean of the neighbours' places, each weighted by how near it is.
    """
    weights = np.exp((scores - scores.max()) / SHARPNESS)
    placed: Float32Array = (weights @ positions / weights.sum()).astype(np.float32)
    return placed

"""Figures of retrieval and matching, as pure functions of similarities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mmdemo.types import Float32Array

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Recall:
    """How often the right item stands among the first; ranks count from 1."""

    r1: float
    r5: float
    r10: float
    median_rank: float
    queries: int


def ranks(similarity: Float32Array, relevant: BoolArray) -> IntArray:
    """Return the rank of the best relevant item of each query; an equal score of another item counts against it.

    Args:
        similarity: [Q, N].
        relevant: [Q, N], at least one a row.

    Returns:
        [Q] from 1.
    """
    best = np.where(relevant, similarity, -np.inf).max(axis=1, keepdims=True)
    before: IntArray = ((similarity >= best) & ~relevant).sum(axis=1).astype(np.int64)
    return before + 1


def recall(found: IntArray) -> Recall:
    """Summarise ranks in percent."""
    if not len(found):
        nothing = float("nan")
        return Recall(nothing, nothing, nothing, nothing, 0)
    at = [float(100.0 * np.mean(found <= k)) for k in (1, 5, 10)]
    return Recall(at[0], at[1], at[2], float(np.median(found)), len(found))


def both_directions(items: Float32Array, texts: Float32Array, owners: IntArray) -> tuple[Recall, Recall]:
    """Measure retrieval between items and the texts that belong to them.

    Args:
        items: [N, D] unit norm.
        texts: [M, D] unit norm.
        owners: [M] the item of each text.

    Returns:
        Item → text over the items that have a text, and text → item.
    """
    similarity = items @ texts.T  # [N, M]
    relevant = np.arange(len(items))[:, None] == owners[None, :]
    known = relevant.any(axis=1)
    return recall(ranks(similarity[known], relevant[known])), recall(ranks(similarity.T, relevant.T))


def neighbourhood_overlap(first: Float32Array, second: Float32Array, count: int = 10) -> float:
    """Return the mean share of nearest neighbours that two views of the same N items have in common.

    Args:
        first: [N, D].
        second: [N, D'], row by row the same items.
        count: neighbours looked at, the item itself left out.
    """
    neighbours = []
    for vectors in (first, second):
        similarity = vectors @ vectors.T
        np.fill_diagonal(similarity, -np.inf)
        neighbours.append(np.argsort(-similarity, axis=1)[:, :count])
    shared = [len(set(one) & set(other)) for one, other in zip(*neighbours, strict=True)]
    return float(np.mean(shared)) / count


def area_under_curve(scores: Float32Array, labels: BoolArray) -> float:
    """Return the probability that a true pair scores over a false one; ties count half."""
    from scipy.stats import rankdata

    order = rankdata(scores)
    true, false = int(labels.sum()), int((~labels).sum())
    return float((order[labels].sum() - true * (true + 1) / 2) / (true * false))


def calibration_error(probabilities: Float32Array, labels: BoolArray, bins: int = 15) -> float:
    """Return the expected calibration error (Guo et al. 2017) over bins of equal width."""
    bin_of = np.minimum((probabilities * bins).astype(int), bins - 1)
    gaps = [
        abs(float(probabilities[bin_of == b].mean()) - float(labels[bin_of == b].mean())) * float(np.mean(bin_of == b))
        for b in range(bins)
        if (bin_of == b).any()
    ]
    return float(sum(gaps))

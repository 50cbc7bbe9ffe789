"""Exact nearest neighbours among vectors in memory, at a quarter of the memory traffic of a plain product.

The speed of a scan is that of the memory. So the vectors are read as 8-bit codes first, and only those that may be
among the best, by a bound on the error of the codes, are looked up in full: the result is that of brute force.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmdemo.types import Float32Array

CODE_LIMIT = 127
PLAIN_ROWS = 4_096
"""Up to so many vectors the plain product is as fast."""
CODING_BLOCK = 16_384
"""Rows coded at a time, so that coding needs little memory."""


@dataclass(frozen=True, eq=False)
class Codes:
    """Vectors as 8-bit integers, a step size each, and how wrong they are at most."""

    values: NDArray[np.int8]  # [N, D]
    steps: Float32Array  # [N]
    worst_error: float  # largest length of a vector minus its code

    @classmethod
    def of(cls, vectors: Float32Array) -> Codes:
        """Code vectors.

        Args:
            vectors: [N, D].
        """
        values = np.empty(vectors.shape, np.int8)
        steps = np.empty(len(vectors), np.float32)
        worst = 0.0
        for start in range(0, len(vectors), CODING_BLOCK):
            part = slice(start, start + CODING_BLOCK)
            block = vectors[part]
            step = np.maximum(np.abs(block).max(axis=1), 1e-12) / CODE_LIMIT  # [B]
            code = np.rint(block / step[:, None])  # [B, D]
            worst = max(worst, float(np.linalg.norm(block - code * step[:, None], axis=1).max()))
            values[part], steps[part] = code, step
        return cls(values, steps, worst)


class VectorScan:
    """Finds the groups whose best vector is nearest to a query.

    Args:
        vectors: [N, D], of unit norm.
        groups: [N] number of the group of each vector, such as the item that a span belongs to.
    """

    def __init__(self, vectors: Float32Array, groups: NDArray[np.int64]) -> None:
        self.vectors = np.ascontiguousarray(vectors, np.float32)
        self.groups = groups
        self._codes = Codes.of(self.vectors) if len(vectors) > PLAIN_ROWS else None

    def best_groups(
        self, query: Float32Array, limit: int, allowed: NDArray[np.bool_] | None = None
    ) -> list[tuple[int, float]]:
        """Return the groups with the best vectors.

        Args:
            query: [D].
            limit: how many groups at most.
            allowed: [N] which vectors count; all when None.

        Returns:
            (group, product of its best vector with the query), best first.
        """
        if limit <= 0 or not len(self.vectors):
            return []
        query = np.ascontiguousarray(query, np.float32)
        rows = self._candidates(query, limit, allowed)  # [C]
        scores = self.vectors[rows] @ query  # [C]
        order = np.argsort(-scores, kind="stable")
        _, first = np.unique(self.groups[rows[order]], return_index=True)
        best = order[np.sort(first)][:limit]
        return [(int(self.groups[rows[i]]), float(scores[i])) for i in best]

    def _candidates(self, query: Float32Array, limit: int, allowed: NDArray[np.bool_] | None) -> NDArray[np.intp]:
        """Return every row that may be the best of one of the wanted groups."""
        if self._codes is None:
            return np.arange(len(self.vectors)) if allowed is None else np.flatnonzero(allowed)
        approximate, error = self._approximate(self._codes, query)
        if allowed is not None:
            approximate[~allowed] = -np.inf
        threshold = self._group_threshold(approximate, limit)
        # Both the row at the threshold and the row in question may be off by the error.
        return np.flatnonzero((approximate >= threshold - 2 * error) & np.isfinite(approximate))

    def _approximate(self, codes: Codes, query: Float32Array) -> tuple[Float32Array, float]:
        """Return the products with the codes [N], and how far they may be off."""
        import simsimd

        step = max(float(np.abs(query).max()), 1e-12) / CODE_LIMIT
        code = np.rint(query / step)  # [D]
        query_error = float(np.linalg.norm(query - code * step))
        products: Any = simsimd.cdist(codes.values, code.astype(np.int8)[None], metric="dot", out_dtype="float32")
        approximate = np.asarray(products).reshape(-1) * (codes.steps * np.float32(step))  # [N]
        length = float(np.linalg.norm(query))
        error = length * codes.worst_error + query_error * (1.0 + codes.worst_error)
        return approximate, error + 1e-5  # rounding of 32-bit products

    def _group_threshold(self, approximate: Float32Array, limit: int) -> float:
        """Return the best product of the group that comes last among the wanted ones."""
        count = len(approximate)
        taken = min(count, 4 * limit)
        while True:
            best = np.argpartition(approximate, count - taken)[count - taken :]
            best = best[np.argsort(-approximate[best])]
            _, first = np.unique(self.groups[best], return_index=True)
            if len(first) >= limit:
                return float(approximate[best[np.sort(first)[limit - 1]]])
            if taken == count:
                return -np.inf
            taken = min(count, 4 * taken)

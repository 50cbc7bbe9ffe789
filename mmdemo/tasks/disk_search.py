"""Search where the table lies, for libraries that memory does not hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from mmdemo.tasks.vector_table import VectorTable
from mmdemo.types import Float32Array, Hit, Modality, Span

ROWS_A_HIT = 70
"""Rows read at first for each hit, as one item may hold that many; ever more when the best belong to few items."""


def search_on_disk(
    table: VectorTable, embedding: Float32Array, limit: int, modality: Modality | None, heard: bool
) -> tuple[Hit, ...]:
    """Find the items with the best rows.

    Args:
        table: with rows that may be more than memory holds.
        embedding: [D] unit norm.
        limit: how many items at most, no more than there are.
        modality: only items of this kind.
        heard: search what is heard; else what is seen.

    Returns:
        Hits, best first, each item once.
    """
    if limit <= 0:
        return ()
    total = table.row_count()
    wanted = min(ROWS_A_HIT * limit, total)
    while True:
        rows = table.nearest_on_disk(embedding, wanted, modality, heard)
        hits = _hits_of(rows)
        if len(hits) >= limit or len(rows) < wanted or wanted >= total:
            return hits[:limit]
        wanted = min(4 * wanted, total)


def _hits_of(rows: Sequence[dict[str, Any]]) -> tuple[Hit, ...]:
    """Return a hit for each item among rows of the table, best first."""
    hits: dict[str, Hit] = {}
    for row in rows:
        span = None if row["start"] is None else Span(row["start"], row["end"])
        hit = hits.get(row["item_id"])
        if hit is None:
            hits[row["item_id"]] = Hit(row["item_id"], row["modality"], row["score"], row["source"], span)
        elif hit.span is None and span is not None:
            hits[row["item_id"]] = replace(hit, span=span)
    return tuple(hits.values())

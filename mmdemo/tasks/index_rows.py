"""What a row of a search index is: written with a checksum, checked when read."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmdemo.types import Float32Array, Modality, Span

MODEL_KEY, FORMAT_KEY = b"mmdemo.model_id", b"mmdemo.format"
FORMAT = b"1"


@dataclass(frozen=True, eq=False)
class IndexedItem:
    """A file as it goes into the table: its vectors, whole or of spans."""

    item_id: str  # SHA-256 of the content
    modality: Modality
    source: str
    vectors: tuple[tuple[Span | None, Float32Array], ...]  # each [D] unit norm; None = the whole item


@dataclass(frozen=True, eq=False)
class TableRows:
    """The whole table in memory; the rows of an item follow each other."""

    item_ids: tuple[str, ...]  # [I]
    modalities: tuple[Modality, ...]  # [I]
    sources: tuple[str, ...]  # [I]
    items: NDArray[np.int64]  # [N] ascending, which item a row belongs to
    spans: NDArray[np.float64]  # [N, 2] seconds; NaN where the row is the whole item
    vectors: Float32Array  # [N, D]

    def best_span(self, item: int, query: Float32Array) -> Span | None:
        """Return the span of an item that is nearest to a query [D]; None for an item without spans."""
        first, behind = np.searchsorted(self.items, [item, item + 1])
        spans = self.spans[first:behind]  # [S, 2]
        scores = np.where(np.isnan(spans[:, 0]), -np.inf, self.vectors[first:behind] @ query)  # [S]
        best = int(np.argmax(scores))
        return Span(float(spans[best, 0]), float(spans[best, 1])) if np.isfinite(scores[best]) else None


def table_schema(width: int, model_id: str) -> Any:
    """Return the columns of the table; its metadata names the model that fills it."""
    import pyarrow as pa

    fields = [
        ("row_id", pa.string()),
        ("item_id", pa.string()),
        ("modality", pa.string()),
        ("source", pa.string()),
        ("start", pa.float64()),
        ("end", pa.float64()),
        ("vector", pa.list_(pa.float32(), width)),
        ("model_id", pa.string()),
        ("added", pa.timestamp("ms", tz="UTC")),
        ("checksum", pa.int64()),
    ]
    return pa.schema(fields, metadata={MODEL_KEY: model_id.encode(), FORMAT_KEY: FORMAT})


def _checksum(row_id: str, vector: Float32Array) -> int:
    return zlib.crc32(vector.tobytes(), zlib.crc32(row_id.encode()))


def rows_of(item: IndexedItem, model_id: str) -> Iterator[dict[str, Any]]:
    """Write an item as rows of the table."""
    added = datetime.now(UTC)
    for number, (span, vector) in enumerate(item.vectors):
        row_id = f"{item.item_id}:{number}"
        values = np.ascontiguousarray(vector, np.float32)
        yield {
            "row_id": row_id,
            "item_id": item.item_id,
            "modality": item.modality,
            "source": item.source,
            "start": None if span is None else span.start,
            "end": None if span is None else span.end,
            "vector": values,
            "model_id": model_id,
            "added": added,
            "checksum": _checksum(row_id, values),
        }


def checked_rows(table: Any) -> TableRows:
    """Order the rows by item, leave out doubles, and check them.

    Args:
        table: all columns, as an Arrow table.

    Raises:
        ValueError: a row is not what was written.
    """
    vectors = table["vector"].combine_chunks().flatten().to_numpy().reshape(len(table), -1)  # [N, D]
    row_ids = table["row_id"].to_pylist()
    checksums = table["checksum"].to_numpy()
    if any(_checksum(row_id, vectors[i]) != checksums[i] for i, row_id in enumerate(row_ids)):
        raise ValueError("a row fails its checksum")
    first = list({row_id: i for i, row_id in reversed(list(enumerate(row_ids)))}.values())[::-1]
    item_ids = table["item_id"].to_pylist()
    numbers: dict[str, int] = {}
    items = np.array([numbers.setdefault(item_ids[i], len(numbers)) for i in first], np.int64)
    order = np.argsort(items, kind="stable")
    rows = np.array(first, np.int64)[order]
    heads = {item_ids[i]: i for i in reversed(first)}
    modalities, sources = table["modality"].to_pylist(), table["source"].to_pylist()
    spans = np.stack([table[name].to_numpy().astype(np.float64) for name in ("start", "end")], axis=1)  # [N, 2]
    return TableRows(
        item_ids=tuple(numbers),
        modalities=tuple(modalities[heads[item_id]] for item_id in numbers),
        sources=tuple(sources[heads[item_id]] for item_id in numbers),
        items=items[order],
        spans=spans[rows],
        vectors=vectors[rows],
    )

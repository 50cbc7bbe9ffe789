"""What a row of a search index is: written with a checksum, checked when read."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmdemo.types import Float32Array, Modality, Span

MODEL_KEY, FORMAT_KEY = b"mmdemo.model_id", b"mmdemo.format"
FORMAT = b"2"


@dataclass(frozen=True, eq=False)
class ItemVector:
    """One of the vectors that an item is found by."""

    vector: Float32Array  # [D] unit norm
    span: Span | None = None  # None = the whole item
    heard: bool = False  # of sound, also that of a clip; else of what is seen


@dataclass(frozen=True, eq=False)
class IndexedItem:
    """A file as it goes into the table: its vectors, whole or of spans."""

    item_id: str  # SHA-256 of the content
    modality: Modality
    source: str  # printable, see `printable_path`
    vectors: tuple[ItemVector, ...]  # the one of the whole comes first


@dataclass(frozen=True, eq=False)
class TableRows:
    """The whole table in memory; the rows of an item follow each other."""

    item_ids: tuple[str, ...]  # [I]
    modalities: tuple[Modality, ...]  # [I]
    sources: tuple[str, ...]  # [I]
    items: NDArray[np.int64]  # [N] ascending, which item a row belongs to
    spans: NDArray[np.float64]  # [N, 2] seconds; NaN where the row is the whole item
    vectors: Float32Array  # [N, D]
    heard: NDArray[np.bool_]  # [N] the row is of sound

    @classmethod
    def none(cls) -> TableRows:
        """Return no rows."""
        nothing = np.zeros((0, 1), np.float32)
        return cls((), (), (), np.zeros(0, np.int64), np.zeros((0, 2)), nothing, np.zeros(0, np.bool_))

    def best_span(self, item: int, query: Float32Array, heard: bool) -> Span | None:
        """Return the seen or heard span of an item that is nearest to a query [D]; None when there is no such span."""
        first, behind = np.searchsorted(self.items, [item, item + 1])
        spans = self.spans[first:behind]  # [S, 2]
        counts = ~np.isnan(spans[:, 0]) & (self.heard[first:behind] == heard)
        scores = np.where(counts, self.vectors[first:behind] @ query, -np.inf)  # [S]
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
        ("heard", pa.bool_()),
        ("vector", pa.list_(pa.float32(), width)),
        ("model_id", pa.string()),
        ("added", pa.timestamp("ms", tz="UTC")),
        ("checksum", pa.int64()),
    ]
    return pa.schema(fields, metadata={MODEL_KEY: model_id.encode(), FORMAT_KEY: FORMAT})


def printable_path(path: str | os.PathLike[str]) -> str:
    """Return a path as text that every file and terminal takes; bytes that are no Unicode become ``\\x`` escapes."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


CHECKED = ("row_id", "item_id", "modality", "source", "start", "end", "heard")
"""Columns that the checksum covers, besides the vector."""


def _checksum(values: Sequence[object], vector: Float32Array) -> int:
    return zlib.crc32(vector.tobytes(), zlib.crc32(repr(tuple(values)).encode()))


def rows_of(item: IndexedItem, model_id: str) -> Iterator[dict[str, Any]]:
    """Write an item as rows of the table."""
    added = datetime.now(UTC)
    for number, part in enumerate(item.vectors):
        vector = np.ascontiguousarray(part.vector, np.float32)
        row: dict[str, Any] = {
            "row_id": f"{item.item_id}:{number}",
            "item_id": item.item_id,
            "modality": item.modality,
            "source": item.source,
            "start": None if part.span is None else float(part.span.start),
            "end": None if part.span is None else float(part.span.end),
            "heard": part.heard,
        }
        checksum = _checksum([row[name] for name in CHECKED], vector)
        yield row | {"vector": vector, "model_id": model_id, "added": added, "checksum": checksum}


def checked_rows(table: Any) -> TableRows:
    """Order the rows by item, leave out doubles, and check them.

    Args:
        table: all columns, as an Arrow table.

    Raises:
        ValueError: a row is not what was written.
    """
    width = table.schema.field("vector").type.list_size
    vectors = table["vector"].combine_chunks().flatten().to_numpy().reshape(len(table), width)  # [N, D]
    columns = {name: table[name].to_pylist() for name in CHECKED}
    checksums = table["checksum"].to_numpy()
    if any(_checksum(row, vectors[i]) != checksums[i] for i, row in enumerate(zip(*columns.values(), strict=True))):
        raise ValueError("a row fails its checksum")
    first = list({row_id: i for i, row_id in reversed(list(enumerate(columns["row_id"])))}.values())[::-1]
    item_ids = columns["item_id"]
    numbers: dict[str, int] = {}
    items = np.array([numbers.setdefault(item_ids[i], len(numbers)) for i in first], np.int64)
    order = np.argsort(items, kind="stable")
    rows = np.array(first, np.int64)[order]
    heads = {item_ids[i]: i for i in reversed(first)}
    modalities, sources = columns["modality"], columns["source"]
    spans = np.stack([table[name].to_numpy().astype(np.float64) for name in ("start", "end")], axis=1)  # [N, 2]
    return TableRows(
        item_ids=tuple(numbers),
        modalities=tuple(modalities[heads[item_id]] for item_id in numbers),
        sources=tuple(sources[heads[item_id]] for item_id in numbers),
        items=items[order],
        spans=spans[rows],
        vectors=vectors[rows],
        heard=np.array(columns["heard"], np.bool_)[rows],
    )

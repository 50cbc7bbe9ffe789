"""Search across modalities: files go into an index once, texts, pictures, sounds and clips find them again."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from mmdemo.backbone.base import Backbone, Media
from mmdemo.config import Limits, settings
from mmdemo.errors import IndexFromAnotherModel
from mmdemo.tasks.index_rows import IndexedItem, TableRows
from mmdemo.tasks.indexing import encode_files, list_files, whole_embedding
from mmdemo.tasks.vector_scan import VectorScan
from mmdemo.tasks.vector_table import VectorTable
from mmdemo.types import Encoding, Float32Array, Hit, Modality, Sentence, Span

MEMORY_ROWS = 400_000
"""Up to so many vectors (0.8 GB) are searched in memory; more are scanned where they lie."""
ROWS_A_HIT = 70
"""Rows read from the disk for each hit, as one item may hold that many."""
COMMIT_ITEMS = 256
COMMIT_SECONDS = 2.0
"""Encoded items are written after so many of them or so long; it is all that a crash can cost."""
COMPACT_COMMITS = 200
"""Commits after which their small files are joined, so that a commit does not get slower with their number."""

Outcome = Literal["added", "known", "failed"]


@dataclass(frozen=True)
class IndexProgress:
    """What became of one file."""

    done: int
    total: int
    path: Path
    outcome: Outcome
    item_id: str = ""  # "" when it failed
    modality: Modality | None = None  # of an item that was added
    problem: Sentence | None = None


@dataclass(frozen=True, eq=False)
class StoredItem:
    """An item of the index with the vector of the whole."""

    item_id: str
    modality: Modality
    source: str
    embedding: Float32Array  # [D] unit norm


class EmbeddingIndex:
    """A library of media that can be searched by anything the backbone encodes.

    Args:
        table: its rows.
        backbone: makes the vectors of files and of queries.
        limits: of the files; None for those of the settings.
    """

    def __init__(self, table: VectorTable, backbone: Backbone, limits: Limits | None = None) -> None:
        self._table = table
        self._backbone = backbone
        self._limits = limits or settings().limits
        self._held: tuple[TableRows, VectorScan] | None = None
        self._version = -1

    @classmethod
    def open(cls, uri: str | Path, backbone: Backbone, limits: Limits | None = None) -> EmbeddingIndex:
        """Open an index, or begin one.

        Args:
            uri: a folder, or the URI of an object store such as ``s3://bucket/library``.
            backbone: makes the vectors; another one's index opens too, but takes no queries and no files.
            limits: of the files.

        Raises:
            SearchIndexError: something else stands there, or it is damaged.
            OutputNotWritable: none can be made there.
        """
        return cls(VectorTable(uri, backbone.model_id), backbone, limits)

    @classmethod
    def load(cls, uri: str | Path, backbone: Backbone, limits: Limits | None = None) -> EmbeddingIndex:
        """Open an index that exists (see `open`).

        Raises:
            IndexMissing: there is none.
        """
        return cls(VectorTable(uri, backbone.model_id, must_exist=True), backbone, limits)

    @property
    def model_id(self) -> str:
        """The model that filled the index."""
        return self._table.model_id

    def count(self) -> int:
        """Count the items."""
        return len(self._table.known_ids())

    def add(self, paths: Sequence[str | Path]) -> Iterator[IndexProgress]:
        """Index files and everything in folders; what is in the index already is skipped by its content.

        A file that cannot be used is reported and does not stop the rest. Work is committed every few seconds; when
        the generator is closed, what was encoded is kept, and the same call later goes on from there.

        Args:
            paths: files and folders.

        Yields:
            What became of each file.

        Raises:
            FileMissing: a path does not exist.
            NoMediaFound: only empty folders.
            IndexFromAnotherModel: another model filled the index.
            OutputNotWritable: no space.
        """
        self._check_model(self._backbone.model_id)
        files = list_files(paths)
        waiting: list[IndexedItem] = []
        committed, commits = time.monotonic(), 0
        try:
            found = encode_files(files, self._table.known_ids(), self._backbone, self._limits)
            for done, file in enumerate(found, start=1):
                if file.item is not None:
                    waiting.append(file.item)
                if len(waiting) >= COMMIT_ITEMS or (waiting and time.monotonic() - committed > COMMIT_SECONDS):
                    self._table.append(waiting)
                    waiting, committed, commits = [], time.monotonic(), commits + 1
                    if commits % COMPACT_COMMITS == 0:
                        self._table.compact()
                outcome: Outcome = "failed" if file.problem else "added" if file.item else "known"
                modality = file.item.modality if file.item else None
                yield IndexProgress(done, len(files), file.path, outcome, file.item_id, modality, file.problem)
        finally:
            self._table.append(waiting)
        self._table.compact()

    def search(self, query: Media | Encoding, limit: int = 10, modality: Modality | None = None) -> tuple[Hit, ...]:
        """Find the items that fit a query best.

        Args:
            query: a text in English or Chinese, a picture, a recording, a clip, or the encoding of one.
            limit: how many items at most.
            modality: only items of this kind.

        Returns:
            Hits, best first, each item once; the span is the best moment of a recording or a clip.

        Raises:
            IndexFromAnotherModel: another model filled the index, or made the encoding.
            IndexDamaged: the index cannot be read.
            InputError: the query cannot be decoded.
        """
        self._check_model(self._backbone.model_id)
        encoding = self._backbone.encode(query)
        if any(part not in self._backbone.model_id for part in encoding.model_id.split("+")):
            raise IndexFromAnotherModel(filled_by=self.model_id, model=encoding.model_id)
        return self.search_embedding(whole_embedding(encoding), limit, modality)

    def search_embedding(
        self, embedding: Float32Array, limit: int = 10, modality: Modality | None = None
    ) -> tuple[Hit, ...]:
        """Find the items nearest to a vector of the joint space (see `search`).

        Args:
            embedding: [D] unit norm.
            limit: how many items at most.
            modality: only items of this kind.
        """
        memory = self._memory()
        if memory is None:
            return self._search_on_disk(embedding, limit, modality)
        rows, scan = memory
        allowed = None
        if modality is not None:
            allowed = (np.array(rows.modalities) == modality)[rows.items] if rows.item_ids else None
        best = scan.best_groups(embedding, limit, allowed)
        return tuple(
            Hit(rows.item_ids[i], rows.modalities[i], score, rows.sources[i], rows.best_span(i, embedding))
            for i, score in best
        )

    def probability(self, query: Encoding, hit: Hit) -> float:
        """Return the calibrated probability that a hit is what the query describes, by its best vector."""
        rows = self._table.read() if (memory := self._memory()) is None else memory[0]
        vectors = rows.vectors[rows.items == rows.item_ids.index(hit.item_id)]  # [S, D]
        best = vectors[int(np.argmax(vectors @ whole_embedding(query)))]
        nothing = np.zeros((0, 1), np.float32)
        found = Encoding(hit.modality, nothing, nothing, query.model_id, hit.item_id, embedding=best)
        return self._backbone.match_probability(query, found)

    def items(self) -> tuple[StoredItem, ...]:
        """Return every item with its vector, in the order they were added."""
        rows = self._table.read() if (memory := self._memory()) is None else memory[0]
        heads = np.searchsorted(rows.items, np.arange(len(rows.item_ids)))
        return tuple(
            StoredItem(item_id, rows.modalities[i], rows.sources[i], rows.vectors[heads[i]])
            for i, item_id in enumerate(rows.item_ids)
        )

    def delete(self, item_ids: Sequence[str]) -> None:
        """Remove items; ids that are not there are ignored."""
        self._table.delete(item_ids)

    def save(self, uri: str | Path) -> EmbeddingIndex:
        """Write a compact copy to another place, such as an object store, and return it opened.

        Raises:
            NotAnIndex: something stands there already.
            OutputNotWritable: it cannot be written.
        """
        return EmbeddingIndex(self._table.copy_to(uri), self._backbone, self._limits)

    def _check_model(self, model_id: str) -> None:
        if self.model_id != model_id:
            raise IndexFromAnotherModel(filled_by=self.model_id, model=model_id)

    def _memory(self) -> tuple[TableRows, VectorScan] | None:
        """Return the rows in memory, read again when there was a commit by anyone; None when they are too many."""
        version = self._table.version
        if version != self._version:
            self._held = None
            if self._table.row_count() <= MEMORY_ROWS:
                rows = self._table.read()
                self._held = rows, VectorScan(rows.vectors, rows.items)
            self._version = version
        return self._held

    def _search_on_disk(self, embedding: Float32Array, limit: int, modality: Modality | None) -> tuple[Hit, ...]:
        hits: dict[str, Hit] = {}
        for row in self._table.nearest_on_disk(embedding, ROWS_A_HIT * limit, modality):
            span = None if row["start"] is None else Span(row["start"], row["end"])
            hit = hits.get(row["item_id"])
            if hit is None:
                hits[row["item_id"]] = Hit(row["item_id"], row["modality"], row["score"], row["source"], span)
            elif hit.span is None and span is not None:
                hits[row["item_id"]] = Hit(hit.item_id, hit.modality, hit.score, hit.source, span)
        return tuple(hits.values())[:limit]

"""Search across modalities: files go into an index once, texts, pictures, sounds and clips find them again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mmdemo.backbone.base import Backbone, Media, made_by
from mmdemo.config import Limits, settings
from mmdemo.errors import IndexFromAnotherModel
from mmdemo.tasks.disk_search import search_on_disk
from mmdemo.tasks.index_rows import TableRows
from mmdemo.tasks.index_writer import IndexWriter
from mmdemo.tasks.indexing import encode_files, list_files, whole_embedding
from mmdemo.tasks.vector_scan import VectorScan
from mmdemo.tasks.vector_table import VectorTable
from mmdemo.types import Encoding, Float32Array, Hit, Modality, Sentence

MEMORY_ROWS = 400_000
"""Up to so many vectors (0.8 GB) are searched in memory; more are scanned where they lie."""

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
        self._held: tuple[TableRows, tuple[VectorScan, VectorScan]] | None = None
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
        writer = IndexWriter(self._table)
        try:
            found = encode_files(files, self._table.known_ids(), self._backbone, self._limits)
            for done, file in enumerate(found, start=1):
                if file.item is not None:
                    writer.put(file.item)
                writer.commit_when_due()
                outcome: Outcome = "failed" if file.problem else "added" if file.item else "known"
                modality = file.item.modality if file.item else None
                yield IndexProgress(done, len(files), file.path, outcome, file.item_id, modality, file.problem)
        finally:
            writer.commit()
        writer.compact()

    def search(self, query: Media | Encoding, limit: int = 10, modality: Modality | None = None) -> tuple[Hit, ...]:
        """Find the items that fit a query best.

        Args:
            query: a text in English or Chinese, a picture, a recording, a clip, or the encoding of one.
            limit: how many items at most.
            modality: only items of this kind.

        Returns:
            Hits, most probable first, each item once; the span is the best moment of a recording or a clip.

        Raises:
            IndexFromAnotherModel: another model filled the index, or made the encoding.
            IndexDamaged: the index cannot be read.
            InputError: the query cannot be decoded.
        """
        self._check_model(self._backbone.model_id)
        encoding = self._backbone.encode(query)
        if not made_by(encoding, self._backbone.model_id):
            raise IndexFromAnotherModel(filled_by=self.model_id, model=encoding.model_id)
        found: dict[str, Hit] = {}
        for heard in (False, True):
            for hit in self._nearest(encoding, limit, modality, heard):
                if hit.item_id not in found or hit.probability > found[hit.item_id].probability:
                    found[hit.item_id] = hit
        ranked = sorted(found.values(), key=lambda hit: (-hit.probability, -hit.score))
        return tuple(ranked[: max(limit, 0)])

    def _nearest(self, query: Encoding, limit: int, modality: Modality | None, heard: bool) -> list[Hit]:
        """Find the nearest items among what is seen or what is heard: similarities of the two do not compare."""
        embedding = whole_embedding(query)
        memory = self._memory()
        if memory is None:
            hits = list(search_on_disk(self._table, embedding, min(limit, self.count()), modality, heard))
        else:
            rows, scans = memory
            allowed = None
            if modality is not None and rows.item_ids:
                allowed = (np.array(rows.modalities) == modality)[scans[heard].groups]
            hits = [
                Hit(rows.item_ids[i], rows.modalities[i], score, rows.sources[i], rows.best_span(i, embedding, heard))
                for i, score in scans[heard].best_groups(embedding, limit, allowed)
            ]
        kind: Modality = "audio" if heard else "image"
        fits = self._backbone.match_probability
        return [replace(hit, probability=fits(hit.score, query.modality, kind)) for hit in hits]

    def answers(self, query: Encoding) -> bool:
        """Tell whether an encoding was made by the models whose vectors are in here."""
        return self.model_id == self._backbone.model_id and made_by(query, self.model_id)

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

    def _memory(self) -> tuple[TableRows, tuple[VectorScan, VectorScan]] | None:
        """Return the rows in memory, read again when there was a commit by anyone; None when they are too many."""
        version = self._table.version
        if version != self._version:
            self._held = None
            if self._table.row_count() <= MEMORY_ROWS:
                rows = self._table.read()
                self._held = rows, (_scan(rows, ~rows.heard), _scan(rows, rows.heard))
            self._version = version
        return self._held


def _scan(rows: TableRows, chosen: NDArray[np.bool_]) -> VectorScan:
    """Prepare the scan of some rows; all of them are not copied."""
    if chosen.all():
        return VectorScan(rows.vectors, rows.items)
    return VectorScan(rows.vectors[chosen], rows.items[chosen])

"""The rows of a search index on disk or in an object store, through LanceDB; every write is one atomic commit."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

from mmdemo.errors import IndexDamaged, IndexMissing, NotAnIndex, OutputNotWritable
from mmdemo.tasks.index_rows import (
    FORMAT,
    FORMAT_KEY,
    MODEL_KEY,
    IndexedItem,
    TableRows,
    checked_rows,
    rows_of,
    table_schema,
)
from mmdemo.types import Float32Array, Modality

TABLE = "items"
LOCK_FILE = ".mmdemo-write.lock"
REMOTE_FRESHNESS = timedelta(seconds=5)
"""How old the view of a library in an object store may be; a local one is looked at every time."""
KEPT_HISTORY = timedelta(minutes=10)
"""Superseded files stay this long when the table is compacted, for others who are reading them."""


class VectorTable:
    """One table of vectors, filled by one model.

    Args:
        uri: a folder, or the URI of an object store such as ``s3://bucket/library``.
        model_id: named as the filler when the table is made.
        must_exist: refuse to make a new one.

    Raises:
        IndexMissing: there is none and one must exist.
        NotAnIndex: something else stands there.
        IndexDamaged: it cannot be read.
        OutputNotWritable: a new one cannot be made there.
    """

    def __init__(self, uri: str | Path, model_id: str, must_exist: bool = False) -> None:
        self.uri = str(uri)
        self.model_id = model_id
        self._folder = None if "://" in self.uri else Path(self.uri)
        self._table: Any = None
        self._known: set[str] = set()  # ids as of a version, so that not every commit has to read them all
        self._known_version = 0
        if self._folder is not None:
            self._check_folder(self._folder, must_exist)
        self._open(must_exist)

    def _check_folder(self, folder: Path, must_exist: bool) -> None:
        if folder.exists() and not folder.is_dir():
            raise NotAnIndex(path=folder)
        found = {path.name for path in folder.iterdir()} - {LOCK_FILE} if folder.is_dir() else set()
        if found and f"{TABLE}.lance" not in found:
            raise NotAnIndex(path=folder)
        if not found and must_exist:
            raise IndexMissing(path=folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputNotWritable(path=folder) from error

    def _open(self, must_exist: bool) -> None:
        import lancedb

        fresh = timedelta(0) if self._folder is not None else REMOTE_FRESHNESS
        with self._failures():
            self._database = lancedb.connect(self.uri, read_consistency_interval=fresh)
            exists = TABLE in self._database.list_tables().tables
            if self._folder is not None and exists:
                # A process that was killed while it made the table leaves its folder with nothing in it.
                exists = any(path.is_file() for path in (self._folder / f"{TABLE}.lance").rglob("*"))
            if exists:
                self._table = self._database.open_table(TABLE)
        if self._table is None:
            if must_exist:
                raise IndexMissing(path=self.uri)
            return
        metadata = self._table.schema.metadata or {}
        if MODEL_KEY not in metadata or metadata.get(FORMAT_KEY) != FORMAT:
            raise NotAnIndex(path=self.uri)
        self.model_id = metadata[MODEL_KEY].decode()

    @contextlib.contextmanager
    def _failures(self) -> Iterator[None]:
        """Turn what LanceDB raises about unreadable files into a sentence."""
        try:
            yield
        except PermissionError as error:
            raise OutputNotWritable(path=self.uri) from error
        except (RuntimeError, ValueError, OSError, KeyError) as error:
            raise IndexDamaged(path=self.uri) from error

    @contextlib.contextmanager
    def _write_lock(self) -> Iterator[None]:
        """Let one process write at a time; an object store has no lock, so one writer there is the user's business."""
        if self._folder is None:
            yield
            return
        from filelock import FileLock

        try:
            with FileLock(self._folder / LOCK_FILE):
                yield
        except OSError as error:
            raise OutputNotWritable(path=self.uri) from error

    @property
    def version(self) -> int:
        """Number of the newest commit; 0 before the first. Others' commits count."""
        if self._table is None:
            return 0
        with self._failures():
            return int(self._table.version)

    def row_count(self) -> int:
        """Count the rows: several an item where it is long."""
        if self._table is None:
            return 0
        with self._failures():
            return int(self._table.count_rows())

    def known_ids(self) -> set[str]:
        """Return the ids of all items."""
        return set(self._current_ids())

    def _current_ids(self) -> set[str]:
        version = self.version
        if version != self._known_version:
            with self._failures():
                column = self._table.search().select(["item_id"]).limit(None).to_arrow()["item_id"]
            self._known, self._known_version = set(column.to_pylist()), version
        return self._known

    def append(self, items: Sequence[IndexedItem]) -> None:
        """Add items in one commit: either all their rows are there afterwards, or none.

        Args:
            items: those already there are left out.

        Raises:
            OutputNotWritable: no space, or no right to write.
        """
        import pyarrow as pa

        with self._write_lock():
            if self._table is None:
                self._open(must_exist=False)  # another process may have made it meanwhile
            known = self._current_ids()
            rows = [row for item in items if item.item_id not in known for row in rows_of(item, self.model_id)]
            if not rows:
                return
            schema = table_schema(len(rows[0]["vector"]), self.model_id)
            try:
                if self._table is None:
                    self._table = self._database.create_table(TABLE, schema=schema)
                self._table.add(pa.Table.from_pylist(rows, schema=schema))
                self._known |= {row["item_id"] for row in rows}
                self._known_version = int(self._table.version)
            except (RuntimeError, OSError) as error:
                raise OutputNotWritable(path=self.uri) from error

    def delete(self, item_ids: Sequence[str]) -> None:
        """Remove items; ids that are not there are ignored."""
        if self._table is None or not item_ids:
            return
        quoted = ", ".join("'" + item_id.replace("'", "''") + "'" for item_id in item_ids)
        with self._write_lock(), self._failures():
            self._table.delete(f"item_id IN ({quoted})")

    def compact(self) -> None:
        """Join the small files that many commits leave."""
        if self._table is not None:
            with self._write_lock(), self._failures():
                self._table.optimize(cleanup_older_than=KEPT_HISTORY)

    def nearest_on_disk(self, query: Float32Array, rows: int, modality: Modality | None) -> list[dict[str, Any]]:
        """Scan the table where it lies, for libraries that memory does not hold.

        Args:
            query: [D] unit norm.
            rows: how many at most.
            modality: only rows of this kind.

        Returns:
            item_id, modality, source, start, end and score of the best rows, best first.
        """
        if self._table is None:
            return []
        with self._failures():
            search = self._table.search(query, vector_column_name="vector").distance_type("dot").limit(rows)
            search = search.select(["item_id", "modality", "source", "start", "end", "_distance"])
            found = (search.where(f"modality = '{modality}'", prefilter=True) if modality else search).to_list()
        return [row | {"score": 1.0 - row["_distance"]} for row in found]

    def read(self) -> TableRows:
        """Read the whole table and check every row.

        Raises:
            IndexDamaged: a file cannot be read, or a row fails its checksum.
        """
        if self._table is None:
            nothing = np.zeros(0, np.int64)
            return TableRows((), (), (), nothing, np.zeros((0, 2)), np.zeros((0, 1), np.float32))
        with self._failures():
            table = self._table.to_arrow()
            return checked_rows(table)

    def copy_to(self, uri: str | Path) -> VectorTable:
        """Write a compact copy.

        Args:
            uri: an empty or new folder, or an object store.

        Returns:
            The copy.

        Raises:
            NotAnIndex: something stands there already.
            OutputNotWritable: it cannot be written.
        """
        target = VectorTable(uri, self.model_id)
        if target.version:
            raise NotAnIndex(path=uri)
        if self._table is not None:
            with self._failures():
                content = self._table.to_arrow()
            with target._write_lock():
                target._table = target._database.create_table(TABLE, data=content, schema=content.schema)
        return target

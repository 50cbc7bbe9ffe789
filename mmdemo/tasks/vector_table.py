"""The rows of a search index on disk or in an object store, through LanceDB; every write is one atomic commit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from mmdemo.errors import IndexDamaged, IndexFromAnotherModel, IndexMissing, NotAnIndex
from mmdemo.tasks.index_failures import is_remote, reading, writing
from mmdemo.tasks.index_folder import TABLE, check_folder, table_exists, write_lock
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

REMOTE_FRESHNESS = timedelta(seconds=5)
"""How old the view of a library in an object store may be; a local one is looked at every time."""
KEPT_HISTORY = timedelta(minutes=2)
"""Superseded files stay this long when the table is compacted, for others who are reading them."""
LEAST_FILES = 10
MOST_SMALL_FILES = 200
LOOSE_SHARE = 0.5
"""Files are joined when there are ten of them and those beside the largest have half as many rows, or at 200."""


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
        IndexUnreachable: nobody lets us read it.
        OutputNotWritable: a new one cannot be made there.
    """

    def __init__(self, uri: str | Path, model_id: str, must_exist: bool = False) -> None:
        self.uri = str(uri)
        self.model_id = model_id
        self._folder = None if is_remote(self.uri) else Path(self.uri)
        self._table: Any = None
        self._known: set[str] = set()  # ids as of a version, so that not every commit has to read them all
        self._known_version = 0
        if self._folder is not None:
            check_folder(self._folder, must_exist)
        with reading(self.uri):
            import lancedb

            fresh = timedelta(0) if self._folder is not None else REMOTE_FRESHNESS
            self._database = lancedb.connect(self.uri, read_consistency_interval=fresh)
        if opened := self._open():
            self._table, self.model_id = opened
        if self._table is None and must_exist:
            raise IndexMissing(path=self.uri)

    def _open(self) -> tuple[Any, str] | None:
        """Open the table if there is one, and return it with the model that fills it."""
        with reading(self.uri):
            if not self._exists():
                return None
            table = self._database.open_table(TABLE)
            metadata = table.schema.metadata or {}
            if MODEL_KEY not in metadata or metadata.get(FORMAT_KEY) != FORMAT:
                raise NotAnIndex(path=self.uri)
            return table, metadata[MODEL_KEY].decode()

    def _exists(self) -> bool:
        if self._folder is None:
            return TABLE in self._database.list_tables().tables
        return table_exists(self._folder)

    def look(self) -> bool:
        """Tell whether there is a table, as another process may have begun it meanwhile.

        Raises:
            IndexFromAnotherModel: it was begun by another model.
        """
        if self._table is None and (opened := self._open()):
            table, filled_by = opened
            if filled_by != self.model_id:
                raise IndexFromAnotherModel(filled_by=filled_by, model=self.model_id)
            self._table = table
        return self._table is not None

    @property
    def version(self) -> int:
        """Number of the newest commit; 0 before the first. Others' commits count."""
        with reading(self.uri):
            return int(self._table.version) if self.look() else 0

    def row_count(self) -> int:
        """Count the rows: several an item where it is long."""
        with reading(self.uri):
            return int(self._table.count_rows()) if self.look() else 0

    def known_ids(self) -> set[str]:
        """Return the ids of all items."""
        return set(self._current_ids())

    def _current_ids(self) -> set[str]:
        version = self.version
        if version != self._known_version:
            with reading(self.uri):
                column = self._table.search().select(["item_id"]).limit(None).to_arrow()["item_id"]
                self._known, self._known_version = set(column.to_pylist()), version
        return self._known

    def append(self, items: Sequence[IndexedItem]) -> None:
        """Add items in one commit: either all their rows are there afterwards, or none.

        Args:
            items: those already there are left out.

        Raises:
            IndexFromAnotherModel: another model filled the index meanwhile.
            OutputNotWritable: no space, or no right to write.
        """
        import pyarrow as pa

        if not items:
            return
        with write_lock(self._folder):
            known = self._current_ids()
            rows = [row for item in items if item.item_id not in known for row in rows_of(item, self.model_id)]
            if not rows:
                return
            schema = table_schema(len(rows[0]["vector"]), self.model_id)
            with writing(self.uri):
                if self._table is None:
                    self._table = self._database.create_table(TABLE, schema=schema)
                self._table.add(pa.Table.from_pylist(rows, schema=schema))
                self._known |= {row["item_id"] for row in rows}
                self._known_version = int(self._table.version)

    def delete(self, item_ids: Sequence[str]) -> None:
        """Remove items; ids that are not there are ignored.

        Raises:
            OutputNotWritable: no space, or no right to write.
        """
        if item_ids and self.look():
            with write_lock(self._folder), writing(self.uri):
                self._table.delete(f"item_id IN ({', '.join(map(_quoted, item_ids))})")

    def compact_when_due(self) -> bool:
        """Join the small files that many commits leave, once it pays; return whether it did.

        Joining rewrites nearly everything. So it waits until the rows in small files are as many as half of the rest,
        which keeps the work for each row the same however many there are.

        Raises:
            OutputNotWritable: no space, or no right to write.
        """
        if not self.look():
            return False
        with writing(self.uri):
            files = self._table.stats()["fragment_stats"]
            largest = files["lengths"]["max"] * max(1, files["num_fragments"] - files["num_small_fragments"])
            loose = self._table.count_rows() - largest
            due = files["num_fragments"] >= LEAST_FILES and loose >= LOOSE_SHARE * largest
            if due or files["num_small_fragments"] > MOST_SMALL_FILES:
                with write_lock(self._folder):
                    self._table.optimize(cleanup_older_than=KEPT_HISTORY)
                return True
        return False

    def nearest_on_disk(
        self, query: Float32Array, rows: int, modality: Modality | None, heard: bool
    ) -> list[dict[str, Any]]:
        """Scan the table where it lies, for libraries that memory does not hold.

        Args:
            query: [D] unit norm.
            rows: how many at most.
            modality: only rows of this kind.
            heard: only rows of sound; else only rows of what is seen.

        Returns:
            item_id, modality, source, start, end and score of the best rows, best first.
        """
        if not self.look():
            return []
        with reading(self.uri):
            search = self._table.search(query, vector_column_name="vector").distance_type("dot").limit(rows)
            search = search.select(["item_id", "modality", "source", "start", "end", "_distance"])
            wanted = f"heard = {heard}" + (f" AND modality = '{modality}'" if modality else "")
            found = search.where(wanted, prefilter=True).to_list()
            return [row | {"score": 1.0 - row["_distance"]} for row in found]

    def read(self, item_id: str = "") -> TableRows:
        """Read the table and check every row.

        Args:
            item_id: only the rows of this item; "" = all.

        Raises:
            IndexDamaged: a file cannot be read, or a row fails its checksum.
        """
        if not self.look():
            return TableRows.none()
        with reading(self.uri):
            rows = self._table.search().where(f"item_id = {_quoted(item_id)}").limit(None) if item_id else self._table
            table = rows.to_arrow()
        try:
            return checked_rows(table)
        except (ValueError, TypeError, KeyError) as error:
            raise IndexDamaged(path=self.uri) from error

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
        content = None
        if self.look():
            with reading(self.uri):
                content = self._table.to_arrow()
        with write_lock(target._folder), writing(target.uri):
            if target._exists():
                raise NotAnIndex(path=uri)
            if content is not None:
                # In two steps, as a folder of data without a commit could not be told from a damaged index.
                target._table = target._database.create_table(TABLE, schema=content.schema)
                target._table.add(content)
        return target


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"

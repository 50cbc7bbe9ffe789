"""How encoded items get into the table: commits of a bearable size, and joining their files when it pays."""

from __future__ import annotations

import contextlib
import time

from mmdemo.errors import OutputNotWritable
from mmdemo.tasks.index_rows import IndexedItem
from mmdemo.tasks.vector_table import VectorTable

COMMIT_ITEMS = 256
COMMIT_SECONDS = 2.0
"""Encoded items are written after so many of them or so long; it is all that a crash can cost."""


class IndexWriter:
    """Collects items and commits them; `finish` when there are no more.

    Args:
        table: they go into.
    """

    def __init__(self, table: VectorTable) -> None:
        self._table = table
        self._waiting: list[IndexedItem] = []
        self._committed = time.monotonic()

    def put(self, item: IndexedItem) -> None:
        """Take one item."""
        self._waiting.append(item)

    def commit_when_due(self) -> None:
        """Commit when enough items wait, or for long enough.

        Raises:
            OutputNotWritable: no space.
        """
        late = time.monotonic() - self._committed > COMMIT_SECONDS
        if len(self._waiting) >= COMMIT_ITEMS or (self._waiting and late):
            self.commit()
            self.compact()

    def commit(self) -> None:
        """Write what waits.

        Raises:
            OutputNotWritable: no space.
        """
        waiting, self._waiting = self._waiting, []
        self._table.append(waiting)
        self._committed = time.monotonic()

    def compact(self) -> None:
        """Join small files when there are many; the items are safe already, so a failure is none."""
        with contextlib.suppress(OutputNotWritable):
            self._table.compact_when_due()

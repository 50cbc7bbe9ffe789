"""The folder that a search index lies in: what may stand there, and who may write."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from mmdemo.errors import IndexMissing, IndexUnreachable, NotAnIndex, OutputNotWritable
from mmdemo.tasks.index_failures import writing
from mmdemo.tasks.index_rows import printable_path

TABLE = "items"
LOCK_FILE = ".mmdemo-write.lock"


def check_folder(folder: Path, must_exist: bool) -> None:
    """Refuse a folder with other things in it; a new one is made.

    Args:
        folder: of the index.
        must_exist: refuse to begin an index.

    Raises:
        NotAnIndex: something else stands there.
        IndexMissing: there is none and one must exist.
        IndexUnreachable: one must exist, and the folder may not be read.
        OutputNotWritable: the folder cannot be made.
    """
    try:
        str(folder).encode()
        if folder.exists() and not folder.is_dir():
            raise NotAnIndex(path=folder)
        found = {path.name for path in folder.iterdir()} - {LOCK_FILE} if folder.is_dir() else set()
        if found and f"{TABLE}.lance" not in found:
            raise NotAnIndex(path=folder)
        if not found and must_exist:
            raise IndexMissing(path=folder)
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:  # a name that is too long or no Unicode, or no right to look
        failure = IndexUnreachable if must_exist else OutputNotWritable
        raise failure(path=printable_path(folder)) from error


def table_exists(folder: Path) -> bool:
    """Tell whether a table was begun; a process killed at its birth leaves a folder without any of these files."""
    table = folder / f"{TABLE}.lance"
    return any(table.glob("_versions/*.manifest")) or any(table.glob("data/*"))


@contextlib.contextmanager
def write_lock(folder: Path | None) -> Iterator[None]:
    """Let one process write at a time.

    Args:
        folder: of the index; None for an object store, which has no lock: one writer there is the user's business.

    Raises:
        OutputNotWritable: the lock cannot be taken.
    """
    if folder is None:
        yield
        return
    from filelock import FileLock

    lock = FileLock(folder / LOCK_FILE)
    with writing(str(folder)):
        lock.acquire()
    try:
        yield
    finally:
        lock.release()

"""A table of captions on disk that grows row by row: it survives a kill, a full disk and a second run."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from filelock import FileLock, Timeout

from mmdemo.errors import OutputDiskFull, OutputInUse, OutputNotWritable, UnknownCaptionFormat
from mmdemo.tasks.caption_rows import TABLE_FORMATS, WRITERS, CaptionRow, TableFormat
from mmdemo.tasks.caption_table_damage import read_table
from mmdemo.tasks.index_rows import printable_path

ROW_BYTES = 2_000
"""Room that a row may take, to judge beforehand whether the disk holds them all."""


def table_format(path: Path) -> TableFormat:
    """Return the format that a file's ending names.

    Raises:
        UnknownCaptionFormat: neither CSV nor JSONL.
    """
    ending = path.suffix.lower().lstrip(".")
    for known in TABLE_FORMATS:
        if ending == known:
            return known
    raise UnknownCaptionFormat(format=ending or path.name, known=", ".join(TABLE_FORMATS))


@contextlib.contextmanager
def writing_to(path: Path) -> Iterator[None]:
    """Turn what the system says of a file that cannot be written into our sentences.

    Args:
        path: that the user named.

    Raises:
        OutputDiskFull: no space or quota left.
        OutputNotWritable: anything else.
    """
    try:
        yield
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise (OutputDiskFull if full else OutputNotWritable)(path=printable_path(path)) from error


def check_table(path: Path, row_count: int = 0) -> None:
    """Refuse an output before any work is done for it; a new file is not made yet.

    Args:
        path: of the table.
        row_count: rows that are to be written.

    Raises:
        UnknownCaptionFormat: neither CSV nor JSONL.
        OutputNotWritable: it cannot be written.
        OutputDiskFull: the rows will not fit.
        NotACaptionTable: something else stands there.
    """
    kind = table_format(path)
    with writing_to(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not path.is_file():  # a folder, a pipe, a device
            raise OutputNotWritable(path=printable_path(path))
        existed = path.exists()
        with path.open("ab"):
            pass
        if not existed:
            path.unlink()
        room = shutil.disk_usage(path.parent).free
        data = path.read_bytes() if existed else b""
    if room < ROW_BYTES * max(row_count, 1):
        raise OutputDiskFull(path=printable_path(path))
    read_table(data, kind, path)


class CaptionTable:
    """The rows of a table; new ones are on the disk as soon as they are added.

    Args:
        path: of the file, made when missing; its ending names the format.

    Raises:
        UnknownCaptionFormat: neither CSV nor JSONL.
        OutputNotWritable: it cannot be written.
        OutputDiskFull: no space left.
        OutputInUse: another process writes it.
        NotACaptionTable: something else stands there.
    """

    def __init__(self, path: Path) -> None:
        self._named = path
        self._format = table_format(path)
        with writing_to(path):
            self._path = Path(os.path.realpath(path))  # behind a link stands what is to be replaced
            self._lock = FileLock(self._path.with_name(f".{self._path.name[:200]}.lock"))
            try:
                self._lock.acquire(timeout=0)
            except Timeout:
                raise OutputInUse(path=printable_path(path)) from None
        try:
            self._stream, rows, self._untidy = self._open()
        except BaseException:
            self._unlock()
            raise
        self._by_path = {printable_path(row.path): row for row in rows}
        self._by_content = {(row.sha256, row.request): row for row in rows if row.sha256}
        self._untidy |= len(self._by_path) < len(rows)

    def _open(self) -> tuple[BinaryIO, list[CaptionRow], bool]:
        """Read what is there, cut off a half-written end, and write the header of a new table."""
        with writing_to(self._named):
            data = self._path.read_bytes() if self._path.exists() else b""
        whole, rows, damaged = read_table(data, self._format, self._named)
        with writing_to(self._named):
            stream = self._path.open("ab", buffering=0)
            stream.truncate(whole)
        if not whole:
            self._write(stream, WRITERS[self._format]([], header=True))
        return stream, rows, damaged

    def __enter__(self) -> CaptionTable:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()
        if self._untidy:
            # Without room for a second copy the superseded rows simply stay; of two rows the later one counts.
            with contextlib.suppress(OutputNotWritable, OutputDiskFull):
                write_rows(self._by_path.values(), self._path)
        self._unlock()

    def _unlock(self) -> None:
        with contextlib.suppress(OSError):
            os.unlink(self._lock.lock_file)
        self._lock.release()

    def find(self, sha256: str, request: str) -> CaptionRow | None:
        """Return what is known of a content, wherever the file stood."""
        return self._by_content.get((sha256, request))

    def holds(self, row: CaptionRow) -> bool:
        """Tell whether the table has this row of this very file already."""
        found = self._by_path.get(printable_path(row.path))
        if found is None:
            return False
        return (found.sha256, found.request, found.problem) == (row.sha256, row.request, row.problem)

    def add(self, row: CaptionRow) -> None:
        """Write a row; an earlier one of the same file goes when the table is closed.

        Raises:
            OutputDiskFull: no space left; the table is as before.
            OutputNotWritable: it cannot be written any more.
        """
        self._write(self._stream, WRITERS[self._format]([row]))
        place = printable_path(row.path)
        self._untidy |= place in self._by_path
        self._by_path[place] = row
        if row.sha256:
            self._by_content[row.sha256, row.request] = row

    def _write(self, stream: BinaryIO, data: bytes) -> None:
        before = os.fstat(stream.fileno()).st_size
        with writing_to(self._named):
            try:
                written = 0
                while written < len(data):
                    written += stream.write(data[written:])
            except OSError:
                stream.truncate(before)
                raise


def write_rows(rows: Iterable[CaptionRow], path: Path) -> None:
    """Write a whole table at once; a reader sees the old file or the new one.

    Args:
        rows: of the table.
        path: of the file; its ending names the format.

    Raises:
        UnknownCaptionFormat: neither CSV nor JSONL.
        OutputNotWritable: it cannot be written.
        OutputDiskFull: no space left.
    """
    data = WRITERS[table_format(path)](rows, header=True)
    temporary = path.with_name(f".{path.name[:200]}.{os.getpid()}.tmp")
    with writing_to(path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(data)
            if path.exists():
                shutil.copymode(path, temporary)
            os.replace(temporary, path)
        finally:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)

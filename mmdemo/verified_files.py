"""Files on disk that can be trusted: checksums remembered, folders proven writable, refusals turned into sentences."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mmdemo.config import MEGABYTE
from mmdemo.errors import DiskFull, FolderNotWritable, WeightsCorrupt


def file_sha256(path: str | os.PathLike[str]) -> str:
    """Hash the content of a file without holding it in memory.

    Args:
        path: a readable file.

    Returns:
        SHA-256 as 64 lower-case hexadecimal digits.

    Raises:
        OSError: the file cannot be read.
    """
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def megabytes(byte_count: int) -> int:
    """Return bytes as whole megabytes, rounded up."""
    return -(-byte_count // MEGABYTE)


@contextmanager
def disk_errors(path: Path, needed_bytes: int = 1) -> Iterator[None]:
    """Turn what the system says of a folder that cannot be written into our sentences.

    Args:
        path: the folder, for the sentence.
        needed_bytes: how much was to be written.

    Raises:
        FolderNotWritable: no permission, a read-only disk, or a file in the folder's place.
        DiskFull: no space or quota left.
    """
    try:
        yield
    except (PermissionError, FileExistsError, NotADirectoryError) as error:
        raise FolderNotWritable(path=path) from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(path=path, needed_mb=megabytes(needed_bytes)) from error
        if error.errno == errno.EROFS:
            raise FolderNotWritable(path=path) from error
        raise


def ensure_folder(path: Path) -> Path:
    """Create a folder if need be and prove that a file can be written in it.

    Raises:
        FolderNotWritable: it cannot be created or written.
        DiskFull: not even an empty file fits.
    """
    with disk_errors(path):
        path.mkdir(parents=True, exist_ok=True)
        proof = path / f".writable-{os.getpid()}"
        proof.touch()
        proof.unlink(missing_ok=True)
    return path


class VerifiedFiles:
    """The memory of which files passed their checksum, so that each is read through only once.

    A file counts as unchanged while its path, size and modification time stay the same.

    Args:
        cache_dir: folder of ``verified.json``; when it cannot be written, the check is simply repeated next time.
    """

    def __init__(self, cache_dir: Path) -> None:
        self._path = cache_dir / "verified.json"

    def _read(self) -> dict[str, str]:
        try:
            known = json.loads(self._path.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return known if isinstance(known, dict) else {}

    def check(self, path: Path, expected: str, command: str) -> None:
        """Compare a file with its published checksum.

        Args:
            path: the file.
            expected: SHA-256 in hexadecimal.
            command: what mends it, for the sentence.

        Raises:
            WeightsCorrupt: the bytes differ.
        """
        status = path.stat()
        key = f"{path.resolve()}|{status.st_size}|{status.st_mtime_ns}"
        if self._read().get(key) == expected:
            return
        if file_sha256(path) != expected:
            raise WeightsCorrupt(path=path, command=command)
        known = self._read() | {key: expected}
        temporary = self._path.with_suffix(f".{os.getpid()}")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_text(json.dumps(known, indent=1), "utf-8")
            temporary.replace(self._path)
        except OSError:
            temporary.unlink(missing_ok=True)

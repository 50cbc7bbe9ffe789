"""The door every file comes through: it must exist, be a regular file, hold bytes and not too many of them."""

from __future__ import annotations

import math
import os
import stat
from pathlib import Path

from mmdemo.config import MEGABYTE, Limits
from mmdemo.errors import EmptyFile, FileMissing, FileTooLarge, UnreadableMedia

StrPath = str | os.PathLike[str]


def display_name(path: StrPath, name: str | None = None) -> str:
    """Return what to call a file in front of the user.

    Args:
        path: where the file stands.
        name: the name the user knows it by, when that differs (uploads get random names).

    Returns:
        The name without folders; bytes that are no Unicode become question marks.
    """
    shown = name or Path(path).name or str(path)
    return shown.encode("utf-8", "replace").decode("utf-8")


def check_file(path: StrPath, limits: Limits, name: str | None = None) -> Path:
    """Refuse what is no regular, readable, non-empty file of a bearable size; nothing is decoded yet.

    Args:
        path: file to check; a symbolic link is followed.
        limits: the larger of the two byte limits applies here, `check_size` applies the one of the kind.
        name: the name to show in errors.

    Returns:
        The absolute path.

    Raises:
        FileMissing: nothing stands there.
        UnreadableMedia: a folder, a device, a pipe, or a file that may not be read.
        EmptyFile: no bytes.
        FileTooLarge: more bytes than any kind of media may have.
    """
    shown = display_name(path, name)
    if not os.fspath(path):
        raise FileMissing(name=shown)
    try:
        status = os.stat(path)
    except PermissionError:
        raise UnreadableMedia(name=shown) from None
    except (OSError, ValueError):  # ValueError: a NUL in the path
        raise FileMissing(name=shown) from None
    # Opening a pipe or a device could block for ever, so this comes before the test for reading.
    if not stat.S_ISREG(status.st_mode):
        raise UnreadableMedia(name=shown)
    if status.st_size == 0:
        raise EmptyFile(name=shown)
    absolute = Path(path).absolute()
    check_size(absolute, max(limits.image_megabytes, limits.media_megabytes), shown)
    try:
        with open(absolute, "rb") as file:
            file.read(1)
    except OSError:
        raise UnreadableMedia(name=shown) from None
    return absolute


def check_size(path: Path, limit_megabytes: float, name: str) -> None:
    """Refuse a file with too many bytes.

    Args:
        path: an existing file.
        limit_megabytes: the most it may have, in millions of bytes.
        name: the name to show in the error.

    Raises:
        FileTooLarge: it has more.
    """
    megabytes = path.stat().st_size / MEGABYTE
    if megabytes > limit_megabytes:
        raise FileTooLarge(name=name, size_mb=rounded_up(megabytes), limit_mb=f"{limit_megabytes:g}")


def rounded_up(value: float) -> str:
    """Format a number that is past its limit so that it still looks past it (10.01 becomes 10.1)."""
    return f"{math.ceil(value * 10) / 10:g}"

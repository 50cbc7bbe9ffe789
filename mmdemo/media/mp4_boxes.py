"""Tell a cut-off MP4 or QuickTime file by its top-level boxes, before a decoder stumbles over it."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

HEADER_BYTES = 8
MAX_BOXES = 200_000
"""More top-level boxes than hours of fragmented video have; a file made of headers alone is not walked to its end."""

FIRST_BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"moof", b"free", b"skip", b"wide", b"pnot", b"styp", b"sidx"})
KNOWN_BOXES = FIRST_BOXES | {b"uuid", b"meta", b"mfra", b"udta", b"emsg", b"prft"}


def is_mp4(path: Path) -> bool:
    """Tell whether a file begins like MP4, M4A or QuickTime."""
    with open(path, "rb") as file:
        return file.read(HEADER_BYTES)[4:] in FIRST_BOXES


def has_brand(path: Path, brands: frozenset[bytes]) -> bool:
    """Tell whether the file type box names one of these as its major brand."""
    with open(path, "rb") as file:
        head = file.read(12)
    return head[4:8] == b"ftyp" and head[8:12] in brands


def is_truncated_mp4(path: Path) -> bool:
    """Tell whether an MP4 file breaks off: a box reaches past the end, or the index or the media are missing.

    Args:
        path: any file.

    Returns:
        True for a cut-off MP4; False for a whole one and for every other kind of file.
    """
    if not is_mp4(path):
        return False
    size = path.stat().st_size
    seen: set[bytes] = set()
    with open(path, "rb") as file:
        position = 0
        for _ in range(MAX_BOXES):
            if size - position < HEADER_BYTES:
                break
            kind, length = _box_at(file, position, size)
            if kind in KNOWN_BOXES and position + length > size:
                return True
            seen.add(kind)
            # An unknown box that reaches past the end is rubbish behind the last real one.
            if length < HEADER_BYTES or position + length > size:
                break
            position += length
        else:
            return False
    return not (b"moov" in seen and (b"mdat" in seen or b"moof" in seen))


def _box_at(file: BinaryIO, position: int, size: int) -> tuple[bytes, int]:
    """Read one box header: its type and its length in bytes with the header."""
    file.seek(position)
    header = file.read(16)
    length, kind = struct.unpack(">I4s", header[:HEADER_BYTES])
    if length == 0:  # reaches to the end of the file
        return kind, size - position
    if length == 1:  # the true length follows in 64 bits
        return kind, struct.unpack(">Q", header[8:16])[0] if len(header) == 16 else size + 1
    return kind, length

"""Reads a user's own table of file and caption."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from mmdemo.errors import EmptyText, FileMissing

PICTURE_ENDINGS = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff"})


@dataclass(frozen=True)
class CaptionedFile:
    """A file of the user's and what is written of it."""

    path: Path
    captions: tuple[str, ...]

    @property
    def is_picture(self) -> bool:
        """Whether its name is that of a picture; everything else is taken for sound."""
        return self.path.suffix.lower() in PICTURE_ENDINGS


def read_pairs(table: Path) -> list[CaptionedFile]:
    """Read a TSV of file and caption, without a header; a file may stand in several lines.

    Args:
        table: paths in it are relative to its folder.

    Returns:
        Files in the order of their first line.

    Raises:
        FileMissing: the table or a file that it names is not there.
        EmptyText: a file without a caption, or no line at all.
    """
    if not table.is_file():
        raise FileMissing(name=str(table))
    found: dict[Path, list[str]] = {}
    with table.open(encoding="utf-8", newline="") as stream:
        for row in csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
            if not row:
                continue
            if len(row) < 2 or not row[1].strip():
                raise EmptyText()
            path = table.parent / row[0]
            if not path.is_file():
                raise FileMissing(name=str(path))
            found.setdefault(path, []).append(row[1].strip())
    if not found:
        raise EmptyText()
    return [CaptionedFile(path, tuple(captions)) for path, captions in found.items()]

"""Reads folders laid out like ``flickr8k``: ``{split}.tar`` of pictures and ``captions.{language}.tsv``."""

from __future__ import annotations

import csv
import io
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import PIL.Image

from mmdemo.errors import FileMissing, UnreadableMedia
from mmdemo.types import UInt8Array


@dataclass(frozen=True)
class CaptionedPicture:
    """The name of a picture and the captions written for it."""

    name: str
    captions: tuple[str, ...]


def archive_names(archive: Path) -> list[str]:
    """Return the names of an archive's pictures, sorted.

    Raises:
        FileMissing: there is no such archive.
    """
    if not archive.is_file():
        raise FileMissing(name=str(archive))
    with tarfile.open(archive) as tar:
        return sorted(member.name for member in tar.getmembers() if member.isfile())


def archive_pictures(archive: Path, first: int = 0) -> Iterator[UInt8Array]:
    """Decode an archive's pictures in the order of `archive_names`.

    Args:
        archive: a tar of pictures.
        first: how many to skip.

    Yields:
        [H, W, 3] RGB.

    Raises:
        UnreadableMedia: a member is no picture.
    """
    names = archive_names(archive)
    with tarfile.open(archive) as tar:
        for name in names[first:]:
            stream = tar.extractfile(name)
            assert stream is not None, "only files are listed"
            try:
                yield np.asarray(PIL.Image.open(io.BytesIO(stream.read())).convert("RGB"))
            except OSError as error:
                raise UnreadableMedia(name=f"{archive.name}: {name}") from error


def read_captions(folder: Path, language: str, split: str) -> dict[str, tuple[str, ...]]:
    """Read the captions of one split.

    Args:
        folder: holds ``captions.{language}.tsv`` with the columns image, split and caption.
        language: ``en``, ``zh`` or ``zh-mt``.
        split: such as ``train``.

    Returns:
        Captions by picture name, in the file's order.

    Raises:
        FileMissing: there is no such table.
    """
    path = folder / f"captions.{language}.tsv"
    if not path.is_file():
        raise FileMissing(name=str(path))
    found: dict[str, list[str]] = {}
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row["split"] == split:
                found.setdefault(row["image"], []).append(row["caption"])
    return {name: tuple(captions) for name, captions in found.items()}


def captioned_pictures(folder: Path, language: str, split: str) -> list[CaptionedPicture]:
    """Pair the pictures of ``{split}.tar`` with their captions, in the archive's order; those without are empty."""
    captions = read_captions(folder, language, split)
    return [CaptionedPicture(name, captions.get(name, ())) for name in archive_names(folder / f"{split}.tar")]

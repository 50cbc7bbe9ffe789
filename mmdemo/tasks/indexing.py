"""Files → items of a search index: found, told apart by content, encoded in batches, failures kept as sentences."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mmdemo.backbone.base import Backbone
from mmdemo.config import Limits
from mmdemo.errors import FileMissing, InputError, NoMediaFound, OutOfMemory
from mmdemo.media import check_file, file_sha256, open_media
from mmdemo.tasks.index_rows import IndexedItem
from mmdemo.types import AudioFile, Encoding, Float32Array, ImageFile, Sentence, Span, VideoFile

IMAGE_BATCH = 16
TABLE_SUFFIX = ".lance"
"""Folders of LanceDB; an index inside the folder that is indexed holds no media."""


@dataclass(frozen=True, eq=False)
class FileOutcome:
    """What became of one file; an item when it is new, a problem when it cannot be used."""

    path: Path
    item_id: str = ""
    item: IndexedItem | None = None
    problem: Sentence | None = None


def list_files(paths: Sequence[str | Path]) -> list[Path]:
    """List files and everything inside folders, in the order of their names.

    Args:
        paths: files and folders; hidden files in folders are left out.

    Returns:
        Absolute paths, each once.

    Raises:
        FileMissing: a path does not exist.
        NoMediaFound: there are no files at all.
    """
    found: dict[Path, None] = {}
    for path in map(Path, paths):
        if not path.exists():
            raise FileMissing(name=path)
        found |= dict.fromkeys(_walk(path) if path.is_dir() else [path.absolute()])
    if not found:
        raise NoMediaFound(name=", ".join(map(str, paths)))
    return list(found)


def _walk(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder.absolute()):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and not name.endswith(TABLE_SUFFIX))
        yield from (Path(parent, name) for name in sorted(names) if not name.startswith("."))


def encode_files(files: Sequence[Path], known: set[str], backbone: Backbone, limits: Limits) -> Iterator[FileOutcome]:
    """Encode files that are not known yet, pictures in batches.

    Args:
        files: to encode.
        known: ids that are in the index; those of new files are added to it.
        backbone: makes the vectors.
        limits: past them a file is refused.

    Yields:
        One outcome a file, about in their order.

    Raises:
        WeightsError: the models cannot be loaded; nothing else could be encoded either.
    """
    pictures: list[ImageFile] = []
    for path in files:
        try:
            sha256 = file_sha256(check_file(path, limits))
            if sha256 in known:
                yield FileOutcome(path, sha256)
                continue
            media = open_media(path, limits)
        except InputError as error:
            yield FileOutcome(path, problem=error.sentence)
            continue
        known.add(sha256)
        if not isinstance(media, ImageFile):
            yield _encode_one(media, backbone)
            continue
        pictures.append(media)
        if len(pictures) == IMAGE_BATCH:
            yield from _encode_pictures(pictures, backbone)
            pictures = []
    yield from _encode_pictures(pictures, backbone)


def _encode_pictures(pictures: Sequence[ImageFile], backbone: Backbone) -> Iterator[FileOutcome]:
    try:
        encodings = backbone.encode_images(pictures) if pictures else []
    except (InputError, MemoryError):  # one of them spoils the batch, and only one by one it shows which
        yield from (_encode_one(picture, backbone) for picture in pictures)
        return
    for picture, encoding in zip(pictures, encodings, strict=True):
        yield _outcome(picture, ((None, whole_embedding(encoding)),))


def _encode_one(media: ImageFile | AudioFile | VideoFile, backbone: Backbone) -> FileOutcome:
    try:
        encoding = backbone.encode(media)
        return _outcome(media, item_vectors(encoding, backbone))
    except InputError as error:
        return FileOutcome(media.path, problem=error.sentence)
    except MemoryError:
        return FileOutcome(media.path, problem=OutOfMemory(name=media.source).sentence)


def _outcome(
    media: ImageFile | AudioFile | VideoFile, vectors: tuple[tuple[Span | None, Float32Array], ...]
) -> FileOutcome:
    kinds = {ImageFile: "image", AudioFile: "audio", VideoFile: "video"}
    item = IndexedItem(media.sha256, kinds[type(media)], str(media.path), vectors)  # type: ignore[arg-type]
    return FileOutcome(media.path, media.sha256, item)


def whole_embedding(encoding: Encoding) -> Float32Array:
    """Return the vector of the whole item, [D]."""
    assert encoding.embedding is not None, "encode fills it"
    return encoding.embedding


def item_vectors(encoding: Encoding, backbone: Backbone) -> tuple[tuple[Span | None, Float32Array], ...]:
    """Return the vectors an item is found by: of the whole, of its spans, and of what is heard in a clip.

    Args:
        encoding: of a file.
        backbone: that made it.

    Returns:
        Spans with their vectors [D]; None stands for the whole item and comes first.
    """
    spans = list(backbone.embed_spans(encoding))
    if encoding.soundtrack is not None:
        spans += backbone.embed_spans(encoding.soundtrack)
    return ((None, whole_embedding(encoding)), *spans)

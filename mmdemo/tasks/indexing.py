"""Files → items of a search index: found, told apart by content, encoded in batches, failures kept as sentences."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mmdemo.backbone.base import Backbone
from mmdemo.config import Limits
from mmdemo.errors import FileMissing, InputError, MMDemoError, NoMediaFound, OutOfMemory, UnreadableMedia
from mmdemo.media import check_file, file_sha256, open_media
from mmdemo.media.files import display_name
from mmdemo.tasks.index_failures import is_out_of_memory
from mmdemo.tasks.index_rows import IndexedItem, ItemVector, printable_path
from mmdemo.types import AudioFile, Encoding, Float32Array, ImageFile, Sentence, VideoFile

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
        try:
            kind = os.stat(path).st_mode
        except (OSError, ValueError) as error:  # also a name that is too long, or a folder that may not be entered
            raise FileMissing(name=printable_path(path)) from error
        found |= dict.fromkeys(_walk(path) if stat.S_ISDIR(kind) else [path.absolute()])
    if not found:
        raise NoMediaFound(name=", ".join(map(printable_path, paths)))
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
        One outcome a file, about in their order; twins of a file that failed fail too.

    Raises:
        WeightsError: the models cannot be loaded; nothing else could be encoded either.
    """
    pictures: list[ImageFile] = []
    failed: dict[str, MMDemoError] = {}  # by content
    for path in files:
        try:
            sha256 = file_sha256(check_file(path, limits))
            if any(picture.sha256 == sha256 for picture in pictures):  # only its encoding shows if it is of any use
                yield from _encode_pictures(pictures, backbone, known, failed)
                pictures = []
            if sha256 in known:
                yield FileOutcome(path, sha256)
                continue
            if sha256 in failed:
                yield FileOutcome(path, problem=_renamed(failed[sha256], path))
                continue
            media = open_media(path, limits)
        except (InputError, OSError, MemoryError, RuntimeError, OutOfMemory) as error:
            yield FileOutcome(path, problem=file_problem(error, path).sentence)
            continue
        if not isinstance(media, ImageFile):
            yield _encode_one(media, backbone, known, failed)
            continue
        pictures.append(media)
        if len(pictures) == IMAGE_BATCH:
            yield from _encode_pictures(pictures, backbone, known, failed)
            pictures = []
    yield from _encode_pictures(pictures, backbone, known, failed)


def file_problem(error: Exception, path: Path) -> MMDemoError:
    """Return what to say about a file that made something fail.

    Raises:
        Exception: the error itself, when it is not the file's.
    """
    if isinstance(error, InputError | OutOfMemory):
        return error
    if is_out_of_memory(error):
        return OutOfMemory(name=display_name(path))
    if isinstance(error, FileNotFoundError):
        return FileMissing(name=display_name(path))
    if isinstance(error, OSError):
        return UnreadableMedia(name=display_name(path))
    raise error


def is_about_file(error: OSError, path: Path) -> bool:
    """Tell whether an error is about this file: it is named, it is gone, or its disk or share does not answer."""
    return error.filename in {path, str(path)} or error.errno in {errno.EIO, errno.ESTALE} or not os.path.exists(path)


def _renamed(error: MMDemoError, path: Path) -> Sentence:
    """Return the sentence of an error as it is for another file with the same content."""
    named = {"name": display_name(path)} if "name" in error.values else {}
    return type(error)(**(error.values | named)).sentence


def _encode_pictures(
    pictures: Sequence[ImageFile], backbone: Backbone, known: set[str], failed: dict[str, MMDemoError]
) -> Iterator[FileOutcome]:
    try:
        encodings = backbone.encode_images(pictures) if pictures else []
    except (InputError, OSError, MemoryError, RuntimeError, OutOfMemory):
        # One of them spoils the batch, and only one by one it shows which; what is no file's fault shows again too.
        yield from (_encode_one(picture, backbone, known, failed) for picture in pictures)
        return
    for picture, encoding in zip(pictures, encodings, strict=True):
        known.add(picture.sha256)
        yield _outcome(picture, (ItemVector(whole_embedding(encoding)),))


def _encode_one(
    media: ImageFile | AudioFile | VideoFile, backbone: Backbone, known: set[str], failed: dict[str, MMDemoError]
) -> FileOutcome:
    try:
        outcome = _outcome(media, item_vectors(backbone.encode(media), backbone))
    except (InputError, OSError, MemoryError, RuntimeError, OutOfMemory) as error:
        if isinstance(error, OSError) and not is_about_file(error, media.path):
            raise  # about the weights or the cache
        problem = failed[media.sha256] = file_problem(error, media.path)
        return FileOutcome(media.path, problem=problem.sentence)
    known.add(media.sha256)
    return outcome


def _outcome(media: ImageFile | AudioFile | VideoFile, vectors: tuple[ItemVector, ...]) -> FileOutcome:
    kinds = {ImageFile: "image", AudioFile: "audio", VideoFile: "video"}
    kind = kinds[type(media)]
    item = IndexedItem(media.sha256, kind, printable_path(media.path), vectors)  # type: ignore[arg-type]
    return FileOutcome(media.path, media.sha256, item)


def whole_embedding(encoding: Encoding) -> Float32Array:
    """Return the vector of the whole item, [D]."""
    assert encoding.embedding is not None, "encode fills it"
    return encoding.embedding


def item_vectors(encoding: Encoding, backbone: Backbone) -> tuple[ItemVector, ...]:
    """Return the vectors an item is found by: of the whole, of its spans, and of what is heard in a clip.

    Args:
        encoding: of a file.
        backbone: that made it.

    Returns:
        The vector of the whole first, then those of its spans.
    """
    is_sound = encoding.modality == "audio"
    vectors = [ItemVector(whole_embedding(encoding), heard=is_sound)]
    vectors += [ItemVector(vector, span, is_sound) for span, vector in backbone.embed_spans(encoding)]
    if encoding.soundtrack is not None:
        vectors += [ItemVector(vector, span, True) for span, vector in backbone.embed_spans(encoding.soundtrack)]
    return tuple(vectors)

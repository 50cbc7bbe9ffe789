"""Captions of many pictures, such as alt text for a whole folder: in batches, row by row, taken up where it stopped."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from mmdemo.config import Limits
from mmdemo.errors import InputError, NoPicturesFound, OutOfMemory, WrongMediaKind
from mmdemo.media import check_file, file_sha256, open_media
from mmdemo.media.files import display_name
from mmdemo.media.pictures import open_picture
from mmdemo.runtime import Models
from mmdemo.tasks.caption_rows import CaptionRow
from mmdemo.tasks.caption_table import CaptionTable, check_table, write_rows
from mmdemo.tasks.captioning import CaptionRequest, caption_encoding
from mmdemo.tasks.index_rows import printable_path
from mmdemo.tasks.indexing import IMAGE_BATCH, file_problem, is_about_file, list_files
from mmdemo.types import Encoding, ImageFile, Sentence

__all__ = ["CaptionRow", "PictureList", "caption_files", "list_pictures", "request_name", "write_rows"]

PICTURE_ENDINGS = frozenset(
    ".jpg .jpeg .jpe .jfif .png .apng .gif .webp .avif .bmp .tif .tiff .jp2 .ppm .pgm .pbm .qoi .heic .heif".split()
)
"""Files so named are meant to be pictures, and there is a row that says why where they cannot be read."""
MOST_WAITING = 4 * IMAGE_BATCH
"""Files that wait for a batch to fill, most of them done already."""
FILE_ERRORS = (InputError, OSError, MemoryError, RuntimeError, OutOfMemory)
"""What a file may be at fault for; `indexing.file_problem` decides."""


@dataclass(frozen=True)
class PictureList:
    """What there is to caption."""

    files: tuple[Path, ...]
    skipped: int  # other files in the folders


def list_pictures(paths: Sequence[str | Path], limits: Limits) -> PictureList:
    """List files and the pictures inside folders.

    Args:
        paths: files, which are all listed whatever they are, and folders, of which other files are left out.
        limits: past them a file is no picture.

    Returns:
        The files, and how many were left out.

    Raises:
        FileMissing: a path does not exist.
        NoMediaFound: there are no files at all.
        NoPicturesFound: there are only others.
    """
    named = {Path(path).absolute() for path in paths}
    found = list_files(paths)
    files = tuple(path for path in found if path in named or _is_picture(path, limits))
    if not files:
        raise NoPicturesFound(name=", ".join(map(printable_path, paths)), count=len(found))
    return PictureList(files, len(found) - len(files))


def _is_picture(path: Path, limits: Limits) -> bool:
    if path.suffix.lower() in PICTURE_ENDINGS:
        return True
    try:
        with check_file(path, limits).open("rb") as file:
            return open_picture(file, path.name) is not None
    except (InputError, OSError):
        return False


def caption_files(
    paths: Sequence[str | Path], models: Models, request: CaptionRequest, limits: Limits, output: Path | None = None
) -> Iterator[CaptionRow]:
    """Caption files and the pictures inside folders.

    Args:
        paths: files and folders.
        models: backbone and generator.
        request: languages, style and number; there are no heatmaps.
        limits: past them a file is refused.
        output: table to write (its ending names CSV or JSONL) or to go on with: what it has of the same content, the
            same request and the same models is not computed again.

    Returns:
        An iterator of rows in the order of the files; each is in the table before it is given out. Closing it stops
        the work and keeps what is written.

    Raises:
        FileMissing: a path does not exist.
        NoMediaFound: there are no files at all.
        NoPicturesFound: there are only others.
        InputError: the output cannot be written (see `caption_table.check_table`); all of these before any work.
        WeightsError: the models cannot be loaded.
    """
    pictures = list_pictures(paths, limits)
    if output is not None:
        check_table(output, len(pictures.files))
    return _rows(pictures, models, replace(request, explain=False), limits, output)


def request_name(request: CaptionRequest, models: Models) -> str:
    """Name what is asked of which models, for the table: ``short:en+zh:1:0123456789ab``."""
    languages = "+".join(request.languages)
    asked = f"{request.style}:{languages}:{request.count}"
    said = "\n".join([asked, models.backbone.model_id, models.generator.model_id])
    return f"{asked}:{hashlib.sha256(said.encode()).hexdigest()[:12]}"


def _rows(
    pictures: PictureList, models: Models, request: CaptionRequest, limits: Limits, output: Path | None
) -> Iterator[CaptionRow]:
    name = request_name(request, models)
    with contextlib.ExitStack() as stack:
        table = stack.enter_context(CaptionTable(output)) if output is not None else None
        batch = _Batch(models, request, name, limits, table)
        total, done = len(pictures.files), 0
        for number, path in enumerate(pictures.files, start=1):
            batch.take(path)
            if batch.is_full or number == total or not batch.has_work:
                for row in batch.finish():
                    done += 1
                    yield replace(row, done=done, total=total, skipped=pictures.skipped)


@dataclass
class _Batch:
    """Files that are waiting, in order: rows that are done already, and pictures that are encoded together."""

    models: Models
    request: CaptionRequest
    request_name: str
    limits: Limits
    table: CaptionTable | None
    waiting: list[CaptionRow | ImageFile] = field(default_factory=list)
    captioned: dict[str, CaptionRow] = field(default_factory=dict)  # by content, of this run

    @property
    def pictures(self) -> list[ImageFile]:
        return [item for item in self.waiting if isinstance(item, ImageFile)]

    @property
    def is_full(self) -> bool:
        return len(self.pictures) >= IMAGE_BATCH or len(self.waiting) >= MOST_WAITING

    @property
    def has_work(self) -> bool:
        return bool(self.pictures)

    def take(self, path: Path) -> None:
        """Look a file up or open it."""
        sha256 = ""
        try:
            sha256 = file_sha256(check_file(path, self.limits))
            known = self._known(path, sha256)
            if known is not None:
                self.waiting.append(known)
                return
            media = open_media(path, self.limits)
            if not isinstance(media, ImageFile):
                kind = "video" if hasattr(media, "audio") else "audio"
                raise WrongMediaKind(name=media.source, kind=kind, wanted="image")
            self.waiting.append(media)
        except FILE_ERRORS as error:
            self.waiting.append(self._problem(error, path, sha256))

    def finish(self) -> Iterator[CaptionRow]:
        """Caption what waits; rows in order, each written before it is given out."""
        encodings = self._encoded(self.pictures)
        items, self.waiting = self.waiting, []
        for item in items:
            row = item if isinstance(item, CaptionRow) else self._row(item, encodings[item.path])
            if self.table is not None and not self.table.holds(row):
                self.table.add(row)
            yield row

    def _known(self, path: Path, sha256: str) -> CaptionRow | None:
        """Return the row of a content that was captioned before, here or in the table."""
        found = self.captioned.get(sha256) or (self.table.find(sha256, self.request_name) if self.table else None)
        if found is None or found.problem is not None:
            return None
        return replace(found, path=path, name=display_name(path), known=True)

    def _encoded(self, pictures: Sequence[ImageFile]) -> dict[Path, Encoding | Exception]:
        try:
            encodings = self.models.backbone.encode_images(pictures) if pictures else []
            return {picture.path: encoding for picture, encoding in zip(pictures, encodings, strict=True)}
        except FILE_ERRORS:
            # One of them spoils the batch, and only one by one it shows which; what is no file's fault shows again.
            return {picture.path: self._encoded_alone(picture) for picture in pictures}

    def _encoded_alone(self, picture: ImageFile) -> Encoding | Exception:
        try:
            return self.models.backbone.encode(picture)
        except FILE_ERRORS as error:
            if isinstance(error, OSError) and not is_about_file(error, picture.path):
                raise  # about the weights or the cache
            return error

    def _row(self, picture: ImageFile, encoding: Encoding | Exception) -> CaptionRow:
        twin = self._known(picture.path, picture.sha256)  # it may have come earlier in the same batch
        if twin is not None:
            return twin
        if isinstance(encoding, Exception):
            return self._problem(encoding, picture.path, picture.sha256)
        try:
            said = caption_encoding(encoding, self.models, self.request)
        except (MemoryError, RuntimeError, OutOfMemory) as error:
            return self._problem(error, picture.path, picture.sha256)
        row = CaptionRow(
            picture.path, picture.source, said.captions, said.reasons, sha256=picture.sha256, request=self.request_name
        )
        self.captioned[picture.sha256] = row
        return row

    def _problem(self, error: Exception, path: Path, sha256: str) -> CaptionRow:
        sentence: Sentence = file_problem(error, path).sentence
        return CaptionRow(path, display_name(path), (), problem=sentence, sha256=sha256, request=self.request_name)

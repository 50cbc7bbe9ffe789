"""A visitor's library on the Search tab: a temporary folder with an index; knows nothing of Gradio."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
import weakref
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from mmdemo.errors import InputError
from mmdemo.types import Encoding, Hit, Modality
from mmdemo.ui import pipeline
from mmdemo.ui.common import STALE_AFTER
from mmdemo.ui.retrieval_map import MapItem
from mmdemo.ui.retrieval_pictures import make_blank, make_thumbnail
from mmdemo.ui.retrieval_view import Failure, RetrievalView
from mmdemo.ui.subtitle_job import in_background

if TYPE_CHECKING:
    from mmdemo.backbone.base import Backbone

FOLDER_PREFIX = "mmdemo-search-"
LIBRARY_LIMIT = 2_000
"""Files in one visitor's library."""
HITS = 12
WATCH_INTERVAL = 60.0
"""Seconds between two looks for libraries that nobody uses any more."""


@dataclass(frozen=True)
class LibraryItem:
    """An item as the page shows it."""

    item_id: str
    modality: Modality
    path: Path
    thumbnail: Path

    @property
    def name(self) -> str:
        """The file name as the user knows it."""
        return self.path.name


@dataclass
class IndexJob:
    """Files to read; mutable because the Cancel button must reach the handler that works on it."""

    paths: tuple[Path, ...]
    started: bool = False
    cancelled: bool = False


@dataclass
class RetrievalSession:
    """What one visitor has on the Search tab; the library itself stands in `Libraries`."""

    view: RetrievalView = field(default_factory=RetrievalView)
    job: IndexJob | None = None
    query: Encoding | None = None
    modality: Modality | None = None
    chosen: str = ""  # item id


class Library:
    """An index with the files it was made from; its folder goes when it is closed or forgotten.

    Args:
        backbone: makes the vectors.
    """

    def __init__(self, backbone: Backbone) -> None:
        from mmdemo.tasks.retrieval import EmbeddingIndex

        self.folder = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX))
        self.close = weakref.finalize(self, shutil.rmtree, self.folder, True)
        self.index = EmbeddingIndex.open(self.folder / "index", backbone)
        self.items: dict[str, LibraryItem] = {}
        self.used = time.monotonic()

    def add(self, path: Path, item_id: str, modality: Modality) -> None:
        """Remember an item that was indexed, and make its small picture."""
        thumbnail = self.folder / f"{item_id}.jpg"
        try:
            make_thumbnail(path, modality, thumbnail)
        except (InputError, OSError):  # what can be encoded can be searched, with or without a picture
            make_blank(thumbnail)
        self.items[item_id] = LibraryItem(item_id, modality, path, thumbnail)

    def search(self, query: Encoding, modality: Modality | None) -> tuple[tuple[Hit, ...], float | None]:
        """Find the best items, and how probable it is that the first is what a text describes."""
        hits = self.index.search(query, HITS, modality)
        best = self.index.probability(query, hits[0]) if hits and query.modality == "text" else None
        return hits, best

    def map_items(self) -> list[MapItem]:
        """Return what the map draws."""
        return [
            MapItem(stored.item_id, stored.modality, self.items[stored.item_id].name, stored.embedding)
            for stored in self.index.items()
            if stored.item_id in self.items
        ]


class Libraries:
    """The libraries of all visitors; each goes when its page is closed or it was not used for an hour."""

    def __init__(self) -> None:
        self._libraries: dict[str, Library] = {}
        self._lock = threading.Lock()
        self._watch: threading.Thread | None = None

    def get(self, visitor: str) -> Library | None:
        """Return a visitor's library, None when there is none."""
        with self._lock:
            library = self._libraries.get(visitor)
            if library is not None:
                library.used = time.monotonic()
            return library

    def open(self, visitor: str, backbone: Backbone) -> Library:
        """Return a visitor's library, begun if need be."""
        library = self.get(visitor)
        if library is None:
            library = Library(backbone)
            with self._lock:
                self._libraries[visitor] = library
                if self._watch is None:
                    self._watch = threading.Thread(target=self._close_stale_ones, name="mmdemo-libraries", daemon=True)
                    self._watch.start()
        return library

    def _close_stale_ones(self) -> None:
        """Look for forgotten libraries as long as there are any."""
        while True:
            time.sleep(WATCH_INTERVAL)
            self.close_stale()
            with self._lock:
                if not self._libraries:
                    self._watch = None
                    return

    def close(self, visitor: str) -> None:
        """Delete a visitor's library."""
        with self._lock:
            library = self._libraries.pop(visitor, None)
        if library is not None:
            library.close()

    def close_stale(self, older_than: float = STALE_AFTER) -> None:
        """Delete the libraries that nobody used for so many seconds."""
        with self._lock:
            stale = [name for name, found in self._libraries.items() if time.monotonic() - found.used > older_than]
        for visitor in stale:
            self.close(visitor)


def run_index_job(job: IndexJob, libraries: Libraries, visitor: str) -> Iterator[RetrievalView]:
    """Read files into a visitor's library.

    Args:
        job: read for its Cancel flag after every file.
        libraries: of all visitors.
        visitor: whose.

    Yields:
        A view after every file; the last one is in phase ``done`` or ``cancelled``. What was read is kept.

    Raises:
        MMDemoError: the models cannot be loaded, or the folder cannot be written.
    """
    view = RetrievalView("loading", total=len(job.paths))
    yield view
    loading = in_background(pipeline.load_models)
    while True:
        try:
            next(loading)
        except StopIteration as finished:
            library = libraries.open(visitor, finished.value.backbone)
            break
        if job.cancelled:
            existing = libraries.get(visitor)
            yield replace(view, phase="cancelled", count=len(existing.items) if existing else 0)
            return
        yield view
    view = replace(view, phase="indexing", count=len(library.items), name=job.paths[0].name if job.paths else "")
    yield view
    yield from _steps(job, library, view)


def _steps(job: IndexJob, library: Library, view: RetrievalView) -> Iterator[RetrievalView]:
    failures: list[Failure] = []
    with closing(library.index.add(job.paths)) as steps:  # type: ignore[type-var]
        for step in steps:
            library.used = time.monotonic()
            if step.problem is not None:
                failures.append(Failure(step.path.name, step.problem))
            elif step.modality is not None:
                library.add(step.path, step.item_id, step.modality)
            view = replace(
                view,
                done=step.done,
                total=step.total,
                name=step.path.name,
                count=len(library.items),
                known=view.known + (step.outcome == "known"),
                failures=tuple(failures),
            )
            if job.cancelled:
                break
            yield view
    yield replace(view, phase="cancelled" if job.cancelled else "done")


def encode_query(query: str | Path) -> Encoding:
    """Encode a text or a file that somebody searches by.

    Args:
        query: a text, or the path of a picture, a recording or a clip.

    Raises:
        InputError: it cannot be used.
    """
    from mmdemo.config import settings
    from mmdemo.media import open_media
    from mmdemo.text import read_text

    limits = settings().limits
    media = open_media(query, limits) if isinstance(query, Path) else read_text(query, limits)
    return pipeline.load_models().backbone.encode(media)


def example_files(folder: Path) -> Sequence[Path]:
    """List the media that come with the demo."""
    return sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []

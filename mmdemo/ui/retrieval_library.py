"""A visitor's library on the Search tab: a temporary folder with an index; knows nothing of Gradio."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import tempfile
import threading
import time
import weakref
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from mmdemo.types import Encoding, Hit, Modality
from mmdemo.ui.activity import Witness
from mmdemo.ui.common import STALE_AFTER, WORK_FOLDER
from mmdemo.ui.retrieval_map import MapItem
from mmdemo.ui.retrieval_pictures import make_blank, make_thumbnail
from mmdemo.ui.retrieval_view import RetrievalView

if TYPE_CHECKING:
    from mmdemo.backbone.base import Backbone

logger = logging.getLogger(__name__)

FOLDER_PREFIX = "search-"
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
    witness: Witness | None = None
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
    copying: bool = False  # a copy of the chosen item for the player is being made

    @property
    def given(self) -> tuple[Path, ...]:
        """The files being read."""
        return self.job.paths if self.job is not None else ()


class Library:
    """An index with the files it was made from; its folder goes when it is closed or forgotten.

    Args:
        backbone: makes the vectors.
    """

    def __init__(self, backbone: Backbone) -> None:
        from mmdemo.tasks.retrieval import EmbeddingIndex

        WORK_FOLDER.mkdir(parents=True, exist_ok=True)  # what a killed process left there goes at the next start
        self.folder = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX, dir=WORK_FOLDER))
        self.close = weakref.finalize(self, shutil.rmtree, self.folder, True)
        self.index = EmbeddingIndex.open(self.folder / "index", backbone)
        self._renewals = 0
        self.items: dict[str, LibraryItem] = {}
        self.used = time.monotonic()

    def fits(self, backbone: Backbone) -> bool:
        """Tell whether the vectors in the index are of the models that are in use now."""
        return self.index.model_id == backbone.model_id

    def renew(self, backbone: Backbone) -> tuple[Path, ...]:
        """Begin an empty index for other models.

        Args:
            backbone: makes its vectors.

        Returns:
            The files that were in the old one, to be read again.
        """
        from mmdemo.tasks.retrieval import EmbeddingIndex

        self._renewals += 1
        self.index = EmbeddingIndex.open(self.folder / f"index-{self._renewals}", backbone)
        return tuple(item.path for item in self.items.values())

    def touch(self) -> None:
        """Remember that the library is being used; a sweep, also of another process, goes by the time of the folder."""
        self.used = time.monotonic()
        with contextlib.suppress(OSError):  # closed meanwhile
            os.utime(self.folder)

    def add(self, path: Path, item_id: str, modality: Modality) -> None:
        """Remember an item that was indexed, keep its file and make its small picture."""
        thumbnail = self.folder / f"{item_id}.jpg"
        try:
            make_thumbnail(path, modality, thumbnail)
        except Exception:  # what can be encoded can be searched, with or without a picture
            logger.debug("no small picture of %s", path.name, exc_info=True)
            make_blank(thumbnail)
        self.items[item_id] = LibraryItem(item_id, modality, self._kept(path, item_id), thumbnail)

    def _kept(self, path: Path, item_id: str) -> Path:
        """Give a file a name in the library's folder, because Gradio deletes uploads after one to two hours."""
        kept = self.folder / "files" / item_id / path.name
        if path == kept:  # read again, by other models
            return kept
        try:
            kept.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(path, kept)
            except OSError:  # another disk, or somebody else's file
                shutil.copyfile(path, kept)
        except OSError:  # no space: it can be shown as long as the upload stays
            kept.unlink(missing_ok=True)
            return path
        return kept

    def search(self, query: Encoding, modality: Modality | None) -> tuple[tuple[Hit, ...], float | None]:
        """Find the best items, and how probable it is that the first is what a text describes."""
        hits = self.index.search(query, HITS, modality)
        best = hits[0].probability if hits and query.modality == "text" else None
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
                library.touch()
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

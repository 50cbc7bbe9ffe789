"""A visitor's media on the Ask tab: a folder of their own that players read from, and that really goes when cleared."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import PIL.Image
from gradio.utils import get_upload_folder

from mmdemo.config import settings
from mmdemo.types import AudioFile, ImageFile, MediaInfo, MediaKind, VideoFile
from mmdemo.ui import pipeline
from mmdemo.ui.common import STALE_AFTER
from mmdemo.ui.qa_view import Cited
from mmdemo.ui.retrieval_library import WATCH_INTERVAL

FOLDER_PREFIX = "ask-"
MOST_MEDIA = 12
"""Media that can be asked about together; more would fill the page rather than an answer."""
PICTURE_SIDE = 1280
"""Pixels of the longer side of the copy of a picture that the page shows."""

MediaFile = ImageFile | AudioFile | VideoFile


@dataclass(frozen=True)
class MediaItem:
    """Something to ask about, as the page shows it."""

    key: str  # names it in this conversation
    media: MediaFile
    info: MediaInfo
    shown: Path | None  # what the browser shows or plays; None while there is nothing it could
    copying: bool = False  # a copy that it can play is being made

    @property
    def name(self) -> str:
        """The file name as the user knows it."""
        return self.media.source

    @property
    def kind(self) -> MediaKind:
        """Picture, recording or clip."""
        return self.info.kind

    @property
    def cited(self) -> Cited:
        """What a turn of the conversation remembers of it."""
        return Cited(self.key, self.name, self.kind)


class MediaFolder:
    """A visitor's folder among Gradio's uploads: files there are served where they stand and not copied once more.

    Its name cannot be guessed, so nobody else reads from it. It goes when it is closed or forgotten.

    Args:
        shared: tells whether another part of the page works with an upload, which is then left to Gradio to delete.
    """

    def __init__(self, shared: Callable[[Path], bool] = lambda upload: False) -> None:
        self.path = Path(get_upload_folder()) / f"{FOLDER_PREFIX}{secrets.token_hex(16)}"
        self.path.mkdir(parents=True, mode=0o700)
        self._uploads: dict[str, tuple[Path, int]] = {}  # key of the item → upload and its inode
        self._shared = shared
        self.close = weakref.finalize(self, _delete, self.path, self._uploads, shared)
        self.used = time.monotonic()

    @property
    def closed(self) -> bool:
        """Whether the files are gone."""
        return not self.close.alive

    def touch(self) -> None:
        """Remember that the folder is being used; a sweep, also of another process, goes by the time of the folder."""
        self.used = time.monotonic()
        with contextlib.suppress(OSError):  # closed meanwhile
            os.utime(self.path)

    def add(self, upload: Path) -> MediaItem:
        """Take a file in: check it, keep it beyond the life of uploads, and make what the page shows of it.

        Args:
            upload: where Gradio stored it, or an example.

        Raises:
            InputError: it cannot be used.
        """
        from mmdemo import media

        key = secrets.token_hex(8)
        limits = settings().limits
        info = pipeline.probe(upload)
        kept = self._kept(upload, key)
        try:
            handle = media.open_media(kept, limits)
            if isinstance(handle, ImageFile):
                return MediaItem(key, handle, info, self._picture(kept, key))
        except BaseException:
            shutil.rmtree(kept.parent, ignore_errors=True)
            raise
        ready = pipeline.player_ready(kept, info)
        return MediaItem(key, handle, info, kept if ready else None, copying=not ready)

    def remove(self, item: MediaItem) -> None:
        """Delete the files of an item."""
        shutil.rmtree(self.path / item.key, ignore_errors=True)
        if item.key in self._uploads:
            _delete_upload(*self._uploads.pop(item.key), self._shared)

    def copy_path(self, item: MediaItem) -> Path:
        """Return where a copy that browsers play belongs."""
        return self.path / item.key / ("copy.mp4" if item.kind == "video" else "copy.m4a")

    def _kept(self, upload: Path, key: str) -> Path:
        kept = self.path / key / upload.name
        kept.parent.mkdir()
        try:
            os.link(upload, kept)
        except OSError:  # another disk, or somebody else's file
            shutil.copyfile(upload, kept)
        if upload.is_relative_to(get_upload_folder()):
            self._uploads[key] = upload, upload.stat().st_ino
        return kept

    def _picture(self, path: Path, key: str) -> Path:
        """Write a copy of a picture in a format and a size that every browser shows."""
        picture = PIL.Image.fromarray(pipeline.load_image(path).pixels)
        picture.thumbnail((PICTURE_SIDE, PICTURE_SIDE))
        shown = self.path / key / "shown.jpg"
        picture.save(shown, "JPEG", quality=88)
        return shown


def _delete(folder: Path, uploads: dict[str, tuple[Path, int]], shared: Callable[[Path], bool]) -> None:
    """Delete a folder, and the uploads it was filled from."""
    shutil.rmtree(folder, ignore_errors=True)
    for upload, inode in uploads.values():
        _delete_upload(upload, inode, shared)


def _delete_upload(upload: Path, inode: int, shared: Callable[[Path], bool]) -> None:
    """Delete an upload unless somebody else works with it.

    The same bytes uploaded by somebody else since then stand under the same name, but in a file of their own.
    """
    try:
        if upload.stat().st_ino == inode and not shared(upload):
            upload.unlink()
            upload.parent.rmdir()
    except OSError:  # gone already, or not alone in its folder
        return


class MediaFolders:
    """The folders of all visitors; each goes when its page is closed or it was not used for an hour."""

    def __init__(self) -> None:
        self._folders: dict[str, MediaFolder] = {}
        self._lock = threading.Lock()
        self._watch: threading.Thread | None = None

    def add(self, visitor: str, folder: MediaFolder) -> None:
        """Watch over a visitor's folder."""
        with self._lock:
            self._folders[visitor] = folder
            if self._watch is None:
                self._watch = threading.Thread(target=self._close_stale_ones, name="mmdemo-ask-media", daemon=True)
                self._watch.start()

    def close(self, visitor: str) -> None:
        """Delete a visitor's folder."""
        with self._lock:
            folder = self._folders.pop(visitor, None)
        if folder is not None:
            folder.close()

    def close_stale(self, older_than: float = STALE_AFTER) -> None:
        """Delete the folders that nobody used for so many seconds."""
        with self._lock:
            stale = [name for name, found in self._folders.items() if time.monotonic() - found.used > older_than]
        for visitor in stale:
            self.close(visitor)

    def _close_stale_ones(self) -> None:
        """Look for forgotten folders as long as there are any."""
        while True:
            time.sleep(WATCH_INTERVAL)
            self.close_stale()
            with self._lock:
                if not self._folders:
                    self._watch = None
                    return

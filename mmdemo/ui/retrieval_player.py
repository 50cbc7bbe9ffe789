"""What the Search tab opens: which player takes an item, and a copy of it where browsers cannot play the file."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path

from mmdemo.types import MediaInfo
from mmdemo.ui import pipeline
from mmdemo.ui.background import watched
from mmdemo.ui.retrieval_library import LibraryItem


@dataclass(frozen=True)
class Playable:
    """What the players need to know about an item."""

    info: MediaInfo
    path: Path | None  # None when a copy has still to be made
    copy: Path  # where the copy stands or would stand


def playable(item: LibraryItem, folder: Path) -> Playable:
    """Find out whether browsers play a sound or a clip.

    Args:
        item: of the library.
        folder: of the library, where copies are kept.

    Raises:
        InputError: the file cannot be read.
    """
    info = pipeline.probe(item.path)
    copy = folder / f"{item.item_id}{'.mp4' if info.kind == 'video' else '.m4a'}"
    if pipeline.player_ready(item.path, info):
        return Playable(info, item.path, copy)
    return Playable(info, copy if copy.exists() else None, copy)


def make_copy(item: LibraryItem, wanted: Playable, cancelled: Callable[[], bool]) -> Generator[Path | None, None, None]:
    """Make a copy of an item that browsers play.

    Args:
        item: of the library.
        wanted: says where the copy goes.
        cancelled: asked several times a second.

    Yields:
        None while the work lasts, then the copy; no copy comes after a cancel. Closing the generator stops the work.

    Raises:
        MMDemoError: the file cannot be decoded or the copy cannot be written.
    """
    stopped = threading.Event()
    # Work that was stopped lasts a moment longer, and must not share a file with the next attempt.
    handle, name = tempfile.mkstemp(suffix=wanted.copy.suffix, dir=wanted.copy.parent)
    os.close(handle)
    attempt = Path(name)

    def convert() -> Path:
        try:
            pipeline.transcode_for_player(item.path, attempt, wanted.info, stopped.is_set)
            os.replace(attempt, wanted.copy)
            return wanted.copy
        finally:
            attempt.unlink(missing_ok=True)

    try:
        copy = yield from watched(convert, None, cancelled)
        if copy is not None:
            yield copy
    finally:
        stopped.set()

"""Copies of recordings and clips that browsers play, made while questions are already answered."""

from __future__ import annotations

import logging
import threading
from collections.abc import Generator
from dataclasses import replace

from mmdemo.ui import pipeline
from mmdemo.ui.background import watched
from mmdemo.ui.qa_media import MediaItem
from mmdemo.ui.qa_session import AskSession

logger = logging.getLogger(__name__)


def copies_for_player(state: AskSession) -> Generator[bool, None, None]:
    """Make the copies that are missing.

    Args:
        state: whose media; each learns where its copy stands, or that there is none.

    Yields:
        False while the work lasts, True when an item has changed. Closing the generator, removing an item and clearing
        stop the work.
    """
    for item in state.items:
        if item.copying:
            yield from _copied(state, item)


def _copied(state: AskSession, item: MediaItem) -> Generator[bool, None, None]:
    folder = state.folder
    if folder is None or folder.closed:
        return
    stopped = threading.Event()
    copy = folder.copy_path(item)

    def unwanted() -> bool:
        return folder.closed or all(other.key != item.key for other in state.items)

    try:
        made = yield from watched(
            lambda: pipeline.transcode_for_player(item.media.path, copy, item.info, stopped.is_set), False, unwanted
        )
    except Exception:  # it can be asked about, with or without a player
        logger.info("no copy of %s for the player", item.name, exc_info=True)
        made = None
    finally:
        stopped.set()
    if not unwanted():
        done = replace(item, shown=made, copying=False)
        state.items = tuple(done if other.key == item.key else other for other in state.items)
        yield True

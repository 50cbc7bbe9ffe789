"""Files of visitors go an hour after their last use, also those that a killed process left behind."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder

from mmdemo.ui import UPLOAD_FOLDERS
from mmdemo.ui.common import STALE_AFTER, WORK_FOLDER

SWEEP_INTERVAL = 300.0
"""Seconds between two sweeps."""


def sweep(now: float | None = None) -> int:
    """Delete what nothing has touched for an hour in the folders of uploads, results and work.

    The uploads of another process of this user, mostly one that was killed, are one such folder.
    A folder goes as a whole, when the newest thing in it is old: what is in use is touched, and so stays.

    Args:
        now: seconds since the epoch; the present when None.

    Returns:
        How many files and folders went.
    """
    now = time.time() if now is None else now
    deleted = 0
    uploads = Path(get_upload_folder())
    of_others = [folder for folder in _entries(UPLOAD_FOLDERS) if folder != uploads]
    for unit in (*_entries(uploads), *of_others, *_entries(WORK_FOLDER)):
        if now - _last_change(unit) <= STALE_AFTER:
            continue
        if unit.is_dir() and not unit.is_symlink():
            shutil.rmtree(unit, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):  # another process was faster
                unit.unlink()
        deleted += not os.path.lexists(unit)
    return deleted


def _entries(folder: Path) -> Iterator[Path]:
    with contextlib.suppress(OSError):  # not there yet
        yield from sorted(folder.iterdir())


def _last_change(unit: Path) -> float:
    """Return when anything in a file or a folder last changed; now for what vanishes while one looks."""
    try:
        inside = unit.rglob("*") if unit.is_dir() and not unit.is_symlink() else ()
        return max(float(path.lstat().st_ctime) for path in (unit, *inside))
    except OSError:
        return time.time()


def kept_files(demo: gr.Blocks) -> set[str]:
    """Return the uploads that belong to the page itself, such as those of its examples."""
    return {path for block in demo.blocks.values() for path in getattr(block, "keep_in_cache", ())}


def touch_kept(demo: gr.Blocks) -> None:
    """Make the files of the page young, so that no process of this app sweeps them away."""
    for path in kept_files(demo):
        with contextlib.suppress(OSError):
            os.utime(path)


async def _regularly(demo: gr.Blocks) -> None:
    while True:
        await asyncio.to_thread(touch_kept, demo)
        await asyncio.to_thread(sweep)
        await asyncio.sleep(SWEEP_INTERVAL)


@contextlib.asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Sweep at the start of the server and then regularly, as long as it runs.

    Args:
        app: Gradio's FastAPI application.
    """
    sweeping = asyncio.create_task(_regularly(app.get_blocks()))
    try:
        yield
    finally:
        sweeping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await sweeping

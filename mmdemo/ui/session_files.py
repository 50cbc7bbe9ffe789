"""Which uploads and results belong to which page, so that they go when it is closed."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder

from mmdemo.ui.common import STALE_AFTER, is_upload, user_error
from mmdemo.ui.first_page import SpeakingBlocks
from mmdemo.ui.i18n import preferred_language
from mmdemo.ui.sweeping import kept_files
from mmdemo.ui.texts import TEXTS


def paths_in(value: object) -> Iterator[str]:
    """Find every path of Gradio's upload folder in what a page sends or gets."""
    if isinstance(value, dict):
        for part in value.values():
            yield from paths_in(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from paths_in(part)
    elif isinstance(value, str) and is_upload(value):
        yield value


def names_folder(value: object) -> bool:
    """Tell whether a client gives the folder of uploads, or one in it, for a file."""
    if isinstance(value, dict):
        path = value.get("path")
        if isinstance(path, str) and Path(os.path.abspath(path)).is_relative_to(get_upload_folder()):
            return os.path.isdir(path)
        return any(map(names_folder, value.values()))
    return isinstance(value, list | tuple) and any(map(names_folder, value))


class SessionFiles:
    """Files by page; what several pages have, because they uploaded the same bytes, goes with the last of them."""

    def __init__(self) -> None:
        self._files: dict[str, set[str]] = {}
        self._used: dict[str, float] = {}
        self._lock = threading.Lock()

    def note(self, session: str, paths: Iterator[str]) -> None:
        """Remember files of a page; pages that were silent for an hour are forgotten, their files are swept."""
        found = set(paths)
        if not session or not found:
            return
        with self._lock:
            now = time.monotonic()
            self._files.setdefault(session, set()).update(found)
            self._used[session] = now
            for silent in [name for name, used in self._used.items() if now - used > STALE_AFTER]:
                del self._files[silent], self._used[silent]

    def close(self, session: str, kept: set[str]) -> int:
        """Delete the files of a page that was closed.

        Args:
            session: names the page.
            kept: files of the app itself, which stay.

        Returns:
            How many files went.
        """
        with self._lock:
            mine = self._files.pop(session, set())
            self._used.pop(session, None)
            others: set[str] = set().union(*self._files.values())
        deleted = 0
        for name in mine - others - kept:
            path = Path(name)
            if path.is_file() and path.resolve().is_relative_to(Path(get_upload_folder()).resolve()):
                with contextlib.suppress(OSError):
                    path.unlink()
                    deleted += 1
                    path.parent.rmdir()  # not when something else is in it
        return deleted


class Page(SpeakingBlocks):
    """Gradio's page, which also remembers the files of every visitor."""

    def __init__(self, **options: Any) -> None:
        """Take the options of ``gr.Blocks``."""
        super().__init__(**options)
        self.session_files = SessionFiles()

    async def process_api(self, *arguments: Any, **named: Any) -> dict[str, Any]:
        """Run an event, and remember what it was given and what it returned.

        Raises:
            gr.Error: a client named a folder; Gradio would take it for a file of its own, and fail to delete it.
        """
        session = str(named.get("session_hash") or "")
        if names_folder(named.get("inputs")):
            headers = getattr(named.get("request"), "headers", {})
            raise user_error(TEXTS["not_a_file"], preferred_language(headers.get("accept-language")))
        self.session_files.note(session, paths_in(named.get("inputs")))
        result = await super().process_api(*arguments, **named)
        self.session_files.note(session, paths_in(result.get("data")))
        return result

    def leave(self, request: gr.Request) -> None:
        """Delete the files of a visitor who left."""
        self.session_files.close(str(request.session_hash or ""), kept_files(self))

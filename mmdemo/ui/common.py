"""What every tab shares: the queue of the models, the visitor's session, and failures as sentences."""

from __future__ import annotations

import json
import logging
import os
import re
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import gradio as gr
from gradio.utils import get_upload_folder

from mmdemo.errors import (
    ConfigError,
    DiskFull,
    FolderNotWritable,
    HubDiskFull,
    HubFolderNotWritable,
    MMDemoError,
    NoFontFor,
    OutOfMemory,
    OutputDiskFull,
    OutputNotWritable,
    PackageMissing,
    SearchIndexError,
    WeightsError,
)
from mmdemo.types import Sentence
from mmdemo.ui import USER_FOLDER
from mmdemo.ui.activity import Ledger
from mmdemo.ui.i18n import ENGLISH, text
from mmdemo.ui.texts import TEXTS

logger = logging.getLogger(__name__)

BACKBONE_QUEUE = "backbone"
"""``concurrency_id`` of every event that runs a model: one at a time, whatever the tab."""
BACKBONE_CONCURRENCY = 1
EDIT_CONCURRENCY = 8
"""Edits take milliseconds and must not wait behind each other's."""
EXPORT_QUEUE = "video-export"
"""Videos are made beside everything else, one at a time."""

ASSETS = Path(__file__).resolve().parents[2] / "assets"
STALE_AFTER = 3600
"""Seconds after which uploads and results are deleted."""


WORK_FOLDER = USER_FOLDER / "work"
"""Outside Gradio's upload folder: files in there would be served where they stand and not copied."""


@dataclass
class Session:
    """One visitor's page; mutable because a running job must see the language change."""

    language: str = ENGLISH
    ledger: Ledger = field(default_factory=Ledger)


FOR_VISITORS: tuple[tuple[tuple[type[MMDemoError], ...], str], ...] = (
    ((SearchIndexError,), "library_damaged"),
    (
        (OutputNotWritable, OutputDiskFull, FolderNotWritable, DiskFull, HubDiskFull, HubFolderNotWritable),
        "server_storage",
    ),
    ((WeightsError, ConfigError, PackageMissing), "server_models"),
    ((NoFontFor,), "server_font"),
)
"""Failures that only whoever runs the server can mend, and the keys of what a visitor reads in their place."""
FOR_THE_COMMAND_LINE = re.compile(r"\{(?:path|command)\}|MMDEMO_|HF_|--|mmdemo ")
"""What a sentence on the page never holds: folders of the server, commands, settings."""


def sentence_for(error: BaseException, name: str) -> Sentence:
    """Turn any failure into a sentence for the visitor; those nobody expects are logged with their traceback.

    Args:
        error: what was raised.
        name: the file or thing being worked on.

    Returns:
        A sentence without paths, commands or tracebacks; one that has some goes to the log.
    """
    if isinstance(error, MMDemoError):
        for kinds, key in FOR_VISITORS:
            if isinstance(error, kinds):
                logger.warning("for whoever runs the server: %s", error)
                return TEXTS[key]
        if not FOR_THE_COMMAND_LINE.search(error.en):
            return error.sentence
    if isinstance(error, MemoryError):
        return OutOfMemory(name=name).sentence
    logger.error("unexpected failure", exc_info=error)
    return TEXTS["unexpected_error"]


def user_error(sentence: Sentence, language: str) -> gr.Error:
    """Wrap a sentence for the page and the API; nothing is printed, the failure was the user's or is logged."""
    return gr.Error(sentence.text(language), title=text("error_title", language), print_exception=False)


@contextmanager
def errors_for_user(
    language: Callable[[], str], name: str = "", sentence: Callable[[BaseException, str], Sentence] = sentence_for
) -> Iterator[None]:
    """Let only ``gr.Error`` with a sentence in the visitor's language out of a handler.

    Args:
        language: gives the interface language at the time of the failure.
        name: the file or thing being worked on.
        sentence: turns the failure, with that name, into what is said.

    Raises:
        gr.Error: for every exception inside.
    """
    try:
        yield
    except gr.Error:
        raise
    except Exception as error:
        raise user_error(sentence(error, name), language()) from error


def checked_path(value: object, language: str) -> Path:
    """Check that a file input really holds a file.

    Args:
        value: what the page or a client sent.
        language: interface language of the error.

    Returns:
        The path that Gradio stored the upload under.

    Raises:
        gr.Error: nothing was chosen, or it is something else.
    """
    if value is None or value == "":
        raise user_error(TEXTS["no_file"], language)
    if not isinstance(value, str):
        raise user_error(TEXTS["not_a_file"], language)
    return Path(value)


def is_upload(value: object) -> bool:
    """Tell whether a value names something in the folder where Gradio keeps uploads and results; no way leads out."""
    inside = isinstance(value, str) and value.startswith(get_upload_folder() + os.sep)
    return inside and os.path.normpath(str(value)) == value


@contextmanager
def work_folder() -> Iterator[Path]:
    """Give a folder for files on their way to Gradio, which copies them at the yield of a handler."""
    WORK_FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=WORK_FOLDER) as folder:
        yield Path(folder)


def remove_stale(folder: Path, pattern: str, older_than: float = STALE_AFTER) -> int:
    """Delete old files, and old folders that are empty.

    ``delete_cache`` forgets what an ended process left behind, and it does not know the ``tmp…`` files that Gradio
    writes for every subtitle track and every reading of a file input.

    Args:
        folder: a folder of ours.
        pattern: glob pattern of what may go.
        older_than: seconds since the last change.

    Returns:
        How many files and folders were deleted.
    """
    stale: list[Path] = []
    for path in sorted(folder.glob(pattern), reverse=True):  # what is inside a folder comes before it
        try:
            if time.time() - path.lstat().st_ctime > older_than:
                stale.append(path)
        except OSError:  # another process was faster
            continue
    deleted = 0
    for path in stale:
        try:
            remove = path.rmdir if path.is_dir() and not path.is_symlink() else path.unlink
            remove()
            deleted += 1
        except OSError:  # not empty, not ours, or gone
            continue
    return deleted


def remove_nameless_uploads() -> None:
    """Delete old files that Gradio wrote while this process runs and does not track."""
    remove_stale(Path(get_upload_folder()), "tmp*")


def words_style(words: Mapping[str, Sequence[str]]) -> str:
    """Render words that a style sheet shows, as a style of their own.

    Args:
        words: lines by the CSS variable that holds them.
    """
    # CSS strings know no \n; \a followed by a space is their line break.
    properties = []
    for name, lines in words.items():
        content = "\\a ".join(json.dumps(line, ensure_ascii=False)[1:-1] for line in lines)
        properties.append(f'{name}: "{content}";')
    return f"<style>:root {{ {' '.join(properties)} }}</style>"

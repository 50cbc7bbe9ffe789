"""What every tab shares: the queue of the models, the visitor's session, and failures as sentences."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import gradio as gr
from gradio.utils import get_upload_folder

from mmdemo.errors import MMDemoError, OutOfMemory
from mmdemo.types import Sentence
from mmdemo.ui.i18n import ENGLISH, text
from mmdemo.ui.texts import TEXTS

logger = logging.getLogger(__name__)

BACKBONE_QUEUE = "backbone"
"""``concurrency_id`` of every event that runs a model: one at a time, whatever the tab."""
BACKBONE_CONCURRENCY = 1
EDIT_CONCURRENCY = 8
"""Edits take milliseconds and must not wait behind each other's."""
QUEUE_LENGTH = 20

ASSETS = Path(__file__).resolve().parents[2] / "assets"
STALE_AFTER = 3600
"""Seconds after which uploads and results are deleted."""


@dataclass
class Session:
    """One visitor's page; mutable because a running job must see the language change."""

    language: str = ENGLISH


def sentence_for(error: BaseException, name: str) -> Sentence:
    """Turn any failure into a sentence for the user; unexpected ones are logged with their traceback.

    Args:
        error: what was raised.
        name: the file or thing being worked on.

    Returns:
        A sentence without paths or tracebacks.
    """
    if isinstance(error, MMDemoError):
        return error.sentence
    if isinstance(error, MemoryError):
        return OutOfMemory(name=name).sentence
    logger.error("unexpected failure", exc_info=error)
    return TEXTS["unexpected_error"]


def user_error(sentence: Sentence, language: str) -> gr.Error:
    """Wrap a sentence for the page and the API; nothing is printed, the failure was the user's or is logged."""
    return gr.Error(sentence.text(language), title=text("error_title", language), print_exception=False)


@contextmanager
def errors_for_user(language: Callable[[], str], name: str = "") -> Iterator[None]:
    """Let only ``gr.Error`` with a sentence in the visitor's language out of a handler.

    Args:
        language: gives the interface language at the time of the failure.
        name: the file or thing being worked on.

    Raises:
        gr.Error: for every exception inside.
    """
    try:
        yield
    except gr.Error:
        raise
    except Exception as error:
        raise user_error(sentence_for(error, name), language()) from error


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


def remove_stale_leftovers(folder: Path | None = None, older_than: float = STALE_AFTER) -> int:
    """Delete the nameless files that Gradio leaves in its upload folder and never tracks itself.

    Every subtitle track and every reading of a file input leaves one ``tmp…`` file there, which ``delete_cache``
    does not know.

    Args:
        folder: Gradio's upload folder when None.
        older_than: seconds since the last change.

    Returns:
        How many files were deleted.
    """
    deleted = 0
    for path in (folder or Path(get_upload_folder())).glob("tmp*"):
        try:
            if path.is_file() and time.time() - path.stat().st_mtime > older_than:
                path.unlink()
                deleted += 1
        except OSError:  # another process was faster, or the file is not ours
            continue
    return deleted

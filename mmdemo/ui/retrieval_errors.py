"""Failures of the Search tab as sentences; a visitor knows nothing of the files that the library holds."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager

from mmdemo.errors import FileMissing, NoMediaFound
from mmdemo.types import Sentence
from mmdemo.ui.common import errors_for_user, sentence_for
from mmdemo.ui.texts import TEXTS

logger = logging.getLogger(__name__)


def sentence_without_path(error: BaseException, name: str) -> Sentence:
    """Turn any failure into a sentence that tells a visitor nothing about the server's folders.

    Args:
        error: what was raised.
        name: the file or thing being worked on.

    Returns:
        The sentence; the one with the path goes to the log.
    """
    if isinstance(error, FileMissing | NoMediaFound):
        logger.warning("search: %s", error)
        return TEXTS["not_files"]
    return sentence_for(error, name)


def search_errors(language: Callable[[], str], name: str = "") -> AbstractContextManager[None]:
    """Let only ``gr.Error`` out of a handler of the Search tab (see ``common.errors_for_user``).

    Args:
        language: gives the interface language at the time of the failure.
        name: the file or thing being worked on.

    Raises:
        gr.Error: for every exception inside.
    """
    return errors_for_user(language, name, sentence_without_path)

"""What comes from the page or a client of the Search tab, checked."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

from mmdemo.types import Modality
from mmdemo.ui.common import checked_path, user_error
from mmdemo.ui.retrieval_layout import KINDS
from mmdemo.ui.retrieval_library import LIBRARY_LIMIT
from mmdemo.ui.texts import TEXTS


def checked_files(value: object, language: str, present: int = 0) -> tuple[Path, ...]:
    """Check that a file input really holds files, and not too many.

    Args:
        value: what the page or a client sent.
        language: interface language of the error.
        present: items that are in the library already.

    Raises:
        gr.Error: nothing was chosen, one is no regular file, or the library would get too large.
    """
    if not isinstance(value, list | tuple) or not value or not all(isinstance(path, str) for path in value):
        raise user_error(TEXTS["no_files"], language)
    if present + len(value) > LIBRARY_LIMIT:
        sentence = TEXTS["too_many_files"].filled(count=present + len(value), limit=LIBRARY_LIMIT)
        raise user_error(sentence, language)
    paths = tuple(Path(path) for path in value)
    # Gradio lets a client name its whole upload folder, and reading that would show everybody's files.
    if not all(is_regular_file(path) for path in paths):
        raise user_error(TEXTS["not_files"], language)
    return paths


def checked_query_file(value: object, language: str) -> Path:
    """Check that the file to search by really is one.

    Args:
        value: what the page or a client sent.
        language: interface language of the error.

    Raises:
        gr.Error: nothing was chosen, or it is no regular file.
    """
    path = checked_path(value, language)
    if not is_regular_file(path):
        raise user_error(TEXTS["not_files"], language)
    return path


def is_regular_file(path: Path) -> bool:
    """Tell whether a file stands at a path, rather than a folder, a device or nothing."""
    try:
        return path.is_file()
    except (OSError, ValueError):  # too long, or with a null byte
        return False


def checked_kind(value: object, language: str) -> Modality | None:
    """Read the choice of a kind of media; ``all``, nothing and an empty text mean every kind."""
    if value in (None, "", KINDS[0]):
        return None
    if value not in KINDS:
        raise user_error(TEXTS["unknown_kind"], language)
    return value  # type: ignore[return-value]


def visitor_of(request: gr.Request) -> str:
    """Name the page a request comes from."""
    return str(getattr(request, "session_hash", None) or "")

"""What comes from the page or a client of the Caption tab, checked."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mmdemo.types import CaptionLanguage, Sentence
from mmdemo.ui.common import checked_path, user_error
from mmdemo.ui.retrieval_inputs import is_regular_file
from mmdemo.ui.texts import TEXTS

if TYPE_CHECKING:
    from mmdemo.tasks.captioning import CaptionRequest

# The task's own constants would bring its heavy imports to the first page; a test holds these equal to them.
LANGUAGES: tuple[CaptionLanguage, ...] = ("en", "zh")
STYLES = ("short", "detailed", "alt")
MOST_ALTERNATIVES = 5
MOST_FILES = 200


def filled(key: str, **values: object) -> Sentence:
    """Fill the placeholders of a text in both languages."""
    return TEXTS[key].filled(**values)


def checked_dropped(value: object, language: str) -> tuple[Path, ...]:
    """Check that a drop zone or the camera really gave files, and not too many.

    Args:
        value: what the page or a client sent.
        language: interface language of the error.

    Raises:
        gr.Error: nothing was chosen, one is no regular file, or there are too many.
    """
    return checked_files(value, language, TEXTS["no_caption_file"], "caption_too_many", MOST_FILES)


def checked_files(
    value: object, language: str, missing: Sentence, too_many: str, most: int, present: int = 0
) -> tuple[Path, ...]:
    """Check that files were really given, and not too many.

    Args:
        value: what the page or a client sent.
        language: interface language of the error.
        missing: said when nothing was chosen.
        too_many: key of the text that names how many there are and may be.
        most: files at most.
        present: files that are there already.

    Raises:
        gr.Error: nothing was chosen, one is no regular file, or there are too many.
    """
    given: list[Any] = list(value) if isinstance(value, list | tuple) else [value] if isinstance(value, str) else []
    if not given or not all(isinstance(path, str) and path for path in given):
        raise user_error(missing, language)
    if present + len(given) > most:
        raise user_error(filled(too_many, count=present + len(given), limit=most), language)
    paths = tuple(Path(path) for path in given)
    # Gradio lets a client name its whole upload folder, and reading that would show everybody's files.
    if not all(is_regular_file(path) for path in paths):
        raise user_error(TEXTS["not_files"], language)
    return paths


def checked_picture(value: object, language: str) -> Path:
    """Check that a client sent one file.

    Args:
        value: what it sent.
        language: interface language of the error.

    Raises:
        gr.Error: nothing was chosen, or it is no regular file.
    """
    if value in (None, ""):
        raise user_error(TEXTS["no_caption_file"], language)
    path = checked_path(value, language)
    if not is_regular_file(path):
        raise user_error(TEXTS["not_files"], language)
    return path


def checked_request(languages: object, style: object, count: object, explain: object, language: str) -> CaptionRequest:
    """Read the options.

    Args:
        languages: codes in a list, or in a text with commas.
        style: one of `STYLES`.
        count: 1 to `MOST_ALTERNATIVES`.
        explain: whether heatmaps are wanted.
        language: interface language of the error.

    Raises:
        gr.Error: an option nobody knows.
    """
    from mmdemo.tasks.captioning import CaptionRequest

    written = languages if isinstance(languages, str) else " ".join(map(str, _as_list(languages)))
    codes = [code.lower().split("-")[0] for code in re.findall(r"[\w-]+", written)]
    chosen = tuple(code for code in LANGUAGES if code in codes)
    if not chosen or set(codes) - set(LANGUAGES):
        raise user_error(TEXTS["no_caption_language"], language)
    if style not in STYLES:
        raise user_error(TEXTS["unknown_caption_style"], language)
    return CaptionRequest(chosen, style, _checked_count(count, language), bool(explain))  # type: ignore[arg-type]


def _as_list(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []


def _checked_count(count: object, language: str) -> int:
    number = float(count) if isinstance(count, int | float) and not isinstance(count, bool) else 0.0
    if not number.is_integer() or not 1 <= number <= MOST_ALTERNATIVES:
        raise user_error(filled("unknown_caption_count", most=MOST_ALTERNATIVES), language)
    return int(number)

"""What comes from the page or a client of the Ask tab, checked before any model works."""

from __future__ import annotations

from pathlib import Path

from mmdemo.config import settings
from mmdemo.errors import NothingToAskAbout, QuestionWithoutWords
from mmdemo.text import read_text
from mmdemo.types import CaptionLanguage
from mmdemo.ui.captioning_inputs import checked_files
from mmdemo.ui.common import errors_for_user, user_error
from mmdemo.ui.qa_media import MOST_MEDIA
from mmdemo.ui.texts import TEXTS

LANGUAGES: tuple[CaptionLanguage, ...] = ("en", "zh")


def checked_media(value: object, language: str, present: int = 0) -> tuple[Path, ...]:
    """Check that a drop zone or a client really gave files, and not too many.

    Args:
        value: what was sent.
        language: interface language of the error.
        present: media that are there already.

    Raises:
        gr.Error: nothing was chosen, one is no regular file, or there are too many.
    """
    return checked_files(value, language, NothingToAskAbout().sentence, "ask_too_many", MOST_MEDIA, present)


def checked_question(value: object, language: str) -> str:
    """Check that a question is one.

    Args:
        value: what was sent.
        language: interface language of the error.

    Returns:
        The question without white space around it.

    Raises:
        gr.Error: it has no words, or too many.
    """
    with errors_for_user(lambda: language):
        question = read_text(value if isinstance(value, str) else "", settings().limits).text
        # Reading it needs dictionaries that take seconds to load; here it is enough that there is something to read.
        if not any(letter.isalnum() for letter in question):
            raise QuestionWithoutWords(question=question)
    return question


def checked_language(value: object, language: str) -> CaptionLanguage | None:
    """Read the language of a question; ``auto``, nothing and an empty text leave it to the question's letters.

    Raises:
        gr.Error: a language in which no question can be asked.
    """
    if value in (None, "", "auto"):
        return None
    if value not in LANGUAGES:
        raise user_error(TEXTS["ask_unknown_language"], language)
    return value

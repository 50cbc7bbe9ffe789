"""The tasks behind the Ask tab, imported at first use so that the first page comes fast."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mmdemo.config import settings
from mmdemo.types import Answer, AudioFile, CaptionLanguage, ImageFile, VideoFile

if TYPE_CHECKING:
    from mmdemo.runtime import Models
    from mmdemo.tasks.qa_media import AskProgress

MediaFile = ImageFile | AudioFile | VideoFile


def ask(
    question: str, media: Sequence[MediaFile], models: Models, language: CaptionLanguage | None = None
) -> Generator[AskProgress, None, Answer]:
    """Answer a question about media (see ``tasks.qa.ask``), in its own language or in another."""
    from mmdemo.tasks import qa
    from mmdemo.tasks.questions import read_question

    limits = settings().limits
    asked = question if language is None else replace(read_question(question, limits), language=language)
    return (yield from qa.ask(asked, media, models, limits))


def dictionary_readers() -> Iterator[Callable[[], object]]:
    """Give what reads the dictionaries that the first question in Chinese needs (see ``tasks.passage_terms``)."""
    from mmdemo.tasks.passage_terms import CHINESE_DICTIONARIES

    yield from CHINESE_DICTIONARIES


def suggest(
    media: Sequence[MediaFile], models: Models
) -> Generator[AskProgress, None, dict[CaptionLanguage, tuple[str, ...]]]:
    """Look at media and find questions to suggest (see ``tasks.suggested_questions``)."""
    from mmdemo.tasks.suggested_questions import suggest_questions

    return (yield from suggest_questions(media, models))

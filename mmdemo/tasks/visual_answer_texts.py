"""What answers about pictures say in words, in both languages."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mmdemo.tasks.questions import Question
from mmdemo.types import CaptionLanguage

_HAS = re.compile(r"^[^是]*有[^是]*$")


def closed_answer(text: str, question: Question) -> str:
    """Say a Chinese yes or no in the words of its question: 有 and 没有 where it asks with 有."""
    if (
        question.language == "zh"
        and text in ("是", "不是")
        and _HAS.search(question.text)
        and "是" not in question.text
    ):
        return "有" if text == "是" else "没有"
    return text


def perhaps(guesses: Sequence[str], language: CaptionLanguage) -> str:
    """Say that the best guesses may be wrong."""
    if language == "zh":
        return f"不确定，可能是{'或'.join(guesses)}。" if guesses else "不确定。"
    return f"Not sure; perhaps {' or '.join(guesses)}." if guesses else "Not sure."


def not_seen(thing: str, language: CaptionLanguage) -> str:
    """Say that what the question is about is not to be seen."""
    if language == "zh":
        return f"不确定：画面中似乎没有“{thing}”。"
    return f"Not sure: I do not see “{thing}” here."

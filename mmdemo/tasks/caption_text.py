"""From what the decoder writes to what people read: sentences, alt text, and details from several candidates."""

from __future__ import annotations

from collections.abc import Sequence

from mmdemo.tasks.caption_ranking import RankedCaption
from mmdemo.types import CaptionLanguage

ALT_TEXT_CHARACTERS = 125
"""Screen readers stop or split longer descriptions."""
_OPENINGS = ("a picture of ", "a photo of ", "an image of ", "there is ", "there are ", "this is ")
_CHINESE_OPENINGS = ("图片中有", "图中有", "照片中", "图片中", "这是")
MOST_SHARED = 0.5
"""Share of its words that a second sentence may have in common with the first."""
_SMALL_WORDS = frozenset(
    "a an the of in on at with and is are to up down his her its their by from into through".split()
)


def as_sentence(text: str, language: CaptionLanguage) -> str:
    """Write a plain caption as a sentence.

    Args:
        text: lower case, without full stop.
        language: of it.
    """
    if language == "zh":
        return f"{text}。"
    words = ["I" if word == "i" else word for word in text.split()]
    joined = " ".join(words)
    return f"{joined[:1].upper()}{joined[1:]}."


def as_alt_text(text: str, language: CaptionLanguage, unsure: bool) -> str:
    """Write a plain caption as alternative text of a picture: to the point, short, and open about doubt.

    Args:
        text: lower case, without full stop.
        language: of it.
        unsure: whether it may well be wrong.
    """
    for opening in _CHINESE_OPENINGS if language == "zh" else _OPENINGS:
        text = text.removeprefix(opening)
    if language == "zh":
        written = ("可能是：" if unsure else "") + text
        return written[:ALT_TEXT_CHARACTERS]
    written = f"Possibly {text}" if unsure else f"{text[:1].upper()}{text[1:]}"
    if len(written) <= ALT_TEXT_CHARACTERS:
        return written
    return written[:ALT_TEXT_CHARACTERS].rsplit(" ", 1)[0]


def detailed(chosen: RankedCaption, candidates: Sequence[RankedCaption], language: CaptionLanguage) -> str:
    """Write a caption with a second sentence, where another candidate says something else that fits as well.

    Args:
        chosen: the first sentence.
        candidates: of the same picture, best first.
        language: of them.
    """
    first = as_sentence(chosen.text, language)
    said = _content(chosen.text, language)
    for other in candidates:
        own = _content(other.text, language)
        if own and len(own & said) <= MOST_SHARED * len(own) and other.probability >= 0.5:
            gap = "" if language == "zh" else " "
            return f"{first}{gap}{as_sentence(other.text, language)}"
    return first


def _content(text: str, language: CaptionLanguage) -> set[str]:
    if language == "zh":
        return {text[i : i + 2] for i in range(len(text) - 1)}
    return set(text.split()) - _SMALL_WORDS

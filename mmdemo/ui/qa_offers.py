"""Questions that the Ask tab offers: examples while nothing was dropped, then questions drawn from the media."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import gradio as gr

from mmdemo.types import CaptionLanguage, is_chinese_interface
from mmdemo.ui.common import ASSETS
from mmdemo.ui.i18n import for_reader, text
from mmdemo.ui.qa_media import MediaItem

SAMPLES = Path(gr.__file__).parent / "media_assets"
"""Media that the gradio package carries; there is no photograph among our own examples."""


@dataclass(frozen=True)
class Example:
    """Media with a question about it."""

    path: Path
    question: str  # key of a text


EXAMPLES = (
    Example(SAMPLES / "images" / "lion.jpg", "ask_example_animal"),
    Example(ASSETS / "examples" / "museum-message.mp4", "ask_example_clip"),
    Example(SAMPLES / "audio" / "sax.wav", "ask_example_sound"),
)


def suggested(suggestions: Mapping[CaptionLanguage, Sequence[str]], language: str) -> Sequence[str]:
    """Return the questions for an interface language."""
    if not is_chinese_interface(language):
        return suggestions.get("en", ())
    return [for_reader(question, language) for question in suggestions.get("zh", ())]


def offers_html(items: Sequence[MediaItem], suggestions: Mapping[CaptionLanguage, Sequence[str]], language: str) -> str:
    """Render the questions to click on.

    Args:
        items: the media.
        suggestions: language → questions drawn from them.
        language: interface language tag.
    """
    if items:
        questions = [(f"suggest:{n}", question, "") for n, question in enumerate(suggested(suggestions, language))]
        title = text("ask_suggestions", language)
    else:
        questions = [
            (f"example:{n}", text(example.question, language), example.path.name)
            for n, example in enumerate(EXAMPLES)
            if example.path.is_file()
        ]
        title = text("ask_examples", language)
    if not questions:
        return ""
    buttons = "".join(_button_html(*question) for question in questions)
    heading = f'<span class="mm-ask-kind">{escape(title)}</span>'
    return f'<div class="mm-ask-offers" role="group" aria-label="{escape(title)}">{heading}{buttons}</div>'


def _button_html(index: str, question: str, name: str) -> str:
    file = f'<span class="mm-ask-kind">{escape(name)}</span>' if name else ""
    return f'<button type="button" class="mm-ask-offer" data-ask="{index}">{escape(question)}{file}</button>'

"""The media of the Ask tab as HTML: numbered cards with pictures and players; everything from outside is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from urllib.parse import quote

from mmdemo.text import clock
from mmdemo.ui.i18n import text
from mmdemo.ui.qa_media import MediaItem

CLICK_SCRIPT = """
element.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-ask]");
  if (button) trigger("select", { index: button.dataset.ask, value: button.dataset.ask });
});
"""
"""Hands a click on a button that carries ``data-ask`` to the server; runs when the component is loaded."""
FIRST_PICTURE = 0.1
"""Seconds; browsers show the picture of a clip there before it is played, and many begin in black at 0."""


def file_address(path: Path) -> str:
    """Return the address of a served file, relative to the page so that it holds behind any proxy."""
    return escape(f"gradio_api/file={quote(str(path))}")


def strip_html(items: Sequence[MediaItem], language: str) -> str:
    """Render the media that can be asked about.

    Args:
        items: in order; their numbers start from 1.
        language: interface language tag.

    Returns:
        HTML; ``assets/ui/ask.js`` plays and marks what an answer cites.
    """
    if not items:
        return f'<p class="mm-empty">{escape(text("ask_media_empty", language))}</p>'
    cards = "".join(_card_html(number, item, language) for number, item in enumerate(items, start=1))
    title = escape(text("ask_media", language))
    return f'<ol class="mm-ask-media" aria-label="{title}">{cards}</ol>'


def _card_html(number: int, item: MediaItem, language: str) -> str:
    remove = escape(text("ask_remove", language, number=number, name=item.name))
    kind = escape(text(f"ask_kind_{item.kind}", language))
    length = f" · {clock(item.info.duration)}" if item.info.duration else ""
    return (
        f'<li class="mm-ask-item mm-ask-{item.kind}" data-key="{item.key}">'
        f'<div class="mm-ask-head"><span class="mm-ask-number">{number}</span>'
        f'<span class="mm-ask-name" title="{escape(item.name)}">{escape(item.name)}</span>'
        f'<span class="mm-ask-kind">{kind}{length}</span>'
        f'<button type="button" class="mm-ask-remove" data-ask="remove:{item.key}" aria-label="{remove}" '
        f'title="{remove}">✕</button></div>{_body_html(item, language)}</li>'
    )


def _body_html(item: MediaItem, language: str) -> str:
    if item.shown is None:
        note = text("ask_copying" if item.copying else "ask_no_player", language)
        return f'<p class="mm-empty" role="status">{escape(note)}</p>'
    address, name = file_address(item.shown), escape(item.name)
    if item.kind == "image":
        label = escape(text("ask_region", language))
        mark = f'<span class="mm-ask-mark" role="img" aria-label="{label}" hidden></span>'
        return f'<div class="mm-ask-picture"><img src="{address}" alt="{name}">{mark}</div>'
    if item.kind == "video":
        return (
            f'<video controls playsinline preload="metadata" src="{address}#t={FIRST_PICTURE}" '
            f'aria-label="{name}"></video>'
        )
    return f'<audio controls preload="metadata" src="{address}" aria-label="{name}"></audio>'

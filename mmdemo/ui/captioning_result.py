"""The result of the Caption tab as HTML, whatever was dropped."""

from __future__ import annotations

from html import escape

from mmdemo.ui.captioning_cards import picture_html
from mmdemo.ui.captioning_tables import files_html, scenes_html
from mmdemo.ui.captioning_view import CaptionView
from mmdemo.ui.i18n import text


def result_html(view: CaptionView, language: str) -> str:
    """Render what was found; everything from outside is escaped.

    Args:
        view: what to show.
        language: interface language tag.

    Returns:
        HTML without anything executable in it.
    """
    if view.picture is not None:
        return picture_html(view, language)
    if view.subject == "video":
        return scenes_html(view, language)
    if view.rows:
        return files_html(view, language)
    if view.preview:  # while the picture is being looked at
        picture = f'<img src="{escape(view.preview)}" alt="">'
        return f'<div class="mm-captioned"><div class="mm-look-picture">{picture}</div></div>'
    return f'<p class="mm-empty">{escape(text("caption_empty", language))}</p>'

"""A captioned picture as HTML: the picture, a card a language, words that show where the model looked."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from mmdemo.types import Caption, CaptionLanguage
from mmdemo.ui.captioning_view import LANGUAGE_NAMES, CaptionView, badge_html, copy_html
from mmdemo.ui.captioning_words import heat_text, word_pieces
from mmdemo.ui.i18n import for_reader, text, written_tag

CHOOSE_SCRIPT = """
element.addEventListener("click", (event) => {
  const choice = event.target.closest?.("[data-choose]");
  if (choice) trigger("select", { index: choice.dataset.choose, value: choice.dataset.choose });
});
"""
"""Runs when the component is loaded; the listener stays while its content changes."""


def chosen_index(view: CaptionView, language: CaptionLanguage) -> int:
    """Return which caption of a language stands on its card."""
    count = len(view.picture.of(language)) if view.picture is not None else 0
    return min(max(view.chosen.get(language, 0), 0), max(count - 1, 0))


def chosen_captions(view: CaptionView) -> list[Caption]:
    """Return the captions on the cards, one a language."""
    if view.picture is None:
        return []
    languages = dict.fromkeys(caption.language for caption in view.picture.captions)
    return [view.picture.of(language)[chosen_index(view, language)] for language in languages]


def picture_html(view: CaptionView, language: str) -> str:
    """Render a captioned picture.

    Args:
        view: with a picture.
        language: interface language tag.

    Returns:
        HTML; ``assets/ui/caption.js`` paints the heatmaps and copies.
    """
    assert view.picture is not None
    unsure = bool(view.picture.labels)
    cards = "".join(_card_html(view, caption.language, unsure, language) for caption in chosen_captions(view))
    kind = " mm-unsure" if unsure else ""
    return (
        f'<div class="mm-captioned{kind}"><div class="mm-look">{_look_html(view, language)}</div>'
        f'<div class="mm-cards">{_doubts_html(view, language)}{cards}</div></div>'
    )


def _look_html(view: CaptionView, language: str) -> str:
    name = escape(text("picture_named", language, name=view.name))
    picture = f'<img src="{escape(view.preview)}" alt="{name}">' if view.preview else ""
    # Captions of several words without a single heatmap come from a generator that cannot explain itself.
    explained = view.picture is not None and any(caption.heatmaps for caption in view.picture.captions)
    hint = f'<p class="mm-empty mm-look-hint">{escape(text("look_hint", language))}</p>' if explained else ""
    return (
        f'<div class="mm-look-picture">{picture}<canvas class="mm-heat" aria-hidden="true" hidden></canvas>'
        f'<span class="mm-look-word" aria-hidden="true" hidden></span></div>{hint}'
    )


def _doubts_html(view: CaptionView, language: str) -> str:
    """Say why not to trust the captions, and what the picture may rather show."""
    assert view.picture is not None
    reasons, labels = view.picture.reasons, view.picture.labels
    if not reasons and not labels:
        return ""
    items = "".join(f"<li>{escape(reason.text(language))}</li>" for reason in reasons)
    chips = ""
    if labels:
        names = "".join(f"<li>{escape(label.text(language))}</li>" for label in labels)
        chips = f'<p>{escape(text("may_rather_show", language))}</p><ul class="mm-chips">{names}</ul>'
    title = escape(text("not_sure", language))
    return f'<div class="mm-reasons" role="note"><strong>{title}</strong><ul>{items}</ul>{chips}</div>'


def _card_html(view: CaptionView, own: CaptionLanguage, unsure: bool, language: str) -> str:
    assert view.picture is not None
    captions, at = view.picture.of(own), chosen_index(view, own)
    caption = captions[at]
    head = f'<span class="mm-card-language">{LANGUAGE_NAMES[own]}</span>{badge_html(caption.score, language, unsure)}'
    explained = bool(caption.heatmaps) or not any(other.heatmaps for other in captions)
    note = "" if explained else f'<p class="mm-empty">{escape(text("look_none", language))}</p>'
    return (
        f'<section class="mm-card" data-language="{own}" aria-label="{LANGUAGE_NAMES[own]}">'
        f'<div class="mm-card-head">{head}{copy_html(for_reader(caption.text, language), language)}</div>'
        f'<p class="mm-caption" lang="{written_tag(own, language)}">{_words_html(caption, language)}</p>{note}'
        f"{_alternatives_html(captions, at, language)}</section>"
    )


def _words_html(caption: Caption, language: str) -> str:
    parts = []
    for written, heatmap in word_pieces(caption):
        piece = for_reader(written, language)
        if heatmap is None:
            parts.append(escape(piece))
            continue
        label = escape(text("look_at_word", language, word=piece))
        parts.append(
            f'<span class="mm-word" role="button" tabindex="0" aria-pressed="false" aria-label="{label}" '
            f'data-heat="{heat_text(heatmap.weights)}">{escape(piece)}</span>'
        )
    return "".join(parts)


def _alternatives_html(captions: Sequence[Caption], at: int, language: str) -> str:
    if len(captions) < 2:
        return ""
    items = "".join(
        _alternative_html(number, caption, language) for number, caption in enumerate(captions) if number != at
    )
    return f'<h4 class="mm-alternatives">{escape(text("alternatives", language))}</h4><ul>{items}</ul>'


def _alternative_html(number: int, caption: Caption, language: str) -> str:
    shown = for_reader(caption.text, language)
    return (
        f'<li><button type="button" class="mm-choose" data-choose="{caption.language}:{number}" '
        f'aria-label="{escape(text("choose_caption", language, caption=shown))}" '
        f'lang="{written_tag(caption.language, language)}">{escape(shown)}</button>'
        f'<span class="mm-facts-line">{min(max(round(100 * caption.score), 1), 99)} %</span>'
        f"{copy_html(shown, language)}</li>"
    )

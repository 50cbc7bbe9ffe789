"""The head and the foot of the page: its name, the language, the way to the tour, and which models are at work."""

from __future__ import annotations

import re
from html import escape

import gradio as gr

from mmdemo.config import settings
from mmdemo.ui import pipeline
from mmdemo.ui.common import words_style
from mmdemo.ui.i18n import ENGLISH, INTERFACE_LANGUAGES, Localisation, text
from mmdemo.ui.profile import bytes_html

TITLE = "MMDemo"
CHECKSUM = re.compile(r"-[0-9a-f]{12}$")
"""At the end of a model's name; it means nothing to a visitor."""


def title_html(language: str) -> str:
    """Render the name of the app and what it is."""
    return f"<h1>{TITLE}</h1><p>{escape(text('tagline', language))}</p>"


def words_for_css(language: str) -> str:
    """Render, as a style sheet, the words that Gradio would show in the browser's language or only in English.

    They stand on the drop zone, where the limits belong too, and over error messages.
    """
    limits = settings().limits
    limit_text = text(
        "drop_limits", language, minutes=f"{limits.media_minutes:g}", megabytes=f"{limits.media_megabytes:g}"
    )
    hint = [*text("drop_hint", language).splitlines(), limit_text]
    return words_style({"--mm-drop-hint": hint, "--mm-error-title": [text("error_title", language)]})


def status_line_html(language: str) -> str:
    """Render profile, device, models and what is being fetched; nothing is loaded for it."""
    configured, profile = settings(), pipeline.active_profile()
    facts = [("profile", profile)]
    if pipeline.models_loaded():
        loaded = pipeline.load_models()
        towers = loaded.backbone.model_id.removeprefix(f"{profile}:").split("+")
        names = ", ".join(CHECKSUM.sub("", name) for name in dict.fromkeys([*towers, loaded.speech.model_id]))
        facts += [("device", loaded.backbone.device), ("models", f"{names} ({text('models_ready', language)})")]
    else:
        facts += [("device", configured.device), ("models", text("models_waiting", language))]
    items = "".join(
        f"<div><dt>{escape(text(key, language))}</dt><dd>{escape(value)}</dd></div>" for key, value in facts
    )
    for name, progress in pipeline.downloads().items():
        items += f"<div><dt>{escape(name)}</dt><dd>{bytes_html(progress, language)}</dd></div>"
    return f'<dl class="mm-facts">{items}</dl>'


def build_header(localisation: Localisation) -> tuple[gr.Radio, gr.Button]:
    """Make title, language selector, the way to the tour, and words that only a style sheet can set."""
    with gr.Row(elem_id="mm-header", equal_height=True):
        with gr.Column(scale=1, min_width=260):
            title = gr.HTML(title_html(ENGLISH), elem_id="mm-title")
        with gr.Column(scale=0, min_width=130):
            tour = localisation.make(gr.Button, {"value": "tour_take"}, size="sm", elem_id="mm-take-tour")
        with gr.Column(scale=0, min_width=300):
            selector: gr.Radio = localisation.make(
                gr.Radio,
                {"label": "interface_language"},
                choices=list(INTERFACE_LANGUAGES),
                value=ENGLISH,
                show_label=False,
                container=False,
                elem_id="mm-language",
            )
    style = gr.HTML(words_for_css(ENGLISH), elem_id="mm-style")
    localisation.follow(title, lambda tag: {"value": title_html(tag)})
    localisation.follow(style, lambda tag: {"value": words_for_css(tag)})
    return selector, tour

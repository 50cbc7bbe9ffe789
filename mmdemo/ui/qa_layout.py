"""The components of the Ask tab and where they stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from mmdemo.config import settings
from mmdemo.ui.common import words_style
from mmdemo.ui.i18n import ENGLISH, Localisation, text
from mmdemo.ui.qa_chat import CHAT_SCRIPT, LIVE_SCRIPT, chat_html
from mmdemo.ui.qa_files import DOWNLOADS
from mmdemo.ui.qa_media import MOST_MEDIA
from mmdemo.ui.qa_offers import offers_html
from mmdemo.ui.qa_strip import CLICK_SCRIPT, strip_html
from mmdemo.ui.qa_view import AskView, status_html


@dataclass(frozen=True)
class AskComponents:
    """Everything on the tab that an event reads or changes."""

    files: gr.File
    recorder: gr.Audio
    camera: gr.Image
    strip: gr.HTML
    chat: gr.HTML
    announcement: gr.HTML
    status: gr.HTML
    offers: gr.HTML
    question: gr.Textbox
    send: gr.Button
    stop: gr.Button
    clear: gr.Button
    downloads: dict[str, gr.DownloadButton]

    @property
    def sources(self) -> list[Any]:
        """Where media come from."""
        return [self.files, self.recorder, self.camera]

    @property
    def outputs(self) -> list[Any]:
        """What an event may change."""
        shown = [*self.sources, self.strip, self.chat, self.announcement, self.status, self.offers]
        return [*shown, self.question, self.send, self.stop, self.clear, *self.downloads.values()]


def ask_hint_html(language: str) -> str:
    """Render the words on the drop zone as a style sheet (see ``app.words_for_css``)."""
    limits = settings().limits
    values = {
        "count": MOST_MEDIA,
        "picture": f"{limits.image_megabytes:g}",
        "minutes": f"{limits.media_minutes:g}",
        "media": f"{limits.media_megabytes:g}",
    }
    lines = [*text("ask_drop_hint", language).splitlines(), text("ask_drop_limits", language, **values)]
    return words_style({"--mm-ask-hint": lines})


def build_components(localisation: Localisation) -> AskComponents:
    """Make the components inside the current ``gr.Tab``.

    Args:
        localisation: learns which component shows which text.

    Returns:
        The components.
    """
    style = gr.HTML(ask_hint_html(ENGLISH), elem_id="mm-ask-style")
    localisation.follow(style, lambda tag: {"value": ask_hint_html(tag)})
    parts: dict[str, Any] = {}
    with gr.Row(equal_height=False, elem_id="mm-ask"):
        with gr.Column(scale=5, min_width=320):
            parts |= _media_side(localisation)
        with gr.Column(scale=7, min_width=320):
            parts |= _talk_side(localisation)
    return AskComponents(**parts)


def _media_side(localisation: Localisation) -> dict[str, Any]:
    make = localisation.make
    make(gr.Markdown, {"value": "ask_help"})
    files = make(
        gr.File,
        {"label": "ask_files"},
        file_count="multiple",
        type="filepath",
        height=190,
        interactive=True,
        elem_id="mm-ask-files",
    )
    captured = _capture(localisation)
    strip = gr.HTML(strip_html((), ENGLISH), js_on_load=CLICK_SCRIPT, elem_id="mm-ask-strip")
    return {"files": files, "strip": strip} | captured


def _capture(localisation: Localisation) -> dict[str, Any]:
    make = localisation.make
    with make(gr.Accordion, {"label": "ask_capture"}, open=False):
        recorder = make(
            gr.Audio, {"label": "recording"}, sources=["microphone"], type="filepath", elem_id="mm-ask-recorder"
        )
        camera = make(
            gr.Image,
            {"label": "camera"},
            sources=["webcam"],
            type="filepath",
            webcam_options=gr.WebcamOptions(mirror=False),
            buttons=[],
            elem_id="mm-ask-camera",
        )
    return {"recorder": recorder, "camera": camera}


def _talk_side(localisation: Localisation) -> dict[str, Any]:
    make = localisation.make
    chat = gr.HTML(chat_html((), (), ENGLISH), js_on_load=CHAT_SCRIPT, elem_id="mm-ask-chat")
    announcement = gr.HTML("", js_on_load=LIVE_SCRIPT, elem_id="mm-ask-announcement")
    status = gr.HTML(status_html(AskView(), False, ENGLISH), elem_id="mm-ask-status")
    offers = gr.HTML(offers_html((), {}, ENGLISH), js_on_load=CLICK_SCRIPT, elem_id="mm-ask-offers")
    question = make(
        gr.Textbox,
        {"label": "ask_question", "placeholder": "ask_placeholder"},
        lines=1,
        max_lines=6,
        elem_id="mm-ask-question",
    )
    return {
        "chat": chat,
        "announcement": announcement,
        "status": status,
        "offers": offers,
        "question": question,
    } | _buttons(localisation)


def _buttons(localisation: Localisation) -> dict[str, Any]:
    make = localisation.make
    with gr.Row(elem_id="mm-ask-buttons"):
        send = make(gr.Button, {"value": "ask_send"}, variant="primary", scale=2, min_width=110, elem_id="mm-ask-send")
        stop = make(gr.Button, {"value": "ask_stop"}, interactive=False, scale=1, min_width=90, elem_id="mm-ask-stop")
        clear = make(
            gr.Button, {"value": "ask_clear"}, interactive=False, scale=1, min_width=110, elem_id="mm-ask-clear"
        )
    with gr.Row(elem_id="mm-ask-downloads"):
        downloads = {
            kind: make(
                gr.DownloadButton,
                {"label": f"ask_download_{kind}"},
                size="sm",
                scale=0,
                visible=False,
                elem_id=f"mm-ask-{kind}",
            )
            for kind in DOWNLOADS
        }
    return {"send": send, "stop": stop, "clear": clear, "downloads": downloads}

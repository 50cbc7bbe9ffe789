"""The components of the Caption tab and where they stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from mmdemo.config import settings
from mmdemo.ui.captioning_cards import CHOOSE_SCRIPT
from mmdemo.ui.captioning_files import DOWNLOADS
from mmdemo.ui.captioning_inputs import LANGUAGES, MOST_ALTERNATIVES, STYLES
from mmdemo.ui.captioning_result import result_html
from mmdemo.ui.captioning_view import LANGUAGE_NAMES, CaptionView, status_html
from mmdemo.ui.common import words_style
from mmdemo.ui.i18n import ENGLISH, Localisation, text

DEFAULT_COUNT = 3


@dataclass(frozen=True)
class CaptionComponents:
    """Everything on the tab that an event reads or changes."""

    files: gr.File
    camera: gr.Image
    languages: gr.CheckboxGroup
    style: gr.Radio
    count: gr.Radio
    again: gr.Button
    cancel: gr.Button
    status: gr.HTML
    video: gr.Video
    result: gr.HTML
    downloads: dict[str, gr.DownloadButton]

    @property
    def options(self) -> list[Any]:
        """What a request is read from."""
        return [self.languages, self.style, self.count]

    @property
    def outputs(self) -> list[Any]:
        """What a job or a choice may change."""
        single = [self.files, self.again, self.cancel, self.status, self.video, self.result]
        return [*single, *self.downloads.values()]


def style_choices(language: str) -> list[tuple[str, str]]:
    """Name the styles."""
    return [(text(f"style_{style}", language), style) for style in STYLES]


def caption_hint_html(language: str) -> str:
    """Render the words on the drop zone as a style sheet (see ``app.words_for_css``)."""
    limits = settings().limits
    values = {
        "picture": f"{limits.image_megabytes:g}",
        "minutes": f"{limits.media_minutes:g}",
        "video": f"{limits.media_megabytes:g}",
    }
    lines = [*text("caption_drop_hint", language).splitlines(), text("caption_drop_limits", language, **values)]
    return words_style({"--mm-caption-hint": lines})


def build_components(localisation: Localisation) -> CaptionComponents:
    """Make the components inside the current ``gr.Tab``.

    Args:
        localisation: learns which component shows which text.

    Returns:
        The components.
    """
    style = gr.HTML(caption_hint_html(ENGLISH), elem_id="mm-caption-style-sheet")
    localisation.follow(style, lambda tag: {"value": caption_hint_html(tag)})
    parts: dict[str, Any] = {}
    with gr.Row(equal_height=False):
        with gr.Column(scale=5, min_width=300):
            parts |= _input_side(localisation)
        with gr.Column(scale=9, min_width=320):
            parts |= _output_side(localisation)
    return CaptionComponents(**parts)


def _input_side(localisation: Localisation) -> dict[str, Any]:
    make = localisation.make
    make(gr.Markdown, {"value": "caption_help"})
    files = make(
        gr.File,
        {"label": "caption_files"},
        file_count="multiple",
        type="filepath",
        height=220,
        interactive=True,
        elem_id="mm-caption-files",
    )
    with make(gr.Accordion, {"label": "camera_title"}, open=False):
        camera = make(
            gr.Image,
            {"label": "camera"},
            sources=["webcam"],
            type="filepath",
            webcam_options=gr.WebcamOptions(mirror=False),
            buttons=[],
            elem_id="mm-camera",
        )
    languages = make(
        gr.CheckboxGroup,
        {"label": "caption_languages"},
        choices=[(LANGUAGE_NAMES[language], language) for language in LANGUAGES],
        value=list(LANGUAGES),
        elem_id="mm-caption-languages",
    )
    style = make(
        gr.Radio,
        {"label": "caption_style"},
        choices=style_choices(ENGLISH),
        value=STYLES[0],
        elem_id="mm-caption-style",
    )
    localisation.follow(style, lambda tag: {"choices": style_choices(tag)})
    count = make(
        gr.Radio,
        {"label": "caption_count"},
        choices=list(range(1, MOST_ALTERNATIVES + 1)),
        value=DEFAULT_COUNT,
        elem_id="mm-caption-count",
    )
    return {"files": files, "camera": camera, "languages": languages, "style": style, "count": count} | _buttons(
        localisation
    )


def _buttons(localisation: Localisation) -> dict[str, Any]:
    make = localisation.make
    with gr.Row():
        again = make(
            gr.Button, {"value": "caption_again"}, interactive=False, scale=2, min_width=120, elem_id="mm-caption-again"
        )
        cancel = make(
            gr.Button, {"value": "cancel"}, interactive=False, scale=1, min_width=90, elem_id="mm-caption-cancel"
        )
    return {"again": again, "cancel": cancel}


def _output_side(localisation: Localisation) -> dict[str, Any]:
    make = localisation.make
    empty = CaptionView()
    status = gr.HTML(status_html(empty, ENGLISH), elem_id="mm-caption-status")
    video = make(
        gr.Video,
        {"label": "player"},
        interactive=False,
        visible=False,
        buttons=[],
        height=320,
        elem_id="mm-caption-video",
    )
    result = gr.HTML(result_html(empty, ENGLISH), js_on_load=CHOOSE_SCRIPT, elem_id="mm-caption-result")
    with gr.Row(elem_id="mm-caption-downloads"):
        downloads = {
            name: gr.DownloadButton(
                shown, size="md", min_width=88, scale=0, visible=False, elem_id=f"mm-caption-{name}"
            )
            for name, shown in DOWNLOADS.items()
        }
    return {"status": status, "video": video, "result": result, "downloads": downloads}

"""The components of the Search tab and where they stand."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import gradio as gr

from mmdemo.config import settings
from mmdemo.ui.i18n import ENGLISH, Localisation, text
from mmdemo.ui.retrieval_map import MAP_SCRIPT, map_html
from mmdemo.ui.retrieval_view import RetrievalView, results_html, status_html

KINDS = ("all", "image", "audio", "video")


@dataclass(frozen=True)
class RetrievalComponents:
    """Everything on the tab that an event reads or changes."""

    files: gr.File
    examples: gr.Button
    cancel: gr.Button
    clear: gr.Button
    status: gr.HTML
    failures: gr.HTML
    query: gr.Textbox
    search: gr.Button
    query_file: gr.File
    kind: gr.Radio
    results: gr.HTML
    gallery: gr.Gallery
    detail: gr.HTML
    image: gr.Image
    video: gr.Video
    audio: gr.Audio
    map: gr.HTML

    @property
    def outputs(self) -> list[Any]:
        """What a job, a search or a choice may change."""
        library = [self.files, self.examples, self.cancel, self.clear, self.status, self.failures]
        return [*library, self.results, self.gallery, self.detail, self.image, self.video, self.audio, self.map]


def kind_choices(language: str) -> list[tuple[str, str]]:
    """Name the kinds of media to filter by."""
    return [(text(f"kind_{kind}", language), kind) for kind in KINDS]


def drop_hint_html(language: str) -> str:
    """Render the words on the drop zone of the library as a style sheet (see ``app.drop_hint_html``)."""
    limits = text("library_drop_limits", language, megabytes=f"{settings().limits.media_megabytes:g}")
    lines = [*text("library_drop_hint", language).splitlines(), limits]
    content = "\\a ".join(json.dumps(line, ensure_ascii=False)[1:-1] for line in lines)
    query = json.dumps(text("query_file", language), ensure_ascii=False)
    return f'<style>:root {{ --mm-library-hint: "{content}"; --mm-query-hint: {query}; }}</style>'


def build_components(localisation: Localisation) -> RetrievalComponents:
    """Make the components inside the current ``gr.Tab``.

    Args:
        localisation: learns which component shows which text.

    Returns:
        The components.
    """
    style = gr.HTML(drop_hint_html(ENGLISH), elem_id="mm-library-style")
    localisation.follow(style, lambda tag: {"value": drop_hint_html(tag)})
    parts: dict[str, Any] = {}
    with gr.Row(equal_height=False):
        with gr.Column(scale=5, min_width=320):
            parts |= _library_side(localisation)
        with gr.Column(scale=7, min_width=320):
            parts |= _search_side(localisation)
    return RetrievalComponents(**parts)


def _library_side(localisation: Localisation) -> dict[str, Any]:
    make = localisation.make
    make(gr.Markdown, {"value": "search_help"})
    files = make(
        gr.File,
        {"label": "library_files"},
        file_count="multiple",
        type="filepath",
        height=190,
        interactive=True,
        elem_id="mm-library-files",
    )
    status = gr.HTML(status_html(RetrievalView(), ENGLISH), elem_id="mm-library-status")
    with gr.Row(elem_id="mm-library-buttons"):
        examples = make(
            gr.Button, {"value": "library_examples"}, size="sm", min_width=120, elem_id="mm-library-examples"
        )
        cancel = make(
            gr.Button, {"value": "cancel"}, size="sm", min_width=80, interactive=False, elem_id="mm-library-cancel"
        )
        clear = make(
            gr.Button,
            {"value": "library_clear"},
            size="sm",
            min_width=120,
            interactive=False,
            elem_id="mm-library-clear",
        )
    failures = gr.HTML("", elem_id="mm-library-failures")
    space = gr.HTML(map_html([], [], "", "", ENGLISH), js_on_load=MAP_SCRIPT, elem_id="mm-map")
    return {
        "files": files,
        "status": status,
        "examples": examples,
        "cancel": cancel,
        "clear": clear,
        "failures": failures,
        "map": space,
    }


def _search_side(localisation: Localisation) -> dict[str, Any]:
    make = localisation.make
    with gr.Row(elem_id="mm-query-row", equal_height=False):
        query = make(
            gr.Textbox,
            {"label": "query", "placeholder": "query_placeholder"},
            lines=1,
            max_lines=3,
            scale=5,
            min_width=220,
            elem_id="mm-query",
        )
        search = make(
            gr.Button, {"value": "search_button"}, variant="primary", scale=1, min_width=90, elem_id="mm-search"
        )
    kind = make(gr.Radio, {"label": "kind_filter"}, choices=kind_choices(ENGLISH), value="all", elem_id="mm-kind")
    localisation.follow(kind, lambda tag: {"choices": kind_choices(tag)})
    with make(gr.Accordion, {"label": "query_file_title"}, open=False):
        query_file = make(
            gr.File, {"label": "query_file"}, type="filepath", height=130, interactive=True, elem_id="mm-query-file"
        )
    results = gr.HTML(results_html(RetrievalView(), ENGLISH), elem_id="mm-results")
    gallery = make(
        gr.Gallery,
        {"label": "results"},
        columns=4,
        height="auto",
        object_fit="cover",
        allow_preview=False,
        interactive=False,
        show_label=False,
        buttons=[],
        visible=False,
        elem_id="mm-gallery",
    )
    player: dict[str, Any] = {"interactive": False, "visible": False, "buttons": []}
    detail = gr.HTML("", elem_id="mm-detail")
    image = make(gr.Image, {"label": "chosen"}, elem_id="mm-chosen-image", height=360, **player)
    video = make(gr.Video, {"label": "chosen"}, elem_id="mm-chosen-video", height=360, **player)
    # The browser's own player: it reads long recordings piece by piece, and goes to the best moment. Gradio's waveform
    # would decode the whole file first and then jump to its beginning.
    native = gr.WaveformOptions(show_recording_waveform=False)
    audio = make(gr.Audio, {"label": "chosen"}, elem_id="mm-chosen-audio", waveform_options=native, **player)
    return {
        "query": query,
        "search": search,
        "kind": kind,
        "query_file": query_file,
        "results": results,
        "gallery": gallery,
        "detail": detail,
        "image": image,
        "video": video,
        "audio": audio,
    }

"""The lower part of the Subtitles tab: timeline, table, downloads, and the video with its subtitles."""

from __future__ import annotations

from typing import Any

import gradio as gr

from mmdemo.subtitles.files import SUBTITLE_EXTENSIONS
from mmdemo.ui.cue_table import COLUMNS
from mmdemo.ui.i18n import ENGLISH, Localisation, text
from mmdemo.ui.subtitle_export import export_html
from mmdemo.ui.subtitle_timeline import timeline_script

TABLE_HEIGHT = 460
"""Pixels; longer tables scroll inside."""
FORMAT_NAMES = {"textgrid": "TextGrid"}


def headers(language: str) -> list[str]:
    """Name the columns of the table."""
    return [text(f"column_{name}", language) for name in ("start", "end", "text")]


def build_editor(localisation: Localisation) -> dict[str, Any]:
    """Make what corrects and takes away the subtitles; hidden until there are some.

    Args:
        localisation: learns which component shows which text.

    Returns:
        The components by the names of `SubtitleComponents`.
    """
    make = localisation.make
    with gr.Column(visible=False) as results:
        sound = gr.HTML("", visible="hidden", elem_id="mm-timeline-sound")
        timeline = gr.HTML("", js_on_load=timeline_script(), elem_id="mm-timeline")
        table = make(
            gr.Dataframe,
            {"label": "table"},
            headers=headers(ENGLISH),
            datatype="str",
            type="array",
            column_count=COLUMNS,
            row_count=1,
            wrap=True,
            interactive=True,
            show_row_numbers=True,
            max_height=TABLE_HEIGHT,
            elem_id="mm-table",
        )
        with gr.Row(elem_id="mm-row-buttons"):
            add_row = make(gr.Button, {"value": "add_row"}, size="sm", scale=0, min_width=130, elem_id="mm-add-row")
            delete_row = gr.Button(
                text("delete_row_none"), size="sm", scale=0, min_width=130, interactive=False, elem_id="mm-delete-row"
            )
            undo = make(gr.Button, {"value": "undo"}, size="sm", scale=0, interactive=False, elem_id="mm-undo")
            note = gr.HTML(elem_id="mm-note")
        realign = make(
            gr.Checkbox, {"label": "realign", "info": "realign_info"}, value=True, container=False, elem_id="mm-realign"
        )
        parts = _downloads(localisation) | _export(localisation)
    buttons = {"add_row": add_row, "delete_row": delete_row, "undo": undo, "note": note, "realign": realign}
    return {"results": results, "sound": sound, "timeline": timeline, "table": table, **buttons, **parts}


def _downloads(localisation: Localisation) -> dict[str, Any]:
    localisation.make(gr.Markdown, {"value": "downloads_title"})
    with gr.Row(elem_id="mm-downloads"):
        downloads = {name: _download_button(name) for name in SUBTITLE_EXTENSIONS}
    retimed = localisation.make(
        gr.DownloadButton, {"label": "retimed_file"}, size="md", visible=False, elem_id="mm-retimed"
    )
    return {"downloads": downloads, "retimed": retimed}


def _download_button(format_name: str) -> gr.DownloadButton:
    shown = FORMAT_NAMES.get(format_name, format_name.upper())
    return gr.DownloadButton(shown, size="md", min_width=88, elem_id=f"mm-download-{format_name}")


def _export(localisation: Localisation) -> dict[str, Any]:
    make = localisation.make
    with gr.Column(visible=False, elem_id="mm-export") as export:
        make(gr.Markdown, {"value": "export_title"})
        with gr.Row():
            track = make(gr.Button, {"value": "export_track"}, size="md", elem_id="mm-export-track")
            burned = make(gr.Button, {"value": "export_burned"}, size="md", elem_id="mm-export-burned")
            cancel = make(
                gr.Button, {"value": "export_cancel"}, size="md", interactive=False, elem_id="mm-export-cancel"
            )
        status = gr.HTML(export_html(None, ENGLISH), elem_id="mm-export-status")
        file = make(
            gr.DownloadButton,
            {"label": "export_file"},
            size="md",
            variant="primary",
            visible=False,
            elem_id="mm-export-file",
        )
    return {
        "export": export,
        "export_track": track,
        "export_burned": burned,
        "export_cancel": cancel,
        "export_status": status,
        "export_file": file,
    }

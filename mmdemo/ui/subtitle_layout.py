"""The components of the Subtitles tab and where they stand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.helpers import Examples

from mmdemo.ui.common import ASSETS
from mmdemo.ui.i18n import ENGLISH, Localisation, text
from mmdemo.ui.spoken_languages import AUTOMATIC, language_choices
from mmdemo.ui.subtitle_editor_layout import build_editor
from mmdemo.ui.subtitle_view import SubtitleView, mode_html, status_html, transcript_html

EXAMPLE_FOLDER = ASSETS / "examples"
EXAMPLE_EXTENSIONS = frozenset(
    {".mp4", ".webm", ".mov", ".mkv", ".avi", ".mp3", ".m4a", ".wav", ".flac", ".ogg", ".opus"}
)
WAVEFORM = "#939da8"
WAVEFORM_PLAYED = "#2a938a"
"""The theme's grey and teal; a canvas takes no variables."""


@dataclass(frozen=True)
class SubtitleComponents:
    """Everything on the tab that an event reads or changes."""

    file: gr.File
    recording: gr.Audio
    text_file: gr.File
    pasted: gr.Textbox
    mode: gr.HTML
    spoken_language: gr.Dropdown
    start: gr.Button
    cancel: gr.Button
    examples: Examples | None
    status: gr.HTML
    video: gr.Video
    audio: gr.Audio
    summary: gr.HTML
    tracks: gr.HTML
    transcript: gr.HTML
    results: gr.Column
    table: gr.Dataframe
    add_row: gr.Button
    delete_row: gr.Button
    note: gr.HTML
    downloads: dict[str, gr.DownloadButton]
    retimed: gr.DownloadButton
    sound: gr.HTML
    timeline: gr.HTML
    undo: gr.Button
    realign: gr.Checkbox
    export: gr.Column
    export_track: gr.Button
    export_burned: gr.Button
    export_cancel: gr.Button
    export_status: gr.HTML
    export_file: gr.DownloadButton

    @property
    def outputs(self) -> list[Any]:
        """What a job or a correction may change."""
        single: list[Any] = [
            self.start,
            self.cancel,
            self.status,
            self.video,
            self.audio,
            self.summary,
            self.transcript,
        ]
        single += [self.tracks, self.mode, self.file, self.results, self.table, self.delete_row, self.note]
        single += [self.sound, self.timeline, self.undo]
        single += [self.export, self.export_track, self.export_burned, self.export_cancel]
        return [*single, self.export_status, self.export_file, self.retimed, *self.downloads.values()]

    @property
    def given(self) -> list[Any]:
        """What says what is to be done: the recording, and the text beside it."""
        return [self.file, self.text_file, self.pasted]


def example_files(folder: Path = EXAMPLE_FOLDER) -> list[Path]:
    """List the clips that come with the demo, by name."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in EXAMPLE_EXTENSIONS)


def text_hint_html(language: str) -> str:
    """Render the words on the drop zone of the text as a style sheet (see ``app.words_for_css``)."""
    lines = text("text_drop_hint", language).splitlines()
    content = "\\a ".join(json.dumps(line, ensure_ascii=False)[1:-1] for line in lines)
    return f'<style>:root {{ --mm-text-hint: "{content}"; }}</style>'


def build_components(localisation: Localisation, examples: Sequence[Path]) -> SubtitleComponents:
    """Make the components inside the current ``gr.Tab``.

    Args:
        localisation: learns which component shows which text.
        examples: clips to offer.

    Returns:
        The components.
    """
    parts: dict[str, Any] = {}
    with gr.Row(equal_height=False):
        with gr.Column(scale=5, min_width=320):
            parts |= _input_side(localisation, examples)
        with gr.Column(scale=7, min_width=320):
            parts |= _output_side(localisation)
    return SubtitleComponents(**parts, **build_editor(localisation))


def _input_side(localisation: Localisation, examples: Sequence[Path]) -> dict[str, Any]:
    make = localisation.make
    style = gr.HTML(text_hint_html(ENGLISH), elem_id="mm-subtitle-style")
    localisation.follow(style, lambda tag: {"value": text_hint_html(tag)})
    make(gr.Markdown, {"value": "subtitles_help"})
    file = make(gr.File, {"label": "file"}, type="filepath", height=220, interactive=True, elem_id="mm-file")
    with make(gr.Accordion, {"label": "recorder"}, open=False):
        recording = make(
            gr.Audio, {"label": "recording"}, sources=["microphone"], type="filepath", elem_id="mm-recording"
        )
    text_file = make(
        gr.File, {"label": "text_file"}, type="filepath", height=130, interactive=True, elem_id="mm-text-file"
    )
    with make(gr.Accordion, {"label": "paste_title"}, open=False):
        pasted = make(gr.Textbox, {"label": "pasted_text"}, lines=5, max_lines=12, elem_id="mm-pasted")
    mode = gr.HTML(mode_html(None, ENGLISH), elem_id="mm-mode")
    language = make(
        gr.Dropdown,
        {"label": "spoken_language", "info": "spoken_language_info"},
        choices=language_choices(ENGLISH),
        value=AUTOMATIC,
        elem_id="mm-spoken-language",
    )
    localisation.follow(language, lambda tag: {"choices": language_choices(tag)})
    with gr.Row():
        start = make(gr.Button, {"value": "start"}, variant="primary", scale=3, elem_id="mm-start")
        cancel = make(gr.Button, {"value": "cancel"}, interactive=False, scale=1, min_width=100, elem_id="mm-cancel")
    shown = None
    if examples:
        shown = gr.Examples(
            examples=[[str(path)] for path in examples],
            inputs=[file],
            label=text("examples"),
            example_labels=[path.stem.replace("_", " ").replace("-", " ") for path in examples],
            cache_examples=False,
            api_visibility="private",
            elem_id="mm-examples",
        )
        localisation.follow(shown.dataset, lambda tag: {"label": text("examples", tag)})
    return {
        "file": file,
        "recording": recording,
        "text_file": text_file,
        "pasted": pasted,
        "mode": mode,
        "spoken_language": language,
        "start": start,
        "cancel": cancel,
        "examples": shown,
    }


def _output_side(localisation: Localisation) -> dict[str, Any]:
    make = localisation.make
    empty = SubtitleView()
    status = gr.HTML(status_html(empty, ENGLISH), elem_id="mm-status")
    player: dict[str, Any] = {"interactive": False, "visible": "hidden", "buttons": []}
    video = make(gr.Video, {"label": "player"}, elem_id="mm-video", **player)
    waveform = gr.WaveformOptions(waveform_color=WAVEFORM, waveform_progress_color=WAVEFORM_PLAYED)
    audio = make(gr.Audio, {"label": "player"}, elem_id="mm-audio", waveform_options=waveform, **player)
    summary = gr.HTML("", elem_id="mm-summary")
    tracks = gr.HTML("", elem_id="mm-tracks")
    transcript = gr.HTML(transcript_html(empty, ENGLISH), elem_id="mm-transcript")
    shown = {"status": status, "video": video, "audio": audio, "summary": summary}
    return {**shown, "tracks": tracks, "transcript": transcript}

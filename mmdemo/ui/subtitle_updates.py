"""View → component updates: what the page has to change."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from mmdemo.ui.alignment_inputs import Inputs
from mmdemo.ui.alignment_job import write_retimed
from mmdemo.ui.cue_table import player_subtitles, rows_of
from mmdemo.ui.i18n import text
from mmdemo.ui.subtitle_editor_layout import headers
from mmdemo.ui.subtitle_export import export_updates, stale_updates
from mmdemo.ui.subtitle_job import SubtitleSession, write_files
from mmdemo.ui.subtitle_layout import SubtitleComponents
from mmdemo.ui.subtitle_timeline import sound_html, timeline_html
from mmdemo.ui.subtitle_tracks import tracks_html
from mmdemo.ui.subtitle_view import (
    RUNNING_PHASES,
    SubtitleView,
    mode_html,
    start_text,
    status_html,
    summary_html,
    transcript_html,
)

Updates = dict[Any, Any]
"""Component → ``gr.update(…)``; components that are not named stay as they are."""

LONGEST_WAVEFORM = 1200.0
"""Seconds; the browser decodes the whole of a recording to draw its waveform, so longer ones go to the video player."""


def status_updates(parts: SubtitleComponents, view: SubtitleView, language: str) -> Updates:
    """Show how far the job is, and which buttons make sense now."""
    running = view.phase in RUNNING_PHASES
    return {
        parts.status: gr.update(value=status_html(view, language)),
        parts.start: gr.update(interactive=not running),
        parts.cancel: gr.update(interactive=running and view.phase != "stopping"),
    }


def text_updates(parts: SubtitleComponents, view: SubtitleView, language: str) -> Updates:
    """Show the transcript, what is to be said about it, and what an alignment changed."""
    return {
        parts.summary: gr.update(value=summary_html(view, language)),
        parts.tracks: gr.update(value=tracks_html(view, language)),
        parts.transcript: gr.update(value=transcript_html(view, language)),
    }


def mode_updates(parts: SubtitleComponents, inputs: Inputs | None, language: str) -> Updates:
    """Say what would be done with what is given, on its line and on the button that does it."""
    return {
        parts.mode: gr.update(value=mode_html(inputs, language)),
        parts.start: gr.update(value=start_text(inputs, language)),
    }


def uses_waveform(view: SubtitleView) -> bool:
    """Tell whether the recording is shown as a waveform rather than on the video player."""
    return view.kind == "audio" and 0 < view.duration <= LONGEST_WAVEFORM


def player_updates(parts: SubtitleComponents, view: SubtitleView, previous: SubtitleView) -> Updates:
    """Load the player when its file is new, and hand it the subtitles when they are.

    Args:
        parts: the components.
        view: what to show.
        previous: what is shown; subtitles alone do not disturb a player that is playing.

    Returns:
        Updates of one of the two players, or of both when they change places.
    """
    shown, other = (parts.audio, parts.video) if uses_waveform(view) else (parts.video, parts.audio)
    if view.player_path is None:
        hidden = gr.update(value=None, visible="hidden")
        return {shown: hidden, other: hidden} if previous.player_path else {}
    updates: Updates = {}
    properties: dict[str, Any] = {}
    if view.player_path != previous.player_path:
        properties |= {"value": str(view.player_path), "visible": True}
        updates[other] = gr.update(value=None, visible="hidden")
    if properties or view.cues != previous.cues:
        updates[shown] = gr.update(subtitles=player_subtitles(view.cues), **properties)
    return updates


def download_updates(parts: SubtitleComponents, view: SubtitleView, folder: Path) -> Updates:
    """Write the files, named after the upload, and put them behind the buttons."""
    paths = write_files(view.cues, Path(view.name).stem, view.language, folder)
    retimed = write_retimed(view, folder)
    return {parts.downloads[name]: gr.update(value=str(path)) for name, path in paths.items()} | {
        parts.retimed: gr.update(value=str(retimed) if retimed else None, visible=retimed is not None)
    }


def table_update(rows: list[list[str]], language: str) -> dict[str, Any]:
    """Fill the table; the headers are part of its value."""
    return gr.update(value={"headers": headers(language), "data": rows})


def editor_updates(parts: SubtitleComponents, state: SubtitleSession, language: str, folder: Path) -> Updates:
    """Open the table and the downloads on the cues of a job that has ended; without cues there is nothing to open."""
    view = state.view
    state.selected_row, state.note, state.note_is_problem, state.undo = None, None, False, None
    updates: Updates = {parts.results: gr.update(visible=bool(view.cues))}
    if not view.cues:
        return updates
    state.export = None if state.export is None or state.export.ended else state.export
    updates[parts.table] = table_update(rows_of(view.cues), language)
    updates[parts.export_file] = gr.update(value=None, visible=False)
    updates |= note_updates(parts, state, language) | timeline_updates(parts, view, language)
    updates |= sound_updates(parts, view)
    return updates | export_updates(parts, state, language) | download_updates(parts, view, folder)


def timeline_updates(parts: SubtitleComponents, view: SubtitleView, language: str) -> Updates:
    """Draw the cues on the timeline."""
    return {parts.timeline: gr.update(value=timeline_html(view, language))}


def sound_updates(parts: SubtitleComponents, view: SubtitleView) -> Updates:
    """Draw the sound below the cues, which stays while they are corrected: of two hours it is 190 kB."""
    return {parts.sound: gr.update(value=sound_html(view))}


def correction_updates(
    parts: SubtitleComponents, state: SubtitleSession, previous: SubtitleView, language: str, folder: Path
) -> Updates:
    """Carry a correction to everything that shows or holds the cues, but the table."""
    updates = note_updates(parts, state, language)
    updates |= player_updates(parts, state.view, previous)
    updates |= text_updates(parts, state.view, language)
    updates |= timeline_updates(parts, state.view, language)
    updates |= stale_updates(parts, state, language)
    return updates | download_updates(parts, state.view, folder)


def note_updates(parts: SubtitleComponents, state: SubtitleSession, language: str) -> Updates:
    """Say what became of the last correction, and name the row that the Delete button would take."""
    row = state.selected_row
    label = text("delete_row_none", language) if row is None else text("delete_row", language, row=row + 1)
    if state.note is None:
        note = f'<p class="mm-empty mm-note">{escape(text("table_help", language))}</p>'
    else:
        kind, role = ("mm-problem", "alert") if state.note_is_problem else ("mm-empty mm-note", "status")
        note = f'<p class="{kind}" role="{role}">{escape(state.note.text(language))}</p>'
    return {
        parts.note: gr.update(value=note),
        parts.delete_row: gr.update(value=label, interactive=row is not None),
        parts.undo: gr.update(interactive=state.undo is not None),
    }

"""The video with its subtitles, made from the tab: how far it is, what came of it, and the file."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from mmdemo.text import clock
from mmdemo.types import Sentence
from mmdemo.ui import pipeline
from mmdemo.ui.common import sentence_for, work_folder
from mmdemo.ui.i18n import text
from mmdemo.ui.subtitle_job import SubtitleSession, VideoExport
from mmdemo.ui.subtitle_view import FINAL_PHASES, SubtitleView
from mmdemo.ui.texts import TEXTS

if TYPE_CHECKING:
    from mmdemo.tasks.subtitle_export import ExportKind
    from mmdemo.ui.subtitle_layout import SubtitleComponents

SHOWN_EVERY = 0.5
"""Seconds between two reports on the page."""

Updates = dict[Any, Any]


def make_video(parts: SubtitleComponents, state: SubtitleSession, kind: ExportKind, language: str) -> Iterator[Updates]:
    """Make the video and put it behind its button.

    Args:
        parts: the components.
        state: the visitor's; a video that is being made already goes on.
        kind: a track, or drawn letters.
        language: interface language tag.

    Yields:
        Updates of the status, the buttons and the file. Closing the generator stops the work.
    """
    job, view = state.job, state.view
    busy = state.export is not None and not state.export.ended
    if busy or job is None or not can_export(view):
        yield export_updates(parts, state, language)
        return
    export = state.export = VideoExport(kind, duration=view.duration)
    yield export_updates(parts, state, language) | {parts.export_file: gr.update(value=None, visible=False)}
    try:
        with work_folder() as folder:  # Gradio copies the file at the yield
            output = folder / f"{Path(view.name).stem or 'video'}.subtitled.mp4"
            steps = pipeline.export_video(job.path, job.name, view.cues, output, kind, view.language)
            made = None
            with closing(steps):
                shown = time.monotonic()
                while made is None and not export.cancelled and state.job is job:
                    try:
                        step = next(steps)
                    except StopIteration as ended:
                        made = ended.value
                        break
                    export.seconds_done, export.duration = step.seconds_done, step.duration or view.duration
                    if time.monotonic() - shown >= SHOWN_EVERY:
                        yield export_updates(parts, state, language)
                        shown = time.monotonic()  # behind the yield: only work counts, however slow the page is
            _end(export, (TEXTS["export_cancelled"],) if made is None else (TEXTS["export_done"], *made.reasons))
            if made is not None and state.view.cues != view.cues:
                export.sentences += (TEXTS["export_stale"],)
            file = {} if made is None else {parts.export_file: gr.update(value=str(made.path), visible=True)}
            yield export_updates(parts, state, language) | file
    except Exception as error:
        export.failed = True
        _end(export, (sentence_for(error, job.name),))
        yield export_updates(parts, state, language)
    finally:
        export.ended = True


def _end(export: VideoExport, sentences: tuple[Sentence, ...]) -> None:
    export.ended, export.sentences = True, sentences


def can_export(view: SubtitleView) -> bool:
    """Tell whether there is a video that the subtitles could go into."""
    return view.kind == "video" and bool(view.cues) and view.phase in FINAL_PHASES


def export_updates(parts: SubtitleComponents, state: SubtitleSession, language: str) -> Updates:
    """Show how far the video is, and which buttons make sense now."""
    export = state.export
    running = export is not None and not export.ended
    ready = can_export(state.view) and not running
    return {
        parts.export: gr.update(visible=can_export(state.view)),
        parts.export_track: gr.update(interactive=ready),
        parts.export_burned: gr.update(interactive=ready),
        parts.export_cancel: gr.update(interactive=running and not (export and export.cancelled)),
        parts.export_status: gr.update(value=export_html(export, language)),
    }


def stale_updates(parts: SubtitleComponents, state: SubtitleSession, language: str) -> Updates:
    """Take a video away whose subtitles were corrected since."""
    export = state.export
    if export is None or not export.ended or export.failed or TEXTS["export_done"] not in export.sentences:
        return {}
    export.sentences = (TEXTS["export_stale"],)
    return export_updates(parts, state, language) | {parts.export_file: gr.update(value=None, visible=False)}


def export_html(export: VideoExport | None, language: str) -> str:
    """Render what is going on, with a bar while the video is being made."""
    if export is None:
        return f'<p class="mm-empty mm-note">{escape(text("export_help", language))}</p>'
    if export.ended:
        kind, role = ("mm-problem", "alert") if export.failed else ("mm-note", "status")
        said = " ".join(sentence.text(language) for sentence in export.sentences)
        return f'<p class="{kind}" role="{role}">{escape(said)}</p>'
    known = export.duration > 0
    done = {"done": clock(export.seconds_done), "duration": clock(export.duration)}
    line = text("export_running" if known else "export_running_open", language, **done)
    if export.cancelled:
        line = text("export_stopping", language)
    share = min(export.seconds_done / export.duration, 1.0) if known else 0.0
    value = f'value="{share:.3f}"' if known else 'class="mm-busy"'
    bar = f'<progress max="1" {value} aria-label="{escape(text("progress", language))}"></progress>'
    return f'<div class="mm-status" role="status"><p class="mm-status-text">{escape(line)}</p>{bar}</div>'

"""The public API for what a visitor already has: one call from a recording and a text to subtitles that fit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import gradio as gr

from mmdemo.ui.alignment_job import run_alignment, write_retimed
from mmdemo.ui.common import (
    BACKBONE_CONCURRENCY,
    BACKBONE_QUEUE,
    errors_for_user,
    remove_nameless_uploads,
    user_error,
    work_folder,
)
from mmdemo.ui.i18n import Localisation, request_language
from mmdemo.ui.subtitle_api import cue_json
from mmdemo.ui.subtitle_inputs import checked_inputs
from mmdemo.ui.subtitle_job import Job, spoken_language, write_files
from mmdemo.ui.subtitle_view import FINAL_PHASES, SubtitleView
from mmdemo.ui.texts import TEXTS

PROGRESS = gr.Progress()
"""Gradio finds the progress bar of a call by this default value."""

ApiResult = tuple[dict[str, Any], list[str] | None]


def alignment_json(view: SubtitleView, language: str) -> dict[str, Any]:
    """Describe an alignment for programs.

    Args:
        view: how far it is.
        language: interface language of the reasons.

    Returns:
        Plain data; times in seconds.
    """
    sure = view.confidence or (0.0,) * len(view.cues)
    return {
        "mode": view.mode,
        "outcome": view.outcome,
        "language": view.language,
        "duration": round(view.duration, 3),
        "seconds_done": round(view.seconds_done, 3),
        "complete": view.outcome is not None,
        "reasons": [reason.text(language) for reason in view.reasons],
        "time_map": [
            [round(before, 3), round(after, 3)] for before, after in (view.tracks.time_map if view.tracks else ())
        ],
        "cues": [
            cue_json(cue) | {"confidence": round(confidence, 4)}
            for cue, confidence in zip(view.cues, sure, strict=True)
        ],
    }


def align(
    file: Any,
    text_file: Any = None,
    text: Any = "",
    language: Any = "auto",
    request: gr.Request | None = None,
    progress: gr.Progress = PROGRESS,
) -> Iterator[ApiResult]:
    """Give a text or subtitles their right times.

    A text without times is placed where it is spoken; subtitles with times are put right by the sound, or by other
    subtitles when those stand in the place of the recording.

    Args:
        file: A video, an audio file, or a subtitle file whose times are right.
        text_file: A file with a text (one line a subtitle) or subtitles in any format.
        text: The same as text, in place of a file.
        language: Code of the spoken language such as en, zh or de; auto detects it.

    Returns:
        The outcome (aligned, unchanged or refused), reasons, the map from old to new times, and the cues with their
        words and confidence as JSON; and one subtitle file a format, with the file that came in, only its times
        changed, where that can be. Progress comes while the work runs; the files come with the last result.
    """
    interface = request_language(request)
    with errors_for_user(lambda: interface):
        remove_nameless_uploads()
        path, inputs = checked_inputs(file, text_file, text, interface)
        if inputs.text is None:
            raise user_error(TEXTS["text_missing"], interface)
        job = Job(path, spoken_language(language), inputs)
    with errors_for_user(lambda: interface, job.name), closing(run_alignment(job)) as views:
        for view in views:
            if view.duration:
                progress((round(view.seconds_done), round(view.duration)), unit="s")
            if view.phase not in FINAL_PHASES:
                yield alignment_json(view, interface), None
                continue
            with work_folder() as folder:  # Gradio copies them at the yield
                yield alignment_json(view, interface), _files(view, folder)


def _files(view: SubtitleView, folder: Path) -> list[str]:
    if not view.cues:
        return []
    paths = list(write_files(view.cues, Path(view.name).stem, view.language, folder).values())
    retimed = write_retimed(view, folder)
    return [str(path) for path in ([*paths, retimed] if retimed else paths)]


def connect(localisation: Localisation) -> None:
    """Add the endpoint ``/align``; its components are on no page."""
    make = localisation.make
    file = make(gr.File, {"label": "file"}, type="filepath", visible=False)
    text_file = make(gr.File, {"label": "text_file"}, type="filepath", visible=False)
    text = make(gr.Textbox, {"label": "api_text"}, value="", visible=False)
    language = make(gr.Textbox, {"label": "spoken_language"}, value="auto", visible=False)
    alignment = make(gr.JSON, {"label": "api_alignment"}, visible=False)
    files = make(gr.File, {"label": "api_files"}, file_count="multiple", visible=False)
    gr.Button(visible=False).click(
        align,
        [file, text_file, text, language],
        [alignment, files],
        api_name="align",
        concurrency_id=BACKBONE_QUEUE,
        concurrency_limit=BACKBONE_CONCURRENCY,
    )

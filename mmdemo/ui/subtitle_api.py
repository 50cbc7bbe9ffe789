"""The public API of the Subtitles tab: one call from a file to cues, text and files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import gradio as gr

from mmdemo.types import Cue
from mmdemo.ui.common import (
    BACKBONE_CONCURRENCY,
    BACKBONE_QUEUE,
    checked_path,
    errors_for_user,
    remove_nameless_uploads,
    work_folder,
)
from mmdemo.ui.cue_table import transcript_text
from mmdemo.ui.i18n import Localisation, request_language
from mmdemo.ui.subtitle_job import Job, run_job, spoken_language, write_files
from mmdemo.ui.subtitle_view import FINAL_PHASES, SubtitleView

PROGRESS = gr.Progress()
"""Gradio finds the progress bar of a call by this default value."""

ApiResult = tuple[dict[str, Any], str, list[str] | None]


def cues_json(view: SubtitleView, language: str) -> dict[str, Any]:
    """Describe subtitles for programs.

    Args:
        view: what was found so far.
        language: interface language of the reasons.

    Returns:
        Plain data; times in seconds.
    """
    return {
        "language": view.language,
        "language_probability": round(view.language_probability, 4),
        "duration": round(view.duration, 3),
        "seconds_done": round(view.seconds_done, 3),
        "complete": view.phase in FINAL_PHASES,
        "reasons": [reason.text(language) for reason in view.reasons],
        "cues": [cue_json(cue) for cue in view.cues],
    }


def cue_json(cue: Cue) -> dict[str, Any]:
    """Describe a subtitle with its words for programs."""
    words = [
        {
            "text": word.text,
            "start": round(word.start, 3),
            "end": round(word.end, 3),
            "probability": round(word.probability, 4),
        }
        for word in cue.words
    ]
    times = {"start": round(cue.start, 3), "end": round(cue.end, 3)}
    return {"index": cue.index, **times, "text": cue.text, "words": words}


def transcribe(
    file: Any, language: Any = "auto", request: gr.Request | None = None, progress: gr.Progress = PROGRESS
) -> Iterator[ApiResult]:
    """Transcribe a video or an audio file to timed subtitles.

    Args:
        file: A video or an audio file.
        language: Code of the spoken language such as en, zh or de; auto detects it.

    Returns:
        The cues with their words as JSON, the transcript as text, and one subtitle file a format. Results so far
        come while the work runs; the files come with the last one.
    """
    interface = request_language(request)
    with errors_for_user(lambda: interface):
        remove_nameless_uploads()
        job = Job(checked_path(file, interface), spoken_language(language))
    with errors_for_user(lambda: interface, job.name), closing(run_job(job)) as views:
        for view in views:
            if view.duration:
                progress((round(view.seconds_done), round(view.duration)), unit="s")
            if view.phase not in FINAL_PHASES:
                yield cues_json(view, interface), transcript_text(view.cues), None
                continue
            with work_folder() as folder:  # Gradio copies them at the yield
                paths = write_files(view.cues, job.path.stem, view.language, folder)
                yield (
                    cues_json(view, interface),
                    transcript_text(view.cues),
                    [str(path) for path in paths.values()],
                )


def connect(localisation: Localisation) -> None:
    """Add the endpoint ``/transcribe``; its components are on no page."""
    make = localisation.make
    file = make(gr.File, {"label": "file"}, type="filepath", visible=False)
    language = make(gr.Textbox, {"label": "spoken_language"}, value="auto", visible=False)
    cues = make(gr.JSON, {"label": "api_cues"}, visible=False)
    transcript = make(gr.Textbox, {"label": "api_transcript"}, visible=False)
    files = make(gr.File, {"label": "api_files"}, file_count="multiple", visible=False)
    gr.Button(visible=False).click(
        transcribe,
        [file, language],
        [cues, transcript, files],
        api_name="transcribe",
        concurrency_id=BACKBONE_QUEUE,
        concurrency_limit=BACKBONE_CONCURRENCY,
    )

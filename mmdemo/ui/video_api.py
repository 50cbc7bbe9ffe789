"""The public API for videos: the captions of their scenes, and the video with its subtitles."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any

import gradio as gr

from mmdemo.config import settings
from mmdemo.errors import TextWithoutTimes
from mmdemo.stepwise import shown_as
from mmdemo.ui import pipeline
from mmdemo.ui.captioning_inputs import checked_request
from mmdemo.ui.common import (
    BACKBONE_CONCURRENCY,
    BACKBONE_QUEUE,
    EXPORT_QUEUE,
    checked_path,
    errors_for_user,
    remove_nameless_uploads,
    work_folder,
)
from mmdemo.ui.i18n import Localisation, request_language

if TYPE_CHECKING:
    from mmdemo.tasks.subtitle_export import ExportKind, ExportProgress
    from mmdemo.tasks.video_captioning import VideoCaptionStep

ExportResult = tuple[dict[str, Any], str | None]
PROGRESS = gr.Progress()
"""Gradio finds the progress bar of a call by this default value."""


def scenes_json(step: VideoCaptionStep, language: str) -> dict[str, Any]:
    """Describe scenes for programs.

    Args:
        step: how far the captioning is.
        language: interface language of the reasons.

    Returns:
        Plain data; times in seconds.
    """
    scenes = [
        {
            "start": round(scene.span.start, 3),
            "end": round(scene.span.end, 3),
            "captions": [
                {"language": one.language, "text": one.text, "score": round(one.score, 4)} for one in scene.captions
            ],
            "reasons": [reason.text(language) for reason in scene.reasons],
        }
        for scene in step.scenes
    ]
    return {"complete": step.finished, "share": round(step.share, 3), "scenes": scenes}


def scenes(
    file: Any,
    languages: Any = "en,zh",
    style: Any = "short",
    request: gr.Request | None = None,
    progress: gr.Progress = PROGRESS,
) -> Iterator[dict[str, Any]]:
    """Find the scenes of a video and caption each in English, in Chinese, or in both.

    Args:
        file: A video.
        languages: en, zh, or both with a comma between them.
        style: short, detailed or alt (alternative text for a web page).

    Returns:
        The scenes in order, each with its times in seconds, one caption a language with the probability that it fits,
        and reasons to distrust them. Results so far come while the work runs; complete is true in the last one.
    """
    interface = request_language(request)
    with errors_for_user(lambda: interface):
        remove_nameless_uploads()
        path = checked_path(file, interface)
        wanted = checked_request(languages, style, 1, False, interface)
    with errors_for_user(lambda: interface, path.name):
        models = pipeline.load_models()
        with closing(pipeline.caption_video(path, models, wanted)) as steps:
            for step in steps:
                progress(step.share)
                yield scenes_json(step, interface)


def export(
    file: Any,
    subtitles: Any,
    burn_in: Any = False,
    language: Any = "",
    request: gr.Request | None = None,
    progress: gr.Progress = PROGRESS,
) -> Iterator[ExportResult]:
    """Put subtitles into a video, as a track that players can switch or drawn onto the pictures.

    Args:
        file: A video.
        subtitles: A subtitle file such as SRT, VTT or ASS.
        burn_in: Whether they are drawn onto the pictures; otherwise they are a track, and nothing is encoded anew.
        language: Code of the language of the subtitles such as en or zh, which players show; may be empty.

    Returns:
        Whether they are a track or burned, how many there are, what could not be taken over; and the video. How far the
        work is comes while it runs; the video comes with the last one.
    """
    from mmdemo.subtitles.files import load_subtitles

    interface = request_language(request)
    with errors_for_user(lambda: interface):
        remove_nameless_uploads()
        path, text_path = checked_path(file, interface), checked_path(subtitles, interface)
    with errors_for_user(lambda: interface, text_path.name):
        cues = load_subtitles(text_path, text_path.name, settings().limits).cues
        if not any(cue.end > 0 for cue in cues):
            raise TextWithoutTimes(name=text_path.name)
    with errors_for_user(lambda: interface, path.name), work_folder() as folder:
        output = folder / f"{path.stem}.subtitled.mp4"
        kind: ExportKind = "burned" if burn_in is True else "track"
        steps = pipeline.export_video(path, path.name, cues, output, kind, str(language or ""))
        with closing(steps):
            made = yield from shown_as(steps, partial(_shown, progress))
        told = {"kind": made.kind, "subtitles": len(cues), "reasons": [one.text(interface) for one in made.reasons]}
        yield {"complete": True, **told}, str(made.path)  # Gradio copies it at the yield


def _shown(progress: gr.Progress, step: ExportProgress) -> ExportResult:
    """Move the progress bar of a call, and tell programs how far an export is."""
    progress((round(step.seconds_done), round(step.duration) or None), unit="s")
    return {"complete": False, "seconds_done": round(step.seconds_done, 3)}, None


def connect(localisation: Localisation) -> None:
    """Add the endpoints ``/scenes`` and ``/export``; their components are on no page."""
    make = localisation.make
    file = make(gr.File, {"label": "file"}, type="filepath", visible=False)
    languages = make(gr.Textbox, {"label": "caption_languages"}, value="en,zh", visible=False)
    style = make(gr.Textbox, {"label": "caption_style"}, value="short", visible=False)
    found = make(gr.JSON, {"label": "api_result"}, visible=False)
    models: dict[str, Any] = {"concurrency_id": BACKBONE_QUEUE, "concurrency_limit": BACKBONE_CONCURRENCY}
    gr.Button(visible=False).click(scenes, [file, languages, style], [found], api_name="scenes", **models)
    subtitles = make(gr.File, {"label": "api_files"}, type="filepath", visible=False)
    burn_in = make(gr.Checkbox, {"label": "api_burn_in"}, value=False, visible=False)
    language = make(gr.Textbox, {"label": "spoken_language"}, value="", visible=False)
    video = make(gr.File, {"label": "api_video"}, visible=False)
    alone: dict[str, Any] = {"concurrency_id": EXPORT_QUEUE, "concurrency_limit": 1}
    gr.Button(visible=False).click(
        export, [file, subtitles, burn_in, language], [found, video], api_name="export", **alone
    )

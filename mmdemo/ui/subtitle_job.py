"""One job of the Subtitles tab as a stream of views; knows nothing of Gradio."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from mmdemo.errors import UnknownLanguage
from mmdemo.subtitles.files import SUBTITLE_EXTENSIONS, save_subtitles
from mmdemo.types import AudioFile, Cue, MediaInfo, Sentence
from mmdemo.ui import pipeline
from mmdemo.ui.activity import Witness, observed
from mmdemo.ui.alignment_inputs import Inputs, Mode
from mmdemo.ui.background import watched
from mmdemo.ui.spoken_languages import AUTOMATIC, LANGUAGE_NAMES
from mmdemo.ui.subtitle_view import Phase, SubtitleView

if TYPE_CHECKING:
    from mmdemo.runtime import Models
    from mmdemo.tasks.subtitle_export import ExportKind


@dataclass
class Job:
    """A file to work on; mutable because the Cancel button must reach the handler that works on it."""

    path: Path
    language: str | None  # None = detect
    inputs: Inputs | None = None  # what to do with the file; None = transcribe it
    witness: Witness | None = None
    started: bool = False
    cancelled: bool = False
    info: MediaInfo | None = None

    @property
    def name(self) -> str:
        """The file name as the user knows it."""
        return self.path.name

    @property
    def mode(self) -> Mode:
        """What to do with the file."""
        return (self.inputs and self.inputs.mode) or "transcribe"


@dataclass(frozen=True)
class OpenedJob:
    """What every job on a recording begins with."""

    audio: AudioFile
    models: Models
    view: SubtitleView

    @property
    def last_phase(self) -> Phase:
        """Name the phase after the work: a copy for the player has still to be made, or all is done."""
        return "done" if self.view.player_path else "player"


@dataclass
class VideoExport:
    """A video that is being made; mutable because the Cancel button must reach the handler that makes it."""

    kind: ExportKind
    seconds_done: float = 0.0
    duration: float = 0.0  # 0.0 = unknown
    cancelled: bool = False
    ended: bool = False
    sentences: tuple[Sentence, ...] = ()  # what became of it
    failed: bool = False


@dataclass
class SubtitleSession:
    """What one visitor has on the Subtitles tab."""

    view: SubtitleView = field(default_factory=SubtitleView)
    job: Job | None = None
    selected_row: int | None = None  # 0-based
    note: Sentence | None = None  # about the last correction in the table
    note_is_problem: bool = False
    undo: SubtitleView | None = None  # as it was before the last correction
    export: VideoExport | None = None
    inputs: Inputs | None = None  # what the files on the page ask for

    @property
    def given(self) -> tuple[Path, ...]:
        """The file being worked on."""
        return (self.job.path,) if self.job is not None else ()


def spoken_language(choice: object) -> str | None:
    """Check the choice of a spoken language.

    Args:
        choice: a code, or ``auto``, nothing at all, or whatever a client sent.

    Returns:
        The code, or None to detect it.

    Raises:
        UnknownLanguage: the speech model does not know it.
    """
    if choice is None or choice == "" or choice == AUTOMATIC:
        return None
    code = choice.strip().lower().replace("_", "-").split("-")[0] if isinstance(choice, str) else ""
    if code not in LANGUAGE_NAMES:
        raise UnknownLanguage(language=choice)
    return code


def run_job(job: Job) -> Generator[SubtitleView, None, None]:
    """Transcribe the file of a job.

    Args:
        job: read for its Cancel flag at every step; its ``info`` is filled in.

    Yields:
        A view about every window; the last one is in phase ``done``, ``player`` (a copy for the player has still to
        be made) or ``cancelled``. Closing the generator stops the work.

    Raises:
        MMDemoError: the file cannot be used, or the models cannot be loaded.
    """
    opened = yield from open_job(job, "transcribing")
    if opened is not None:
        yield from _transcription(job, opened)


def open_job(job: Job, working: Phase) -> Generator[SubtitleView, None, OpenedJob | None]:
    """Open the sound of a job's file and load the models.

    Args:
        job: read for its Cancel flag; its ``info`` is filled in.
        working: phase of the work that follows.

    Yields:
        Views; the last one is ``cancelled`` when there is nothing to return.

    Returns:
        What the work needs, or None when the job was cancelled.

    Raises:
        MMDemoError: the file cannot be used, or the models cannot be loaded.
    """
    view = SubtitleView("reading", name=job.name, mode=job.mode, language=job.language or "")
    view = replace(view, language_chosen=bool(job.language))
    yield view
    job.info = pipeline.probe(job.path)
    audio = pipeline.open_audio(job.path, job.name)
    view = replace(
        view,
        phase=working if pipeline.models_loaded() else "loading",
        kind=job.info.kind,
        duration=job.info.duration,
        player_path=job.path if pipeline.player_ready(job.path, job.info) else None,
    )
    yield view
    models = yield from watched(pipeline.load_models, view, lambda: job.cancelled)
    if models is None:
        yield replace(view, phase="cancelled")
        return None
    return OpenedJob(audio, observed(models, job.witness), replace(view, phase=working))


def _transcription(job: Job, opened: OpenedJob) -> Iterator[SubtitleView]:
    view = opened.view
    with closing(pipeline.transcribe(opened.audio, opened.models, job.language)) as steps:
        for step in steps:
            view = replace(
                view,
                seconds_done=step.seconds_done,
                duration=step.duration or view.duration,
                language=step.language or view.language,
                cues=step.cues,
            )
            if step.alignment is not None:
                yield replace(
                    view,
                    phase=opened.last_phase,
                    cues=step.alignment.cues,
                    confidence=step.alignment.confidence,
                    reasons=step.alignment.reasons,
                    language_probability=step.transcript.language_probability if step.transcript else 0.0,
                )
                return
            if job.cancelled:
                yield replace(view, phase="cancelled")
                return
            yield view


def make_player_copy(job: Job, folder: Path) -> Generator[Path | None, None, None]:
    """Make a copy of the file that browsers play.

    Args:
        job: a job that has run; read for its Cancel flag.
        folder: where the copy may be written; the caller deletes it.

    Yields:
        None while the work lasts, then the copy; no copy comes after a cancel. Closing the generator stops the work.

    Raises:
        MMDemoError: the file cannot be decoded or the copy cannot be written.
    """
    info = job.info
    assert info is not None, "the job has not run"
    stopped = threading.Event()
    out_path = folder / f"{job.path.stem or 'media'}{'.mp4' if info.kind == 'video' else '.m4a'}"
    try:
        copy = yield from watched(
            lambda: pipeline.transcode_for_player(job.path, out_path, info, stopped.is_set),
            None,
            lambda: job.cancelled,
        )
        if copy is not None:
            yield copy
    finally:
        stopped.set()


def write_files(cues: Sequence[Cue], stem: str, language: str, folder: Path) -> dict[str, Path]:
    """Write the cues in every subtitle format.

    Args:
        cues: what to write.
        stem: name of the files without extension.
        language: code of the spoken language, for the formats that record it.
        folder: an existing folder.

    Returns:
        Format → file.
    """
    paths: dict[str, Path] = {}
    for format_name, extension in SUBTITLE_EXTENSIONS.items():
        path = folder / f"{stem or 'subtitles'}{extension}"
        save_subtitles(cues, path, format_name, language=language)
        paths[format_name] = path
    return paths

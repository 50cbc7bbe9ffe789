"""One job of the Subtitles tab on a text or subtitles that came in, as a stream of views; knows nothing of Gradio."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mmdemo.stepwise import shown_as
from mmdemo.types import AudioFile, Cue, Outcome, SubtitleAlignment
from mmdemo.ui import pipeline
from mmdemo.ui.alignment_inputs import GivenText, Inputs
from mmdemo.ui.background import watched
from mmdemo.ui.subtitle_job import Job, OpenedJob, open_job
from mmdemo.ui.subtitle_timeline import coarser, level_count, packed
from mmdemo.ui.subtitle_tracks import Tracks
from mmdemo.ui.subtitle_view import SubtitleView
from mmdemo.ui.waveform_levels import COLUMNS, LevelMeter

if TYPE_CHECKING:
    from mmdemo.tasks.subtitle_resync import ResyncProgress
    from mmdemo.tasks.transcript_alignment import AlignmentProgress


def run_alignment(job: Job) -> Generator[SubtitleView, None, None]:
    """Give a text or subtitles their right times.

    Args:
        job: with its inputs; read for its Cancel flag at every step, and its ``info`` is filled in.

    Yields:
        A view about every step; the last one is in phase ``done``, ``player`` (a copy for the player has still to be
        made) or ``cancelled``. Closing the generator stops the work.

    Raises:
        MMDemoError: a file cannot be used, or the models cannot be loaded.
    """
    inputs = job.inputs
    assert inputs is not None and inputs.text is not None, "nothing to align"
    if inputs.reference is not None:
        yield from _to_reference(job, inputs, inputs.text, inputs.reference)
        return
    opened = yield from open_job(job, "aligning")
    if opened is not None:
        yield from _to_sound(job, opened, inputs.text)


def _to_sound(job: Job, opened: OpenedJob, text: GivenText) -> Iterator[SubtitleView]:
    view = opened.view
    work = pipeline.resync if job.mode == "resync" else pipeline.align
    steps: Generator[ResyncProgress | AlignmentProgress, Any, None]
    steps = work(opened.audio, text.cues, opened.models, job.language)
    with closing(steps):
        for step in steps:
            view = replace(
                view,
                seconds_done=step.seconds_done,
                duration=step.duration or view.duration,
                language=step.language or view.language,
            )
            if step.alignment is not None:
                outcome: Outcome = getattr(step, "outcome", None) or ("aligned" if step.alignment.cues else "refused")
                levels = yield from sound_levels(job, view, opened.audio, step.alignment.duration)
                ended = _ended(view, outcome, step.alignment, text, levels)
                yield replace(ended, phase=opened.last_phase, waveform=packed(levels))
                return
            if job.cancelled:
                yield replace(view, phase="cancelled")
                return
            yield view


def sound_levels(
    job: Job, view: SubtitleView, audio: AudioFile, duration: float
) -> Generator[SubtitleView, None, tuple[float, ...]]:
    """Measure how loud a recording is; a cancel leaves only the pictures without it.

    Args:
        job: read for its Cancel flag.
        view: what is shown meanwhile.
        audio: the recording.
        duration: in seconds.

    Yields:
        The view, once a block.

    Returns:
        Peaks 0..1, `LEVEL_RATE` a second; none after a cancel.
    """
    meter = LevelMeter(duration, level_count(duration))
    with closing(pipeline.sound_blocks(audio)) as blocks:
        for block in blocks:
            meter.add(block)
            if job.cancelled:
                return ()
            yield view
    return meter.levels()


def measure_sound(job: Job, view: SubtitleView) -> Generator[bytes | None, None, None]:
    """Measure the sound of a job that has ended, for the timeline.

    Yields:
        None while the work lasts, then the peaks as `packed` writes them; nothing behind a cancel.

    Raises:
        MMDemoError: the sound cannot be decoded.
    """
    levels = yield from shown_as(
        sound_levels(job, view, pipeline.open_audio(job.path, job.name), view.duration), lambda _: None
    )
    if levels:
        yield packed(levels)


def _to_reference(job: Job, inputs: Inputs, text: GivenText, reference: GivenText) -> Iterator[SubtitleView]:
    view = SubtitleView("aligning", name=text.file_name, mode="reference")
    yield view
    found = yield from watched(
        lambda: pipeline.sync_to_reference(text.cues, reference.cues), view, lambda: job.cancelled
    )
    if found is None:
        yield replace(view, phase="cancelled")
        return
    outcome, alignment = found
    yield replace(_ended(view, outcome, alignment, text, reference=reference.cues), phase="done")


def _ended(
    view: SubtitleView,
    outcome: Outcome,
    alignment: SubtitleAlignment,
    text: GivenText,
    levels: tuple[float, ...] = (),
    reference: Sequence[Cue] = (),
) -> SubtitleView:
    """Fill in the result."""
    return replace(
        view,
        outcome=outcome,
        seconds_done=alignment.duration,
        duration=alignment.duration,
        language=alignment.language or view.language,
        cues=alignment.cues,
        confidence=alignment.confidence,
        reasons=alignment.reasons,
        given=text if text.timed and outcome == "aligned" else None,
        tracks=Tracks(
            before=text.cues if text.timed else (),
            reference=tuple(reference),
            levels=coarser(levels, COLUMNS) if levels else (),
            time_map=alignment.time_map,
            duration=alignment.duration,
        ),
    )


def write_retimed(view: SubtitleView, folder: Path) -> Path | None:
    """Write the file that came in with only its times changed.

    Args:
        view: with the subtitles that came in and their new times.
        folder: an existing folder.

    Returns:
        The file; None when there was none, its format cannot be rewritten, or its texts were corrected since.
    """
    given = view.given
    if given is None or [cue.text for cue in view.cues] != [cue.text for cue in given.cues]:
        return None
    data = pipeline.retimed_file(given.data, given.file_name, view.cues)
    if data is None:
        return None
    name = Path(given.file_name)
    path = folder / f"{name.stem}.aligned{name.suffix}"
    path.write_bytes(data)
    return path

"""The Subtitles tab: a video or a recording becomes timed subtitles that can be watched, corrected and downloaded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import gradio as gr

from mmdemo.ui.activity import Witness
from mmdemo.ui.alignment_job import measure_sound, run_alignment
from mmdemo.ui.common import (
    Session,
    errors_for_user,
    remove_nameless_uploads,
    sentence_for,
    user_error,
    work_folder,
)
from mmdemo.ui.i18n import Localisation, merged, text
from mmdemo.ui.rates import admit
from mmdemo.ui.subtitle_editing import CorrectionHandlers
from mmdemo.ui.subtitle_events import connect_events
from mmdemo.ui.subtitle_export import export_updates, make_video
from mmdemo.ui.subtitle_inputs import checked_inputs, read_inputs
from mmdemo.ui.subtitle_job import Job, SubtitleSession, make_player_copy, run_job, spoken_language
from mmdemo.ui.subtitle_layout import build_components, example_files
from mmdemo.ui.subtitle_updates import (
    Updates,
    editor_updates,
    mode_updates,
    note_updates,
    player_updates,
    sound_updates,
    status_updates,
    table_update,
    text_updates,
    timeline_updates,
)
from mmdemo.ui.subtitle_view import FINAL_PHASES, RUNNING_PHASES, Phase, SubtitleView

if TYPE_CHECKING:
    from mmdemo.tasks.subtitle_export import ExportKind


class SubtitlesTab(CorrectionHandlers):
    """Components and handlers of the tab; make it inside a ``gr.Tab``."""

    def __init__(self, localisation: Localisation, session: gr.State, examples: Sequence[Path] | None = None) -> None:
        """Build the components and connect their events.

        Args:
            localisation: learns which component shows which text.
            session: the visitor's `Session`.
            examples: clips to offer; those in the assets folder when None.
        """
        super().__init__(build_components(localisation, example_files() if examples is None else examples))
        self.session = session
        self.state = gr.State(SubtitleSession())
        connect_events(self)

    def take_recording(self, path: str | None) -> str | None:
        """Put a finished recording where a file would be dropped."""
        return path

    def look(
        self, session: Session, state: SubtitleSession, file: object, text_file: object, pasted: object
    ) -> Updates:
        """Say what would be done with what is given now."""
        state.inputs = read_inputs(file, text_file, pasted, session.language)
        return mode_updates(self.parts, state.inputs, session.language)

    def start(
        self,
        session: Session,
        state: SubtitleSession,
        file: object,
        choice: object,
        text_file: object = None,
        pasted: object = "",
    ) -> Updates:
        """Check what was given and note the job, so that the next event can work on it.

        Raises:
            gr.Error: no file, a text that does not go with it, or a language nobody knows.
        """
        remove_nameless_uploads()
        with errors_for_user(lambda: session.language):
            path, inputs = checked_inputs(file, text_file, pasted, session.language)
            admit(session.language)
            witness = Witness(session.ledger, "subtitles")
            state.job, state.undo = Job(path, spoken_language(choice), inputs, witness), None
        previous, state.view = state.view, SubtitleView("waiting", name=state.job.name, mode=state.job.mode)
        return merged(
            {
                self.parts.results: gr.update(visible=False),
                # A click on an example puts the label back to the one the page was built with.
                self.parts.file: gr.update(label=text("file", session.language)),
            },
            player_updates(self.parts, state.view, previous),
            status_updates(self.parts, state.view, session.language),
            text_updates(self.parts, state.view, session.language),
        )

    def run(self, session: Session, state: SubtitleSession) -> Iterator[Updates]:
        """Work on the job that was noted last, unless it was cancelled while it waited.

        Raises:
            gr.Error: the sentence for whatever failed; it also stays on the page.
        """
        job = state.job
        if job is None or job.started or job.cancelled:
            yield {self.parts.status: gr.skip()}
            return
        job.started = True
        try:
            with closing(run_job(job) if job.mode == "transcribe" else run_alignment(job)) as views:
                for view in views:
                    yield from self._shown(session, state, view)
        except Exception as error:
            problem = sentence_for(error, job.name)
            phase: Phase = "cancelled" if state.view.cues else "idle"
            yield from self._shown(session, state, replace(state.view, phase=phase, problem=problem))
            raise user_error(problem, session.language) from error

    def copy_for_player(self, session: Session, state: SubtitleSession) -> Iterator[Updates]:
        """Make a copy of the file that the browser can play, where that is needed.

        Raises:
            gr.Error: the sentence for whatever failed; it also stays on the page.
        """
        job = state.job
        if job is None or state.view.phase != "player":
            yield {self.parts.status: gr.skip()}
            return
        try:
            with (
                work_folder() as folder,
                closing(make_player_copy(job, folder)) as copies,
            ):
                for path in copies:
                    if path is None:
                        yield {self.parts.status: gr.skip()}  # a page that was closed is noticed only at a yield
                    elif not job.cancelled:
                        yield from self._shown(session, state, replace(state.view, phase="done", player_path=path))
        except Exception as error:
            problem = sentence_for(error, job.name)
            yield from self._shown(session, state, replace(state.view, phase="done", problem=problem))
            raise user_error(problem, session.language) from error

    def cancel(self, session: Session, state: SubtitleSession) -> Updates:
        """Ask the job to stop; one that waits for its turn, and a copy for the player, are given up at once."""
        if state.job is not None and state.view.phase in RUNNING_PHASES:
            state.job.cancelled = True
            given_up: dict[Phase, Phase] = {"waiting": "cancelled", "player": "player_cancelled"}
            state.view = replace(state.view, phase=given_up.get(state.view.phase, "stopping"))
        return status_updates(self.parts, state.view, session.language)

    def draw_sound(self, session: Session, state: SubtitleSession) -> Iterator[Updates]:
        """Draw the sound below the cues of the timeline, where the work on the cues has not measured it."""
        job, view = state.job, state.view
        if job is None or view.kind is None or not view.cues or view.waveform or view.phase not in FINAL_PHASES:
            yield {self.parts.status: gr.skip()}
            return
        try:
            with closing(measure_sound(job, view)) as steps:
                for waveform in steps:
                    if state.job is not job:
                        break
                    if waveform is None:
                        yield {self.parts.status: gr.skip()}  # a page that was closed is noticed only at a yield
                    else:
                        state.view = replace(state.view, waveform=waveform)
                        yield sound_updates(self.parts, state.view)
        except Exception as error:
            sentence_for(error, job.name)  # logged; the timeline serves without the sound

    def make_video(self, kind: ExportKind, session: Session, state: SubtitleSession) -> Iterator[Updates]:
        """Make the video with its subtitles; a failure stays on the page as a sentence."""
        yield from make_video(self.parts, state, kind, session.language)

    def cancel_video(self, session: Session, state: SubtitleSession) -> Updates:
        """Ask the video that is being made to stop."""
        if state.export is not None:
            state.export.cancelled = True
        return export_updates(self.parts, state, session.language)

    def relabel(self, session: Session, state: SubtitleSession, rows: object) -> Updates:
        """Render what depends on the language and on the moment; the table keeps what was typed."""
        return merged(
            status_updates(self.parts, state.view, session.language),
            mode_updates(self.parts, state.inputs, session.language),
            text_updates(self.parts, state.view, session.language),
            note_updates(self.parts, state, session.language),
            timeline_updates(self.parts, state.view, session.language),
            export_updates(self.parts, state, session.language),
            {self.parts.table: table_update(rows, session.language)} if isinstance(rows, list) else {},
        )

    def _shown(self, session: Session, state: SubtitleSession, view: SubtitleView) -> Iterator[Updates]:
        previous, state.view = state.view, view
        updates = status_updates(self.parts, view, session.language) | player_updates(self.parts, view, previous)
        if (view.cues, view.language, view.phase) != (previous.cues, previous.language, previous.phase):
            updates |= text_updates(self.parts, view, session.language)
        if view.phase not in FINAL_PHASES or previous.phase in FINAL_PHASES:
            yield updates
            return
        with work_folder() as folder:  # Gradio copies the files at the yield
            yield updates | editor_updates(self.parts, state, session.language, folder)

"""The Subtitles tab: a video or a recording becomes timed subtitles that can be watched, corrected and downloaded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr

from mmdemo.types import Cue
from mmdemo.ui.common import (
    BACKBONE_CONCURRENCY,
    BACKBONE_QUEUE,
    EDIT_CONCURRENCY,
    Session,
    checked_path,
    errors_for_user,
    remove_nameless_uploads,
    sentence_for,
    user_error,
    work_folder,
)
from mmdemo.ui.cue_table import cues_of
from mmdemo.ui.i18n import Localisation, merged, text
from mmdemo.ui.subtitle_job import Job, SubtitleSession, make_player_copy, run_job, spoken_language
from mmdemo.ui.subtitle_layout import build_components, example_files
from mmdemo.ui.subtitle_updates import (
    Updates,
    download_updates,
    editor_updates,
    note_updates,
    player_updates,
    status_updates,
    table_update,
    text_updates,
)
from mmdemo.ui.subtitle_view import FINAL_PHASES, RUNNING_PHASES, Phase, SubtitleView
from mmdemo.ui.texts import TEXTS

COPY_QUEUE = "player-copy"
"""Copies for the player are made beside the next job, one at a time."""


class SubtitlesTab:
    """Components and handlers of the tab; make it inside a ``gr.Tab``."""

    def __init__(self, localisation: Localisation, session: gr.State, examples: Sequence[Path] | None = None) -> None:
        """Build the components and connect their events.

        Args:
            localisation: learns which component shows which text.
            session: the visitor's `Session`.
            examples: clips to offer; those in the assets folder when None.
        """
        self.session = session
        self.state = gr.State(SubtitleSession())
        self.parts = build_components(localisation, example_files() if examples is None else examples)
        self._connect()

    def take_recording(self, path: str | None) -> str | None:
        """Put a finished recording where a file would be dropped."""
        return path

    def start(self, session: Session, state: SubtitleSession, file: object, choice: object) -> Updates:
        """Check what was given and note the job, so that the next event can work on it.

        Raises:
            gr.Error: no file, or a language nobody knows.
        """
        remove_nameless_uploads()
        with errors_for_user(lambda: session.language):
            state.job = Job(checked_path(file, session.language), spoken_language(choice))
        previous, state.view = state.view, SubtitleView("waiting", name=state.job.name)
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
            with closing(run_job(job)) as views:
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

    def edit(self, session: Session, state: SubtitleSession, rows: object) -> Iterator[Updates]:
        """Carry a correction of the table to the player, the transcript and the downloads.

        A row that makes no sense is named, and everything else stays as it was.
        """
        yield from self._edited(session, state, rows, {})

    def add_row(self, session: Session, state: SubtitleSession, rows: object) -> Iterator[Updates]:
        """Add an empty row under the chosen one, or at the end."""
        if isinstance(rows, list):
            at = len(rows) if state.selected_row is None else min(state.selected_row + 1, len(rows))
            rows = [*rows[:at], ["", "", ""], *rows[at:]]
            yield {self.parts.table: table_update(rows, session.language)}

    def delete_row(self, session: Session, state: SubtitleSession, rows: object) -> Iterator[Updates]:
        """Delete the chosen row."""
        at, state.selected_row = state.selected_row, None
        if isinstance(rows, list) and at is not None and at < len(rows):
            rows = [*rows[:at], *rows[at + 1 :]]
            yield from self._edited(session, state, rows, {self.parts.table: table_update(rows, session.language)})

    def select(self, session: Session, state: SubtitleSession, event: gr.SelectData) -> Updates:
        """Remember the chosen row for the Delete button."""
        index = event.index
        state.selected_row = int(index[0]) if isinstance(index, list | tuple) else None
        return note_updates(self.parts, state, session.language)

    def relabel(self, session: Session, state: SubtitleSession, rows: object) -> Updates:
        """Render what depends on the language and on the moment; the table keeps what was typed."""
        return merged(
            status_updates(self.parts, state.view, session.language),
            text_updates(self.parts, state.view, session.language),
            note_updates(self.parts, state, session.language),
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

    def _edited(self, session: Session, state: SubtitleSession, rows: object, updates: Updates) -> Iterator[Updates]:
        try:
            cues: tuple[Cue, ...] = cues_of(rows, state.view.cues)
        except Exception as error:
            problem = sentence_for(error, state.view.name)
            kept = TEXTS["table_kept"]
            state.note = replace(problem, en=kept.en.format(problem=problem.en), zh=kept.zh.format(problem=problem.zh))
            state.note_is_problem = True
            yield updates | note_updates(self.parts, state, session.language)
            return
        previous, state.view = state.view, replace(state.view, cues=cues)
        state.note, state.note_is_problem = TEXTS["table_saved"], False
        updates |= note_updates(self.parts, state, session.language)
        updates |= player_updates(self.parts, state.view, previous)
        updates |= text_updates(self.parts, state.view, session.language)
        with work_folder() as folder:
            yield updates | download_updates(self.parts, state.view, folder)

    def _connect(self) -> None:
        parts, outputs = self.parts, self.parts.outputs
        here = [self.session, self.state]
        quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        parts.recording.stop_recording(self.take_recording, [parts.recording], [parts.file], queue=False, **quiet)
        sources = [parts.start.click] + ([parts.examples.load_input_event.then] if parts.examples else [])
        for source in sources:
            given = [*here, parts.file, parts.spoken_language]
            # Through the queue, because only there an error reaches the page as a sentence.
            started = source(self.start, given, outputs, concurrency_limit=EDIT_CONCURRENCY, **quiet)
            done = started.success(
                self.run,
                here,
                outputs,
                trigger_mode="multiple",
                concurrency_id=BACKBONE_QUEUE,
                concurrency_limit=BACKBONE_CONCURRENCY,
                **quiet,
            )
            done.success(
                self.copy_for_player,
                here,
                outputs,
                trigger_mode="multiple",
                concurrency_id=COPY_QUEUE,
                concurrency_limit=1,
                **quiet,
            )
        parts.cancel.click(self.cancel, here, outputs, queue=False, **quiet)
        edits: dict[str, Any] = {"concurrency_limit": EDIT_CONCURRENCY, "trigger_mode": "always_last", **quiet}
        parts.table.input(self.edit, [*here, parts.table], outputs, **edits)
        parts.add_row.click(self.add_row, [*here, parts.table], outputs, **edits)
        parts.delete_row.click(self.delete_row, [*here, parts.table], outputs, **edits)
        parts.table.select(self.select, here, outputs, queue=False, **quiet)

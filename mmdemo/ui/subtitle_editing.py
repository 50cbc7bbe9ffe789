"""The handlers of the Subtitles tab for corrections: in the table, on the timeline, and their undoing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import gradio as gr

from mmdemo.types import Cue, Sentence
from mmdemo.ui.common import Session, errors_for_user, sentence_for, work_folder
from mmdemo.ui.cue_table import rows_of, typed_cues
from mmdemo.ui.subtitle_corrections import corrected_view, correction_note, moved_row, moved_view, undone_view
from mmdemo.ui.subtitle_job import SubtitleSession
from mmdemo.ui.subtitle_layout import SubtitleComponents
from mmdemo.ui.subtitle_updates import (
    Updates,
    correction_updates,
    note_updates,
    table_update,
    timeline_updates,
)
from mmdemo.ui.subtitle_view import SubtitleView
from mmdemo.ui.texts import TEXTS


class CorrectionHandlers:
    """What corrects the subtitles of a tab.

    Args:
        parts: the components of the tab.
    """

    def __init__(self, parts: SubtitleComponents) -> None:
        self.parts = parts

    def edit(self, session: Session, state: SubtitleSession, rows: object, realign: object = True) -> Iterator[Updates]:
        """Carry a correction of the table to the player, the transcript and the downloads.

        A row that makes no sense is named, and everything else stays as it was.
        """
        yield from self._edited(session, state, rows, {}, bool(realign))

    def move(
        self, session: Session, state: SubtitleSession, realign: object, event: gr.SelectData
    ) -> Iterator[Updates]:
        """Take over a cue that was dragged or nudged on the timeline."""
        moved = moved_row(event, state.view)
        if moved is None:  # the page shows cues that are no longer there
            yield timeline_updates(self.parts, state.view, session.language)
            return
        with errors_for_user(lambda: session.language):
            view = moved_view(state.view, *moved, bool(realign))
        yield from self._corrected(session, state, view, {}, ())

    def undo(self, session: Session, state: SubtitleSession) -> Iterator[Updates]:
        """Take back the last correction."""
        if state.undo is None:
            yield note_updates(self.parts, state, session.language)
            return
        view = undone_view(state.view, state.undo)
        yield from self._corrected(session, state, view, {}, (), TEXTS["undone"])

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
            table = {self.parts.table: table_update(rows, session.language)}
            yield from self._edited(session, state, rows, table, False)

    def select(self, session: Session, state: SubtitleSession, event: gr.SelectData) -> Updates:
        """Remember the chosen row for the Delete button."""
        index = event.index
        state.selected_row = int(index[0]) if isinstance(index, list | tuple) else None
        return note_updates(self.parts, state, session.language)

    def _edited(
        self, session: Session, state: SubtitleSession, rows: object, updates: Updates, realign: bool
    ) -> Iterator[Updates]:
        try:
            typed = typed_cues(rows, state.view.cues)
            view = corrected_view(state.view, typed, realign)
        except Exception as error:
            problem = sentence_for(error, state.view.name)
            state.note = TEXTS["table_kept"].filled(problem=problem)
            state.note_is_problem = True
            yield updates | note_updates(self.parts, state, session.language)
            return
        yield from self._corrected(session, state, view, updates, typed)

    def _corrected(
        self,
        session: Session,
        state: SubtitleSession,
        view: SubtitleView,
        updates: Updates,
        shown: Sequence[Cue],
        said: Sentence | None = None,
    ) -> Iterator[Updates]:
        """Show corrected cues; the table only where it does not show them already."""
        previous, state.view = state.view, view
        # A row that is still being written would be lost with a new table.
        if rows_of(shown) != rows_of(view.cues) and (not shown or len(shown) == len(previous.cues)):
            updates = updates | {self.parts.table: table_update(rows_of(view.cues), session.language)}
        state.undo = None if said is not None else previous
        state.note, state.note_is_problem = said or correction_note(previous, view), False
        with work_folder() as folder:
            yield updates | correction_updates(self.parts, state, previous, session.language, folder)

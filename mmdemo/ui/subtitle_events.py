"""Which event of the Subtitles tab calls which handler, and in which queue it waits."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from mmdemo.ui.common import BACKBONE_CONCURRENCY, BACKBONE_QUEUE, EDIT_CONCURRENCY, EXPORT_QUEUE

if TYPE_CHECKING:
    from mmdemo.ui.subtitle_alignment import SubtitlesTab

COPY_QUEUE = "player-copy"
"""Copies for the player are made beside the next job, one at a time."""
QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
MODELS: dict[str, Any] = {"concurrency_id": BACKBONE_QUEUE, "concurrency_limit": BACKBONE_CONCURRENCY, **QUIET}
COPIES: dict[str, Any] = {"concurrency_id": COPY_QUEUE, "concurrency_limit": 1, **QUIET}
EXPORTS: dict[str, Any] = {"concurrency_id": EXPORT_QUEUE, "concurrency_limit": 1, **QUIET}
EDITS: dict[str, Any] = {"concurrency_limit": EDIT_CONCURRENCY, **QUIET}
LAST: dict[str, Any] = {"trigger_mode": "always_last"}


def connect_events(tab: SubtitlesTab) -> None:
    """Connect every event of the tab.

    Args:
        tab: with its components and its state.
    """
    parts, outputs, here = tab.parts, tab.parts.outputs, [tab.session, tab.state]
    parts.recording.stop_recording(tab.take_recording, [parts.recording], [parts.file], queue=False, **QUIET)
    for given in parts.given:
        given.change(tab.look, [*here, *parts.given], outputs, **LAST, **EDITS)
    sources = [parts.start.click] + ([parts.examples.load_input_event.then] if parts.examples else [])
    for source in sources:
        # Through the queue, because only there an error reaches the page as a sentence.
        started = source(tab.start, [*here, parts.file, parts.spoken_language, *parts.given[1:]], outputs, **EDITS)
        done = started.success(tab.run, here, outputs, trigger_mode="multiple", **MODELS)
        copied = done.success(tab.copy_for_player, here, outputs, trigger_mode="multiple", **COPIES)
        copied.success(tab.draw_sound, here, outputs, trigger_mode="multiple", **COPIES)
    parts.cancel.click(tab.cancel, here, outputs, queue=False, **QUIET)
    _connect_corrections(tab)
    parts.export_track.click(partial(tab.make_video, "track"), here, outputs, trigger_mode="once", **EXPORTS)
    parts.export_burned.click(partial(tab.make_video, "burned"), here, outputs, trigger_mode="once", **EXPORTS)
    parts.export_cancel.click(tab.cancel_video, here, outputs, queue=False, **QUIET)


def _connect_corrections(tab: SubtitlesTab) -> None:
    parts, outputs, here = tab.parts, tab.parts.outputs, [tab.session, tab.state]
    parts.table.input(tab.edit, [*here, parts.table, parts.realign], outputs, **LAST, **EDITS)
    parts.timeline.select(tab.move, [*here, parts.realign], outputs, trigger_mode="multiple", **EDITS)
    parts.undo.click(tab.undo, here, outputs, **LAST, **EDITS)
    parts.add_row.click(tab.add_row, [*here, parts.table], outputs, **LAST, **EDITS)
    parts.delete_row.click(tab.delete_row, [*here, parts.table], outputs, **LAST, **EDITS)
    parts.table.select(tab.select, here, outputs, queue=False, **QUIET)

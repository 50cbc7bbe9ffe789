"""Which event of the Ask tab calls which handler, and in which queue it waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmdemo.ui.common import BACKBONE_CONCURRENCY, BACKBONE_QUEUE, EDIT_CONCURRENCY
from mmdemo.ui.subtitle_events import COPY_QUEUE

if TYPE_CHECKING:
    from mmdemo.ui.qa import AskTab

QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
MODELS: dict[str, Any] = {"concurrency_id": BACKBONE_QUEUE, "concurrency_limit": BACKBONE_CONCURRENCY, **QUIET}
EDITS: dict[str, Any] = {"concurrency_limit": EDIT_CONCURRENCY, **QUIET}
COPIES: dict[str, Any] = {"concurrency_id": COPY_QUEUE, "concurrency_limit": 1, **QUIET}
MANY: dict[str, Any] = {"trigger_mode": "multiple"}


def connect_events(tab: AskTab) -> None:
    """Connect every event of the tab.

    Args:
        tab: with its components and its state.
    """
    parts, here, outputs = tab.parts, [tab.session, tab.state], tab.parts.outputs
    # Through the queue, because only there an error reaches the page as a sentence.
    added = [
        given(tab.add, [*here, source], outputs, **EDITS)
        for given, source in (
            (parts.files.upload, parts.files),
            (parts.recorder.stop_recording, parts.recorder),
            (parts.camera.input, parts.camera),
        )
    ]
    removed = parts.strip.select(tab.remove, here, outputs, **MANY, **EDITS)
    for changed in (*added, removed):
        changed.success(tab.look, here, outputs, **MANY, **MODELS)
    for dropped in added:
        dropped.success(tab.copy_for_player, here, outputs, **MANY, **COPIES)
        dropped.failure(tab.free_drop_zone, None, parts.sources, queue=False, **QUIET)
    asked = (
        parts.question.submit(tab.ask, [*here, parts.question], outputs, **EDITS),
        parts.send.click(tab.ask, [*here, parts.question], outputs, **EDITS),
        parts.offers.select(tab.choose, here, outputs, **EDITS),
    )
    for noted in asked:
        answered = noted.success(tab.run, here, outputs, **MANY, **MODELS)
        answered.then(tab.look, here, outputs, **MANY, **MODELS)
    parts.stop.click(tab.stop, here, outputs, queue=False, **QUIET)
    parts.clear.click(tab.clear, here, outputs, queue=False, **QUIET)

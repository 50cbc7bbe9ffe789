"""Which event of the Search tab calls which handler, and in which queue it waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mmdemo.ui.common import BACKBONE_CONCURRENCY, BACKBONE_QUEUE, EDIT_CONCURRENCY
from mmdemo.ui.subtitle_events import COPY_QUEUE

if TYPE_CHECKING:
    from mmdemo.ui.retrieval import SearchTab

SHOW_CHOSEN = "() => { window.mmdemoShowChosen(); }"
"""Moves the player to the best moment, and the page to the player (see ``assets/ui/app.js``)."""
QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
MODELS: dict[str, Any] = {"concurrency_id": BACKBONE_QUEUE, "concurrency_limit": BACKBONE_CONCURRENCY, **QUIET}
EDITS: dict[str, Any] = {"concurrency_limit": EDIT_CONCURRENCY, **QUIET}
COPIES: dict[str, Any] = {"concurrency_id": COPY_QUEUE, "concurrency_limit": 1, **QUIET}


def connect_events(tab: SearchTab) -> None:
    """Connect every event of the tab.

    Args:
        tab: with its components and its state.
    """
    _connect_library(tab)
    _connect_search(tab)
    parts, here, outputs = tab.parts, [tab.session, tab.state], tab.parts.outputs
    for choose, handler in ((parts.gallery.select, tab.choose_hit), (parts.map.select, tab.choose_mark)):
        chosen = choose(handler, here, outputs, trigger_mode="always_last", **EDITS)
        chosen.success(None, None, None, js=SHOW_CHOSEN, **QUIET)
        # A copy that nobody wants any more stops by itself, so a new choice need not wait for it here.
        chosen.success(tab.copy_for_player, here, outputs, trigger_mode="multiple", **COPIES)


def _connect_library(tab: SearchTab) -> None:
    parts, here, outputs = tab.parts, [tab.session, tab.state], tab.parts.outputs
    uploaded = parts.files.upload(tab.start, [*here, parts.files], outputs, **EDITS)
    clicked = parts.examples.click(tab.start_examples, here, outputs, **EDITS)
    for started in (uploaded, clicked):
        started.success(tab.run, here, outputs, trigger_mode="multiple", **MODELS)
        started.failure(tab.free_drop_zone, None, [parts.files], queue=False, **QUIET)
    parts.cancel.click(tab.cancel, here, outputs, queue=False, **QUIET)
    parts.clear.click(tab.clear, here, outputs, **EDITS)


def _connect_search(tab: SearchTab) -> None:
    parts, here, outputs = tab.parts, [tab.session, tab.state], tab.parts.outputs
    searches: tuple[tuple[Any, Callable[..., Any], Any], ...] = (
        (parts.search.click, tab.search_text, parts.query),
        (parts.query.submit, tab.search_text, parts.query),
        (parts.query_file.upload, tab.search_file, parts.query_file),
    )
    last: dict[str, Any] = {"trigger_mode": "always_last"}
    for source, handler, given in searches:
        # Outside the queue, because the search itself may wait long for the models.
        asked = source(tab.ask, [tab.session], [parts.results], queue=False, **last, **QUIET)
        found = asked.success(handler, [*here, given, parts.kind], outputs, **last, **MODELS)
        found.success(tab.run, here, outputs, trigger_mode="multiple", **MODELS)  # if there is something to read again
        found.failure(tab.give_up, here, [parts.results], queue=False, **QUIET)
    parts.kind.input(tab.refilter, [*here, parts.kind], outputs, **last, **EDITS)

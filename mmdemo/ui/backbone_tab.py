"""The Backbone tab: what this page had encoded, what the cache served, and how alike any two things are."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from mmdemo.types import Sentence
from mmdemo.ui.activity import Ledger, SeenItem
from mmdemo.ui.activity_view import contents_html, events_html, totals_html
from mmdemo.ui.backbone_layout import BackboneComponents, build_components
from mmdemo.ui.common import (
    BACKBONE_CONCURRENCY,
    BACKBONE_QUEUE,
    EDIT_CONCURRENCY,
    Session,
    errors_for_user,
    user_error,
)
from mmdemo.ui.i18n import Localisation, text
from mmdemo.ui.pair_job import compared, place_all, with_preview
from mmdemo.ui.pair_view import pair_html
from mmdemo.ui.rates import admit
from mmdemo.ui.retrieval_map import MapItem, MapWords, map_html
from mmdemo.ui.texts import TEXTS

Updates = dict[Any, Any]
SEEN_WORDS = MapWords("seen_map", "seen_map_help", "seen_map_empty")


@dataclass
class BackboneSession:
    """What one visitor has on the Backbone tab."""

    shown: int = -1  # version of the record that the page shows
    pair: tuple[str, str] = ("", "")  # ids of the chosen items
    result: str = ""  # of comparing them, in the language it was made in


class BackboneTab:
    """Components and handlers of the tab; make it inside a ``gr.Tab``."""

    def __init__(self, localisation: Localisation, session: gr.State) -> None:
        """Build the components and connect their events.

        Args:
            localisation: learns which component shows which text.
            session: the visitor's `Session`.
        """
        self.session = session
        self.state = gr.State(BackboneSession())
        self.parts: BackboneComponents = build_components(localisation)
        self._connect()

    def show(self, session: Session, state: BackboneSession) -> Updates:
        """Render the record as it is now; nothing is loaded for it."""
        ledger, language, now = session.ledger, session.language, time.time()
        items = ledger.items()
        contents = contents_html(items, now, language) + events_html(ledger.events(), now, language)
        shown: Updates = {
            self.parts.totals: gr.update(value=totals_html(ledger.totals, language)),
            self.parts.contents: gr.update(value=contents),
        }
        if state.shown != ledger.version:
            state.shown = ledger.version
            shown |= self._map(session, state) | self._choices(ledger, state)
        return shown

    def relabel(self, session: Session, state: BackboneSession) -> Updates:
        """Render everything in the language of the page; a comparison is drawn anew when asked for."""
        state.shown = -1
        state.result = ""
        return self.show(session, state) | self._pair(session, state)

    def place(self, session: Session, state: BackboneSession) -> Updates:
        """Put what came without a place on the map, and show the record.

        Raises:
            gr.Error: the models cannot be loaded.
        """
        with errors_for_user(lambda: session.language):
            place_all(session.ledger)
        return self.show(session, state)

    def choose_mark(self, session: Session, state: BackboneSession, event: gr.SelectData) -> Updates:
        """Take an item of the map for the comparison; the one before it stays the other."""
        chosen = str(event.index)
        if session.ledger.item(chosen) is None or chosen == state.pair[1]:
            return {self.parts.pair: gr.skip()}
        state.pair = (state.pair[1] or state.pair[0], chosen)
        return self._chosen(session, state)

    def choose(self, session: Session, state: BackboneSession, first: object, second: object) -> Updates:
        """Take two items from the lists."""
        known = {item.sha256 for item in session.ledger.items()}
        state.pair = tuple(one if isinstance(one, str) and one in known else "" for one in (first, second))  # type: ignore[assignment]
        return self._chosen(session, state)

    def compare(self, session: Session, state: BackboneSession) -> Iterator[Updates]:
        """Hold the two chosen items against each other.

        Raises:
            gr.Error: there are no two of them, one is no longer at hand, or that is one job too many.
        """
        items = [session.ledger.item(chosen) for chosen in state.pair]
        first, second = items
        if first is None or second is None or first is second:
            raise user_error(TEXTS["pair_missing"], session.language)
        admit(session.language)
        waiting = f'<p class="mm-empty" role="status">{text("pair_working", session.language)}</p>'
        yield {self.parts.pair: gr.update(value=waiting)}
        with errors_for_user(lambda: session.language):
            found = compared(first, second, session.ledger)
            if isinstance(found, SeenItem):
                raise user_error(_gone(found), session.language)
            state.result = pair_html(with_preview(first), with_preview(second), found, session.language)
        yield self._pair(session, state)

    def _chosen(self, session: Session, state: BackboneSession) -> Updates:
        state.result = ""
        return self._map(session, state) | self._choices(session.ledger, state) | self._pair(session, state)

    def _map(self, session: Session, state: BackboneSession) -> Updates:
        items = [
            MapItem(item.sha256, item.kind, item.name, item.embedding)
            for item in session.ledger.items()
            if item.embedding is not None and item.model_id == session.ledger.model_id
        ]
        drawn = map_html(items, (), "", set(state.pair), session.language, SEEN_WORDS)
        return {self.parts.map: gr.update(value=drawn)}

    def _choices(self, ledger: Ledger, state: BackboneSession) -> Updates:
        choices = [(item.name, item.sha256) for item in ledger.items()]
        known = {value for _, value in choices}
        first, second = (one if one in known else None for one in state.pair)
        return {
            self.parts.first: gr.update(choices=choices, value=first),
            self.parts.second: gr.update(choices=choices, value=second),
        }

    def _pair(self, session: Session, state: BackboneSession) -> Updates:
        empty = f'<p class="mm-empty">{text("pair_empty", session.language)}</p>'
        return {self.parts.pair: gr.update(value=state.result or empty)}

    def connect_tabs(self, own: gr.Tab, others: Sequence[gr.Tab]) -> None:
        """Follow the record only while the tab is open.

        Args:
            own: the tab that this stands in.
            others: the other tabs of the page.
        """
        parts, here = self.parts, [self.session, self.state]
        quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        opened = own.select(self.show, here, parts.outputs, queue=False, **quiet)
        own.select(lambda: gr.Timer(active=True), None, [parts.timer], queue=False, **quiet)
        opened.then(
            self.place,
            here,
            parts.outputs,
            concurrency_id=BACKBONE_QUEUE,
            concurrency_limit=BACKBONE_CONCURRENCY,
            **quiet,
        )
        gr.on(
            [tab.select for tab in others],
            lambda: gr.Timer(active=False),
            None,
            [parts.timer],
            queue=False,
            **quiet,
        )

    def _connect(self) -> None:
        parts, here, outputs = self.parts, [self.session, self.state], self.parts.outputs
        quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        edits: dict[str, Any] = {"concurrency_limit": EDIT_CONCURRENCY, **quiet}
        models: dict[str, Any] = {"concurrency_id": BACKBONE_QUEUE, "concurrency_limit": BACKBONE_CONCURRENCY, **quiet}
        parts.map.select(self.choose_mark, here, outputs, trigger_mode="always_last", **edits)
        for part in (parts.first, parts.second):
            part.input(self.choose, [*here, parts.first, parts.second], outputs, **edits)
        parts.compare.click(self.compare, here, [parts.pair], trigger_mode="always_last", **models)
        parts.timer.tick(self.show, here, outputs, queue=False, **quiet)


def _gone(item: SeenItem) -> Sentence:
    template = TEXTS["pair_gone"]
    return Sentence(template.en.format(name=item.name), template.zh.format(name=item.name))

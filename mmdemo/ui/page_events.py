"""What concerns all tabs at once: the language of the page, the line about the models, and what the cache served."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from mmdemo.ui import pipeline
from mmdemo.ui.activity import Ledgers
from mmdemo.ui.activity_view import reuse_line_html
from mmdemo.ui.backbone_tab import BackboneSession, BackboneTab
from mmdemo.ui.captioning import CaptionTab
from mmdemo.ui.captioning_job import CaptionSession
from mmdemo.ui.common import EDIT_CONCURRENCY, Session
from mmdemo.ui.header import status_line_html
from mmdemo.ui.i18n import Localisation, known_language, merged
from mmdemo.ui.qa import AskTab
from mmdemo.ui.qa_session import AskSession
from mmdemo.ui.retrieval import SearchTab
from mmdemo.ui.retrieval_inputs import visitor_of
from mmdemo.ui.retrieval_library import RetrievalSession
from mmdemo.ui.session_files import Page
from mmdemo.ui.subtitle_alignment import SubtitlesTab
from mmdemo.ui.subtitle_job import SubtitleSession
from mmdemo.ui.tour import TourSession, TourTab

Updates = dict[Any, dict[str, Any]]
STATUS_INTERVAL = 3.0
"""Seconds between two looks at whether the models are loaded; of the local ones the looking ends when they are."""
QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
TELL_PAGE = "(language) => { window.mmdemoSetLanguage(language); }"


@dataclass(frozen=True)
class Tabs:
    """The tabs in the order in which they stand."""

    caption: CaptionTab
    subtitles: SubtitlesTab
    search: SearchTab
    ask: AskTab
    backbone: BackboneTab
    tour: TourTab


@dataclass(frozen=True)
class Whole:
    """The page around the tabs, and the tabs."""

    localisation: Localisation
    session: gr.State
    selector: gr.Radio
    status_line: gr.HTML
    timer: gr.Timer  # of the status line
    reuse_line: gr.HTML
    tabs: Tabs

    def new_page(self, language: str) -> Updates:
        """Render every text of a page that nobody has used yet.

        Args:
            language: interface language tag.

        Returns:
            component → ``gr.update(…)``.
        """
        visitor, tabs = Session(language), self.tabs
        return merged(
            self.localisation.updates(language),
            {self.selector: gr.update(value=language)},
            tabs.caption.relabel(visitor, CaptionSession()),
            tabs.subtitles.relabel(visitor, SubtitleSession(), None),
            tabs.search.rendered(visitor, RetrievalSession(), None),
            tabs.ask.relabel(visitor, AskSession()),
            tabs.backbone.relabel(visitor, BackboneSession()),
            tabs.tour.relabel(visitor, TourSession()),
        )


def connect(demo: Page, whole: Whole) -> None:
    """Connect the language selector, the status line and the record of what was encoded.

    Args:
        demo: the page, inside its ``with`` block.
        whole: everything on it.
    """
    demo.first_updates = whole.new_page
    wake = gr.Button(visible="hidden", elem_id="mm-wake")  # pressed by ``assets/ui/queue.js``
    wake.click(lambda: None, None, None, **(QUIET | {"queue": True}), concurrency_limit=EDIT_CONCURRENCY)
    ledgers = Ledgers()
    _connect_arrival(demo, whole, ledgers)
    _connect_language(whole)
    _connect_record(demo, whole, ledgers)


def _connect_arrival(demo: Page, whole: Whole, ledgers: Ledgers) -> None:
    """Know a new visitor, and keep the line about the models true."""
    session, localisation = whole.session, whole.localisation

    def greet(visitor: Session, language: object, request: gr.Request) -> Updates:
        """Take over the language that the page came in; it was made before, and models may have been loaded since."""
        visitor.language = known_language(language)
        ledgers.add(visitor_of(request), visitor.ledger)
        return localisation.of_the_moment(visitor.language)

    def look(visitor: Session) -> dict[Any, Any]:
        """Say on the status line when the models are ready; then look no more, unless some are fetched when used."""
        line = {whole.status_line: gr.update(value=status_line_html(visitor.language))}
        done = pipeline.models_loaded() and not pipeline.fetches_when_used()
        return line | ({whole.timer: gr.Timer(active=False)} if done else {})

    whole.timer.tick(look, [session], [whole.status_line, whole.timer], **QUIET)
    greeted = demo.load(greet, [session, whole.selector], localisation.moving, **QUIET)
    greeted.then(None, [whole.selector], None, js=TELL_PAGE, **QUIET)


def _connect_language(whole: Whole) -> None:
    """Say everything in the language that is chosen."""
    tabs, session, localisation = whole.tabs, whole.session, whole.localisation
    parts = tabs.subtitles.parts

    def switch(visitor: Session, state: SubtitleSession, rows: object, choice: object) -> Updates:
        """Render every text of the page, and what the Subtitles tab shows now."""
        visitor.language = known_language(choice)
        return merged(localisation.updates(visitor.language), tabs.subtitles.relabel(visitor, state, rows))

    outputs = list(dict.fromkeys([*localisation.components, *parts.outputs]))
    switched = whole.selector.input(
        switch, [session, tabs.subtitles.state, parts.table, whole.selector], outputs, **QUIET
    )
    whole.selector.input(None, [whole.selector], None, js=TELL_PAGE, **QUIET)
    for tab in (tabs.caption, tabs.search, tabs.ask, tabs.backbone):
        switched.then(tab.relabel, [session, tab.state], tab.parts.outputs, **QUIET)
    switched.then(tabs.tour.relabel, [session, tabs.tour.state], tabs.tour.outputs, **QUIET)


def _connect_record(demo: Page, whole: Whole, ledgers: Ledgers) -> None:
    """Say under the tabs what the cache served whenever one of them says something new, and forget with the page."""
    tabs = whole.tabs

    def forget(request: gr.Request) -> None:
        ledgers.close(visitor_of(request))

    def line(visitor: Session) -> dict[str, Any]:
        return gr.update(value=reuse_line_html(visitor.ledger, visitor.language))

    said = [tab.parts.status.change for tab in (tabs.caption, tabs.subtitles, tabs.search, tabs.ask)]
    gr.on([*said, tabs.search.parts.results.change], line, [whole.session], [whole.reuse_line], **QUIET)
    demo.unload(forget)

"""The whole page: header, tabs and status line; how it is launched."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from mmdemo.config import MEGABYTE, settings
from mmdemo.ui import (
    alignment_api,
    captioning_api,
    health,
    journal,
    media_api,
    pipeline,
    qa_api,
    refusals,
    retrieval_api,
    subtitle_api,
    sweeping,
)
from mmdemo.ui.activity import Ledgers
from mmdemo.ui.activity_view import reuse_line_html
from mmdemo.ui.backbone_tab import BackboneTab
from mmdemo.ui.captioning import CaptionTab
from mmdemo.ui.common import ASSETS, STALE_AFTER, Session, words_style
from mmdemo.ui.guard import guard
from mmdemo.ui.i18n import (
    ENGLISH,
    INTERFACE_LANGUAGES,
    Localisation,
    known_language,
    merged,
    preferred_language,
    text,
)
from mmdemo.ui.profile import ProfileChoice
from mmdemo.ui.qa import AskTab
from mmdemo.ui.retrieval import SearchTab
from mmdemo.ui.retrieval_inputs import visitor_of
from mmdemo.ui.session_files import Page
from mmdemo.ui.subtitle_alignment import SubtitlesTab
from mmdemo.ui.subtitle_job import SubtitleSession
from mmdemo.ui.theme import theme
from mmdemo.ui.tour import TourTab

TITLE = "MMDemo"
STATUS_INTERVAL = 3.0
"""Seconds between two looks at whether the models are loaded; the looking ends when they are."""
CHECKSUM = re.compile(r"-[0-9a-f]{12}$")
"""At the end of a model's name; it means nothing to a visitor."""
STYLES = ("app.css", "caption.css", "subtitle.css", "ask.css", "backbone.css")
UPLOAD_MARGIN = 1.5
"""Gradio refuses larger uploads with words of its own; a little over the limit our own sentence is reached."""


@dataclass(frozen=True)
class Tabs:
    """The tabs in the order in which they stand."""

    caption: CaptionTab
    subtitles: SubtitlesTab
    search: SearchTab
    ask: AskTab
    backbone: BackboneTab
    tour: TourTab


def title_html(language: str) -> str:
    """Render the name of the app and what it is."""
    return f"<h1>{TITLE}</h1><p>{escape(text('tagline', language))}</p>"


def words_for_css(language: str) -> str:
    """Render, as a style sheet, the words that Gradio would show in the browser's language or only in English.

    They stand on the drop zone, where the limits belong too, and over error messages.
    """
    limits = settings().limits
    limit_text = text(
        "drop_limits", language, minutes=f"{limits.media_minutes:g}", megabytes=f"{limits.media_megabytes:g}"
    )
    hint = [*text("drop_hint", language).splitlines(), limit_text]
    return words_style({"--mm-drop-hint": hint, "--mm-error-title": [text("error_title", language)]})


def status_line_html(language: str) -> str:
    """Render profile, device and models; nothing is loaded for it."""
    configured, profile = settings(), pipeline.active_profile()
    facts = [("profile", profile)]
    if pipeline.models_loaded():
        loaded = pipeline.load_models()
        towers = loaded.backbone.model_id.removeprefix(f"{profile}:").split("+")
        names = ", ".join(CHECKSUM.sub("", name) for name in dict.fromkeys([*towers, loaded.speech.model_id]))
        facts += [("device", loaded.backbone.device), ("models", f"{names} ({text('models_ready', language)})")]
    else:
        facts += [("device", configured.device), ("models", text("models_waiting", language))]
    items = "".join(
        f"<div><dt>{escape(text(key, language))}</dt><dd>{escape(value)}</dd></div>" for key, value in facts
    )
    return f'<dl class="mm-facts">{items}</dl>'


def build_demo(examples: Sequence[Path] | None = None) -> gr.Blocks:
    """Build the page; no model is loaded.

    Args:
        examples: clips to offer on the Subtitles tab; those in the assets folder when None.

    Returns:
        The app, ready to launch with `launch_kwargs`.
    """
    journal.configure()
    sweeping.sweep()
    localisation = Localisation()
    demo = Page(title=TITLE, analytics_enabled=False, delete_cache=(STALE_AFTER, STALE_AFTER))
    with demo:
        session = gr.State(Session())
        selector, take_tour = _header(localisation)
        qa_api.connect(localisation)  # before the tabs, as their handlers called `ask` would take its name
        with gr.Tabs() as tabs:
            with localisation.make(gr.Tab, {"label": "caption_tab"}, id="caption") as caption_tab:
                caption = CaptionTab(localisation, session)
            with localisation.make(gr.Tab, {"label": "subtitles_tab"}, id="subtitles") as subtitles_tab:
                subtitles = SubtitlesTab(localisation, session, examples)
            with localisation.make(gr.Tab, {"label": "search_tab"}, id="search") as search_tab:
                search = SearchTab(localisation, session)
            with localisation.make(gr.Tab, {"label": "ask_tab"}, id="ask") as ask_tab:
                ask = AskTab(localisation, session)
            with localisation.make(gr.Tab, {"label": "backbone_tab"}, id="backbone") as backbone_tab:
                backbone = BackboneTab(localisation, session)
            with localisation.make(gr.Tab, {"label": "tour_tab"}, id="tour") as tour_tab:
                tour = TourTab(localisation, session)
        quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
        take_tour.click(lambda: gr.Tabs(selected="tour"), None, [tabs], **quiet)
        backbone.connect_tabs(backbone_tab, (caption_tab, subtitles_tab, search_tab, ask_tab, tour_tab))
        reuse_line = gr.HTML("", elem_id="mm-reuse-line")
        chosen_models = None if settings().public else ProfileChoice(localisation, session)
        status_line = gr.HTML(elem_id="mm-status-line")
        localisation.follow(status_line, lambda tag: {"value": status_line_html(tag)})
        captioning_api.connect(localisation)
        subtitle_api.connect(localisation)
        alignment_api.connect(localisation)
        retrieval_api.connect(localisation)
        media_api.connect(localisation)
        _connect(
            demo, localisation, session, selector, Tabs(caption, subtitles, search, ask, backbone, tour), status_line
        )
        _connect_record(demo, session, reuse_line, (caption, subtitles, search, ask))
        if chosen_models is not None:
            chosen_models.connect(status_line, status_line_html)
        demo.unload(search.close)
        demo.unload(ask.close)
        demo.unload(demo.leave)
    guard(demo)
    demo.queue(max_size=settings().limits.queue_places)
    return demo


def _header(localisation: Localisation) -> tuple[gr.Radio, gr.Button]:
    """Make title, language selector, the way to the tour, and words that only a style sheet can set."""
    with gr.Row(elem_id="mm-header", equal_height=True):
        with gr.Column(scale=1, min_width=260):
            title = gr.HTML(title_html(ENGLISH), elem_id="mm-title")
        with gr.Column(scale=0, min_width=130):
            tour = localisation.make(gr.Button, {"value": "tour_take"}, size="sm", elem_id="mm-take-tour")
        with gr.Column(scale=0, min_width=300):
            selector: gr.Radio = localisation.make(
                gr.Radio,
                {"label": "interface_language"},
                choices=list(INTERFACE_LANGUAGES),
                value=ENGLISH,
                show_label=False,
                container=False,
                elem_id="mm-language",
            )
    style = gr.HTML(words_for_css(ENGLISH), elem_id="mm-style")
    localisation.follow(title, lambda tag: {"value": title_html(tag)})
    localisation.follow(style, lambda tag: {"value": words_for_css(tag)})
    return selector, tour


def _connect(
    demo: gr.Blocks,
    localisation: Localisation,
    session: gr.State,
    selector: gr.Radio,
    tabs: Tabs,
    status_line: gr.HTML,
) -> None:
    """Connect the language selector and the status line."""
    caption, subtitles, search = tabs.caption, tabs.subtitles, tabs.search
    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}

    def switch(visitor: Session, state: SubtitleSession, rows: object, choice: object) -> dict[Any, Any]:
        """Render every text of the page in the chosen language."""
        visitor.language = known_language(choice)
        return merged(localisation.updates(visitor.language), subtitles.relabel(visitor, state, rows))

    def greet(visitor: Session, state: SubtitleSession, rows: object, request: gr.Request) -> dict[Any, Any]:
        """Guess the language of a new visitor from what the browser asks for."""
        visitor.language = preferred_language(request.headers.get("accept-language"))
        shown = localisation.updates(visitor.language, new_page=True)
        known = {selector: gr.update(value=visitor.language)}
        return merged(shown, subtitles.relabel(visitor, state, rows), known)

    def look(visitor: Session) -> dict[Any, Any]:
        """Say on the status line when the models are ready, and then look no more."""
        line = {status_line: gr.update(value=status_line_html(visitor.language))}
        return line | ({timer: gr.Timer(active=False)} if pipeline.models_loaded() else {})

    timer = gr.Timer(STATUS_INTERVAL)
    inputs = [session, subtitles.state, subtitles.parts.table]
    outputs = list(dict.fromkeys([selector, *localisation.components, *subtitles.parts.outputs]))
    tell_page = "(language) => { window.mmdemoSetLanguage(language); }"
    searching = [session, search.state], search.parts.outputs
    captioning = [session, caption.state], caption.parts.outputs
    asking = [session, tabs.ask.state], tabs.ask.parts.outputs
    recording = [session, tabs.backbone.state], tabs.backbone.parts.outputs
    switched = selector.input(switch, [*inputs, selector], outputs, **quiet)
    selector.input(None, [selector], None, js=tell_page, **quiet)
    greeted = demo.load(greet, inputs, outputs, **quiet)
    greeted.then(None, [selector], None, js=tell_page, **quiet)
    for changed in (switched, greeted):
        changed.then(caption.relabel, *captioning, **quiet)
        changed.then(search.relabel, *searching, **quiet)
        changed.then(tabs.ask.relabel, *asking, **quiet)
        changed.then(tabs.backbone.relabel, *recording, **quiet)
        changed.then(tabs.tour.relabel, [session, tabs.tour.state], tabs.tour.outputs, **quiet)
    timer.tick(look, [session], [status_line, timer], **quiet)


def _connect_record(
    demo: gr.Blocks,
    session: gr.State,
    reuse_line: gr.HTML,
    tabs: tuple[CaptionTab, SubtitlesTab, SearchTab, AskTab],
) -> None:
    """Say under the tabs what the cache served whenever one of them says something new, and forget with the page."""
    ledgers = Ledgers()
    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}

    def begin(visitor: Session, request: gr.Request) -> None:
        ledgers.add(visitor_of(request), visitor.ledger)

    def forget(request: gr.Request) -> None:
        ledgers.close(visitor_of(request))

    def line(visitor: Session) -> dict[str, Any]:
        return gr.update(value=reuse_line_html(visitor.ledger, visitor.language))

    demo.load(begin, [session], None, **quiet)
    said = [tab.parts.status.change for tab in tabs]
    gr.on([*said, tabs[2].parts.results.change], line, [session], [reuse_line], **quiet)
    demo.unload(forget)


def launch_kwargs() -> dict[str, Any]:
    """Return the options of ``launch`` that the app and its tests share."""
    limits = settings().limits
    scripts = ("app.js", "caption.js", "ask.js")
    page = (ASSETS / "ui" / "page.css").read_text(encoding="utf-8")
    script = "\n".join((ASSETS / "ui" / name).read_text(encoding="utf-8") for name in scripts)
    return {
        "theme": theme(),
        "css_paths": [ASSETS / "ui" / name for name in STYLES],
        "head": f"<style>{page}</style><script>{script}</script>",
        "max_file_size": int(limits.media_megabytes * UPLOAD_MARGIN * MEGABYTE),
        "allowed_paths": [str(ASSETS / "examples")],
        "show_error": False,
        "enable_monitoring": False,
        "run_history": False,
        "ssr_mode": False,
        "footer_links": ["api", "settings"],
        "app_kwargs": {"routes": [health.ROUTE], "middleware": refusals.MIDDLEWARE, "lifespan": sweeping.lifespan},
    }

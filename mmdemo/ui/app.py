"""The whole page: header, tabs and status line; how it is launched."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from mmdemo.config import MEGABYTE, settings
from mmdemo.ui import (
    alignment_api,
    captioning_api,
    journal,
    media_api,
    page_events,
    qa_api,
    queue_words,
    retrieval_api,
    subtitle_api,
    sweeping,
    video_api,
)
from mmdemo.ui.backbone_tab import BackboneTab
from mmdemo.ui.captioning import CaptionTab
from mmdemo.ui.common import ASSETS, STALE_AFTER, Session
from mmdemo.ui.guard import guard
from mmdemo.ui.header import TITLE, build_header, status_line_html
from mmdemo.ui.i18n import Localisation
from mmdemo.ui.page_events import QUIET, STATUS_INTERVAL, Tabs, Whole
from mmdemo.ui.profile import ProfileChoice
from mmdemo.ui.qa import AskTab
from mmdemo.ui.retrieval import SearchTab
from mmdemo.ui.serving import APP_OPTIONS
from mmdemo.ui.session_files import Page
from mmdemo.ui.subtitle_alignment import SubtitlesTab
from mmdemo.ui.theme import theme
from mmdemo.ui.tour import TourTab

STYLES = ("app.css", "caption.css", "subtitle.css", "ask.css", "backbone.css")
UPLOAD_MARGIN = 1.5
"""Gradio refuses larger uploads with words of its own; a little over the limit our own sentence is reached."""


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
        selector, take_tour = build_header(localisation)
        qa_api.connect(localisation)  # before the tabs, as their handlers called `ask` would take its name
        with gr.Tabs() as tab_row:
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
        take_tour.click(lambda: gr.Tabs(selected="tour"), None, [tab_row], **QUIET)
        backbone.connect_tabs(backbone_tab, (caption_tab, subtitles_tab, search_tab, ask_tab, tour_tab))
        reuse_line = gr.HTML("", elem_id="mm-reuse-line")
        chosen_models = None if settings().public else ProfileChoice(localisation, session)
        status_line = gr.HTML(elem_id="mm-status-line")
        localisation.follow(status_line, lambda tag: {"value": status_line_html(tag)}, moves=True)
        captioning_api.connect(localisation)
        subtitle_api.connect(localisation)
        alignment_api.connect(localisation)
        retrieval_api.connect(localisation)
        media_api.connect(localisation)
        video_api.connect(localisation)
        tabs = Tabs(caption, subtitles, search, ask, backbone, tour)
        timer = gr.Timer(STATUS_INTERVAL)
        page_events.connect(demo, Whole(localisation, session, selector, status_line, timer, reuse_line, tabs))
        if chosen_models is not None:
            chosen_models.connect(status_line, status_line_html, timer)
        demo.unload(search.close)
        demo.unload(ask.close)
        demo.unload(demo.leave)
    guard(demo)
    demo.queue(max_size=settings().limits.queue_places)
    queue_words.speak(demo, session)
    return demo


def launch_kwargs() -> dict[str, Any]:
    """Return the options of ``launch`` that the app and its tests share."""
    limits = settings().limits
    scripts = ("queue.js", "app.js", "caption.js", "ask.js")
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
        "app_kwargs": APP_OPTIONS,
    }

"""View → component updates of the Search tab: what the page has to change."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from mmdemo.types import Hit, Modality
from mmdemo.ui.i18n import merged, text
from mmdemo.ui.retrieval_layout import RetrievalComponents
from mmdemo.ui.retrieval_library import Library, RetrievalSession
from mmdemo.ui.retrieval_map import map_html
from mmdemo.ui.retrieval_view import (
    RUNNING_PHASES,
    RetrievalView,
    caption,
    detail_html,
    failures_html,
    results_html,
    status_html,
)

Updates = dict[Any, Any]
"""Component → ``gr.update(…)``; components that are not named stay as they are."""


def status_updates(parts: RetrievalComponents, view: RetrievalView, language: str) -> Updates:
    """Show how far the reading is, what failed, and which buttons make sense now."""
    running = view.phase in RUNNING_PHASES
    return {
        parts.status: gr.update(value=status_html(view, language)),
        parts.failures: gr.update(value=failures_html(view, language)),
        parts.examples: gr.update(interactive=not running),
        parts.cancel: gr.update(interactive=running and view.phase != "stopping"),
        parts.clear: gr.update(interactive=not running and view.count > 0),
    }


def shown_hits(view: RetrievalView, library: Library | None) -> list[Hit]:
    """Return the hits in the gallery, in its order: those whose items the page can show."""
    return [hit for hit in view.hits if hit.item_id in library.items] if library is not None else []


def results_updates(parts: RetrievalComponents, view: RetrievalView, language: str) -> Updates:
    """Say above the gallery what it shows."""
    return {parts.results: gr.update(value=results_html(view, language))}


def hit_updates(parts: RetrievalComponents, view: RetrievalView, library: Library | None, language: str) -> Updates:
    """Fill the gallery."""
    items = library.items if library is not None else {}
    pictures = [(str(items[hit.item_id].thumbnail), caption(hit)) for hit in shown_hits(view, library)]
    gallery = gr.update(value=pictures, selected_index=None, visible=bool(pictures))
    return results_updates(parts, view, language) | {parts.gallery: gallery}


def waiting_updates(parts: RetrievalComponents, language: str) -> Updates:
    """Say that a search has been asked for; the models may be at work for somebody else."""
    line = escape(text("search_waiting", language))
    return {parts.results: gr.update(value=f'<p class="mm-empty" role="status">{line}</p>')}


def map_updates(parts: RetrievalComponents, state: RetrievalSession, library: Library | None, language: str) -> Updates:
    """Draw the map."""
    items = library.map_items() if library is not None else []
    return {parts.map: gr.update(value=map_html(items, state.view.hits, state.view.query, state.chosen, language))}


def detail_updates(
    parts: RetrievalComponents, state: RetrievalSession, library: Library | None, language: str
) -> Updates:
    """Name the chosen item."""
    item = library.items.get(state.chosen) if library is not None else None
    hit = next((hit for hit in state.view.hits if hit.item_id == state.chosen), None)
    note = "copying" if state.copying else ""
    return {parts.detail: gr.update(value=detail_html(item.name if item else "", hit, language, note))}


def player_updates(parts: RetrievalComponents, kind: Modality | None, path: Path | None) -> Updates:
    """Put a file on the player of its kind and hide the others; the page itself moves it to the best moment.

    Args:
        parts: the components.
        kind: None closes what is open.
        path: None when there is nothing to play yet.
    """
    players = {"image": parts.image, "video": parts.video, "audio": parts.audio}
    updates: Updates = {part: gr.update(value=None, visible=False) for part in players.values()}
    if kind is not None and path is not None:
        updates[players[kind]] = gr.update(value=str(path), visible=True)
    return updates


def empty_updates(parts: RetrievalComponents, state: RetrievalSession, language: str) -> Updates:
    """Show the tab as it was in the beginning."""
    return merged(
        status_updates(parts, state.view, language),
        hit_updates(parts, state.view, None, language),
        map_updates(parts, state, None, language),
        detail_updates(parts, state, None, language),
        player_updates(parts, None, None),
    )

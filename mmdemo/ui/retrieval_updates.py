"""View → component updates of the Search tab: what the page has to change."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from mmdemo.types import Hit
from mmdemo.ui import pipeline
from mmdemo.ui.i18n import merged
from mmdemo.ui.retrieval_layout import RetrievalComponents
from mmdemo.ui.retrieval_library import Library, LibraryItem, RetrievalSession
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


def hit_updates(parts: RetrievalComponents, view: RetrievalView, library: Library | None, language: str) -> Updates:
    """Fill the gallery."""
    items = library.items if library is not None else {}
    pictures = [(str(items[hit.item_id].thumbnail), caption(hit)) for hit in view.hits if hit.item_id in items]
    return {
        parts.results: gr.update(value=results_html(view, language)),
        parts.gallery: gr.update(value=pictures, selected_index=None, visible=bool(pictures)),
    }


def map_updates(parts: RetrievalComponents, state: RetrievalSession, library: Library | None, language: str) -> Updates:
    """Draw the map."""
    items = library.map_items() if library is not None else []
    return {parts.map: gr.update(value=map_html(items, state.view.hits, state.view.query, state.chosen, language))}


def chosen_updates(
    parts: RetrievalComponents,
    item: LibraryItem | None,
    hit: Hit | None,
    language: str,
    folder: Path | None = None,
) -> Updates:
    """Open an item: a picture is shown, sound and video stand on the player at their best moment.

    Args:
        parts: the components.
        item: None closes what is open.
        hit: of the last query, when the item is one.
        language: interface language tag.
        folder: where a copy for the player may be written.

    Raises:
        InputError: the file cannot be decoded for the player.
    """
    shown = {"image": parts.image, "video": parts.video, "audio": parts.audio}
    updates: Updates = {part: gr.update(value=None, visible=False) for part in shown.values()}
    updates[parts.detail] = gr.update(value=detail_html(item.name if item else "", hit, language))
    if item is None:
        return updates
    cue = hit.span.start if hit is not None and hit.span is not None else 0.0
    position: dict[str, Any] = {} if item.modality == "image" else {"playback_position": cue}
    path = item.path if item.modality == "image" or folder is None else playable(item, folder)
    updates[shown[item.modality]] = gr.update(value=str(path), visible=True, **position)
    return updates


def playable(item: LibraryItem, folder: Path) -> Path:
    """Return a file that browsers play: the item's own, or a copy that is made once.

    Raises:
        InputError: the file cannot be decoded.
    """
    info = pipeline.probe(item.path)
    if pipeline.player_ready(item.path, info):
        return item.path
    copy = folder / f"{item.item_id}{'.mp4' if info.kind == 'video' else '.m4a'}"
    return copy if copy.exists() else pipeline.transcode_for_player(item.path, copy, info, lambda: False)


def empty_updates(parts: RetrievalComponents, state: RetrievalSession, language: str) -> Updates:
    """Show the tab as it was in the beginning."""
    return merged(
        status_updates(parts, state.view, language),
        hit_updates(parts, state.view, None, language),
        map_updates(parts, state, None, language),
        chosen_updates(parts, None, None, language),
    )

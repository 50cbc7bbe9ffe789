"""View → component updates of the Caption tab: what the page has to change."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from mmdemo.ui.captioning_files import write_downloads
from mmdemo.ui.captioning_layout import CaptionComponents
from mmdemo.ui.captioning_result import result_html
from mmdemo.ui.captioning_view import RUNNING_PHASES, CaptionView, status_html

Updates = dict[Any, Any]
"""Component → ``gr.update(…)``; components that are not named stay as they are."""


def status_updates(parts: CaptionComponents, view: CaptionView, language: str) -> Updates:
    """Show how far the job is, and which buttons make sense now."""
    running = view.phase in RUNNING_PHASES
    return {
        parts.status: gr.update(value=status_html(view, language)),
        parts.again: gr.update(interactive=not running and bool(view.name)),
        parts.cancel: gr.update(interactive=running and view.phase != "stopping"),
    }


def result_updates(parts: CaptionComponents, view: CaptionView, language: str) -> Updates:
    """Show what was found."""
    return {parts.result: gr.update(value=result_html(view, language))}


def player_updates(parts: CaptionComponents, view: CaptionView, previous: CaptionView) -> Updates:
    """Load the player when its video is new, and close it when there is none."""
    if view.player_path == previous.player_path:
        return {}
    shown = view.player_path is not None
    return {parts.video: gr.update(value=str(view.player_path) if shown else None, visible=shown)}


def download_updates(parts: CaptionComponents, view: CaptionView, language: str, folder: Path | None) -> Updates:
    """Put the files behind their buttons and hide the other buttons.

    Args:
        parts: the components.
        view: in a final phase, or any when there is no folder.
        language: interface language.
        folder: where the files may be written; None hides every button.
    """
    paths = write_downloads(view, language, folder) if folder is not None else {}
    return {
        button: gr.update(value=str(paths[name]), visible=True) if name in paths else gr.update(visible=False)
        for name, button in parts.downloads.items()
    }

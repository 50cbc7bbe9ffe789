"""Session → component updates of the Ask tab: what the page has to change."""

from __future__ import annotations

import secrets
import shutil
from typing import Any

import gradio as gr

from mmdemo.ui.qa_chat import announcement_html, chat_html
from mmdemo.ui.qa_files import write_conversation
from mmdemo.ui.qa_layout import AskComponents
from mmdemo.ui.qa_offers import offers_html
from mmdemo.ui.qa_session import AskSession
from mmdemo.ui.qa_strip import strip_html
from mmdemo.ui.qa_view import RUNNING_PHASES, status_html

Updates = dict[Any, Any]
"""Component → ``gr.update(…)``; components that are not named stay as they are."""
TALK_FOLDER = "talk"


def status_updates(parts: AskComponents, state: AskSession, language: str) -> Updates:
    """Show how far the work is, and which buttons make sense now."""
    view = state.view
    running = view.phase in RUNNING_PHASES
    return {
        parts.status: gr.update(value=status_html(view, bool(state.items), language)),
        parts.stop: gr.update(interactive=running and view.phase != "stopping"),
        parts.clear: gr.update(interactive=bool(state.items or state.turns)),
    }


def media_updates(parts: AskComponents, state: AskSession, language: str) -> Updates:
    """Show the media, and the questions that fit them."""
    return {
        parts.strip: gr.update(value=strip_html(state.items, language)),
        parts.offers: gr.update(value=offers_html(state.items, state.suggestions, language)),
    }


def offer_updates(parts: AskComponents, state: AskSession, language: str) -> Updates:
    """Show the questions that fit the media."""
    return {parts.offers: gr.update(value=offers_html(state.items, state.suggestions, language))}


def chat_updates(parts: AskComponents, state: AskSession, language: str) -> Updates:
    """Show the conversation, and let screen readers say what is new in it."""
    return {
        parts.chat: gr.update(value=chat_html(state.turns, state.items, language)),
        parts.announcement: gr.update(value=announcement_html(state.turns, language)),
    }


def download_updates(parts: AskComponents, state: AskSession, language: str) -> Updates:
    """Write the conversation anew and put it behind its buttons; they go with the last turn.

    The files stand in the visitor's folder, so that they go with it; each version under a name of its own, so that no
    browser offers an earlier one.
    """
    if state.folder is None or state.folder.closed or not state.turns:
        return {button: gr.update(value=None, visible=False) for button in parts.downloads.values()}
    for earlier in state.folder.path.glob(f"{TALK_FOLDER}-*"):
        shutil.rmtree(earlier, ignore_errors=True)
    folder = state.folder.path / f"{TALK_FOLDER}-{secrets.token_hex(4)}"
    folder.mkdir()
    paths = write_conversation(state.turns, language, folder)
    return {button: gr.update(value=str(paths[kind]), visible=True) for kind, button in parts.downloads.items()}


def all_updates(parts: AskComponents, state: AskSession, language: str) -> Updates:
    """Show everything."""
    return (
        status_updates(parts, state, language)
        | media_updates(parts, state, language)
        | chat_updates(parts, state, language)
        | download_updates(parts, state, language)
    )

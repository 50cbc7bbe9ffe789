"""What the queue says when no place is left, in the visitor's language and not only in Gradio's English."""

from __future__ import annotations

from typing import Any

import gradio as gr

from mmdemo.ui.common import Session
from mmdemo.ui.i18n import request_language, text

FULL = "queue_full"
"""What Gradio calls it, and the key of our sentence."""


def speak(demo: gr.Blocks, session: gr.State) -> None:
    """Let the queue refuse in the language of the page, or of a program's headers.

    Args:
        demo: after ``queue``.
        session: of its visitors.
    """
    queue = demo._queue
    push = queue.push

    async def push_and_say(body: Any, request: Any, username: str | None) -> Any:
        success, said, state = await push(body, request, username)
        if state == FULL:
            language = _language(demo, session, str(body.session_hash or ""), request)
            said = text(FULL, language, count=len(queue))
        return success, said, state

    queue.push = push_and_say  # type: ignore[method-assign]


def _language(demo: gr.Blocks, session: gr.State, visitor: str, request: Any) -> str:
    holder = demo.app.state_holder if visitor else None
    if holder is not None and visitor in holder.session_data:
        known = holder[visitor].state_data.get(session._id)
        if isinstance(known, Session):
            return known.language
    return request_language(request)

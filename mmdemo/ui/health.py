"""Whether the app can work, for whoever watches over it; nothing of a user is told."""

from __future__ import annotations

from typing import Any

import gradio as gr
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from mmdemo import __version__, runtime
from mmdemo.config import settings
from mmdemo.ui import pipeline
from mmdemo.ui.common import BACKBONE_QUEUE

UNAVAILABLE = 503


def health(demo: gr.Blocks) -> dict[str, Any]:
    """Describe the state of the app.

    Args:
        demo: the app that is being served.

    Returns:
        ``status``: ``ok``, ``loading`` (the models are not in memory yet; jobs are taken and wait) or ``failed`` (they
        cannot be loaded); version and profile; whether the models are loaded; how many jobs wait and how many run.
    """
    loaded = pipeline.models_loaded()
    queue = demo._queue
    waiting = queue.event_queue_per_concurrency_id.get(BACKBONE_QUEUE)
    return {
        "status": "ok" if loaded else "failed" if runtime.loading_failed() else "loading",
        "version": __version__,
        "profile": settings().profile,
        "models_loaded": loaded,
        "queue_length": len(queue),
        "running": waiting.current_concurrency if waiting else 0,
    }


async def answer(request: Request) -> JSONResponse:
    """Answer ``/health``; 503 when the models cannot be loaded, so that a container is started anew."""
    told = health(request.app.get_blocks())
    return JSONResponse(told, UNAVAILABLE if told["status"] == "failed" else 200, {"cache-control": "no-store"})


ROUTE = Route("/health", answer, methods=["GET"])

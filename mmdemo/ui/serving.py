"""What the server does around Gradio: health, refusals, the first page from memory, and the sweeping of files."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any

from mmdemo import runtime
from mmdemo.ui import first_page, frontend_files, health, refusals, sweeping
from mmdemo.ui.qa_backend import dictionary_readers


@contextlib.asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Prepare what a first visit asks for, before anybody can ask, and sweep as long as the server runs.

    Args:
        app: Gradio's FastAPI application.
    """
    app.get_blocks().prepare()
    frontend_files.prepare()
    first_page.CALM.broken = time.monotonic()  # somebody may be waiting for the server
    async with sweeping.lifespan(app):
        yield


APP_OPTIONS: dict[str, Any] = {
    "routes": [health.ROUTE, frontend_files.ROUTE],
    "middleware": [*refusals.MIDDLEWARE, first_page.MIDDLEWARE],
    "lifespan": lifespan,
}


def load_ahead() -> None:
    """Load the models and what else first jobs need, once the server is up and while no page is on its way."""
    runtime.preload(dictionary_readers(), before_each=first_page.CALM.wait)

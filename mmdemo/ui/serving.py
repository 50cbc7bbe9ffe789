"""What the server does around Gradio: health, refusals, the first page from memory, and the sweeping of files."""

from __future__ import annotations

from typing import Any

from mmdemo import runtime
from mmdemo.ui import first_page, frontend_files, health, refusals, sweeping
from mmdemo.ui.qa_backend import dictionary_readers

APP_OPTIONS: dict[str, Any] = {
    "routes": [health.ROUTE, frontend_files.ROUTE],
    "middleware": [*refusals.MIDDLEWARE, first_page.MIDDLEWARE],
    "lifespan": sweeping.lifespan,
}


def load_ahead() -> None:
    """Load the models and what else first jobs need, once the server is up and while no page is on its way."""
    runtime.preload(dictionary_readers(), before_each=first_page.CALM.wait)

"""From an empty cache to the first result of every tab: what a visitor of a new Space waits for.

``python -m mmdemo.evaluation.cold_start`` starts the app in a process of its own over empty folders and prints JSON:
seconds from the start of the process until the package is imported, the server answers, the page is there, and the
models are in memory; and how long the first job of each tab takes once they are.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmdemo.evaluation.app_client import AppClient
from mmdemo.evaluation.app_process import ROOT, RunningApp, running_app, wait_for
from mmdemo.evaluation.load_jobs import JobMaker
from mmdemo.evaluation.reports import evaluation_parser, load_average

TABS = {"caption": "caption", "subtitles": "transcribe", "search": "search", "ask": "ask"}
"""Tab → endpoint."""


def import_seconds() -> float:
    """Return how long a new process needs until it has imported the app."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import mmdemo.ui.app"], cwd=ROOT, check=True)
    return time.perf_counter() - started


async def first_results(app: RunningApp) -> dict[str, float]:
    """Run one job for every tab, one after the other.

    Returns:
        Tab → seconds.

    Raises:
        RuntimeError: a result is missing or wrong.
    """
    found = {}
    async with AppClient(app.address) as client:
        maker = JobMaker(client, seed=0)
        for tab, endpoint in TABS.items():
            job = await maker.kinds[endpoint]()
            end = await client.run(job.endpoint, job.data)
            if end.outcome != "done" or not job.is_right(end.data):
                raise RuntimeError(f"{endpoint}: {end}")
            found[tab] = round(end.seconds, 2)
    return found


def measure() -> dict[str, Any]:
    """Start the app over empty folders and measure."""
    imported = import_seconds()
    with tempfile.TemporaryDirectory() as folder, running_app(Path(folder)) as app:
        server, page = wait_for(app), wait_for(app, "/")
        loaded = wait_for(app, key="models_loaded")
        results = asyncio.run(first_results(app))
    return {
        "import_seconds": round(imported, 2),
        "server_up_seconds": round(server, 2),
        "first_page_seconds": round(page, 2),
        "models_loaded_seconds": round(loaded, 2),
        "first_result_seconds": results,
        "load_average": load_average(),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; returns 0."""
    options = evaluation_parser(__doc__.splitlines()[0]).parse_args(arguments)
    text = json.dumps(measure(), indent=2)
    if options.json is not None:
        options.json.write_text(text + "\n", "utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())

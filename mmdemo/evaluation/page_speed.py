"""How soon a first visitor can use the page: from the address to tabs, an upload field and the visitor's language.

``python -m mmdemo.evaluation.page_speed`` starts the app and visits it with an empty browser cache: once as soon as the
server answers, while the models are still to be loaded, and then several times when they are.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmdemo.errors import MMDemoError
from mmdemo.evaluation.reports import evaluation_parser, finish, load_average
from mmdemo.evaluation.served_app import chromium, served_app

LOCALES = {"en-GB": "en", "zh-TW": "zh-TW"}
READY = """(tag) => document.documentElement.dataset.greeted === tag
  && document.querySelector("[role=tab]")?.checkVisibility() && document.querySelector("input[type=file]")"""
FACTS = """() => {
  const resources = performance.getEntriesByType("resource");
  const [page] = performance.getEntriesByType("navigation");
  const sum = (key) => resources.reduce((total, one) => total + one[key], page[key]);
  return { requests: resources.length + 1, kilobytes: sum("transferSize") / 1024,
           first_paint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime / 1000 };
}"""
WAITS_FOR_MODELS_SECONDS = 300
"""``app.py`` loads the models behind the first page; all visits but the first one come later."""


def visit(browser: Any, address: str, locale: str) -> dict[str, object]:
    """Open the page in a fresh browser profile.

    Args:
        browser: of Playwright.
        address: of the app.
        locale: of the visitor.

    Returns:
        Seconds until it is ready and until something is seen, requests, kilobytes.
    """
    context = browser.new_context(locale=locale)
    page = context.new_page()
    started = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.wait_for_function(READY, arg=LOCALES[locale])
    ready = time.perf_counter() - started
    facts = page.evaluate(FACTS)
    context.close()
    return {"locale": locale, "ready_seconds": ready, **facts, "load": load_average()}


def wait_for_models(browser: Any, address: str) -> None:
    """Wait until the status line says that the models are ready."""
    page = browser.new_page(locale="en-GB")
    page.goto(address)
    page.wait_for_function(
        "() => document.querySelector('#mm-status-line')?.innerText.includes('(ready)')",
        timeout=1000 * WAITS_FOR_MODELS_SECONDS,
    )
    page.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the measurement.

    Args:
        arguments: command line without the program's name.

    Returns:
        0, or 2 when a browser is missing.
    """
    parser = evaluation_parser(main.__doc__ or "")
    parser.add_argument("--visits", type=int, default=5, help="for each language")
    options = parser.parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory() as folder, served_app(Path(folder) / "log") as address:
            with chromium() as browser:
                first = visit(browser, address, next(iter(LOCALES)))
                wait_for_models(browser, address)
                rows = [visit(browser, address, locale) for _ in range(options.visits) for locale in LOCALES]
    except MMDemoError as error:
        print(error.sentence.en, file=sys.stderr)
        return 2
    seconds = [float(str(row["ready_seconds"])) for row in rows]
    rows.insert(0, first)
    headline = {
        "page_ready_first_seconds": round(float(str(first["ready_seconds"])), 2),
        "page_ready_median_seconds": round(statistics.median(seconds), 2),
        "page_ready_worst_seconds": round(max(seconds), 2),
        "load": round(load_average(), 1),
    }
    finish({"visits": rows, **headline}, rows, headline, options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())

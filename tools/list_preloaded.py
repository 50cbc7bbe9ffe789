"""Write down which scripts and styles of Gradio a first visit needs, in the order in which it asks for them.

``python tools/list_preloaded.py`` after a change of Gradio's version or of the components on the page.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from mmdemo.evaluation.page_speed import LOCALES, READY  # noqa: E402
from mmdemo.evaluation.served_app import chromium, served_app  # noqa: E402
from mmdemo.ui.frontend_files import PRELOADED  # noqa: E402

ENTRY = "index-"
"""Beginning of the names that stand in Gradio's page itself."""
SETTLED_MS = 2000


def asked_for(address: str) -> list[str]:
    """Visit the page and return the names of the frontend's files that the browser asked for."""
    names: list[str] = []
    locale, language = next(iter(LOCALES.items()))
    with chromium() as browser:
        page = browser.new_page(locale=locale)
        page.on("request", lambda request: names.append(urlsplit(request.url).path))
        page.goto(address)
        page.wait_for_function(READY, arg=language)
        page.wait_for_timeout(SETTLED_MS)
    files = [name.removeprefix("/assets/") for name in names if name.startswith("/assets/")]
    return [name for name in dict.fromkeys(files) if not name.startswith(ENTRY)]


if __name__ == "__main__":
    PRELOADED.write_text("", "ascii")  # what is listed would be asked for in the order of the list
    with tempfile.TemporaryDirectory() as folder, served_app(Path(folder) / "log") as served:
        found = asked_for(served)
    PRELOADED.write_text("\n".join(found) + "\n", "ascii")
    print(f"{len(found)} files in {PRELOADED}")

"""Take the README's screenshots: the app as people start it, real results of what ships, on media that come along.

``python tools/make_screenshots.py`` writes ``assets/screenshots``; it needs ``requirements-dev.txt`` and Chromium.
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from mmdemo.evaluation.sample_media import sample  # noqa: E402
from mmdemo.evaluation.served_app import chromium, served_app  # noqa: E402

FOLDER = ROOT / "assets" / "screenshots"
EXAMPLE = ROOT / "assets" / "examples" / "museum-message.mp4"
PICTURES = ("images/lion.jpg", "images/tower.jpg", "images/bus.png", "audio/sax.wav", "videos/world.mp4")
PATIENCE_MS = 120_000
JPEG_QUALITY = 85
MOST_BYTES = 300_000
DARK = "(dark) => document.body.classList.toggle('dark', dark)"


def open_tab(page: Any, number: int) -> None:
    """Choose a tab and wait until it stands there."""
    page.get_by_role("tab").nth(number).click()
    page.get_by_role("tabpanel").locator("button:visible").first.wait_for()


def choose_look(page: Any, language: str, dark: bool) -> None:
    """Switch the language by its own name, and the theme."""
    page.click(f"#mm-language label:has-text('{language}')")
    page.evaluate(DARK, dark)


def caption(page: Any) -> None:
    """A photograph, captioned in two languages."""
    open_tab(page, 0)
    page.set_input_files("#mm-caption-files input[type=file]", str(sample("images/lion.jpg")))
    page.locator("#mm-caption-txt").wait_for()
    page.locator(".mm-card[data-language=en] .mm-word").nth(3).hover()
    page.locator(".mm-heat").wait_for()


def subtitles(page: Any) -> None:
    """A clip with its subtitles on the player."""
    open_tab(page, 1)
    page.set_input_files("#mm-file input[type=file]", str(EXAMPLE))
    page.wait_for_selector(f"#mm-file :text('{EXAMPLE.suffix}')")
    page.click("#mm-start")
    page.wait_for_selector("#mm-table [role=gridcell]")
    page.locator("#mm-start:enabled:not(:empty)").wait_for()
    page.locator("#mm-transcript .mm-lines li").first.wait_for()
    page.wait_for_function("() => document.querySelector('#mm-video video')?.readyState >= 2")
    page.evaluate("() => { document.querySelector('#mm-video video').currentTime = 3; }")
    page.wait_for_function("() => !document.querySelector('#mm-video video').seeking")


def search(page: Any) -> None:
    """A library of pictures, a recording and a clip, searched by a sentence."""
    open_tab(page, 2)
    files = [str(EXAMPLE), *(str(sample(name)) for name in PICTURES)]
    page.locator("#mm-library-files input[type=file]").set_input_files(files)
    page.wait_for_function(
        "(count) => document.querySelectorAll('#mm-map [data-item]').length === count", arg=len(files)
    )
    page.locator("#mm-query textarea, #mm-query input").first.fill("a bus on the street")
    page.keyboard.press("Enter")
    page.locator("#mm-gallery .caption-label").first.wait_for()


def ask(page: Any) -> None:
    """A question about a clip, answered with the place it rests on."""
    open_tab(page, 3)
    page.locator(".mm-ask-offer").nth(1).click()
    page.locator(".mm-ask-evidence blockquote").first.wait_for()
    page.locator("#mm-ask-json").wait_for()


def backbone(page: Any) -> None:
    """What the session has encoded so far."""
    open_tab(page, 4)
    page.locator("#mm-seen-map [data-item], #mm-seen-map circle, #mm-seen-map svg").first.wait_for()


def save(page: Any, name: str) -> Path:
    """Write what the page shows as a small picture.

    Args:
        page: settled.
        name: of the file, without ending.

    Returns:
        The file.
    """
    page.evaluate("() => window.scrollTo(0, 0)")
    page.wait_for_function("() => [...document.images].every((image) => image.complete)")
    shot = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    path = FOLDER / f"{name}.jpg"
    shot.save(path, quality=JPEG_QUALITY, optimize=True)
    assert path.stat().st_size <= MOST_BYTES, f"{path.name} is too large for the README"
    return path


def main() -> None:
    """Take all of them in one visit, as the last one shows what the others left behind."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    steps = (
        (caption, "English", False),
        (subtitles, "English", True),
        (search, "English", False),
        (ask, "English", True),
        (backbone, "繁體中文", False),
    )
    with tempfile.TemporaryDirectory() as folder, served_app(Path(folder) / "log") as address, chromium() as browser:
        page = browser.new_page(locale="en-GB", viewport={"width": 1280, "height": 1100})
        page.set_default_timeout(PATIENCE_MS)
        page.goto(address)
        page.wait_for_function("() => document.documentElement.dataset.greeted")
        for step, language, dark in steps:
            choose_look(page, language, dark)
            step(page)
            path = save(page, step.__name__)
            print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()

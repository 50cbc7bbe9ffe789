"""The Search tab in headless Chromium with the real models, real photographs and a real clip."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from mmdemo.evaluation.sample_media import sample
from mmdemo.runtime import Models
from mmdemo.ui import pipeline
from mmdemo.ui.app import build_demo, launch_kwargs

pytestmark = [
    pytest.mark.browser,
    pytest.mark.real,
    # Gradio's statistics of the queue, which nothing here shows, set an option that pandas has deprecated.
    pytest.mark.filterwarnings("ignore:'future.no_silent_downcasting' is deprecated"),
]

PHOTOS = ("lion.jpg", "cheetah1.jpg", "tower.jpg", "bus.png", "groot.jpeg")
MEDIA = (*(f"images/{name}" for name in PHOTOS), "audio/sax.wav", "audio/cate_blanch.mp3", "videos/world.mp4")
SCREENSHOTS = Path("artifacts") / "search"
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WORKING_MS = 120_000


@pytest.fixture(scope="module")
def address(real_models: Models) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "load_models", lambda: real_models)
        patch.setattr(pipeline, "models_loaded", lambda: True)
        demo = build_demo(examples=[])
        _, url, _ = demo.launch(**launch_kwargs(), prevent_thread_lock=True, quiet=True)
        yield url
        demo.close()


def filled(page: Page, address: str, theme: str) -> None:
    """Open the tab and fill the library."""
    page.goto(f"{address}?__theme={theme}")
    page.get_by_role("tab").nth(1).click()
    files = [str(sample(name)) for name in (*MEDIA, "data/time.csv")]
    page.locator("#mm-library-files input[type=file]").set_input_files(files)
    expect(page.locator("#mm-library-clear")).to_be_enabled(timeout=WORKING_MS)
    expect(page.locator("#mm-map [data-item]")).to_have_count(len(MEDIA))
    expect(page.locator("#mm-library-failures")).to_contain_text("time.csv")


def asked(page: Page, query: str) -> str:
    """Search by a text and return the name under the best picture."""
    page.locator("#mm-query textarea, #mm-query input").first.fill(query)
    page.keyboard.press("Enter")
    expect(page.locator("#mm-results")).to_contain_text(query, timeout=WORKING_MS)
    return page.locator("#mm-gallery .caption-label").first.inner_text()


@pytest.mark.parametrize(
    ("locale", "theme", "query"), [("en-US", "light", "a lion lying on rocks"), ("zh-CN", "dark", "一座高塔")]
)
def test_photographs_and_a_clip_are_found_and_opened(address: str, locale: str, theme: str, query: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(locale=locale, viewport={"width": 1280, "height": 1000})
        requests: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        filled(page, address, theme)
        best = asked(page, query)
        assert ("lion" if locale == "en-US" else "tower") in best
        page.locator("#mm-gallery button").first.click()
        expect(page.locator("#mm-chosen-image img")).to_be_visible()

        mark = page.locator("#mm-map [aria-label='world.mp4']")
        mark.focus()
        page.keyboard.press("Enter")
        expect(page.locator("#mm-chosen-video video")).to_be_visible(timeout=30_000)
        expect(page.locator("#mm-map .mm-chosen")).to_have_attribute("aria-label", "world.mp4")
        expect(page.locator("#mm-chosen-image")).to_be_hidden()

        page.locator("#mm-kind input[value=audio]").check()
        expect(page.locator("#mm-gallery .caption-label")).to_have_count(2)
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SCREENSHOTS / f"real-{theme}.png", full_page=True)
        foreign = [url for url in requests if not url.startswith((address.rstrip("/"), "data:", "blob:"))]
        assert foreign == []
        browser.close()

"""The tab with a fake pipeline, and the whole app served with one."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from mmdemo.evaluation.app_process import RunningApp
from mmdemo.ui.app import build_demo, launch_kwargs
from mmdemo.ui.common import Session
from mmdemo.ui.i18n import Localisation, known_language
from mmdemo.ui.subtitle_alignment import SubtitlesTab
from tests.test_app import free_port
from tests.ui.fakes import FakePipeline

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET_FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
PATIENCE_MS = 120_000
PATIENT: dict[str, Any] = {"timeout": PATIENCE_MS / 1000}
"""Of Gradio's client, whose own five seconds end a request on a busy machine."""
EXPECTED_MS = 60_000
"""Until what a page should show is there; Playwright's five seconds are short on a busy machine."""
GRADIO_WARNINGS = (  # its queue statistics, with pandas 3
    "ignore:'future.no_silent_downcasting' is deprecated",
    "ignore:The copy keyword is deprecated",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Forgive the tests of the interface what Gradio itself does."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            for line in GRADIO_WARNINGS:
                item.add_marker(pytest.mark.filterwarnings(line))


@pytest.fixture(scope="session", autouse=True)
def no_abandoned_event_loops() -> Iterator[None]:
    """Keep Gradio from making an event loop for every page and never closing it.

    It does so only because locks needed one before Python 3.10; unclosed loops are errors in this test run.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gradio.queueing.safe_get_lock", asyncio.Lock)
        patch.setattr("gradio.utils.safe_get_lock", asyncio.Lock)
        patch.setattr("gradio.utils.safe_get_stop_event", asyncio.Event)
        yield


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if os.environ.get("MMDEMO_SKIP_BROWSER") == "1":
        pytest.skip("MMDEMO_SKIP_BROWSER=1")
    executable = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if executable is None:
        pytest.fail("No Chromium: run tools/install_system_packages.sh, or set MMDEMO_SKIP_BROWSER=1 to go without.")
    expect.set_options(timeout=EXPECTED_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=QUIET_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakePipeline:
    pipeline = FakePipeline()
    pipeline.install(monkeypatch)
    return pipeline


@pytest.fixture
def tab(fake: FakePipeline) -> SubtitlesTab:
    with gr.Blocks():
        return SubtitlesTab(Localisation(), gr.State(Session()), examples=[])


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "my clip 片段.mp4"
    path.write_bytes(b"not decoded by the fake")
    return path


@pytest.fixture(scope="session")
def served() -> Iterator[tuple[str, FakePipeline]]:
    """The app with a fake pipeline: its address, and the fake to steer it with."""
    pipeline = FakePipeline()
    with pytest.MonkeyPatch.context() as patch:
        pipeline.install(patch)
        demo = build_demo(examples=[])
        _, url, _ = demo.launch(**launch_kwargs(), server_port=free_port(), prevent_thread_lock=True, quiet=True)
        yield url, pipeline
        demo.close()


@pytest.fixture(scope="session")
def real_address(real_app: RunningApp) -> str:
    """Where the app that people start answers."""
    return f"{real_app.address}/"


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages; at the end no page may have asked another machine for anything or logged an error."""
    contexts, complaints = [], []

    def open_at(address: str, script: str = "", **options: Any) -> Page:
        context = browser.new_context(**({"locale": "en-GB", "viewport": {"width": 1280, "height": 900}} | options))
        contexts.append(context)
        if script:
            context.add_init_script(script)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)

        def check(url: str) -> None:
            if not url.startswith((address, "data:", "blob:")):
                complaints.append(f"asked for {url}")

        page.on("request", lambda request: check(request.url))
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address)
        page.get_by_role("tab").nth(1).click()
        page.wait_for_selector("#mm-file input[type=file]", state="attached")
        # The language of the visitor arrives with the load event.
        tag = known_language(options.get("locale", "en"))
        page.wait_for_function("(tag) => document.documentElement.dataset.greeted === tag", arg=tag)
        return page

    yield open_at
    for context in contexts:
        context.close()
    assert complaints == []

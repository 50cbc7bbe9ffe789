"""The Search tab in headless Chromium: players, and the real models with real photographs and a real clip."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from mmdemo.evaluation.sample_media import sample
from mmdemo.runtime import Models
from mmdemo.ui import pipeline
from mmdemo.ui.app import build_demo, launch_kwargs
from tests.fakes import models_of
from tests.tasks.word_backbone import WordBackbone
from tests.test_app import free_port
from tests.ui.accessibility import expect_accessible
from tests.ui.test_look_browser import DARK

pytestmark = [
    pytest.mark.browser,
    # Gradio's statistics of the queue, which nothing here shows, set an option that pandas has deprecated.
    pytest.mark.filterwarnings("ignore:'future.no_silent_downcasting' is deprecated"),
    pytest.mark.filterwarnings("ignore:The copy keyword is deprecated"),
]

PHOTOS = ("lion.jpg", "cheetah1.jpg", "tower.jpg", "bus.png", "groot.jpeg")
MEDIA = (*(f"images/{name}" for name in PHOTOS), "audio/sax.wav", "audio/cate_blanch.mp3", "videos/world.mp4")
SCREENSHOTS = Path("artifacts") / "search"
WORKING_MS = 120_000


@pytest.fixture()
def address(real_models: Models) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "load_models", lambda: real_models)
        patch.setattr(pipeline, "models_loaded", lambda: True)
        demo = build_demo(examples=[])
        _, url, _ = demo.launch(**launch_kwargs(), server_port=free_port(), prevent_thread_lock=True, quiet=True)
        yield url
        demo.close()


def filled(page: Page, address: str, theme: str) -> None:
    """Open the tab and fill the library."""
    page.goto(f"{address}?__theme={theme}")
    page.get_by_role("tab").nth(2).click()
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


@pytest.fixture()
def words_address() -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        fake = WordBackbone()
        patch.setattr(pipeline, "load_models", lambda: models_of(fake))
        patch.setattr(pipeline, "models_loaded", lambda: False)
        demo = build_demo(examples=[])
        _, url, _ = demo.launch(**launch_kwargs(), server_port=free_port(), prevent_thread_lock=True, quiet=True)
        yield url
        demo.close()


def expect_second(page: Page, selector: str, name: str, second: float) -> None:
    """Wait until the player stands on a file at a time."""
    page.wait_for_function(
        """([selector, name, second]) => {
          const player = document.querySelector(selector);
          return player?.currentSrc.includes(name) && Math.abs(player.currentTime - second) < 0.05;
        }""",
        arg=[selector, name, second],
        timeout=WORKING_MS,
    )
    page.wait_for_timeout(500)  # and that nothing puts it back
    assert abs(page.eval_on_selector(selector, "player => player.currentTime") - second) < 0.05


def bells(path: Path) -> Path:
    """Write twenty seconds of sound."""
    seconds = np.arange(20 * 8_000) / 8_000
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8_000)
        file.writeframes((8_000 * np.sin(2 * np.pi * 440 * seconds)).astype("<i2").tobytes())
    return path


def test_players_open_at_the_best_moment(browser: Browser, words_address: str, tmp_path: Path) -> None:
    page = browser.new_page(locale="en-US", viewport={"width": 1280, "height": 1000})
    page.goto(words_address)
    page.get_by_role("tab").nth(2).click()
    names = ("audio/sax.wav", "videos/world.mp4", "videos/b.avi", "images/lion.jpg")
    files = [str(bells(tmp_path / "bells.wav")), *(str(sample(name)) for name in names)]
    page.locator("#mm-library-files input[type=file]").set_input_files(files)
    expect(page.locator("#mm-map [data-item]")).to_have_count(len(files), timeout=WORKING_MS)
    audio, video = "#mm-chosen-audio audio", "#mm-chosen-video video"
    clip, sound = page.locator("#mm-map [aria-label='world.mp4']"), page.locator("#mm-map [aria-label='sax.wav']")
    for query, second in (("world part1", 5.0), ("world part2", 10.0)):
        assert "world.mp4" in asked(page, query)
        page.locator("#mm-gallery button").first.click()
        expect_second(page, video, "world.mp4", second)
    for query, name, second in (
        ("sax part1", "sax.wav", 5.0),
        ("bells part3", "bells.wav", 15.0),
        ("sax part0", "sax.wav", 0.0),
    ):
        assert name in asked(page, query)
        page.locator("#mm-gallery button").first.click()
        expect_second(page, audio, name, second)
    assert "bells.wav" in asked(page, "bells part2")
    page.locator("#mm-gallery button").first.click()
    expect_second(page, audio, "bells.wav", 10.0)
    sound.click()  # from sound to sound without another search
    moment = page.locator("#mm-detail [data-cue]")
    expect(moment).to_contain_text("sax.wav")
    expect_second(page, audio, "sax.wav", float(moment.get_attribute("data-cue") or "nan"))
    clip.click()
    expect(page.locator(video)).to_be_visible(timeout=WORKING_MS)
    page.locator("#mm-map [aria-label='b.avi']").click()
    page.wait_for_function("document.querySelector('#mm-chosen-video video')?.currentSrc.endsWith('.mp4')")
    expect(page.locator("#mm-detail")).to_contain_text("b.avi", timeout=WORKING_MS)
    expect(page.locator("#mm-detail")).not_to_contain_text("being made", timeout=WORKING_MS)
    page.locator("#mm-library-files input[type=file]").set_input_files([str(sample("images/tower.jpg"))])
    expect(page.locator("#mm-map [data-item]")).to_have_count(len(files) + 1, timeout=WORKING_MS)
    page.context.close()


def expect_accessible_in_both_themes(page: Page) -> None:
    """Let no violation of ours pass on what is shown now, in light and in dark."""
    page.add_style_tag(content="* { transition: none !important; }")
    for dark in (False, True):
        page.evaluate(DARK, dark)
        expect_accessible(page)


@pytest.mark.real
@pytest.mark.parametrize(
    ("locale", "theme", "query"), [("en-US", "light", "a bus on the street"), ("zh-CN", "dark", "一座高塔")]
)
def test_photographs_and_a_clip_are_found_and_opened(
    browser: Browser, address: str, locale: str, theme: str, query: str
) -> None:
    page = browser.new_page(locale=locale, viewport={"width": 1280, "height": 1000})
    requests: list[str] = []
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.on("request", lambda request: requests.append(request.url))
    filled(page, address, theme)
    page.locator("#mm-kind input[value=image]").check()
    best = asked(page, query)
    assert ("bus" if locale == "en-US" else "tower") in best
    page.locator("#mm-gallery button").first.click()
    expect(page.locator("#mm-chosen-image img")).to_be_visible()

    mark = page.locator("#mm-map [aria-label='world.mp4']")
    mark.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#mm-chosen-video video")).to_be_visible(timeout=WORKING_MS)
    expect(page.locator("#mm-map .mm-chosen")).to_have_attribute("aria-label", "world.mp4")
    expect(page.locator("#mm-chosen-image")).to_be_hidden()

    page.screenshot(path=SCREENSHOTS / f"clip-{theme}.png", full_page=True)
    page.locator("#mm-kind input[value=audio]").check()
    expect(page.locator("#mm-gallery .caption-label")).to_have_count(2)
    page.screenshot(path=SCREENSHOTS / f"real-{theme}.png", full_page=True)
    expect_accessible_in_both_themes(page)
    page.get_by_role("tab").nth(4).click()  # the record of all that
    expect(page.locator("#mm-contents")).to_contain_text("world.mp4")
    expect_accessible_in_both_themes(page)
    foreign = [url for url in requests if not url.startswith((address.rstrip("/"), "data:", "blob:"))]
    assert foreign == []
    page.context.close()

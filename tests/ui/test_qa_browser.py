"""The Ask tab in headless Chromium, in both languages and themes: with fakes, and once with the real models."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
import soundfile
from playwright.sync_api import Browser, Page, expect

from mmdemo.config import Limits
from mmdemo.evaluation.sample_media import sample
from mmdemo.media import load_audio
from mmdemo.types import SAMPLE_RATE
from mmdemo.ui.app import build_demo, launch_kwargs
from mmdemo.ui.texts import TEXTS
from tests.test_app import free_port
from tests.ui.accessibility import expect_accessible
from tests.ui.conftest import EXPECTED_MS, PATIENCE_MS
from tests.ui.museum import MUSEUM
from tests.ui.qa_fakes import SUGGESTED, FakeAsker
from tests.ui.test_app import wait_until
from tests.ui.test_browser import LOW_CONTRAST, expect_language

pytestmark = pytest.mark.browser

LION, TALK, CLIP = sample("images/lion.jpg"), sample("audio/cate_blanch.mp3"), sample("videos/world.mp4")
SCREENSHOTS = Path("artifacts") / "ask"
SOUND, PICTURES = "#mm-ask-strip audio", "#mm-ask-strip video"


@pytest.fixture(scope="module", autouse=True)
def patience() -> Iterator[None]:
    """Wait far longer than anything takes on an idle machine."""
    expect.set_options(timeout=PATIENCE_MS)
    yield
    expect.set_options(timeout=EXPECTED_MS)


@pytest.fixture(scope="module")
def served_fake() -> Iterator[tuple[str, FakeAsker]]:
    with pytest.MonkeyPatch.context() as patch:
        fake = FakeAsker()
        fake.install(patch)
        demo = build_demo(examples=[])
        _, url, _ = demo.launch(**launch_kwargs(), server_port=free_port(), prevent_thread_lock=True, quiet=True)
        yield url, fake
        demo.close()


@pytest.fixture
def address(served_fake: tuple[str, FakeAsker]) -> str:
    return served_fake[0]


def opened(browser: Browser, address: str, **options: object) -> Page:
    """Open the tab; any dialog would be somebody's script."""
    page = browser.new_context(**options).new_page()  # type: ignore[arg-type]
    page.set_default_timeout(PATIENCE_MS)
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    page.goto(address)
    tag = "zh-CN" if str(options.get("locale", "en")).startswith("zh") else "en"
    page.wait_for_function("(tag) => document.documentElement.lang === tag", arg=tag)
    page.get_by_role("tab").nth(3).click()
    return page


def drop(page: Page, *files: Path) -> None:
    """Drop files and wait until they stand in the strip."""
    before = page.locator(".mm-ask-item").count()
    page.set_input_files("#mm-ask-files input[type=file]", [str(file) for file in files])
    expect(page.locator(".mm-ask-item")).to_have_count(before + len(files))


def ask(page: Page, question: str) -> None:
    """Ask by the keyboard and wait for the answer."""
    answers = page.locator(".mm-ask-text")
    before = answers.count()
    box = page.locator("#mm-ask-question textarea")
    box.fill(question)
    box.press("Enter")
    expect(answers).to_have_count(before + 1)
    expect(box).to_have_value("")


def shot(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


def expect_playing_from(page: Page, selector: str, second: float, within: float = 0.05) -> None:
    """Wait until something from about that second on has been played, however late a busy machine lets this look."""
    page.wait_for_function(
        """([selector, second, within]) => {
          const played = document.querySelector(selector)?.played ?? [];
          return [...Array(played.length).keys()].some((part) => Math.abs(played.start(part) - second) < within);
        }""",
        arg=[selector, second, within],
    )
    page.eval_on_selector(selector, "player => player.pause()")


@pytest.mark.parametrize(("locale", "theme"), [("en-GB", "light"), ("zh-CN", "dark")])
def test_a_conversation_with_evidence(browser: Browser, address: str, locale: str, theme: str) -> None:
    viewport = {"width": 1280, "height": 950}
    page = opened(browser, address, locale=locale, viewport=viewport, color_scheme=theme, accept_downloads=True)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    language = locale[:2]
    drop(page, LION, TALK, CLIP)
    expect(page.locator(".mm-ask-item .mm-ask-number")).to_have_text(["1", "2", "3"])
    expect(page.locator(".mm-ask-offer")).to_have_text(list(SUGGESTED["zh" if language == "zh" else "en"]))

    box = page.locator("#mm-ask-question textarea")
    box.fill("What <b>is</b>")
    box.press("Shift+Enter")
    box.type("this? ${1 + 1} {{x}}")
    box.press("Enter")
    expect(page.locator(".mm-ask-question")).to_have_text("What <b>is</b>\nthis? ${1 + 1} {{x}}", use_inner_text=True)
    expect(page.locator(".mm-ask-text")).to_have_text("A lion, <script>alert(1)</script> & 3 more.")
    expect(page.locator("#mm-ask-announcement")).to_contain_text("A lion")
    expect(
        page.locator("#mm-ask-announcement [aria-live=polite], #mm-ask-announcement[aria-live=polite]")
    ).to_have_count(1)
    assert page.locator(".mm-ask-log :is(b, script, img[src=x])").count() == 0

    cites = page.locator("[data-cite]")
    cites.nth(0).focus()
    page.keyboard.press("Enter")
    card, mark = page.locator(".mm-ask-item").nth(0), page.locator(".mm-ask-picture .mm-ask-mark")
    expect(card).to_have_class("mm-ask-item mm-ask-image mm-ask-active")
    expect(mark).to_be_visible()
    picture, box_of_mark = card.locator("img").bounding_box(), mark.bounding_box()
    assert picture is not None and box_of_mark is not None
    assert box_of_mark["x"] - picture["x"] == pytest.approx(0.25 * picture["width"], abs=2)
    assert box_of_mark["height"] == pytest.approx(0.6 * picture["height"], abs=3)
    cites.nth(1).click()
    expect_playing_from(page, SOUND, 1.5)
    expect(mark).to_be_hidden()
    cites.nth(2).click()
    expect_playing_from(page, PICTURES, 3.0)
    assert page.eval_on_selector(".mm-ask-still video", "frame => Math.round(frame.currentTime)") == 3

    ask(page, "how many, unsure")
    page.locator(".mm-ask-reply").nth(1).locator("[data-cite]").nth(0).click()
    expect(page.locator(".mm-ask-picture .mm-ask-mark:visible")).to_have_count(3)
    cites.nth(0).click()
    expect(page.locator(".mm-ask-picture .mm-ask-mark:visible")).to_have_count(1)
    unsure = page.locator(".mm-ask-reply").nth(1)
    expect(unsure).to_have_class("mm-ask-reply mm-ask-unsure")
    expect(unsure).to_contain_text(TEXTS["ask_not_sure"].text(language))
    shot(page, f"{language}-{theme}")
    assert page.evaluate(LOW_CONTRAST) == []
    expect_accessible(page)
    expect_language(page, language)

    page.locator(".mm-ask-answer .mm-copy").nth(1).click()
    assert page.evaluate("navigator.clipboard.readText()") == "Hard to say."
    with page.expect_download() as download:
        page.click("#mm-ask-json")
    assert len(json.loads(download.value.path().read_text("utf-8"))["turns"]) == 2
    with page.expect_download() as download:
        page.click("#mm-ask-md")
    assert download.value.suggested_filename == "conversation.md"

    page.get_by_role("tab").nth(0).click()
    page.get_by_role("tab").nth(3).click()
    expect(page.locator(".mm-ask-text")).to_have_count(2)
    served = page.eval_on_selector(SOUND, "player => player.currentSrc")
    assert httpx.get(served, timeout=60).status_code == 200
    page.click("#mm-ask-clear")
    expect(page.locator(".mm-ask-item, .mm-ask-turn")).to_have_count(0)
    expect(page.locator("#mm-ask-json")).to_be_hidden()
    assert httpx.get(served, timeout=60).status_code == 403, "the file is gone"
    page.context.close()


def test_stop_and_a_failure(browser: Browser, served_fake: tuple[str, FakeAsker]) -> None:
    address, fake = served_fake
    page = opened(browser, address, locale="en-GB")
    drop(page, LION)
    expect(page.locator(".mm-ask-offer")).to_have_count(2)
    fake.gate, closed = threading.Semaphore(1), fake.closed
    try:
        page.locator(".mm-ask-offer").first.click()
        expect(page.locator("#mm-ask-status")).to_contain_text("Encoding 1 of 1: lion.jpg…")
        page.click("#mm-ask-stop")
        expect(page.locator("#mm-ask-status")).to_contain_text("Stopped", timeout=EXPECTED_MS)
        fake.gate.release()
        wait_until(lambda: fake.closed == closed + 1)
    finally:
        fake.gate.release(50)
        fake.gate = None
    expect(page.locator(".mm-ask-waiting")).to_have_text("Stopped before there was an answer.")
    page.fill("#mm-ask-question textarea", "fail please")
    page.click("#mm-ask-send")
    expect(page.locator("[data-testid=toast-body]")).to_contain_text("breaks off before its end")
    expect(page.locator(".mm-ask-failed")).to_contain_text("breaks off before its end")
    page.click(".mm-ask-remove")
    expect(page.locator(".mm-ask-item")).to_have_count(0)
    page.fill("#mm-ask-question textarea", "And now?")
    page.click("#mm-ask-send")
    expect(page.locator("[data-testid=toast-body]").last).to_contain_text("nothing to ask about")
    expect(page.locator("#mm-ask-question textarea")).to_have_value("And now?")
    page.context.close()


def test_a_telephone_in_the_dark(browser: Browser, address: str) -> None:
    viewport = {"width": 390, "height": 844}
    page = opened(browser, address, viewport=viewport, is_mobile=True, has_touch=True, color_scheme="dark")
    expect(page.locator(".mm-ask-offer")).to_have_count(3)
    assert page.evaluate(LOW_CONTRAST) == []
    page.locator(".mm-ask-offer").first.tap()
    expect(page.locator(".mm-ask-text")).to_have_count(1)
    drop(page, TALK)
    ask(page, "unsure " + "what" * 60)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.evaluate(LOW_CONTRAST) == []
    shot(page, "telephone")
    page.locator("[data-cite]").last.tap()
    expect_playing_from(page, SOUND, 1.5)
    page.context.close()


def test_pasted_and_dropped_files_and_a_second_visitor(browser: Browser, address: str) -> None:
    page = opened(browser, address, locale="en-GB")
    make = """async (how) => {
      const canvas = Object.assign(document.createElement("canvas"), { width: 60, height: 40 });
      const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
      const data = new DataTransfer();
      data.items.add(new File([blob], `${how}.png`, { type: "image/png" }));
      const target = document.querySelector("#mm-ask-chat");
      target.dispatchEvent(how === "pasted"
        ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })
        : new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
    }"""
    for count, how in enumerate(("pasted", "dropped"), start=1):
        page.evaluate(make, how)
        expect(page.locator(".mm-ask-item")).to_have_count(count)
    expect(page.locator(".mm-ask-name")).to_have_text(["pasted.png", "dropped.png"])
    other = opened(browser, address, locale="en-GB")
    expect(other.locator(".mm-ask-offer")).to_have_count(3)
    expect(other.locator(".mm-ask-item")).to_have_count(0)
    other.context.close()
    page.context.close()


@pytest.fixture(scope="module")
def museum_sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is said in the clip among the examples, as a recording."""
    path = tmp_path_factory.mktemp("ask") / "museum.wav"
    soundfile.write(path, load_audio(MUSEUM, Limits()).waveform, SAMPLE_RATE)
    return path


@pytest.mark.real
@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("zh", "dark")])
def test_a_real_picture_and_a_real_recording(
    open_page: Callable[..., Page], real_address: str, museum_sound: Path, language: str, theme: str
) -> None:
    page = open_page(real_address, locale={"en": "en-GB", "zh": "zh-CN"}[language], color_scheme=theme)
    page.get_by_role("tab").nth(3).click()
    drop(page, LION, museum_sound)
    expect(page.locator(".mm-ask-offer").first).to_be_visible()
    ask(page, {"en": "When do the doors open in the recording?", "zh": "录音里说几点开门？"}[language])
    expect(page.locator(".mm-ask-confidence .mm-ask-bar")).to_be_visible()
    expect(page.locator(".mm-ask-text")).to_contain_text("10")
    expect(page.locator(".mm-ask-evidence blockquote").first).to_contain_text("doors open")
    page.locator("[data-cite][data-start]").first.click()
    expect_playing_from(page, SOUND, 8.8, within=1.0)  # where the recogniser hears the sentence begin
    ask(page, {"en": "What animal is in the picture?", "zh": "图片里有什么动物？"}[language])
    expect(page.locator(".mm-ask-turn").last.locator("[data-cite]").first).to_contain_text("lion.jpg")
    expect_language(page, language)
    assert page.evaluate(LOW_CONTRAST) == []
    shot(page, f"real-{language}-{theme}")

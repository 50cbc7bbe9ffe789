"""The app in headless Chromium: with the real models on a real clip, and with a fake pipeline for what needs timing."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from gradio.queueing import Queue
from playwright.sync_api import Page, expect

from mmdemo.ui.i18n import INTERFACE_LANGUAGES, known_language
from mmdemo.ui.texts import TEXTS
from tests.media.test_subtitle_muxing import texts
from tests.test_app import ROOT
from tests.ui.fakes import CLIP, SPEECH, WINDOWS, FakePipeline
from tests.ui.test_app import let_it_notice, wait_until

pytestmark = pytest.mark.browser

ARTIFACTS = ROOT / "artifacts"
EXAMPLE = ROOT / "assets" / "examples" / "museum-message.mp4"

PLAYER_STATE = """() => {
  const video = document.querySelector("#mm-video video");
  const track = video?.textTracks[0];
  return track ? {mode: track.mode, cues: [...(track.cues ?? [])].map((cue) => [cue.startTime, cue.text]),
                  active: [...(track.activeCues ?? [])].map((cue) => cue.text)} : null;
}"""

SOUND_PIXELS = """() => {
  const canvas = document.querySelector(".mm-timeline-canvas"), pen = canvas.getContext("2d");
  return pen.getImageData(0, 0, canvas.width, 64).data.filter((value, place) => place % 4 === 3 && value).length;
}"""
"""How many pixels of the timeline the sound covers."""

LATE_CLOSE = """(() => {
  const fetched = window.fetch;
  window.closing = 0;
  window.fetch = async (...request) => {
    const answer = await fetched(...request);
    if (!String(request[0].url ?? request[0]).includes("/queue/data")) return answer;
    const late = new TransformStream({
      async transform(chunk, out) {
        if (new TextDecoder().decode(chunk).includes("close_stream")) {
          window.closing += 1;
          await new Promise((done) => setTimeout(done, 1000));
        }
        out.enqueue(chunk);
      },
    });
    return new Response(answer.body.pipeThrough(late), answer);
  };
})()"""
"""That the queue has nothing more to say comes late, as over a slow line."""

LOW_CONTRAST = """() => {
  const linear = (value) => value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const channel = (value) => linear(value / 255);
  const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const parse = (color) => { const n = color.match(/[\\d.]+/g).map(Number); return n.length < 4 ? [...n, 1] : n; };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const background = (element) => {
    const layers = [];
    for (let node = element; node; node = node.parentElement) {
      const color = parse(getComputedStyle(node).backgroundColor);
      layers.push(color);
      if (color[3] === 1) break;
    }
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
  };
  const bad = [];
  for (const element of document.querySelectorAll("main *")) {
    const text = [...element.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data.trim()).join("");
    const box = element.getBoundingClientRect();
    if (!text || !element.checkVisibility({opacityProperty: true, visibilityProperty: true}) || box.width < 2) continue;
    const transparent = getComputedStyle(element).color.endsWith(" 0)");
    if (transparent || element.closest(":disabled, video, .sr-only, #mm-audio, style")) continue;
    const behind = background(element);
    const [a, b] = [luminance(over(parse(getComputedStyle(element).color), behind)), luminance(behind)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) bad.push(`${text.slice(0, 40)} ${ratio.toFixed(2)}`);
  }
  return bad;
}"""


def upload(page: Page, path: Path) -> None:
    page.set_input_files("#mm-file input[type=file]", path)
    page.wait_for_selector(f"#mm-file :text('{path.suffix}')")


def expect_language(page: Page, language: str) -> None:
    """Every text of ours on the page is in this language."""
    shown = page.locator("main").inner_text()
    tag = known_language(language)
    # Where both Chinese scripts write the same word, it says nothing.
    other = {
        sentence.text(one)
        for sentence in TEXTS.values()
        for _, one in INTERFACE_LANGUAGES
        if "{" not in sentence.en and sentence.text(one) != sentence.text(tag)
    }
    assert [text for text in other if len(text) > 4 and text.strip("# ") in shown] == []


@pytest.mark.real
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_real_clip_ends_in_subtitles_on_the_player(
    open_page: Callable[..., Page], real_address: str, language: str, theme: str
) -> None:
    page = open_page(real_address, locale={"en": "en-GB", "zh": "zh-CN"}[language], color_scheme=theme)
    upload(page, EXAMPLE)
    page.click("#mm-start")
    page.wait_for_selector("#mm-table [role=gridcell]")
    expect(page.locator("#mm-start")).to_be_enabled()
    page.wait_for_function(f"() => ({PLAYER_STATE})()?.cues.length > 0")
    start, text = page.evaluate(PLAYER_STATE)["cues"][0]
    page.locator(".mm-time").first.click()  # plays from the first line
    page.wait_for_function(f"(text) => ({PLAYER_STATE})().active.includes(text)", arg=text)
    assert page.evaluate(PLAYER_STATE)["mode"] == "showing"
    page.evaluate(
        "(time) => { const v = document.querySelector('#mm-video video'); v.pause(); v.currentTime = time; }",
        start + 0.3,
    )
    page.wait_for_function("() => !document.querySelector('#mm-video video').seeking")
    expect_language(page, language)
    assert page.evaluate(LOW_CONTRAST) == []
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"subtitles-{language}-{theme}.png", full_page=True)
    with page.expect_download() as download:
        page.click("#mm-download-srt")
    assert download.value.suggested_filename == "museum-message.srt"
    assert text.splitlines()[0] in download.value.path().read_text(encoding="utf-8")


@pytest.fixture
def steered(served: tuple[str, FakePipeline]) -> Iterator[tuple[str, FakePipeline]]:
    """The app with a fake that lets a window through only when told to."""
    address, fake = served
    fake.gate, fake.windows, fake.closed = threading.Semaphore(0), 0, 0
    yield address, fake
    fake.gate.release(10)
    wait_until(lambda: fake.running == 0)
    fake.gate = None


def test_cancel_stops_the_work_and_keeps_the_results(
    open_page: Callable[..., Page], steered: tuple[str, FakePipeline]
) -> None:
    address, fake = steered
    page = open_page(address)
    upload(page, CLIP)
    page.focus("#mm-start")
    page.keyboard.press("Enter")
    fake.gate.release(2)
    expect(page.locator("#mm-status")).to_contain_text("Listening: 0:40 of 1:20")
    expect(page.locator("#mm-transcript")).to_contain_text("Hello out there")
    expect(page.locator("#mm-start")).to_be_disabled()
    page.focus("#mm-cancel")
    page.keyboard.press("Enter")
    expect(page.locator("#mm-status")).to_contain_text("Stopping")
    fake.gate.release(1)
    expect(page.locator("#mm-status")).to_contain_text(
        "Cancelled at 1:00. What was found so far is kept; subtitles: 2."
    )
    expect(page.locator("#mm-table [role=gridcell]").nth(2)).to_have_text("Hello out there")
    expect(page.locator("#mm-start")).to_be_enabled()
    assert fake.windows == 3 and fake.closed == 1


def test_a_closed_page_stops_the_work(open_page: Callable[..., Page], steered: tuple[str, FakePipeline]) -> None:
    address, fake = steered
    page = open_page(address)
    upload(page, CLIP)
    page.click("#mm-start")
    fake.gate.release(1)
    expect(page.locator("#mm-status")).to_contain_text("0:20")
    page.close()
    let_it_notice(fake.gate, lambda: fake.closed == 1)
    assert fake.windows < WINDOWS


def test_the_selector_switches_everything_in_the_middle_of_a_job(
    open_page: Callable[..., Page], steered: tuple[str, FakePipeline]
) -> None:
    address, fake = steered
    page = open_page(address)
    expect_language(page, "en")
    upload(page, SPEECH)
    page.click("#mm-start")
    fake.gate.release(2)
    expect(page.locator("#mm-status")).to_contain_text("0:40 of 1:20")
    page.check("#mm-language input[value='zh-CN']")
    expect(page.locator("#mm-start")).to_have_text("生成字幕")
    expect(page.locator("#mm-status")).to_contain_text("正在识别：0:40 / 1:20")
    expect(page.locator("footer")).to_contain_text("设置")  # Gradio's own words
    fake.gate.release(5)
    expect(page.locator("#mm-status")).to_contain_text("完成：共 3 条字幕。")
    expect(page.locator("#mm-table th").nth(1)).to_contain_text("开始")
    expect_language(page, "zh")
    page.check("#mm-language input[value='zh-TW']")
    expect(page.locator("#mm-start")).to_have_text("產生字幕")
    expect(page.locator("footer")).to_contain_text("設定")
    expect_language(page, "zh-TW")
    page.check("#mm-language input[value='en']")
    expect(page.locator("#mm-table th").nth(1)).to_contain_text("Start")
    expect(page.locator("#mm-status")).to_contain_text("Done. Subtitles: 3.")
    expect_language(page, "en")


class HeldAnswers:
    """Gradio's queue, which keeps its answers back from the timeline's sound on until they are released."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._send, self._loop = Queue.send_message, None
        self.held: list[tuple[Any, ...]] = []
        patch.setattr(Queue, "send_message", lambda *message: self._take(message))

    def _take(self, message: tuple[Any, ...]) -> None:
        if self.held or re.search(r'data-peaks="\w', repr(message)):
            self._loop = asyncio.get_running_loop()
            self.held.append(message)
        else:
            self._send(*message)

    def release(self) -> None:
        """Let them go, in the order in which they came."""
        self._loop.call_soon_threadsafe(self._send_all)

    def _send_all(self) -> None:
        messages, self.held = self.held, []
        for message in messages:
            self._send(*message)


def test_an_answer_that_was_on_its_way_does_not_bring_back_the_language_before(
    open_page: Callable[..., Page], steered: tuple[str, FakePipeline], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, fake = steered
    page = open_page(address)
    answers = HeldAnswers(monkeypatch)
    upload(page, SPEECH)
    page.click("#mm-start")
    fake.gate.release(10)
    wait_until(lambda: answers.held)
    page.check("#mm-language input[value='zh-CN']")
    expect(page.locator("#mm-start")).to_have_text("生成字幕")
    cells = page.locator("#mm-table [role=gridcell]:not(.row-number)")
    count = cells.count()
    page.click("#mm-add-row")  # through the queue as well, so what is seen of it comes last
    wait_until(lambda: any("add_row" in str(event.fn.fn) for _, event, _ in answers.held))
    answers.release()
    expect(cells).to_have_count(count + 3)
    expect_language(page, "zh")
    assert page.evaluate(SOUND_PIXELS) > 1000


def test_a_job_that_joins_while_the_stream_of_answers_closes_is_not_lost(
    open_page: Callable[..., Page], steered: tuple[str, FakePipeline]
) -> None:
    address, fake = steered
    page = open_page(address, LATE_CLOSE)
    page.evaluate("window.closing = 0")
    upload(page, SPEECH)
    page.wait_for_function("() => window.closing > 0")
    page.click("#mm-start")
    fake.gate.release(10)
    expect(page.locator("#mm-status")).to_contain_text("Done. Subtitles: 3.")


def test_corrections_reach_the_player_and_errors_name_the_row(
    open_page: Callable[..., Page], served: tuple[str, FakePipeline]
) -> None:
    page = open_page(served[0])
    upload(page, CLIP)
    page.click("#mm-start")
    cell = page.locator("#mm-table [role=gridcell]")
    cell.nth(2).dblclick()
    page.keyboard.press("Control+A")
    page.keyboard.type("Good evening")
    page.keyboard.press("Enter")
    page.wait_for_function(f"() => ({PLAYER_STATE})().cues.some(([, text]) => text === 'Good evening')")
    cell.nth(4).dblclick()
    page.keyboard.press("Control+A")
    page.keyboard.type("later")
    page.keyboard.press("Enter")
    expect(page.locator("#mm-note")).to_contain_text("Row 2 of the subtitles has a time that cannot be read")
    expect(cell.nth(4)).to_contain_text("later")
    expect(page.locator("#mm-delete-row")).to_have_text("Delete row 2")
    page.click("#mm-delete-row")
    expect(cell).to_have_count(6)
    page.wait_for_function(f"() => ({PLAYER_STATE})().cues.length === 2")
    with page.expect_download() as download:
        page.click("#mm-download-vtt")
    saved = download.value.path().read_text(encoding="utf-8")
    assert "Good evening" in saved and "bold" not in saved
    drag_and_nudge(page)
    page.click("#mm-export-track")
    expect(page.locator("#mm-export-status")).to_contain_text("The video is ready.")
    with page.expect_download() as download:
        page.click("#mm-export-file")
    assert download.value.suggested_filename == "world.subtitled.mp4"
    assert [text for *_, text in texts(download.value.path())] == ["Good evening", "The end"]


def drag_and_nudge(page: Page) -> None:
    """Nudge the first bar of the timeline by keys, drag it, and take the drag back."""
    first = page.locator(".mm-cue").first
    cell = page.locator("#mm-table [role=gridcell]")
    first.focus()
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowRight", "Alt+ArrowRight"):
        page.keyboard.press(key)
    expect(cell.nth(0)).to_have_text("00:00:00.650")
    expect(cell.nth(1)).to_have_text("00:00:02.650")
    assert page.evaluate("document.activeElement.dataset.row") == "0", "the bar that is drawn anew keeps the focus"
    box = first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 9)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + 64, box["y"] + 9, steps=4)
    page.mouse.up()
    expect(cell.nth(0)).to_have_text("00:00:01.650")
    page.wait_for_function(f"() => Math.abs(({PLAYER_STATE})().cues[0]?.[0] - 1.65) < 0.01")
    page.click("#mm-undo")
    expect(cell.nth(0)).to_have_text("00:00:00.650")


def test_starting_without_a_file_says_what_is_missing(
    open_page: Callable[..., Page], served: tuple[str, FakePipeline]
) -> None:
    page = open_page(served[0], locale="zh-CN")
    page.click("#mm-start")
    toast = page.locator("[data-testid=toast-body]")
    expect(toast).to_contain_text("请先选择一个视频或音频文件。")
    title = "(toast) => getComputedStyle(toast.querySelector('.toast-title'), '::after').content"
    assert toast.evaluate(title) == '"操作未完成"'


def test_a_telephone_needs_no_sideways_scrolling(
    open_page: Callable[..., Page], served: tuple[str, FakePipeline]
) -> None:
    page = open_page(served[0], viewport={"width": 390, "height": 844}, is_mobile=True, color_scheme="dark")
    width = "() => document.documentElement.scrollWidth"
    assert page.evaluate(width) == 390
    upload(page, CLIP)
    page.click("#mm-start")
    page.wait_for_selector("#mm-table [role=gridcell]")
    assert page.evaluate(width) == 390
    assert page.evaluate(LOW_CONTRAST) == []
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / "subtitles-telephone.png", full_page=True)

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from mmdemo.errors import TruncatedMedia
from mmdemo.subtitles.files import load_subtitles
from mmdemo.types import Answer, Cue, Evidence, Hit, Span
from mmdemo.ui import pipeline, tour
from mmdemo.ui.activity import Event
from mmdemo.ui.common import Session
from mmdemo.ui.i18n import CHINESE, Localisation
from mmdemo.ui.tour import END, TourSession, TourTab
from mmdemo.ui.tour_steps import CLIP, LATE, PICTURE, RECORDING, STEPS, StepResult, TourRun
from mmdemo.ui.tour_view import end_html, result_html, work_html
from tests.ui.conftest import PATIENCE_MS
from tests.ui.museum import LINES
from tools.draw_sunset import sunset

HOSTILE = "<img src=x onerror=alert(1)>"


def result_of(run: TourRun) -> StepResult:
    """A result with something from outside in every place."""
    events = (
        Event(0.0, run.step, "sound", HOSTILE, 2.0, False),
        Event(0.0, run.step, "frames", "clip.mp4", 0.01, True, 1.99),
        Event(0.0, run.step, "picture", "old.jpg", 0.01, True),
    )
    answer = Answer(HOSTILE, "en", 0.9, True, (), (Evidence(0, "passage", 0.9, Span(8.0, 9.0), text=HOSTILE),))
    hits = (Hit("a", "image", 0.5, f"/x/{HOSTILE}", None, 0.8), Hit("b", "video", 0.4, "/x/b.mp4", Span(3, 4), 0.3))
    before, after = (Cue(1, 4.0, 5.0, HOSTILE),), (Cue(1, 0.1, 1.1, HOSTILE),)
    return StepResult(run.step, 3.0, events, None, before, after, HOSTILE, answer, ((HOSTILE, hits),))


class FakeSteps:
    """Takes the place of the real runs; each waits for a release when there is a gate."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.closed = 0
        self.fail: Exception | None = None
        self.forever = False

    def __call__(self, run: TourRun) -> Generator[None, None, StepResult | None]:
        self.ran.append(run.step)
        try:
            while self.forever and not run.cancelled:
                yield
                threading.Event().wait(0.05)
            yield
            if self.fail is not None:
                raise self.fail
            return None if run.cancelled else result_of(run)
        finally:
            self.closed += 1


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeSteps:
    steps = FakeSteps()
    monkeypatch.setattr(tour, "run_step", steps)
    monkeypatch.setattr(pipeline, "models_loaded", lambda: True)
    return steps


@pytest.fixture
def tab() -> TourTab:
    with gr.Blocks():
        return TourTab(Localisation(), gr.State(Session()))


def walk(tab: TourTab, session: Session, state: TourSession, move: Callable[..., Any]) -> dict[Any, Any]:
    """Press a button and do what follows; return all that was shown."""
    shown = dict(move(session, state))
    for updates in tab.run(session, state):
        shown |= updates
    return shown


def test_from_start_to_end_and_back(tab: TourTab, fake: FakeSteps) -> None:
    session, state = Session(), TourSession()
    shown = walk(tab, session, state, tab.start)
    assert state.results and "Step 1 of 4" in shown[tab.words]["value"] and shown[tab.next]["visible"]
    for number in range(1, 5):
        shown = walk(tab, session, state, tab.forward)
        assert state.place == number
    assert fake.ran == list(STEPS) and state.place == END and fake.closed == 4
    assert "One backbone did all of this" in shown[tab.result]["value"] and shown[tab.begin]["visible"]
    shown = walk(tab, session, state, tab.backward)
    assert fake.ran == list(STEPS), "a result is shown again, not made again"
    assert "aria-current" in shown[tab.steps]["value"] and shown[tab.result]["value"]
    session.language = CHINESE
    assert "搜索全部内容" in tab.relabel(session, state)[tab.words]["value"]
    walk(tab, session, state, tab.start)
    assert fake.ran == [*STEPS, "caption"] and list(state.results) == ["caption"]


def test_a_step_can_be_skipped_while_it_runs_and_the_tour_ended(tab: TourTab, fake: FakeSteps) -> None:
    session, state = Session(), TourSession()
    tab.start(session, state)
    fake.forever = True
    running = tab.run(session, state)
    assert next(running)[tab.skip]["visible"]
    tab.leave_out(session, state)
    assert list(running) == [] or state.results == {}, "what is skipped shows nothing more"
    assert fake.closed == 1 and state.place == 1 and state.results == {}
    running = tab.run(session, state)
    next(running)
    shown = tab.end(session, state)
    list(running)
    assert fake.closed == 2 and state.place == -1 and shown[tab.begin]["visible"] and not shown[tab.cancel]["visible"]
    fake.forever = False
    walk(tab, session, state, tab.forward)
    assert "skipped" in tab.relabel(session, state)[tab.result]["value"], "still left out when one comes back"


def test_a_page_that_is_closed_stops_the_step(tab: TourTab, fake: FakeSteps) -> None:
    session, state = Session(), TourSession()
    tab.start(session, state)
    fake.forever = True
    running = tab.run(session, state)
    next(running)
    next(running)
    running.close()
    assert fake.closed == 1 and state.run is None and state.status == ""


def test_a_failure_is_a_sentence_and_the_tour_goes_on(tab: TourTab, fake: FakeSteps) -> None:
    session, state = Session(), TourSession()
    fake.fail = TruncatedMedia(name="clip.mp4")
    tab.start(session, state)
    with pytest.raises(gr.Error, match="breaks off before its end"):
        list(tab.run(session, state))
    assert tab.relabel(session, state)[tab.next]["visible"]
    fake.fail = None
    walk(tab, session, state, tab.forward)
    assert list(state.results) == ["subtitles"]


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_result_is_escaped_and_says_what_the_backbone_did(language: str) -> None:
    for step in STEPS[1:]:
        shown = result_html(result_of(TourRun(step, Session().ledger, language)), language)
        assert "<img" not in shown and "&lt;img" in shown
    said = work_html(result_of(TourRun("ask", Session().ledger, language)), language)
    assert {"en": "2.0 s saved", "zh-CN": "节省 2.0 秒"}[language] in said, (
        "1.99 s, and nothing for what nobody measured"
    )


def test_the_end_claims_no_more_than_was_recorded() -> None:
    from mmdemo.backbone.observed import Observation
    from mmdemo.types import AudioFile

    ledger = Session().ledger
    assert "encoded once" not in end_html(ledger, "en")
    sound = AudioFile(CLIP, 20.0, CLIP.name, "c")
    ledger.observe("subtitles", Observation("sound", sound, 0.1, True))
    assert "was in the cache before this tour" in end_html(ledger, "en")
    ledger.observe("ask", Observation("sound", sound, 2.0, False))
    assert "museum-message.mp4 was encoded once: sound once, 2.0 s. 2 tasks" in end_html(ledger, "en")
    ledger.observe("ask", Observation("sound", sound, 2.0, False))
    assert "encoded once:" not in end_html(ledger, "en")


def test_the_media_are_ours_small_and_made_by_our_program() -> None:
    assert sum(path.stat().st_size for path in (PICTURE, CLIP, RECORDING, LATE)) < 500_000
    import PIL.Image

    drawn, kept = np.asarray(sunset(), np.float32), np.asarray(PIL.Image.open(PICTURE), np.float32)
    assert np.abs(drawn - kept).mean() < 4.0, "but for the JPEG"
    cues = load_subtitles(LATE, LATE.name).cues
    assert [round(cue.start - start) for cue, (start, _, _) in zip(cues[:3], LINES, strict=False)] == [4, 4, 4]


def open_tour(browser: Browser, address: str, **options: Any) -> Page:
    page = browser.new_page(viewport={"width": 1280, "height": 1000}, **options)
    page.set_default_timeout(PATIENCE_MS)
    page.goto(address)
    page.click("#mm-take-tour")
    expect(page.locator("#mm-tour-start")).to_be_visible()
    return page


@pytest.mark.browser
def test_the_tour_by_keyboard_in_chinese(browser: Browser, served: tuple[str, Any], fake: FakeSteps) -> None:
    page = open_tour(browser, served[0], locale="zh-CN")
    page.focus("#mm-tour-start")
    page.keyboard.press("Enter")
    for number in range(1, 5):
        expect(page.locator("#mm-tour-words")).to_contain_text(f"第 {number} 步（共 4 步）")
        expect(page.locator("#mm-tour-next")).to_be_visible()
        page.focus("#mm-tour-next")
        page.keyboard.press("ArrowRight")
    expect(page.locator("#mm-tour-result")).to_contain_text("这一切由同一个骨干完成")
    page.focus("#mm-tour-back")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#mm-tour-words")).to_contain_text("第 4 步")
    page.focus("#mm-tour-next")
    page.keyboard.press("Escape")
    expect(page.locator("#mm-tour-start")).to_be_visible()
    page.context.close()


@pytest.mark.browser
@pytest.mark.real
def test_the_real_tour_ends_with_a_clip_that_was_encoded_once(
    browser: Browser, real_address: str, tmp_path: Path
) -> None:
    page = open_tour(browser, real_address, locale="en-GB")
    page.click("#mm-tour-start")
    result = page.locator("#mm-tour-result")
    # Apostrophes as the recogniser writes them are not what this is about.
    answers = ("beach", "The subtitles were moved by −3.9 s", "clock in the morning", "sunset.jpg")
    for number, answer in enumerate(answers, start=1):
        expect(page.locator("#mm-tour-words")).to_contain_text(f"Step {number} of 4")
        expect(result).to_contain_text("What the backbone did:", timeout=PATIENCE_MS)
        expect(result).to_contain_text(answer)
        page.click("#mm-tour-next")
    # In a whole run the app may have met the clip before: then nothing of it is encoded, and the order is another.
    expect(result).to_contain_text("3 tasks worked with it:", timeout=PATIENCE_MS)
    worked = (result.text_content() or "").partition("3 tasks worked with it:")[2].partition(".")[0]
    assert {task.strip() for task in worked.split(",")} == {"Subtitles", "Ask", "Search"}
    page.get_by_role("tab").nth(4).click()
    expect(page.locator("#mm-seen-map [data-item]")).to_have_count(8, timeout=PATIENCE_MS)
    other = browser.new_page(locale="en-GB")
    other.goto(real_address)
    other.get_by_role("tab").nth(4).click()
    expect(other.locator("#mm-totals")).to_contain_text("Nothing has been encoded yet")
    other.close()
    for name in ("sunset.jpg", "people at the sea in the evening"):
        page.locator(f'#mm-seen-map [aria-label="{name}"]').click()
    page.click("#mm-pair-compare")
    expect(page.locator("#mm-pair .mm-pair-picture img").first).to_be_visible(timeout=PATIENCE_MS)
    page.screenshot(path=tmp_path.parent / "backbone.png", full_page=True)
    page.context.close()

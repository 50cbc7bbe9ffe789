"""A clip and subtitles with wrong times in headless Chromium, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from mmdemo.subtitles import parse_subtitles
from mmdemo.ui.texts import TEXTS
from tests.test_app import ROOT
from tests.ui.conftest import PATIENCE_MS
from tests.ui.fakes import CLIP, FakePipeline
from tests.ui.museum import LINES, MUSEUM, museum_srt
from tests.ui.test_alignment_inputs import PLAIN, SRT
from tests.ui.test_browser import LOW_CONTRAST, PLAYER_STATE, expect_language, upload

pytestmark = pytest.mark.browser

ARTIFACTS = ROOT / "artifacts"


def add_text(page: Page, path: Path) -> None:
    page.set_input_files("#mm-text-file input[type=file]", path)
    page.wait_for_selector(f"#mm-text-file :text('{path.suffix}')")


@pytest.mark.real
@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("zh", "dark")])
def test_a_real_clip_gives_late_subtitles_their_times(
    open_page: Callable[..., Page], real_address: str, tmp_path: Path, language: str, theme: str
) -> None:
    page = open_page(real_address, locale={"en": "en-GB", "zh": "zh-CN"}[language], color_scheme=theme)
    late = tmp_path / "late.srt"
    late.write_text(museum_srt(4.0))
    upload(page, MUSEUM)
    add_text(page, late)
    expect(page.locator("#mm-mode")).to_contain_text("late.srt")
    page.click("#mm-start")
    aligned = TEXTS["status_aligned"].text(language).format(count=len(LINES))
    expect(page.locator("#mm-status")).to_contain_text(aligned, timeout=PATIENCE_MS)
    expect(page.locator("#mm-tracks svg[role=img] .mm-moves")).to_have_count(1)
    page.wait_for_function(f"() => ({PLAYER_STATE})()?.cues.length === {len(LINES)}")
    cues = page.evaluate(PLAYER_STATE)["cues"]
    assert [start for start, _ in cues] == pytest.approx([start for start, _, _ in LINES], abs=0.15)
    page.locator(".mm-time").nth(1).click()
    page.wait_for_function(f"(text) => ({PLAYER_STATE})().active.includes(text)", arg=cues[1][1])
    page.evaluate("document.querySelector('#mm-video video').pause()")
    expect(page.locator("#mm-retimed")).to_have_text(TEXTS["retimed_file"].text(language))
    with page.expect_download() as download:
        page.click("#mm-retimed")
    assert download.value.suggested_filename == "late.aligned.srt"
    saved = parse_subtitles(download.value.path().read_bytes(), "late.aligned.srt").cues
    assert [cue.start for cue in saved] == pytest.approx([start for start, _ in cues], abs=0.01)
    with page.expect_download() as download:
        page.click("#mm-download-vtt")
    assert download.value.suggested_filename == "museum-message.vtt"
    expect_language(page, language)
    assert page.evaluate(LOW_CONTRAST) == []
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"alignment-{language}-{theme}.png", full_page=True)


def test_the_mode_follows_what_is_dropped(
    open_page: Callable[..., Page], served: tuple[str, FakePipeline], tmp_path: Path
) -> None:
    page = open_page(served[0])
    mode = page.locator("#mm-mode")
    expect(mode).to_contain_text("A video or a recording alone gets new subtitles")
    srt = tmp_path / "talk.srt"
    srt.write_text(SRT)
    upload(page, srt)
    expect(mode).to_contain_text("“talk.srt” is a subtitle file and has no sound")
    page.click("#mm-start")
    expect(page.locator("[data-testid=toast-body]")).to_contain_text("is a subtitle file and has no sound")
    page.check("#mm-language input[value='zh-CN']")
    expect(mode).to_contain_text("“talk.srt”是字幕文件，没有声音")
    expect(page.get_by_role("tab").nth(2)).to_have_text("搜索")
    expect_language(page, "zh")


def test_a_guessed_time_is_marked_on_a_telephone_in_the_dark(
    open_page: Callable[..., Page], served: tuple[str, FakePipeline]
) -> None:
    page = open_page(served[0], viewport={"width": 390, "height": 844}, is_mobile=True, color_scheme="dark")
    upload(page, CLIP)
    page.locator("button", has_text="Or paste the text").click()
    page.fill("#mm-pasted textarea", PLAIN + "One more line")
    expect(page.locator("#mm-mode")).to_contain_text("every line of “the pasted text”")
    page.click("#mm-start")
    expect(page.locator("#mm-status")).to_contain_text("Aligned. Subtitles with new times: 3.")
    expect(page.locator(".mm-check")).to_have_count(1)
    expect(page.locator("#mm-tracks")).to_contain_text("Outlined bars: check their times (1).")
    expect(page.locator("#mm-retimed")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.evaluate(LOW_CONTRAST) == []
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / "alignment-telephone.png", full_page=True)

"""The handlers of the Subtitles tab when a text or subtitles came in."""

from __future__ import annotations

from pathlib import Path

import gradio as gr
import pytest

from mmdemo.ui.i18n import CHINESE
from mmdemo.ui.subtitle_alignment import SubtitlesTab
from tests.ui.fakes import FakePipeline
from tests.ui.test_alignment_inputs import PLAIN, SRT
from tests.ui.test_subtitle_alignment import Page


@pytest.fixture
def page(tab: SubtitlesTab) -> Page:
    return Page(tab)


@pytest.fixture
def srt(tmp_path: Path) -> Path:
    path = tmp_path / "my talk.srt"
    path.write_text(SRT)
    return path


def begin(page: Page, file: object, text_file: object = None, pasted: object = "") -> None:
    page.apply(page.tab.look(page.session, page.state, file, text_file, pasted))
    page.apply(page.tab.start(page.session, page.state, file, "auto", text_file, pasted))


def test_subtitles_come_back_with_new_times(page: Page, clip: Path, srt: Path) -> None:
    parts = page.tab.parts
    begin(page, str(clip), str(srt))
    assert "the times of “my talk.srt” are put right by the sound" in page.of(parts.mode)
    page.run()
    assert any("Aligning: 0:20 of 1:20" in status for status in page.statuses)
    assert "Aligned. Subtitles with new times: 2." in page.statuses[-1]
    assert page.rows()[0] == ["00:00:01.000", "00:00:03.000", "Hello out there"]
    assert [entry["timestamp"] for entry in page.of(parts.video, "subtitles")] == [[1.0, 3.0], [4.0, 6.0]]
    assert "5.00 s earlier" in page.of(parts.tracks) and "check the time" in page.of(parts.transcript)
    assert page.of(parts.retimed, "visible") is True and Path(page.of(parts.retimed)).name == "my talk.aligned.srt"
    assert "00:00:01,000 --> 00:00:03,000" in page.files["srt"]


def test_a_pasted_text_is_placed(page: Page, clip: Path) -> None:
    begin(page, str(clip), None, PLAIN)
    page.run()
    parts = page.tab.parts
    assert [row[0] for row in page.rows()] == ["00:00:01.000", "00:00:11.000"]
    assert page.of(parts.retimed, "visible") is False, "a text without times has none to change"
    assert "Where the lines are spoken" in page.of(parts.tracks) and "mm-high" in page.of(parts.transcript)


def test_every_outcome_is_said(page: Page, clip: Path) -> None:
    begin(page, str(clip), None, SRT.replace("00:00:06", "00:00:03"))
    page.run()
    assert "Already right. No time was changed; subtitles: 2." in page.statuses[-1]
    assert page.of(page.tab.parts.retimed, "visible") is False and len(page.rows()) == 2
    begin(page, str(clip), None, "Another film")
    page.run()
    assert "no line was placed" in page.statuses[-1] and "No line was placed" in page.of(page.tab.parts.transcript)
    assert page.of(page.tab.parts.tracks) == "" and page.of(page.tab.parts.results, "visible") is False
    page.session.language = CHINESE
    page.apply(page.tab.relabel(page.session, page.state, []))
    assert "未放置任何一行" in page.of(page.tab.parts.status)


def test_cancel_changes_nothing(page: Page, fake: FakePipeline, clip: Path, srt: Path) -> None:
    begin(page, str(clip), str(srt))
    for updates in page.tab.run(page.session, page.state):
        page.apply(updates)
        if "0:40" in page.statuses[-1] and not page.state.job.cancelled:
            page.apply(page.tab.cancel(page.session, page.state))
    assert fake.windows == 3 and "Cancelled. No time was changed." in page.statuses[-1]
    assert page.of(page.tab.parts.start, "interactive") is True


def test_a_corrected_time_reaches_the_file_and_loses_its_mark(page: Page, clip: Path, srt: Path) -> None:
    begin(page, str(clip), str(srt))
    page.run()
    rows = page.rows()
    rows[1][0] = "0:04.5"
    for updates in page.tab.edit(page.session, page.state, rows):
        retimed = Path(updates[page.tab.parts.retimed]["value"]).read_text()
        page.apply(updates)
    assert "00:00:04,500 --> 00:00:06,000" in retimed
    assert "check the time" not in page.of(page.tab.parts.transcript)
    rows[1][2] = "Another word"
    page.play(page.tab.edit(page.session, page.state, rows))
    assert page.of(page.tab.parts.retimed, "visible") is False, "the corrected text would not be in it"


def test_subtitles_follow_subtitles_without_a_player(page: Page, fake: FakePipeline, srt: Path, tmp_path: Path) -> None:
    begin(page, str(srt), str(srt))
    page.run()
    assert page.of(page.tab.parts.video) is None and fake.windows == 0
    assert page.of(page.tab.parts.start, "interactive") is True


def test_what_is_missing_is_said_before_and_at_the_start(page: Page, clip: Path, srt: Path) -> None:
    for file, text_file, said in (
        (str(srt), None, "is a subtitle file and has no sound"),
        (None, str(srt), "add the video or the recording"),
        (str(clip), str(clip.with_suffix(".missing")), "There is no file"),
    ):
        with pytest.raises(gr.Error, match=said):
            begin(page, file, text_file)
        assert said in page.of(page.tab.parts.mode) and "mm-missing" in page.of(page.tab.parts.mode)
    page.session.language = CHINESE
    page.apply(page.tab.relabel(page.session, page.state, []))
    assert "mm-missing" in page.of(page.tab.parts.mode) and "There is" not in page.of(page.tab.parts.mode)


def test_a_text_from_a_strange_client_is_a_sentence(page: Page, clip: Path) -> None:
    with pytest.raises(gr.Error, match="not a file"):
        begin(page, str(clip), {"path": "/etc/passwd"})
    begin(page, str(clip), None, {"a": 1})
    assert page.state.job.mode == "transcribe"

"""The buttons for the video with its subtitles: progress, cancel, failures, and videos that are out of date."""

from __future__ import annotations

import shutil
from collections.abc import Generator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mmdemo.errors import ContainerCannotHold
from mmdemo.types import Sentence
from mmdemo.ui import pipeline
from mmdemo.ui.i18n import CHINESE
from mmdemo.ui.subtitle_alignment import SubtitlesTab
from tests.media.test_subtitle_muxing import texts
from tests.ui.fakes import CLIP, FakePipeline
from tests.ui.test_subtitle_alignment import Page


@pytest.fixture
def page(tab: SubtitlesTab, fake: FakePipeline, tmp_path: Path) -> Page:
    """A page on which a real clip got the fake's subtitles."""
    page = Page(tab)
    clip = tmp_path / "my clip 片段.mp4"
    shutil.copy(CLIP, clip)
    page.start(str(clip))
    page.run()
    return page


class Steps:
    """Stands in for the work: yields as often as it is told, and notes whether it was closed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, count: int, failure: Exception | None = None) -> None:
        self.count, self.failure, self.closed = count, failure, 0
        monkeypatch.setattr(pipeline, "export_video", self.work)
        monkeypatch.setattr("mmdemo.ui.subtitle_export.SHOWN_EVERY", 0.0)

    def work(self, path: Path, name: str, cues: Any, output: Path, *rest: Any) -> Generator[Any, None, Any]:
        try:
            for number in range(1, self.count + 1):
                yield SimpleNamespace(seconds_done=10.0 * number, duration=80.0)
            if self.failure:
                raise self.failure
            output.write_bytes(b"video")
            return SimpleNamespace(path=output, reasons=(Sentence("One track is missing.", "缺少一条轨道。"),))
        finally:
            self.closed += 1


def test_a_real_clip_gets_the_track_with_the_corrections(page: Page) -> None:
    parts = page.tab.parts
    assert page.of(parts.export, "visible") is True and page.of(parts.export_track, "interactive") is True
    rows = page.rows()
    rows[0][2] = "Good evening"
    page.play(page.tab.edit(page.session, page.state, rows))
    for updates in page.tab.make_video("track", page.session, page.state):
        page.apply(updates)
        if path := page.of(parts.export_file):
            assert Path(path).name == "my clip 片段.subtitled.mp4"
            assert texts(Path(path))[0] == (0.5, 2.5, "Good evening")
    assert page.of(parts.export_file, "visible") is True and "The video is ready." in page.of(parts.export_status)
    assert "begin after the end of the video" in page.of(parts.export_status)
    assert not Path(page.of(parts.export_file)).exists(), "our own copy is deleted"


def test_progress_and_result_are_shown_in_both_languages(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    Steps(monkeypatch, 3)
    page.session.language = CHINESE
    said = []
    for updates in page.tab.make_video("burned", page.session, page.state):
        page.apply(updates)
        said.append(page.of(page.tab.parts.export_status))
    assert "正在生成视频：0:20 / 1:20" in said[2] and 'value="0.250"' in said[2]
    assert "视频已生成。 缺少一条轨道。" in said[-1]
    page.session.language = "en"
    page.apply(page.tab.relabel(page.session, page.state, page.rows()))
    assert "The video is ready. One track is missing." in page.of(page.tab.parts.export_status)


def test_cancel_stops_within_a_step(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    steps, parts = Steps(monkeypatch, 1000), page.tab.parts
    for number, updates in enumerate(page.tab.make_video("burned", page.session, page.state)):
        page.apply(updates)
        if number == 3:
            assert page.of(parts.export_cancel, "interactive") is True
            page.apply(page.tab.cancel_video(page.session, page.state))
            assert "Stopping" in page.of(parts.export_status)
    assert steps.closed == 1 and "No video was made" in page.of(parts.export_status)
    assert page.of(parts.export_file, "visible") is False and page.of(parts.export_track, "interactive") is True


def test_closing_the_page_stops_the_work(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = Steps(monkeypatch, 1000)
    work = page.tab.make_video("track", page.session, page.state)
    for _ in range(3):
        next(work)
    work.close()
    assert steps.closed == 1 and page.state.export is not None and page.state.export.ended


def test_a_failure_is_a_sentence_and_frees_the_buttons(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    Steps(monkeypatch, 1, ContainerCannotHold(container="matroska", codec="odd"))
    page.play(page.tab.make_video("track", page.session, page.state))
    status = page.of(page.tab.parts.export_status)
    assert "cannot hold “odd”" in status and 'role="alert"' in status
    assert page.of(page.tab.parts.export_track, "interactive") is True


def test_a_correction_takes_a_finished_video_away(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    Steps(monkeypatch, 1)
    page.play(page.tab.make_video("track", page.session, page.state))
    rows = page.rows()
    rows[0][2] = "New"
    page.play(page.tab.edit(page.session, page.state, rows))
    assert page.of(page.tab.parts.export_file, "visible") is False
    assert "changed since the video was made" in page.of(page.tab.parts.export_status)


def test_only_one_video_is_made_at_a_time_and_a_new_job_ends_it(
    page: Page, monkeypatch: pytest.MonkeyPatch, clip: Path
) -> None:
    steps = Steps(monkeypatch, 1000)
    work = page.tab.make_video("track", page.session, page.state)
    page.apply(next(work))
    page.apply(next(work))
    page.play(page.tab.make_video("burned", page.session, page.state))
    assert steps.closed == 0, "the second click changes nothing"
    page.start(str(clip))
    page.play(work)
    assert steps.closed == 1


def test_a_recording_offers_no_video(tab: SubtitlesTab, fake: FakePipeline, tmp_path: Path) -> None:
    page = Page(tab)
    (tmp_path / "talk.mp3").write_bytes(b"x")
    page.start(str(tmp_path / "talk.mp3"))
    page.run()
    assert page.of(tab.parts.export, "visible") is False
    page.play(tab.make_video("track", page.session, page.state))
    assert page.state.export is None

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from mmdemo.errors import InvalidSamples
from mmdemo.ui.common import WORK_FOLDER, Session, remove_stale
from mmdemo.ui.i18n import CHINESE
from mmdemo.ui.subtitle_alignment import SubtitlesTab
from mmdemo.ui.subtitle_job import SubtitleSession
from mmdemo.ui.subtitle_layout import example_files
from mmdemo.ui.subtitle_updates import LONGEST_WAVEFORM
from tests.ui.fakes import CUES, DURATION, FakePipeline


class Page:
    """Applies updates the way the browser does, and checks files while they exist."""

    def __init__(self, tab: SubtitlesTab) -> None:
        self.tab = tab
        self.session = Session()
        self.state = SubtitleSession()
        self.shown: dict[Any, dict[str, Any]] = {}
        self.files: dict[str, str] = {}
        self.statuses: list[str] = []

    def apply(self, updates: dict[Any, dict[str, Any]]) -> None:
        assert updates.keys() <= set(self.tab.parts.outputs)
        for component, update in updates.items():
            assert update.pop("__type__") == "update"
            self.shown.setdefault(component, {}).update(update)
        for name, button in self.tab.parts.downloads.items():
            if path := updates.get(button, {}).get("value"):
                self.files[name] = Path(path).read_text(encoding="utf-8")
        if self.tab.parts.status in updates:
            self.statuses.append(self.of(self.tab.parts.status))

    def play(self, steps: Iterator[dict[Any, Any]]) -> None:
        for updates in steps:
            self.apply(updates)

    def of(self, component: Any, name: str = "value") -> Any:
        return self.shown.get(component, {}).get(name)

    def start(self, path: object, language: object = "auto") -> None:
        self.apply(self.tab.start(self.session, self.state, path, language))

    def run(self) -> None:
        self.play(self.tab.run(self.session, self.state))
        self.play(self.tab.copy_for_player(self.session, self.state))

    def rows(self) -> list[list[str]]:
        return [list(row) for row in self.of(self.tab.parts.table)["data"]]


@pytest.fixture
def page(tab: SubtitlesTab) -> Page:
    return Page(tab)


def test_a_clip_becomes_subtitles_on_the_player_in_the_table_and_in_files(page: Page, clip: Path) -> None:
    parts = page.tab.parts
    page.start(str(clip))
    assert page.of(parts.start, "interactive") is False and page.of(parts.cancel, "interactive") is True
    assert page.of(parts.results, "visible") is False
    page.run()
    assert any("Listening: 0:20 of 1:20" in status for status in page.statuses)
    assert "Done. Subtitles: 3." in page.statuses[-1]
    assert page.of(parts.video) == str(clip) and page.of(parts.video, "visible") is True
    assert [entry["timestamp"] for entry in page.of(parts.video, "subtitles")] == [[c.start, c.end] for c in CUES]
    assert page.rows()[0] == ["00:00:00.500", "00:00:02.500", "Hello out there"]
    assert page.of(parts.results, "visible") is True
    assert "00:00:00,500 --> 00:00:02,500\nHello out there" in page.files["srt"]
    assert set(page.files) == set(parts.downloads)
    assert {Path(page.of(button)).stem for button in parts.downloads.values()} == {clip.stem}
    assert not any(Path(page.of(button)).exists() for button in parts.downloads.values()), "our own copies are deleted"
    assert page.of(parts.start, "interactive") is True and page.of(parts.cancel, "interactive") is False
    assert "mm-low" in page.of(parts.transcript) and "93 %" in page.of(parts.summary)


def test_cues_come_while_the_work_runs(page: Page, clip: Path) -> None:
    page.start(str(clip))
    steps = page.tab.run(page.session, page.state)
    seen = []
    for updates in steps:
        page.apply(updates)
        seen.append(
            (page.of(page.tab.parts.transcript).count("<li>"), len(page.of(page.tab.parts.video, "subtitles") or []))
        )
    assert seen[0] == (0, 0) and (1, 1) in seen and (2, 2) in seen and seen[-1] == (3, 3)


@pytest.mark.parametrize(("duration", "player"), [(DURATION, "audio"), (LONGEST_WAVEFORM + 1, "video"), (0.0, "video")])
def test_sound_gets_a_waveform_unless_it_is_too_long(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, duration: float, player: str
) -> None:
    monkeypatch.setattr("tests.ui.fakes.DURATION", duration)
    path = tmp_path / "talk.mp3"
    path.write_bytes(b"x")
    page.start(str(path))
    page.run()
    shown, other = page.tab.parts.audio, page.tab.parts.video
    if player == "video":
        shown, other = other, shown
    assert page.of(shown) == str(path) and page.of(shown, "visible") is True
    assert page.of(other) is None and page.of(other, "visible") == "hidden"


def test_what_browsers_do_not_play_is_copied_after_the_subtitles(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "old film.avi"
    path.write_bytes(b"x")
    page.start(str(path))
    page.play(page.tab.run(page.session, page.state))
    assert "copy for the player" in page.statuses[-1] and "srt" in page.files
    assert page.of(page.tab.parts.cancel, "interactive") is True
    sizes = []
    for updates in page.tab.copy_for_player(page.session, page.state):
        page.apply(updates)
        sizes.append(Path(page.of(page.tab.parts.video)).stat().st_size)
    assert sizes[-1] > 0 and len(page.of(page.tab.parts.video, "subtitles")) == len(CUES)
    assert "Done. Subtitles: 3." in page.statuses[-1]


@pytest.mark.parametrize("started", [True, False])
def test_a_cancelled_copy_keeps_the_subtitles(page: Page, fake: FakePipeline, tmp_path: Path, started: bool) -> None:
    fake.transcode_waits = True
    path = tmp_path / "old.avi"
    path.write_bytes(b"x")
    page.start(str(path))
    page.play(page.tab.run(page.session, page.state))
    copying = page.tab.copy_for_player(page.session, page.state) if started else iter(())
    page.play(islice(copying, 1))
    page.apply(page.tab.cancel(page.session, page.state))
    page.play(copying)
    page.play(page.tab.copy_for_player(page.session, page.state))
    assert not started or fake.transcode_stopped.wait(10)
    assert "The copy for the player was cancelled" in page.statuses[-1]
    assert len(page.rows()) == 3 and page.of(page.tab.parts.start, "interactive") is True


def test_cancel_stops_the_work_and_keeps_what_was_found(page: Page, fake: FakePipeline, clip: Path) -> None:
    page.start(str(clip))
    for updates in page.tab.run(page.session, page.state):
        page.apply(updates)
        if "0:40" in page.statuses[-1] and not page.state.job.cancelled:
            page.apply(page.tab.cancel(page.session, page.state))
            assert "Stopping" in page.statuses[-1] and page.of(page.tab.parts.cancel, "interactive") is False
    assert fake.windows == 3 and fake.closed == 1
    assert page.statuses[-1].count("Cancelled at 1:00. What was found so far is kept; subtitles: 2.") == 1
    assert len(page.rows()) == 2 and "Hello" in page.files["srt"]
    assert page.of(page.tab.parts.start, "interactive") is True


def test_a_job_cancelled_while_it_waits_never_starts(page: Page, fake: FakePipeline, clip: Path) -> None:
    page.start(str(clip))
    page.apply(page.tab.cancel(page.session, page.state))
    assert "Cancelled before" in page.statuses[-1] and page.of(page.tab.parts.start, "interactive") is True
    page.run()
    assert fake.windows == 0

    page.start(str(clip))  # its own turn, and the turn that the first one left over
    page.run()
    page.run()
    assert fake.windows == 4 and fake.closed == 1


def test_a_failure_stays_on_the_page_and_frees_the_buttons(page: Page, fake: FakePipeline, clip: Path) -> None:
    fake.failure, fake.fail_after = InvalidSamples(name=clip.name), 3
    page.session.language = CHINESE
    page.start(str(clip))
    with pytest.raises(gr.Error) as caught:
        page.run()
    assert "无效数值" in caught.value.message and "无效数值" in page.statuses[-1]
    assert page.of(page.tab.parts.start, "interactive") is True
    assert len(page.rows()) == 2, "what was found before the failure is kept"


def test_an_unexpected_failure_shows_no_details(
    page: Page, fake: FakePipeline, clip: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fake.failure, fake.fail_after = RuntimeError("secret /root/path"), 0
    page.start(str(clip))
    with pytest.raises(gr.Error) as caught:
        page.run()
    assert "unexpected" in caught.value.message and "secret" not in caught.value.message + page.statuses[-1]
    assert "secret /root/path" in caplog.text


def test_too_little_memory_is_a_sentence(page: Page, fake: FakePipeline, clip: Path) -> None:
    fake.failure, fake.fail_after = MemoryError(), 0
    page.start(str(clip))
    with pytest.raises(gr.Error, match="not enough memory for “my clip 片段.mp4”"):
        page.run()


@pytest.mark.parametrize("file", [None, "", {"path": "/etc/passwd"}, ["a.mp4"], 3])
def test_what_is_no_file_is_a_sentence(page: Page, file: object) -> None:
    with pytest.raises(gr.Error, match="video or an audio file"):
        page.start(file)
    assert page.state.job is None


def test_an_unknown_language_is_a_sentence(page: Page, clip: Path) -> None:
    with pytest.raises(gr.Error, match="“tlh” is not a language"):
        page.start(str(clip), "tlh")


def done(page: Page, clip: Path) -> list[list[str]]:
    page.start(str(clip))
    page.run()
    return page.rows()


def test_a_correction_reaches_player_transcript_and_files(page: Page, clip: Path) -> None:
    rows = done(page, clip)
    rows[0][2] = "Hello <there>"
    page.play(page.tab.edit(page.session, page.state, rows))
    parts = page.tab.parts
    assert page.of(parts.video, "subtitles")[0]["text"] == "Hello ‹there>"
    assert "Hello &lt;there&gt;" in page.of(parts.transcript)
    assert "Hello <there>" in page.files["srt"]
    assert "Corrections are in the player" in page.of(parts.note)


def test_a_bad_time_names_the_row_and_loses_nothing(page: Page, clip: Path) -> None:
    rows = done(page, clip)
    before = dict(page.files), page.of(page.tab.parts.video, "subtitles")
    rows[1][0] = "soon"
    page.play(page.tab.edit(page.session, page.state, rows))
    note = page.of(page.tab.parts.note)
    assert "Row 2 of the subtitles" in note and "“soon”" in note and 'role="alert"' in note
    assert before == (page.files, page.of(page.tab.parts.video, "subtitles"))
    page.session.language = CHINESE
    page.apply(page.tab.relabel(page.session, page.state, rows))
    assert "字幕第 2 行" in page.of(page.tab.parts.note) and page.rows()[1][0] == "soon"
    rows[1][0] = "0:03"
    page.play(page.tab.edit(page.session, page.state, rows))
    assert "修改已更新" in page.of(page.tab.parts.note)


def test_rows_are_added_and_deleted(page: Page, clip: Path) -> None:
    rows = done(page, clip)
    parts = page.tab.parts
    assert page.of(parts.delete_row, "interactive") is False
    page.apply(page.tab.select(page.session, page.state, SimpleNamespace(index=[0, 2])))  # type: ignore[arg-type]
    assert page.of(parts.delete_row) == "Delete row 1" and page.of(parts.delete_row, "interactive") is True
    page.play(page.tab.add_row(page.session, page.state, rows))
    assert page.rows()[1] == ["", "", ""] and len(page.rows()) == 4
    page.play(page.tab.delete_row(page.session, page.state, page.rows()))
    assert "Hello" not in page.files["srt"] and len(page.rows()) == 3
    assert page.of(parts.delete_row, "interactive") is False
    page.play(page.tab.delete_row(page.session, page.state, page.rows()))  # nothing chosen, nothing lost
    assert len(page.rows()) == 3
    page.play(page.tab.add_row(page.session, page.state, page.rows()))
    assert page.rows()[-1] == ["", "", ""]


def test_deleting_every_row_leaves_empty_files(page: Page, clip: Path) -> None:
    done(page, clip)
    page.play(page.tab.edit(page.session, page.state, []))
    assert page.of(page.tab.parts.video, "subtitles") == [] and "-->" not in page.files["srt"]


def test_a_table_from_a_strange_client_is_a_sentence(page: Page, clip: Path) -> None:
    done(page, clip)
    page.play(page.tab.edit(page.session, page.state, {"data": 1}))
    assert "cannot be read as subtitles" in page.of(page.tab.parts.note)


def test_a_new_job_clears_the_last_one(page: Page, clip: Path, tmp_path: Path) -> None:
    done(page, clip)
    song = tmp_path / "song.mp3"
    song.write_bytes(b"x")
    page.start(str(song))
    parts = page.tab.parts
    assert page.of(parts.video) is None and page.of(parts.video, "visible") == "hidden"
    assert page.of(parts.results, "visible") is False and page.of(parts.summary) == ""


def test_the_language_switches_while_a_job_runs(page: Page, clip: Path) -> None:
    page.start(str(clip))
    steps = page.tab.run(page.session, page.state)
    for updates in steps:
        page.apply(updates)
        if "0:40" in page.statuses[-1]:
            page.session.language = CHINESE
    assert "完成：共 3 条字幕。" in page.statuses[-1] and "英语" in page.of(page.tab.parts.summary)
    assert page.of(page.tab.parts.table)["headers"] == ["开始", "结束", "文字"]


def test_examples_are_what_lies_in_the_folder(tmp_path: Path) -> None:
    assert example_files(tmp_path / "missing") == []
    for name in ("b.mp4", "a.WAV", "README.md"):
        (tmp_path / name).touch()
    assert [path.name for path in example_files(tmp_path)] == ["a.WAV", "b.mp4"]


def test_only_what_is_old_and_matches_is_deleted(tmp_path: Path) -> None:
    for name in ("tmpold.vtt", "upload/clip.mp4", "upload/inner/tmpclip.mp4"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "tmplink").symlink_to("upload")
    assert remove_stale(tmp_path, "**/*", older_than=3600) == 0
    assert remove_stale(tmp_path, "tmp*", older_than=-1) == 2
    assert len(list(tmp_path.rglob("*.mp4"))) == 2
    assert remove_stale(tmp_path, "**/*", older_than=-1) == 4
    assert list(tmp_path.iterdir()) == []
    assert remove_stale(tmp_path / "missing", "**/*") == 0


def test_a_finished_job_leaves_no_file_of_ours(page: Page, clip: Path) -> None:
    done(page, clip)
    assert list(WORK_FOLDER.glob("*/*.srt")) == []

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from mmdemo.errors import InvalidSamples, NoAudio
from mmdemo.subtitles import load_subtitles
from mmdemo.ui.alignment_inputs import understand
from mmdemo.ui.alignment_job import run_alignment, write_retimed
from mmdemo.ui.subtitle_job import Job
from mmdemo.ui.subtitle_view import SubtitleView
from mmdemo.ui.waveform_levels import COLUMNS
from tests.ui.fakes import REASON, SHIFT, FakePipeline
from tests.ui.test_alignment_inputs import PLAIN, SRT


def job_of(clip: Path, text: str, language: str | None = None) -> Job:
    return Job(clip, language, understand(clip, None, text, "en"))


def saved(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


def phases(views: list[SubtitleView]) -> list[str]:
    return list(dict.fromkeys(view.phase for view in views))


def test_a_text_is_placed(fake: FakePipeline, clip: Path) -> None:
    views = list(run_alignment(job_of(clip, PLAIN)))
    assert phases(views) == ["reading", "aligning", "done"]
    assert [view.seconds_done for view in views][2:6] == [20.0, 40.0, 60.0, 80.0]
    last = views[-1]
    assert (last.mode, last.outcome, last.reasons) == ("align", "aligned", (REASON,))
    assert [(cue.start, cue.text) for cue in last.cues] == [(1.0, "Hello out there"), (11.0, "The end")]
    assert last.player_path == clip and last.given is None and fake.closed == 1
    assert last.tracks is not None and last.tracks.before == ()
    assert len(last.tracks.levels) == COLUMNS and last.tracks.levels[0] == pytest.approx(0.25)
    assert last.tracks.levels[-1] == 1.0


def test_subtitles_get_new_times(fake: FakePipeline, clip: Path) -> None:
    last = list(run_alignment(job_of(clip, SRT)))[-1]
    assert (last.mode, last.outcome) == ("resync", "aligned")
    assert [cue.start for cue in last.cues] == [6.0 - SHIFT, 9.0 - SHIFT]
    assert last.tracks is not None and [cue.start for cue in last.tracks.before] == [6.0, 9.0]
    assert last.tracks.time_map == ((6.0, 1.0), (11.0, 6.0))
    assert [last.is_unsure(row) for row in range(2)] == [False, True]


def test_a_right_file_and_another_text_are_left_alone(fake: FakePipeline, clip: Path) -> None:
    right = list(run_alignment(job_of(clip, SRT.replace("00:00:06", "00:00:03"))))[-1]
    assert right.outcome == "unchanged" and right.cues[0].start == 3.0 and right.given is None
    other = list(run_alignment(job_of(clip, "Another film\nentirely")))[-1]
    assert (other.outcome, other.cues, other.reasons) == ("refused", (), (REASON,))


def test_cancel_stops_within_a_step(fake: FakePipeline, clip: Path) -> None:
    job = job_of(clip, SRT, "de")
    views = []
    for view in run_alignment(job):
        views.append(view)
        job.cancelled = view.seconds_done >= 40.0
    assert views[-1].phase == "cancelled" and views[-1].cues == ()
    assert fake.windows == 3 and fake.closed == 1


def test_a_cancel_at_the_very_end_costs_only_the_waveform(fake: FakePipeline, clip: Path) -> None:
    job = job_of(clip, SRT)
    views = []
    for view in run_alignment(job):
        views.append(view)
        job.cancelled = len(views) > 6
    assert views[-1].outcome == "aligned" and views[-1].tracks is not None and views[-1].tracks.levels == ()


def test_closing_stops_the_work(fake: FakePipeline, clip: Path) -> None:
    views = run_alignment(job_of(clip, PLAIN))
    while next(views).seconds_done == 0.0:
        pass
    views.close()
    assert fake.windows == 1 and fake.closed == 1


def test_failures_come_out(fake: FakePipeline, clip: Path, tmp_path: Path) -> None:
    with pytest.raises(NoAudio):
        list(run_alignment(job_of(saved(tmp_path, "silent.mp4", "x"), PLAIN)))
    fake.failure, fake.fail_after = InvalidSamples(name="x"), 2
    with pytest.raises(InvalidSamples):
        list(run_alignment(job_of(clip, PLAIN)))
    assert fake.closed == 1


def cue_lines(starts: list[float], word: str) -> str:
    def stamp(seconds: float) -> str:
        return f"{int(seconds) // 3600:02d}:{int(seconds) // 60 % 60:02d}:{seconds % 60:06.3f}".replace(".", ",")

    blocks = [f"{n + 1}\n{stamp(s)} --> {stamp(s + 1.5)}\n{word} {n}\n" for n, s in enumerate(starts)]
    return "\n".join(blocks)


STARTS = [5.0, 8.5, 11.0, 19.0, 24.5, 26.5, 33.0, 41.5, 44.0, 52.5, 61.0, 63.5, 71.0, 78.5, 80.5, 92.0]


def test_subtitles_follow_a_reference_without_media(tmp_path: Path) -> None:
    reference = saved(tmp_path, "right.srt", cue_lines(STARTS, "word"))
    late = saved(tmp_path, "late.vtt", "WEBVTT\n\n" + cue_lines([s + 3.2 for s in STARTS], "Wort").replace(",", "."))
    job = Job(reference, None, understand(reference, late, "", "en"))
    views = list(run_alignment(job))
    last = views[-1]
    assert phases(views) == ["aligning", "done"] and (last.mode, last.outcome) == ("reference", "aligned")
    assert [cue.start for cue in last.cues] == pytest.approx(STARTS, abs=0.05)
    assert last.name == "late.vtt" and last.player_path is None
    assert last.tracks is not None and len(last.tracks.reference) == len(STARTS)

    again = list(run_alignment(Job(reference, None, understand(reference, reference, "", "en"))))[-1]
    assert again.outcome == "unchanged"
    other = saved(tmp_path, "other.srt", cue_lines([1.0, 2.6, 90.0], "x"))
    refused = list(run_alignment(Job(reference, None, understand(reference, other, "", "en"))))[-1]
    assert refused.outcome == "refused" and "do not seem to belong" in refused.reasons[0].en


def test_a_cancelled_reference_ends_the_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()
    monkeypatch.setattr("mmdemo.ui.pipeline.sync_to_reference", lambda *given: release.wait(30))
    path = saved(tmp_path, "a.srt", SRT)
    job = Job(path, None, understand(path, path, "", "en"))
    found = []
    for view in run_alignment(job):
        found.append(view.phase)
        job.cancelled = True
    release.set()
    assert found == ["aligning", "cancelled"]


def test_the_file_that_came_in_comes_back_with_new_times(fake: FakePipeline, clip: Path, tmp_path: Path) -> None:
    styled = SRT.replace("Hello", "<i>Hello</i>").replace("\n", "\r\n")
    path = tmp_path / "my talk.srt"
    path.write_bytes(styled.encode("utf-16"))
    last = list(run_alignment(Job(clip, None, understand(clip, path, "", "en"))))[-1]
    folder = tmp_path / "out"
    folder.mkdir()
    written = write_retimed(last, folder)
    assert written is not None and written.name == "my talk.aligned.srt"
    expected = styled.replace("00:00:06,000 --> 00:00:08,000", "00:00:01,000 --> 00:00:03,000")
    expected = expected.replace("00:00:09,000 --> 00:00:11,000", "00:00:04,000 --> 00:00:06,000")
    assert written.read_bytes().decode("utf-16") == expected


def test_no_file_comes_back_where_it_cannot(fake: FakePipeline, clip: Path, tmp_path: Path) -> None:
    last = list(run_alignment(job_of(clip, SRT)))[-1]
    assert write_retimed(last, tmp_path) == tmp_path / "subtitles.aligned.srt"
    corrected = (replace(last.cues[0], text="Hello"), last.cues[1])
    assert write_retimed(replace(last, cues=corrected), tmp_path) is None
    assert write_retimed(list(run_alignment(job_of(clip, PLAIN)))[-1], tmp_path) is None
    assert load_subtitles(tmp_path / "subtitles.aligned.srt").cues[0].start == 1.0

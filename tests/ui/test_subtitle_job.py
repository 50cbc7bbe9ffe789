from __future__ import annotations

import threading
from pathlib import Path

import pytest

from mmdemo.errors import EmptyFile, InvalidSamples, NoAudio
from mmdemo.subtitles import SUBTITLE_FORMATS, load_subtitles
from mmdemo.ui.background import in_background
from mmdemo.ui.subtitle_job import Job, make_player_copy, run_job, write_files
from tests.ui.fakes import CUES, REASON, FakePipeline


def test_a_job_streams_views_and_ends_with_the_result(fake: FakePipeline, clip: Path) -> None:
    views = list(run_job(Job(clip, None)))
    assert [view.phase for view in views] == ["reading", *["transcribing"] * 5, "done"]
    assert [view.seconds_done for view in views][2:6] == [20.0, 40.0, 60.0, 80.0]
    assert views[1].player_path == clip  # watched while the work goes on
    last = views[-1]
    assert (last.cues, last.reasons, last.language, last.language_probability) == (CUES, (REASON,), "en", 0.93)
    assert fake.closed == 1


def test_a_chosen_language_is_passed_on(fake: FakePipeline, clip: Path) -> None:
    last = list(run_job(Job(clip, "zh")))[-1]
    assert fake.languages == ["zh"] and last.language == "zh" and last.language_chosen


def test_cancel_stops_the_work_and_keeps_what_was_found(fake: FakePipeline, clip: Path) -> None:
    job = Job(clip, None)
    views = []
    for view in run_job(job):
        views.append(view)
        job.cancelled = view.seconds_done >= 40.0
    assert views[-1].phase == "cancelled"
    assert views[-1].cues == CUES[:2]
    assert fake.windows == 3 and fake.closed == 1  # the window after the cancel is the last


def test_closing_stops_the_work(fake: FakePipeline, clip: Path) -> None:
    views = run_job(Job(clip, None))
    while next(views).seconds_done == 0.0:
        pass
    views.close()  # type: ignore[attr-defined]
    assert fake.windows == 1 and fake.closed == 1


def test_cancel_while_the_models_load(fake: FakePipeline, clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()
    fake.loaded = False
    monkeypatch.setattr("mmdemo.ui.pipeline.load_models", lambda: release.wait(30))
    job = Job(clip, None)
    phases = []
    for view in run_job(job):
        phases.append(view.phase)
        job.cancelled = view.phase == "loading"
    release.set()
    assert phases == ["reading", "loading", "cancelled"]
    assert fake.windows == 0


@pytest.mark.parametrize(("name", "content", "error"), [("empty.mp3", b"", EmptyFile), ("silent.mp4", b"x", NoAudio)])
def test_a_bad_file_is_refused_before_the_models(
    fake: FakePipeline, tmp_path: Path, name: str, content: bytes, error: type[Exception]
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(error):
        list(run_job(Job(path, None)))
    assert fake.closed == 0


def test_a_failure_in_the_middle_comes_out(fake: FakePipeline, clip: Path) -> None:
    fake.failure, fake.fail_after = InvalidSamples(name="x"), 2
    with pytest.raises(InvalidSamples):
        list(run_job(Job(clip, None)))
    assert fake.closed == 1


def test_a_copy_is_made_for_what_browsers_do_not_play(fake: FakePipeline, tmp_path: Path) -> None:
    path = tmp_path / "old film.avi"
    path.write_bytes(b"x")
    job = Job(path, None)
    last = list(run_job(job))[-1]
    assert last.phase == "player" and last.player_path is None
    folder = tmp_path / "copies"
    folder.mkdir()
    *_, copy = make_player_copy(job, folder)
    assert copy == folder / "old film.mp4" and copy.stat().st_size > 0


def test_the_copy_stops_when_cancelled_or_abandoned(fake: FakePipeline, tmp_path: Path) -> None:
    fake.transcode_waits = True
    path = tmp_path / "old.avi"
    path.write_bytes(b"x")
    job = Job(path, None)
    list(run_job(job))
    job.cancelled = True
    assert list(make_player_copy(job, tmp_path)) == []
    assert fake.transcode_stopped.wait(10)

    fake.transcode_stopped.clear()
    job.cancelled = False
    copies = make_player_copy(job, tmp_path)
    assert next(copies) is None
    copies.close()  # type: ignore[attr-defined]
    assert fake.transcode_stopped.wait(10)


def test_background_work_hands_over_results_and_failures() -> None:
    def fails() -> None:
        raise TimeoutError("of the work, not of the waiting")

    with pytest.raises(StopIteration) as finished:
        next(in_background(lambda: 42))
    assert finished.value.value == 42
    with pytest.raises(TimeoutError, match="of the work"):
        next(in_background(fails))


def test_files_are_named_after_the_upload(tmp_path: Path) -> None:
    paths = write_files(CUES, "my clip 片段", "en", tmp_path)
    assert set(paths) == set(SUBTITLE_FORMATS)
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in paths.values()}
    assert paths["textgrid"].name == "my clip 片段.TextGrid"
    for name in ("srt", "vtt", "json"):
        read = load_subtitles(paths[name]).cues
        assert [(cue.start, cue.end) for cue in read] == [(cue.start, cue.end) for cue in CUES]

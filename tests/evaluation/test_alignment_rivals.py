"""Rivals behind an interpreter that has stand-ins for them: what they are given, and what is made of their answers."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mmdemo.evaluation.alignment_engine import Job
from mmdemo.evaluation.alignment_rivals import Aeneas, FFSubSync, StableTS, rivals, run_measured
from mmdemo.subtitles import save_subtitles
from mmdemo.types import SAMPLE_RATE, Cue
from tests.evaluation.alignment_scene import true_lines

FFSUBSYNC = """
import sys
def main():
    media, given, out = sys.argv[1], sys.argv[3], sys.argv[5]
    text = open(given, encoding="utf-8").read()
    if "foreign" in text: return 1
    if "number9" in text: raise RuntimeError("too long")
    moved = text.replace("00:00:05,000 --> 00:00:07,000", "00:00:06,500 --> 00:00:08,000")
    open(out, "w", encoding="utf-8").write(moved)
    return 0
"""
STABLE_WHISPER = """
class Part:
    def __init__(self, **values): self.__dict__.update(values)
class Model:
    def align(self, sound, text, language, original_split):
        assert len(sound) == 16000 and language == "en" and original_split
        lines = [line for line in text.split("\\n") if line]
        words = [Part(word=" " + lines[0], start=5.0, end=6.0, probability=0.5)]
        return Part(segments=[Part(text=" " + t, start=5.0 + i, end=6.0 + i, words=words) for i, t in enumerate(lines)])
def load_faster_whisper(model, device, compute_type):
    assert model == "/weights"
    return Model()
"""
AENEAS = """
import json, sys
media, text, task, out = sys.argv[1:5]
assert "task_language=eng" in task
lines = open(text, encoding="utf-8").read().split("\\n")[:-1]
found = [{"begin": "%.3f" % (i + 5), "end": "%.3f" % (i + 6), "lines": [t]} for i, t in enumerate(lines)]
json.dump({"fragments": found}, open(out, "w"))
"""


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """An interpreter whose packages are the stand-ins."""
    home = tmp_path / "rivals"
    files = {
        "ffsubsync/__init__.py": "",
        "ffsubsync/ffsubsync.py": FFSUBSYNC,
        "stable_whisper.py": STABLE_WHISPER,
        "aeneas/__init__.py": "",
        "aeneas/executetask.py": "",
        "aeneas/tools/__init__.py": "",
        "aeneas/tools/execute_task.py": AENEAS,
    }
    for name, text in files.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text, "utf-8")
    path = home / "python"
    path.write_text(f'#!/bin/sh\nPYTHONPATH="{home}" exec "{sys.executable}" "$@"\n', "utf-8")
    path.chmod(0o755)
    return path


def _job(folder: Path, count: int = 3, prefix: str = "line", timed: bool = True) -> Job:
    lines = true_lines(count, prefix)
    media, subtitles = folder / "media.wav", folder / "subtitles.srt"
    soundfile.write(media, np.zeros(SAMPLE_RATE, np.float32), SAMPLE_RATE)
    save_subtitles(
        [Cue(i, line.span.start, line.span.end, line.text) for i, line in enumerate(lines, 1)], subtitles, "srt"
    )
    return Job(media, "en", tuple(line.text for line in lines), subtitles if timed else None)


def test_ffsubsync_moves_a_file(python: Path, tmp_path: Path) -> None:
    answer = FFSubSync(python).run(_job(tmp_path))
    assert [cue.start for cue in answer.cues] == [6.5, 11.0, 17.0]
    assert (answer.outcome, answer.problem) == ("aligned", "")
    assert 0 < answer.cpu_seconds < 60 and 0 < answer.work_seconds < 60 and 5 < answer.peak_mb < 2000


def test_its_exit_code_is_a_refusal_and_a_crash_is_none(python: Path, tmp_path: Path) -> None:
    assert FFSubSync(python).run(_job(tmp_path, prefix="foreign")).outcome == "refused"
    crashed = FFSubSync(python).run(_job(tmp_path, count=10))
    assert crashed.outcome == "failed" and "too long" in crashed.problem


def test_transcripts_and_translations_go_only_to_those_made_for_them(python: Path, tmp_path: Path) -> None:
    transcript = _job(tmp_path, timed=False)
    translated = Job(transcript.media, "en", transcript.lines, tmp_path / "subtitles.srt", translated=True)
    unknown = Job(transcript.media, "xx", transcript.lines, None)
    sync, stable, warping = rivals(python, Path("/weights"))
    assert [one.takes(transcript) for one in (sync, stable, warping)] == [False, True, True]
    assert [one.takes(translated) for one in (sync, stable, warping)] == [True, False, False]
    assert not warping.takes(unknown)


def test_stable_ts_gives_lines_with_words(python: Path, tmp_path: Path) -> None:
    answer = StableTS(python, Path("/weights")).run(_job(tmp_path, timed=False))
    assert [cue.text for cue in answer.cues] == ["line number0", "line number1", "line number2"]
    assert answer.cues[1].start == 6.0 and answer.cues[0].words[0].probability == 0.5
    assert answer.load_seconds > 0 and answer.work_seconds > 0


def test_aeneas_gives_lines(python: Path, tmp_path: Path) -> None:
    answer = Aeneas(python).run(_job(tmp_path, timed=False))
    assert [(cue.start, cue.text) for cue in answer.cues] == [(5.0 + i, f"line number{i}") for i in range(3)]


def test_who_moves_nothing_left_the_file_unchanged(python: Path, tmp_path: Path) -> None:
    job = _job(tmp_path)
    assert job.subtitles is not None
    job.subtitles.write_text(job.subtitles.read_text("utf-8").replace("00:00:05,000", "00:00:04,900"), "utf-8")
    assert FFSubSync(python).run(job).outcome == "unchanged"


def test_what_is_not_installed_is_named(python: Path) -> None:
    assert StableTS(python, Path("/weights")).absent() == ""
    (python.parent / "stable_whisper.py").unlink()
    assert "stable_whisper" in StableTS(python, Path("/weights")).absent()


def test_the_peak_is_that_of_the_child() -> None:
    small = run_measured([sys.executable, "-c", "pass"], Path("/"))
    large = run_measured([sys.executable, "-c", "x = b'1' * 200_000_000; print('done')"], Path("/"))
    assert large.peak_mb - small.peak_mb == pytest.approx(200, abs=30)
    assert large.said.strip() == "done" and large.code == 0
    assert run_measured([sys.executable, "-c", "raise SystemExit(3)"], Path("/")).code == 3

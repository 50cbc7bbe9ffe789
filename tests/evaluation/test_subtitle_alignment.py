"""The whole evaluation with an aligner that is known to be good, one that is known to be bad, and the real one."""

from __future__ import annotations

import importlib
import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mmdemo.errors import NoAudio
from mmdemo.evaluation import alignment_engine, subtitle_alignment
from mmdemo.evaluation.alignment_cases import AlignmentCase, TrueLine, write_case
from mmdemo.evaluation.alignment_engine import Job, OwnAligner, answer_from_json, answer_to_json, own_answer
from mmdemo.evaluation.alignment_measures import Answer
from mmdemo.evaluation.alignment_trials import other_film
from mmdemo.evaluation.sample_media import SPEECH_FILES, sample
from mmdemo.subtitles import load_subtitles
from mmdemo.types import Cue, Span, SubtitleAlignment, Word
from tests.evaluation.alignment_scene import case, tones


class Back:
    """Moves every file back by the seconds of the fault "shift", and refuses what does not belong."""

    name = "back"

    def __init__(self) -> None:
        self.jobs: list[Job] = []
        self.closed = False

    def absent(self) -> str:
        return ""

    def takes(self, job: Job) -> bool:
        return job.subtitles is not None

    def run(self, job: Job) -> Answer:
        self.jobs.append(job)
        assert job.subtitles is not None and job.media.is_file()
        cues = load_subtitles(job.subtitles).cues
        if "foreign" in cues[0].text:
            return Answer(outcome="refused", peak_mb=20.0)
        moved = tuple(replace(cue, start=cue.start - 7.3, end=cue.end - 7.3) for cue in cues)
        return Answer(moved, (1.0,) * len(moved), "aligned", 1.0, 6.2, 9.3, 10.0)

    def close(self) -> None:
        self.closed = True


class Absent(Back):
    """Is not installed."""

    name = "absent"

    def absent(self) -> str:
        return "not installed"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two cases of different films."""
    for name, prefix in (("first", "line"), ("second", "foreign")):
        one = case(tmp_path, name, prefix)
        write_case(one, tones(one.lines))
    return tmp_path


def _run(folder: Path, back: Back, monkeypatch: pytest.MonkeyPatch, *faults: str) -> dict[str, Any]:
    monkeypatch.setattr(subtitle_alignment, "OwnAligner", lambda: back)
    monkeypatch.setattr(subtitle_alignment, "rivals", lambda python, model: (Absent(),))
    target = folder / "out" / "result.json"
    target.parent.mkdir(exist_ok=True)
    names = [str(folder / "first.json"), str(folder / "second.json"), "--faults", *faults]
    subtitle_alignment.main([*names, "--rival-model", "/weights", "--each", "--json", str(target)])
    found: dict[str, Any] = json.loads(target.read_text("utf-8"))
    return found


def test_figures_are_those_of_the_aligner(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    back = Back()
    result = _run(folder, back, monkeypatch, "shift", "correct", "other film", "transcript")
    rows = {row["fault"]: row for row in result["rows"]}
    assert set(rows) == {"shift", "correct", "other film"} and result["absent"] == {"absent": "not installed"}
    shift = rows["shift"]  # the foreign film is refused: its ten lines stay 7.3 s off
    assert (shift["in_50"], shift["in_500"], shift["right"], shift["refused"]) == (0.5, 0.5, "1/2", 1)
    assert shift["mean_ms"] == pytest.approx(3650, abs=1) and shift["missing"] == 0
    assert shift["rtf"] == pytest.approx(6.2 / 124, rel=1e-3) and shift["peak_mb"] == 20
    assert shift["cpu"] == pytest.approx(9.3 / 124, rel=1e-3) and shift["rtf_whole"] == pytest.approx(
        7.2 / 124, rel=1e-3
    )
    assert rows["correct"]["right"] == "0/2" and rows["correct"]["moved_ms"] == pytest.approx(7300, abs=1)
    assert rows["other film"]["right"] == "1/2"
    headline = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert headline == {"back": {"shift": 0.5, "correct": "0/2", "other film": "1/2"}}
    assert back.closed


def test_every_fault_is_a_file_of_its_own(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hashes: set[bytes] = set()

    class Hashing(Back):
        def run(self, job: Job) -> Answer:
            hashes.add(job.media.read_bytes())
            return super().run(job)

    _run(folder, Hashing(), monkeypatch, "correct", "shift", "drift")
    assert len(hashes) == 6


def test_a_run_that_is_stopped_says_what_it_found(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stopped(Back):
        def run(self, job: Job) -> Answer:
            if self.jobs:
                raise KeyboardInterrupt
            return super().run(job)

    stopped = Stopped()
    result = _run(folder, stopped, monkeypatch, "shift", "correct")
    assert [row["fault"] for row in result["rows"]] == ["shift"] and stopped.closed


def test_another_film_is_never_the_same_text(tmp_path: Path) -> None:
    one, twin, other = case(tmp_path), case(tmp_path, "twin"), case(tmp_path, "other", "foreign")
    assert other_film(one, [one, twin, other]) == other.lines
    invented = other_film(one, [one, twin])
    assert len(invented) > 5 and not {line.text for line in invented} & {line.text for line in one.lines}


def test_a_story_in_another_language_or_with_hesitations_is_no_other_film(tmp_path: Path) -> None:
    def told(name: str, text: str, translation: str = "") -> AlignmentCase:
        return replace(case(tmp_path, name), lines=(TrueLine(text, Span(1.0, 3.0), (), translation),))

    story = "Every passenger had paid for a bed below the waterline."
    one, hesitant = told("one", story), told("hesitant", f"um {story[:15]} uh{story[15:]}")
    translated = told("translated", "Cada pasajero había pagado por una cama.", story)
    other = told("other", "The committee will vote on the harbour budget.")
    for told_again in (hesitant, translated):
        assert other_film(one, [one, told_again, other]) == other_film(told_again, [one, told_again, other])
        assert other_film(one, [one, told_again, other]) == other.lines


def test_nothing_to_run_is_a_failure(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subtitle_alignment, "OwnAligner", Absent)
    monkeypatch.setattr(subtitle_alignment, "rivals", lambda python, model: ())
    assert subtitle_alignment.main([str(folder / "first.json"), "--rival-model", "/weights"]) == 1


def test_an_answer_survives_the_way_between_processes() -> None:
    cue = Cue(1, 0.5, 1.5, "día\n♪", (Word(" día", 0.5, 0.9, 0.7),))
    answer = Answer((cue,), (0.25,), "unchanged", 1.0, 2.0, 2.5, 3.0, "why")
    text = answer_to_json(answer)
    assert "\n" not in text and answer_from_json(text) == answer


def _engine(monkeypatch: pytest.MonkeyPatch, error: Exception | None, outcome: str | None = None) -> list[object]:
    """Put an engine in place of both entry points; returns what it is called with."""
    calls: list[object] = []

    def entry(media: object, text: object, models: object, language: str | None = None) -> Any:
        calls.append((text, language))
        yield SimpleNamespace(alignment=None)
        if error is not None:
            raise error
        found = SubtitleAlignment((Cue(1, 1.0, 2.0, "a"),), (0.5,), "en", 9.0)
        yield SimpleNamespace(alignment=found, **({} if outcome is None else {"outcome": outcome}))

    module = SimpleNamespace(align=entry, resync=entry)
    monkeypatch.setattr(importlib, "import_module", lambda name: module)
    return calls


def test_the_engine_is_called_as_a_user_would(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    calls = _engine(monkeypatch, None, "unchanged")
    subtitles = tmp_path / "a.srt"
    subtitles.write_text("1\n00:00:01,000 --> 00:00:02,000\na\n", "utf-8")
    media = sample(SPEECH_FILES[2])
    answer = own_answer(Job(media, "en", ("a",), subtitles), None, 4.0)
    assert (answer.outcome, answer.load_seconds, answer.cues[0].start) == ("unchanged", 4.0, 1.0)
    assert answer.peak_mb > 20 and answer.cpu_seconds > 0 and answer.work_seconds > 0
    _engine(monkeypatch, None)
    assert own_answer(Job(media, "en", ("a",), None), None, 0.0).outcome == "aligned"
    assert calls[0] == (load_subtitles(subtitles).cues, None)


def test_a_sentence_is_a_refusal_and_a_crash_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    job = Job(sample(SPEECH_FILES[2]), "en", ("a",), None)
    _engine(monkeypatch, NoAudio(name="film"))
    refused = own_answer(job, None, 0.0)
    assert refused.outcome == "refused" and "film" in refused.problem
    _engine(monkeypatch, ZeroDivisionError("oh"))
    assert own_answer(job, None, 0.0).outcome == "failed"


def test_an_entry_point_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alignment_engine, "ALIGN_MODULE", "mmdemo.tasks.nothing")
    monkeypatch.setattr(alignment_engine, "RESYNC_MODULE", "mmdemo.tasks.nowhere")
    own = OwnAligner()
    assert "nothing" in own.absent() and "nowhere" in own.absent()
    assert not own.takes(Job(Path("a"), "en", (), None))


@pytest.mark.real
def test_the_real_engine_answers_from_its_own_process() -> None:
    own = OwnAligner()
    job = Job(sample(SPEECH_FILES[2]), "en", ("I trust you had", "an historic evening"), None)
    try:
        assert own.takes(job)
        answer, again = own.run(job), own.run(job)
    finally:
        own.close()
    assert answer.outcome == "aligned", answer.problem
    assert [cue.text for cue in answer.cues] == list(job.lines)
    assert 0 < answer.cues[0].start < answer.cues[1].start < 4.5
    assert [cue.start for cue in again.cues] == [cue.start for cue in answer.cues]
    assert 100 < answer.peak_mb < 1500 and answer.load_seconds > again.work_seconds > 0

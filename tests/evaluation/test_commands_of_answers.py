"""The commands around answers that take hours are run whole, on data that takes a second."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mmdemo.evaluation import qa_speech
from mmdemo.evaluation.qa_speech_recordings import Plan, QuestionRecording, _text_only
from mmdemo.evaluation.qa_speech_texts import QUESTIONS
from mmdemo.generators.answer_files import ListedAnswer
from mmdemo.runtime import Models
from mmdemo.training import answer_assembly, answer_presence, answers, sound_kinds
from mmdemo.types import SAMPLE_RATE
from tests.evaluation.test_qa_visual import _write
from tests.fakes import fake_models
from tests.tasks.picture_backbone import PictureBackbone
from tests.tasks.spoken_models import spoken_models
from tests.training.test_answers import ANSWERS, _training

Patch = pytest.MonkeyPatch


def noise(seconds: float, seed: int = 0) -> np.ndarray:
    return (0.1 * np.random.default_rng(seed).standard_normal(int(seconds * SAMPLE_RATE))).astype(np.float32)


def test_answers_are_trained_and_written(
    tmp_path: Path, monkeypatch: Patch, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = [ListedAnswer(answer, "") for answer in ANSWERS]
    prepared = answer_assembly.Prepared(_training(), listed, {"model_id": "tiny"})
    monkeypatch.setattr(answer_assembly, "prepare", lambda options: prepared)
    monkeypatch.setattr(answer_assembly, "data_hash", lambda folder: "0")
    out = tmp_path / "answers"
    assert answers.main(["--data", str(tmp_path), "--out", str(out), "--epochs", "1", "--steps", "2"]) == 0
    assert {"config.json", "recipe.json", "curves.json"} <= {path.name for path in out.iterdir()}
    assert len(json.loads((out / "curves.json").read_text("utf-8"))) == 1
    assert "epoch 0" in capsys.readouterr().out


def test_the_thresholds_of_presence_are_found(
    tmp_path: Path, monkeypatch: Patch, capsys: pytest.CaptureFixture[str]
) -> None:
    _write(tmp_path / "vqa")
    questions = tmp_path / "vqa" / "questions.jsonl"
    questions.write_text(questions.read_text("utf-8").replace("What color is it?", "What color is the car?"), "utf-8")
    monkeypatch.setattr(answer_presence, "is_kept_back", lambda picture: True)
    monkeypatch.setattr(answer_presence, "models", lambda: fake_models(PictureBackbone()))  # type: ignore[arg-type]
    assert answer_presence.main(["--data", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "things asked about: 3;" in said and "things drawn: 6;" in said and "threshold 0." in said


@pytest.mark.real
def test_sound_kinds_are_fitted_and_written(
    tmp_path: Path, monkeypatch: Patch, capsys: pytest.CaptureFixture[str], real_models: Models
) -> None:
    for piece in ("tune", "frozen-bubble"):
        (tmp_path / "music" / piece).mkdir(parents=True)
        write_ogg(tmp_path / "music" / piece / "song.ogg", 7.0)
    made = [sound_kinds.Example(held, kind, kind, noise(1.5)) for held in (False, True) for kind in ("event", "speech")]
    monkeypatch.setattr(sound_kinds, "_events", lambda archive, random: made[::2])
    monkeypatch.setattr(sound_kinds, "_spoken", lambda archive: made[1::2])
    for name in ("COMPOSED", "COMPOSED_HELD_OUT", "NOISES", "NOISES_HELD_OUT", "EXCERPTS"):
        monkeypatch.setattr(sound_kinds, name, 1)
    monkeypatch.setattr(sound_kinds, "STEPS", 20)
    monkeypatch.setattr(sound_kinds, "models", lambda: real_models)
    out = tmp_path / "kinds"
    given = ["--data", str(tmp_path), "--music", str(tmp_path / "music"), "--out", str(out)]
    assert sound_kinds.main(given) == 0
    headline = json.loads(capsys.readouterr().out)
    assert (headline["fitted on"], headline["held out"]) == (5, 5)
    assert json.loads((out / "config.json").read_text("utf-8"))["held out"].keys() == set(sound_kinds.SOUND_KINDS)


def test_questions_about_speech_are_asked(
    tmp_path: Path, monkeypatch: Patch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = [question for question in QUESTIONS["held"] if question.recording == "mountain"]
    short = [*[one for one in asked if one.lines][:3], *[one for one in asked if not one.lines][:1]]

    def recordings(*given: object) -> list[QuestionRecording]:
        return [_text_only(Plan("short", "en", ("mountain",), spoken=False))]

    monkeypatch.setattr(qa_speech, "question_recordings", recordings)
    monkeypatch.setattr(qa_speech, "QUESTIONS", {"held": tuple(short)})
    monkeypatch.setattr(qa_speech, "sound_accuracies", lambda data, loaded: (1.0, 0.5))
    monkeypatch.setattr(qa_speech, "models", spoken_models)
    out = tmp_path / "speech.json"
    assert qa_speech.main(["--data", str(tmp_path), "--json", str(out)]) == 0
    report = json.loads(out.read_text("utf-8"))
    assert report["questions"] == len(short) == 4 and report["passage_first"] >= 2 / 3
    assert report["sound_accuracy_ten"] == 0.5
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["passage_first"] >= 0.66


def write_ogg(path: Path, seconds: float) -> None:
    """Write two tones into an Ogg file."""
    times = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    tones = 0.2 * (np.sin(2 * np.pi * 440 * times) + np.sin(2 * np.pi * 660 * times))
    soundfile.write(path, tones, SAMPLE_RATE, format="OGG", subtype="VORBIS")

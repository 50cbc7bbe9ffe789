"""A recording is heard once: in memory, on disk, stretch by stretch."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mmdemo.errors import WrongMediaKind
from mmdemo.stepwise import run_through
from mmdemo.tasks.heard import Heard, Stretch, heard, stretches
from mmdemo.types import Encoding, Segment, Span, Transcript, Word
from tests.fakes import FakeBackbone, FakeSpeech, fake_models


def recording(sha256: str = "a" * 64) -> Encoding:
    return replace(FakeBackbone().encode(None), sha256=sha256)  # type: ignore[arg-type]


def test_follow_up_questions_transcribe_nothing_again() -> None:
    speech = FakeSpeech()
    models = fake_models(speech=speech)
    steps = list(heard(recording(), models))
    assert [step.stage for step in steps] == ["listening"] * len(steps) and steps[-1].seconds_done == 40.0
    first = run_through(heard(recording(), models))
    assert len(speech.heard) == 4 and list(heard(recording(), models)) == []
    assert run_through(heard(recording(), models)) is first
    run_through(heard(recording("b" * 64), models))
    assert len(speech.heard) == 8


def test_a_media_file_is_encoded_window_by_window_and_heard_from_its_encoding() -> None:
    backbone = FakeBackbone()
    models = fake_models(backbone)
    audio: Any = type("Sound", (), {"sha256": "c" * 64, "duration": 40.0})()
    stages = [step.stage for step in heard(audio, models)]
    assert stages[:4] == ["encoding"] * 4 and set(stages[4:]) == {"listening"}
    assert backbone.closed


def test_a_new_process_reads_the_transcript_beside_the_tokens(tmp_path: Path) -> None:
    tokens = np.memmap(tmp_path / "tokens.f16", np.float16, "w+", shape=(2000, 4))
    tokens[:] = recording().tokens
    stored = replace(recording(), tokens=tokens)
    first = run_through(heard(stored, fake_models()))
    speech = FakeSpeech()
    second = run_through(heard(stored, fake_models(speech=speech)))
    assert speech.heard == [] and second.transcript == first.transcript
    for path in tmp_path.glob("transcript-*.json"):
        path.write_text("{torn", "utf-8")
    third = FakeSpeech()
    run_through(heard(stored, fake_models(speech=third)))
    assert len(third.heard) == 4


def test_stopping_leaves_nothing_behind() -> None:
    backbone = FakeBackbone()
    models = fake_models(backbone)
    audio: Any = type("Sound", (), {"sha256": "d" * 64, "duration": 40.0})()
    steps = heard(audio, models)
    next(steps)
    steps.close()
    assert backbone.closed and backbone.encoded == [0]


def test_pictures_have_no_sound() -> None:
    with pytest.raises(WrongMediaKind):
        run_through(heard(replace(recording(), modality="image"), fake_models()))


def spoken(*spans: tuple[float, float], duration: float) -> Transcript:
    words = tuple(Word(" word", start, end, 0.9) for start, end in spans)
    return Transcript((Segment(words[0].start, words[-1].end, "words", words),) if words else (), "en", 1.0, duration)


def sounding(*spans: tuple[float, float], duration: float) -> Encoding:
    starts = np.concatenate([np.arange(start, end, 0.02) for start, end in spans]) if spans else np.zeros(0)
    rows = np.stack([starts, starts + 0.02], axis=1).astype(np.float32)
    voice = np.zeros(len(rows), np.float32)
    return Encoding("audio", np.zeros((len(rows), 1)), rows, "m", "0", duration=duration, voice_activity=voice)


@pytest.mark.parametrize(
    ("sounds", "words", "expected"),
    [
        (((0.0, 10.0),), ((4.0, 6.0),), [("sound", 0.0, 4.0), ("speech", 4.0, 6.0), ("sound", 6.0, 10.0)]),
        (((4.0, 6.0),), ((4.0, 6.0),), [("silence", 0.0, 4.0), ("speech", 4.0, 6.0), ("silence", 6.0, 10.0)]),
        (((0.0, 10.0),), ((0.5, 5.0), (5.5, 9.5)), [("speech", 0.0, 10.0)]),
        ((), (), [("silence", 0.0, 10.0)]),
        (((0.0, 10.0),), (), [("sound", 0.0, 10.0)]),
    ],
)
def test_speech_sound_and_silence_cover_the_recording(
    sounds: tuple[tuple[float, float], ...],
    words: tuple[tuple[float, float], ...],
    expected: list[tuple[str, float, float]],
) -> None:
    found = stretches(sounding(*sounds, duration=10.0), spoken(*words, duration=10.0))
    assert [(s.kind, pytest.approx(s.span.start), pytest.approx(s.span.end)) for s in found] == expected


def test_seconds_of_a_kind_are_added_up() -> None:
    pieces = (Stretch("sound", Span(0, 2)), Stretch("speech", Span(2, 5)), Stretch("sound", Span(5, 6)))
    whole = Heard(sounding(duration=6.0), spoken((2.0, 5.0), duration=6.0), pieces)
    assert whole.seconds("sound") == 3 and whole.has_speech

"""Mistimed subtitles: outcomes, progress, cancel; with synthetic masks and with real speech."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mmdemo.alignment.mask_correlation import MaskFit
from mmdemo.alignment.time_map import TimeMap
from mmdemo.config import Limits
from mmdemo.errors import UnknownLanguage
from mmdemo.evaluation.sample_media import SPEECH_FILES, sample, write_long_recording
from mmdemo.media import audio_from_samples, load_audio, open_audio
from mmdemo.runtime import Models
from mmdemo.tasks.subtitle_alignment import transcribe_whole
from mmdemo.tasks.subtitle_resync import is_clear, resync
from mmdemo.types import SAMPLE_RATE, Audio, Cue
from tests.fakes import fake_models


def _fit(evidence: float, margin: float, support: tuple[float, ...]) -> MaskFit:
    identity = TimeMap.identity()
    return MaskFit(identity, identity, "aligned", "", evidence, margin, support)


def test_voice_activity_alone_decides_only_when_everything_speaks_for_it() -> None:
    assert is_clear(_fit(20.0, 0.5, (0.9,) * 10))
    assert not is_clear(_fit(9.0, 0.5, (0.9,) * 10))
    assert not is_clear(_fit(20.0, 0.1, (0.9,) * 10))
    assert not is_clear(_fit(20.0, 0.5, (0.9,) * 8 + (0.1,) * 2))
    assert not is_clear(_fit(20.0, 0.5, (0.9,) * 4))


def test_an_unknown_language_is_refused_before_any_work() -> None:
    sound = Audio(np.zeros(SAMPLE_RATE, np.float32), SAMPLE_RATE, "silence", "0" * 64)
    with pytest.raises(UnknownLanguage):
        next(resync(sound, [Cue(1, 0.0, 1.0, "a")], fake_models(), "klingon"))


@pytest.fixture(scope="module")
def spoken(real_models: Models, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[Cue, ...]]:
    """A minute of real speech and music with the cues that transcription gave it."""
    path = tmp_path_factory.mktemp("resync") / "minute.wav"
    write_long_recording(path, 60.0, seed=3)
    last = transcribe_whole(open_audio(path, Limits()), real_models)
    assert len(last.cues) >= 6
    return path, last.cues


def _moved(cues: tuple[Cue, ...], rate: float, offset: float) -> list[Cue]:
    return [Cue(c.index, rate * c.start + offset, rate * c.end + offset, c.text) for c in cues]


@pytest.mark.real
@pytest.mark.parametrize(("rate", "offset"), [(1.0, 7.3), (25 / 23.976, 1.0)])
def test_real_subtitles_come_back_to_their_speech(
    real_models: Models, spoken: tuple[Path, tuple[Cue, ...]], rate: float, offset: float
) -> None:
    path, cues = spoken
    *before, last = resync(open_audio(path, Limits()), _moved(cues, rate, offset), real_models)
    assert last.outcome == "aligned" and last.alignment is not None
    errors = [abs(after.start - right.start) for after, right in zip(last.cues, cues, strict=True)]
    assert np.mean(np.array(errors) <= 0.3) >= 0.9
    assert last.alignment.time_map
    assert [item.seconds_done for item in before] == sorted(item.seconds_done for item in before)


@pytest.mark.real
def test_right_subtitles_are_not_touched(real_models: Models, spoken: tuple[Path, tuple[Cue, ...]]) -> None:
    path, cues = spoken
    *_, last = resync(open_audio(path, Limits()), cues, real_models)
    assert last.outcome == "unchanged" and last.cues == cues


@pytest.mark.real
def test_subtitles_of_another_recording_are_left_alone(real_models: Models, limits: Limits) -> None:
    lines = ["The committee will vote on the harbour budget", "Grain prices fell for a third week", "Rain is expected"]
    cues = [Cue(i, 2.0 * i, 2.0 * i + 1.5, line) for i, line in enumerate(lines * 3, start=1)]
    *_, last = resync(load_audio(sample(SPEECH_FILES[0]), limits), cues, real_models)
    assert last.outcome == "refused" and last.cues == tuple(cues)
    assert last.alignment is not None and last.alignment.reasons


@pytest.mark.real
def test_silence_is_refused(real_models: Models) -> None:
    cues = [Cue(i, 3.0 * i, 3.0 * i + 2.0, f"line {i}") for i in range(1, 9)]
    silence = audio_from_samples(np.zeros(40 * SAMPLE_RATE, np.float32), SAMPLE_RATE, "silence")
    *_, last = resync(silence, cues, real_models)
    assert last.outcome == "refused" and last.cues == tuple(cues)


@pytest.mark.real
def test_closing_stops_the_work(real_models: Models, spoken: tuple[Path, tuple[Cue, ...]]) -> None:
    path, cues = spoken
    steps = resync(open_audio(path, Limits()), cues[:3], real_models)
    next(steps)
    steps.close()
    assert list(steps) == []

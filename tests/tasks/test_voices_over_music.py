"""A recording of the voices alone: made only where there is music, of the same length, known by its own hash."""

from __future__ import annotations

import errno
import wave
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from mmdemo.config import Limits
from mmdemo.errors import DiskFull, UnknownLanguage
from mmdemo.evaluation.alignment_sounds import load_sound, music, over
from mmdemo.evaluation.sample_media import SPEECH_FILES, sample
from mmdemo.media import audio_from_samples, missing_seconds, open_audio
from mmdemo.runtime import Models
from mmdemo.separation.separator import Separated
from mmdemo.separation.stretches import CORE_SAMPLES
from mmdemo.stepwise import run_through
from mmdemo.tasks.subtitle_alignment import transcribe_whole
from mmdemo.tasks.subtitle_resync import resync
from mmdemo.tasks.transcript_alignment import align, align_whole
from mmdemo.tasks.voices_over_music import LOOKING_SHARE, voices_of
from mmdemo.types import SAMPLE_RATE, Audio, AudioFile, Cue, Float32Array


class HalvingSeparator:
    """Takes half away wherever the first sample of a stretch's middle is negative, which it calls music."""

    model_id = "halving"

    def __init__(self, installed: bool = True) -> None:
        self.installed = installed
        self.separated: list[int] = []

    def is_installed(self) -> bool:
        return self.installed

    def separate(self, waveform: Float32Array) -> Separated:
        self.separated.append(len(waveform))
        has_music = float(waveform[len(waveform) // 2]) < 0
        return Separated(waveform / 2, 0.0 if has_music else -40.0)


def _sound(*signs: float) -> Audio:
    """Make stretches that never fall silent, with music where the sign is negative."""
    tone = np.sin(np.arange(CORE_SAMPLES, dtype=np.float32))
    parts = []
    for sign in signs:
        part = 0.25 * np.abs(tone)
        parts.append((sign * part).astype(np.float32))
    return audio_from_samples(np.concatenate(parts), SAMPLE_RATE)


def _voices(sound: Audio | AudioFile, separator: Any, folder: Path) -> Any:
    return run_through(voices_of(sound, separator, folder))


def test_without_music_or_separator_there_is_nothing_to_do(tmp_path: Path) -> None:
    assert _voices(_sound(1, 1, 1), HalvingSeparator(), tmp_path) is None
    assert _voices(_sound(-1), None, tmp_path) is None
    assert _voices(_sound(-1), HalvingSeparator(installed=False), tmp_path) is None
    assert not list(tmp_path.iterdir())


def test_half_of_the_stretches_do_not_make_it_music(tmp_path: Path) -> None:
    """As in a real recording, where the network takes a drawled “um” for music."""
    assert _voices(_sound(1, 1, -1, -1), HalvingSeparator(), tmp_path) is None
    assert _voices(_sound(1, -1, -1), HalvingSeparator(), tmp_path) is not None


def test_a_long_recording_without_music_is_looked_into_here_and_there(tmp_path: Path) -> None:
    separator = HalvingSeparator()
    assert _voices(_sound(*[1] * 8), separator, tmp_path) is None
    whole = [samples for samples in separator.separated if samples > CORE_SAMPLES]
    assert (len(whole), len(separator.separated)) == (5, 8)


def test_music_that_begins_late_is_found(tmp_path: Path) -> None:
    assert _voices(_sound(*[1] * 7, *[-1] * 3), HalvingSeparator(), tmp_path) is not None


def test_stretches_with_music_change_and_the_others_stay(tmp_path: Path) -> None:
    sound, separator = _sound(1, -1, -1, 1, -1), HalvingSeparator()
    found = _voices(sound, separator, tmp_path)
    heard = load_sound(found.path)
    assert len(heard) == len(sound.waveform) and found.duration == pytest.approx(sound.duration)
    for i, factor in enumerate((1.0, 0.5, 0.5, 1.0, 0.5)):
        part = slice(i * CORE_SAMPLES, (i + 1) * CORE_SAMPLES)
        np.testing.assert_allclose(heard[part], factor * sound.waveform[part], atol=1e-4)
    assert len(separator.separated) == 5  # none of them twice


def test_the_hash_is_that_of_the_recording_and_the_separator(tmp_path: Path) -> None:
    first, again, other = (
        _voices(sound, HalvingSeparator(), tmp_path) for sound in (_sound(-1), _sound(-1), _sound(-1, -1))
    )
    assert first.sha256 == again.sha256 != other.sha256
    assert first.sha256 != _sound(-1).sha256


def test_what_the_file_declared_is_kept_so_that_a_lack_is_told(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    soundfile.write(path, _sound(-1).waveform, SAMPLE_RATE)
    declared = replace(open_audio(path, Limits()), duration=60.0)
    found = _voices(declared, HalvingSeparator(), tmp_path)
    assert found.duration == 60.0 and missing_seconds(found, CORE_SAMPLES / SAMPLE_RATE) > 40.0


def test_an_unknown_language_is_refused_before_anything_is_separated(real_models: Models) -> None:
    separator: Any = HalvingSeparator()
    with pytest.raises(UnknownLanguage):
        next(align(_sound(-1), ["a line"], replace(real_models, separator=separator), "tlh"))
    assert not separator.separated


def test_progress_ascends_and_leaving_early_writes_no_more(tmp_path: Path) -> None:
    steps = list(voices_of(_sound(1, 1, -1, -1, -1), HalvingSeparator(), tmp_path))  # type: ignore[arg-type]
    assert steps == sorted(steps) and len(steps) == 4 + 5
    assert steps[3] <= LOOKING_SHARE and steps[-1] == 1.0
    work = voices_of(_sound(-1, -1), HalvingSeparator(), tmp_path)  # type: ignore[arg-type]
    next(work)
    work.close()


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(wave.Wave_write, "writeframes", full)
    with pytest.raises(DiskFull):
        _voices(_sound(-1), HalvingSeparator(), tmp_path)


TURNS = ((1, 1.0), (2, 0.7), (0, 1.6), (2, 0.9), (1, 0.5))
"""Which of the recordings is heard, and the seconds of silence before it."""


@pytest.fixture(scope="module")
def clean() -> Audio:
    """Several people after one another."""
    parts = []
    for number, pause in TURNS:
        parts += [np.zeros(round(pause * SAMPLE_RATE), np.float32), load_sound(sample(SPEECH_FILES[number]))]
    return audio_from_samples(np.concatenate(parts), SAMPLE_RATE, "clean.wav")


@pytest.fixture(scope="module")
def under_music(clean: Audio) -> Audio:
    mixed = over(clean.waveform, music(clean.duration, np.random.default_rng(7)), 3.0)
    return audio_from_samples(mixed, SAMPLE_RATE, "music.wav")


@pytest.fixture(scope="module")
def true_cues(real_models: Models, clean: Audio) -> tuple[Cue, ...]:
    """What is said, on its times in the clean sound."""
    lines = [cue.text for cue in transcribe_whole(clean, real_models, "en").cues]
    return align_whole(clean, lines, real_models, "en").cues


def test_a_transcript_is_placed_under_loud_music(
    real_models: Models, under_music: Audio, true_cues: tuple[Cue, ...]
) -> None:
    steps = list(align(under_music, true_cues, real_models, "en"))
    errors = _errors(steps[-1].cues, true_cues)
    assert errors.max() < 0.7 and np.mean(errors < 0.1) >= 0.7
    done = [step.seconds_done for step in steps]
    assert done == sorted(done)


def test_mistimed_subtitles_are_put_right_under_loud_music(
    real_models: Models, under_music: Audio, true_cues: tuple[Cue, ...]
) -> None:
    late = [Cue(cue.index, cue.start + 3.0, cue.end + 3.0, cue.text) for cue in true_cues]
    *before, last = resync(under_music, late, real_models)
    done = [step.seconds_done for step in before]
    assert done == sorted(done)
    assert last.outcome == "aligned"
    errors = _errors(last.cues, true_cues)
    assert errors.max() < 0.7 and np.mean(errors < 0.1) >= 0.7


def _errors(cues: Sequence[Cue], true_cues: Sequence[Cue]) -> NDArray[np.float64]:
    return np.abs(np.array([cue.start for cue in cues]) - [cue.start for cue in true_cues])

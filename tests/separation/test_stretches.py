"""A recording in stretches that overlap is the recording, and speech in pauses is told from speech over music."""

from __future__ import annotations

import numpy as np
import pytest

from mmdemo.separation.stretches import CORE_SAMPLES, MARGIN_SAMPLES, never_falls_silent, stretches
from mmdemo.types import SAMPLE_RATE, Float32Array


def _noise(samples: int, seed: int = 0) -> Float32Array:
    return np.random.default_rng(seed).normal(size=samples).astype(np.float32) * np.float32(0.1)


@pytest.mark.parametrize("samples", [0, 1, 999, CORE_SAMPLES, CORE_SAMPLES + 1, 2 * CORE_SAMPLES + MARGIN_SAMPLES // 2])
def test_cores_put_together_are_the_recording_and_margins_its_surroundings(samples: int) -> None:
    recording = _noise(samples)
    surrounded = np.pad(recording, MARGIN_SAMPLES)
    found = list(stretches(np.array_split(recording, 7)))
    np.testing.assert_array_equal(np.concatenate([np.zeros(0, np.float32), *(one.core for one in found)]), recording)
    for one in found:
        np.testing.assert_array_equal(one.waveform, surrounded[one.first : one.first + len(one.waveform)])


def test_only_sound_that_never_falls_silent_may_have_music() -> None:
    speech = _noise(8 * SAMPLE_RATE)
    for start in range(0, len(speech), SAMPLE_RATE):
        speech[start : start + SAMPLE_RATE // 4] *= np.float32(0.01)
    assert not never_falls_silent(speech)
    assert never_falls_silent(speech + _noise(len(speech), 1) * np.float32(0.2))


def test_neither_silence_nor_a_moment_of_sound_has_music() -> None:
    assert not never_falls_silent(np.zeros(8 * SAMPLE_RATE, np.float32))
    assert not never_falls_silent(_noise(100))
    assert not never_falls_silent(np.zeros(0, np.float32))

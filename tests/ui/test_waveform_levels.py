from __future__ import annotations

import numpy as np
import pytest

from mmdemo.types import SAMPLE_RATE
from mmdemo.ui.waveform_levels import LevelMeter


@pytest.mark.parametrize("block", [7, 1000, 16_001, 10**6])
def test_the_peaks_are_those_of_a_brute_force(block: int) -> None:
    sound = np.random.default_rng(0).normal(0, 0.1, 40_000).astype(np.float32)
    meter = LevelMeter(len(sound) / SAMPLE_RATE, columns=16)
    for start in range(0, len(sound), block):
        meter.add(sound[start : start + block])
    peaks = [float(np.abs(part).max()) for part in np.split(sound, 16)]
    assert meter.levels() == pytest.approx([peak / max(peaks) for peak in peaks])


def test_silence_and_sound_beyond_the_declared_end_are_drawn() -> None:
    silence = LevelMeter(1.0, columns=4)
    silence.add(np.zeros(SAMPLE_RATE, np.float32))
    assert silence.levels() == (0.0,) * 4
    unknown = LevelMeter(0.0, columns=4)
    unknown.add(np.ones(100, np.float32))
    unknown.add(np.zeros(0, np.float32))
    assert max(unknown.levels()) == 1.0

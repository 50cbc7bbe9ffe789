"""Where somebody speaks: a block that was heard before is not heard again, unless something else went before it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mmdemo.backbone import sound_activity
from mmdemo.backbone.sound_activity import BLOCK_SAMPLES, VAD_FRAME_SAMPLES, SoundActivity
from mmdemo.recently_used import RecentlyUsed
from mmdemo.types import Float32Array


class _Silero:
    """Counts what it hears, and says how loud each frame is."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, waveform: Float32Array) -> Float32Array:
        self.calls += 1
        found: Float32Array = np.abs(waveform.reshape(-1, VAD_FRAME_SAMPLES)).mean(axis=1)
        return found


@pytest.fixture
def silero(monkeypatch: pytest.MonkeyPatch) -> _Silero:
    fake = _Silero()
    monkeypatch.setattr("faster_whisper.vad.get_vad_model", lambda: fake)
    monkeypatch.setattr(sound_activity, "_kept_voices", RecentlyUsed(8))
    return fake


def _noise(seed: int, samples: int = BLOCK_SAMPLES) -> Float32Array:
    return np.random.default_rng(seed).normal(0.0, 0.1, samples).astype(np.float32)


def _voices(*blocks: Float32Array) -> list[Any]:
    return [block.voice for block in SoundActivity().analyse(blocks)]


def test_the_same_sound_is_heard_once(silero: _Silero) -> None:
    first = _voices(_noise(0), _noise(1), _noise(2, 5000))
    assert silero.calls == 3
    again = _voices(np.concatenate([_noise(0), _noise(1), _noise(2, 5000)]))  # in other pieces
    assert silero.calls == 3
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))


def test_what_went_before_counts(silero: _Silero) -> None:
    _voices(_noise(0), _noise(1))
    _voices(_noise(1))
    assert silero.calls == 3
    _voices(_noise(3), _noise(1))
    assert silero.calls == 5


def test_old_blocks_are_let_go(silero: _Silero, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound_activity, "_kept_voices", RecentlyUsed(2))
    for seed in range(3):
        _voices(_noise(seed))
    _voices(_noise(2))
    assert silero.calls == 3
    _voices(_noise(0))
    assert silero.calls == 4


def test_what_is_kept_cannot_be_changed(silero: _Silero) -> None:
    (voice,) = _voices(_noise(0))
    with pytest.raises(ValueError):
        voice[0] = 1.0

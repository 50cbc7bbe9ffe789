"""Long recordings in short windows: all of it, without silence, resumable, without a model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mmdemo.backbone.audio_store import AudioTokenStore
from mmdemo.backbone.hub_recordings import encode_sound_windows, recording_embedding, span_embeddings
from mmdemo.config import Limits
from mmdemo.media import audio_from_samples
from mmdemo.stepwise import run_through
from mmdemo.types import SAMPLE_RATE, Audio, Encoding, Float32Array

WIDTH = 4
Waves = list[Float32Array]


@pytest.fixture
def store(tmp_path: Path) -> AudioTokenStore:
    """An empty store of windows."""
    return AudioTokenStore(tmp_path, "hub:tiny", WIDTH, ending_count=0, max_bytes=10**9)


def _recording(seconds: float) -> Audio:
    return audio_from_samples(np.full(round(seconds * SAMPLE_RATE), 0.1, np.float32), SAMPLE_RATE, "sound")


def _heard(audio: Audio, quiet: tuple[float, float] = (0.0, 0.0)) -> Encoding:
    """The front end's tokens of 20 ms, those of a silence left out."""
    starts = np.arange(0.0, audio.duration, 0.02)
    starts = starts[(starts < quiet[0]) | (starts >= quiet[1])]
    spans = np.stack([starts, starts + 0.02], axis=1).astype(np.float32)
    return Encoding("audio", np.zeros((len(spans), 1)), spans, "front", audio.sha256, duration=audio.duration)


def _embed(waves: Waves) -> Waves:
    return [np.array([1.0, len(wave) / SAMPLE_RATE, 0.0, 0.0], np.float32) for wave in waves]


def _windows(audio: Audio, heard: Encoding, store: AudioTokenStore) -> Encoding:
    return run_through(encode_sound_windows(audio, heard, _embed, store, Limits()))


def test_nothing_is_cut_at_30_seconds_and_silence_is_left_out(store: AudioTokenStore) -> None:
    audio = _recording(41.0)
    found = _windows(audio, _heard(audio, quiet=(10.0, 25.0)), store)
    starts = [window.start for window in found.windows]
    assert starts == [0.0, 2.5, 5.0, 7.5, *np.arange(25.0, 41.0, 2.5)]
    assert found.windows[-1].end == pytest.approx(41.0)
    assert found.tokens[-1, 1] == pytest.approx(1.0, abs=1e-3), "the last window is as long as there is sound"


def test_a_silent_recording_has_one_window(store: AudioTokenStore) -> None:
    audio = _recording(9.0)
    found = _windows(audio, _heard(audio, quiet=(0.0, 9.0)), store)
    assert [window.start for window in found.windows] == [0.0]
    assert float(np.linalg.norm(recording_embedding(found, WIDTH))) == pytest.approx(1.0)


def test_a_pass_that_was_stopped_goes_on_where_it_was(store: AudioTokenStore) -> None:
    audio = _recording(30.0)
    steps = encode_sound_windows(audio, _heard(audio), _embed, store, Limits())
    next(steps)
    steps.close()
    assert store.open(audio.sha256) is None, "half a recording is none"
    counted: list[int] = []

    def count(waves: Waves) -> Waves:
        counted.append(len(waves))
        return _embed(waves)

    found = run_through(encode_sound_windows(audio, _heard(audio), count, store, Limits()))
    assert counted == [4] and len(found.windows) == 12
    assert run_through(encode_sound_windows(audio, _heard(audio), count, store, Limits())) and counted == [4]


def test_spans_weigh_windows_by_what_they_fill(store: AudioTokenStore) -> None:
    audio = _recording(7.5)

    def turn(waves: Waves) -> Waves:
        return list(np.eye(WIDTH, dtype=np.float32)[: len(waves)])

    found = run_through(encode_sound_windows(audio, _heard(audio), turn, store, Limits()))
    spans = span_embeddings(found, WIDTH, span_seconds=5.0, hop_seconds=1.25)
    assert [(span.start, span.end) for span, _ in spans] == [(0.0, 5.0), (1.25, 6.25), (2.5, 7.5)]
    np.testing.assert_allclose(spans[0][1], np.array([1, 1, 0, 0]) / np.sqrt(2), atol=1e-3)
    np.testing.assert_allclose(spans[1][1], np.array([1, 2, 1, 0]) / np.sqrt(6), atol=1e-3)

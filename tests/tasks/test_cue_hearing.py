"""Where cues are said, heard without recognition; with fakes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from mmdemo.media import audio_from_samples
from mmdemo.stepwise import run_through
from mmdemo.tasks.cue_hearing import spot_cues
from mmdemo.tasks.subtitle_resync import resync
from mmdemo.types import SAMPLE_RATE, Audio, Cue, EncodedWindow
from mmdemo.word_times import TimedToken
from tests.fakes import WINDOW_SECONDS, FakeBackbone, FakeSpeech, fake_models

WINDOWS = 8
PLACES = (1.0, 11.5, 23.0, 31.0, 42.5, 54.0, 61.2, 72.0)  # one line a window
NAMES = "zero one two three four five six seven".split()
LINES = tuple(f"This is line {name} of our story" for name in NAMES)


class _Speech(FakeSpeech):
    """Finds the line of a window likely there and no other; is never sure of the language."""

    def __init__(self) -> None:
        super().__init__(votes=(("de", 0.4),))
        self.languages_tried: set[str] = set()

    def align_text(self, encoded: EncodedWindow, words: Sequence[str], language: str) -> tuple[TimedToken, ...]:
        self.languages_tried.add(language)
        number = int(encoded.tokens[0, 0])
        begin = PLACES[number] - encoded.window.start
        per_line = len(LINES[0].split())
        return tuple(
            TimedToken(word, begin + 0.3 * (i % per_line), begin + 0.3 * (i % per_line) + 0.3, likely)
            for i, word in enumerate(words)
            for likely in [0.6 if i // per_line == number else 0.01]
        )


def _sound() -> Audio:
    random = np.random.default_rng(0)
    return audio_from_samples(
        (1e-3 * random.normal(size=round(WINDOWS * WINDOW_SECONDS * SAMPLE_RATE))).astype(np.float32),
        SAMPLE_RATE,
        "sound",
    )


def _cues(offset: float) -> tuple[Cue, ...]:
    return tuple(
        Cue(i, at + offset, at + offset + 2.1, text) for i, (at, text) in enumerate(zip(PLACES, LINES, strict=True))
    )


def test_each_cue_is_heard_in_its_own_window() -> None:
    speech, backbone = _Speech(), FakeBackbone(WINDOWS)
    heard = run_through(spot_cues(_sound(), _cues(70.0), fake_models(backbone, speech), "en"))
    assert [spot.start for spot in heard] == pytest.approx(PLACES, abs=0.2)
    assert min(spot.confidence for spot in heard) > 0.9 and backbone.closed


def test_too_long_or_too_short_a_recording_is_left_to_the_words() -> None:
    long = replace(_sound(), waveform=np.zeros(40 * 60 * SAMPLE_RATE, np.float32))
    backbone = FakeBackbone(WINDOWS)
    assert run_through(spot_cues(long, _cues(0.0), fake_models(backbone, _Speech()), "en")) == ()
    assert backbone.encoded == []
    assert run_through(spot_cues(_sound(), _cues(0.0), fake_models(FakeBackbone(1), _Speech()), "en")) == ()


def test_the_text_tells_the_language_where_the_sound_does_not() -> None:
    speech = _Speech()
    *_, last = resync(_sound(), _cues(6.0), fake_models(FakeBackbone(WINDOWS), speech))
    assert speech.languages_tried == {"en"} and last.language == "en" and last.outcome == "aligned"
    assert [cue.start for cue in last.cues] == pytest.approx(PLACES, abs=0.5)

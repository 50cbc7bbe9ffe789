"""Cues that stand beside their words are moved to them, by the phones that are heard; others stay."""

from __future__ import annotations

import numpy as np
import pytest

from mmdemo.backbone.spoken_phones import PHONES, SILENCE
from mmdemo.config import Limits
from mmdemo.evaluation.sample_media import SPEECH_FILES, sample
from mmdemo.media import audio_from_samples, load_audio
from mmdemo.runtime import Models
from mmdemo.stepwise import run_through
from mmdemo.tasks.cue_phones import LONGEST_GAP_FRAMES, REACH_SECONDS, _Heard, find_moves
from mmdemo.types import SAMPLE_RATE, AudioWindow, Cue, EncodedWindow
from tests.fakes import fake_models

TEXT = "I trust you had an historic evening"
FIRST_WORD_SECONDS = 0.65
"""In the file; she breathes before."""


def _window(start: float, end: float) -> EncodedWindow:
    nothing = np.zeros((0, 1), np.float32)
    return EncodedWindow(AudioWindow(start, end, 0, 0, ()), nothing, nothing, nothing[:, 0])


def _phones(frames: int, *stretches: tuple[str, int, int]) -> np.ndarray:
    found = np.full((frames, len(PHONES)), -7.0, np.float32)
    found[:, SILENCE] = 0.0
    for phone, first, behind in stretches:
        found[first:behind, SILENCE] = -7.0
        found[first:behind, PHONES.index(phone)] = 0.0
    return found


def test_a_cue_is_found_over_the_edge_of_two_windows_and_what_was_left_out_between_them() -> None:
    cat = [("K", 590, 596), ("AE", 596, 600)], [("AE", 0, 6), ("T", 6, 12)]
    heard = _Heard().followed_by(_window(0.0, 6.0), _phones(600, *cat[0]))
    heard = heard.followed_by(_window(6.0, 9.0), _phones(300, *cat[1]))
    assert heard.move(Cue(1, 5.2, 5.5, "Cat"), ["cat"], "en") == pytest.approx(0.7)
    assert heard.move(Cue(1, 5.95, 6.1, "Cat"), ["cat"], "en") == 0.0, "near enough"
    assert heard.move(Cue(1, 1.0, 1.3, "Cat"), ["cat"], "en") == 0.0, "nowhere near"
    later = heard.followed_by(_window(12.0, 13.0), _phones(100))
    assert later.first == 600 and len(later.likelihoods) == 700
    assert later.move(Cue(1, 10.0, 10.4, "Cat"), ["cat"], "en") == 0.0


def test_after_a_long_silence_nothing_is_kept() -> None:
    heard = _Heard().followed_by(_window(0.0, 6.0), _phones(600))
    far = 6.0 + LONGEST_GAP_FRAMES / 100 + 1.0
    heard = heard.followed_by(_window(far, far + 1.0), _phones(100))
    assert heard.first == round(100 * far) and len(heard.likelihoods) == 100
    assert heard.move(Cue(1, 0.0, 2.0, "Cat"), ["cat"], "en") == 0.0


def test_without_readable_tokens_nothing_moves() -> None:
    sound = audio_from_samples(np.zeros(SAMPLE_RATE, np.float32), SAMPLE_RATE, "silence")
    assert run_through(find_moves(sound, [Cue(1, 0.0, 1.0, "a")], fake_models(), "th")) == (0.0,)


@pytest.mark.real
def test_a_person_is_found_where_she_begins_to_speak(real_models: Models, limits: Limits) -> None:
    speech = load_audio(sample(SPEECH_FILES[2]), limits).waveform
    silence = np.zeros(3 * SAMPLE_RATE, np.float32)
    sound = audio_from_samples(np.concatenate([silence, speech, silence]), SAMPLE_RATE, "late")
    begun = 3.0 + FIRST_WORD_SECONDS
    long = len(speech) / SAMPLE_RATE
    for early in (0.0, 0.9, -0.7, 2.0 * REACH_SECONDS + long):
        cues = [Cue(1, begun - early, begun - early + long, TEXT), Cue(2, begun - early, begun - early + 1.0, "um no")]
        move, other = run_through(find_moves(sound, cues, real_models, "en"))
        expected = early if 0.0 < abs(early) <= REACH_SECONDS else 0.0
        assert move == pytest.approx(expected, abs=0.12), early
        assert other == 0.0, "an “um” that is written is no guide"
    strange = Cue(1, begun - 0.9, begun - 0.9 + long, "Seven lazy dogs are sleeping")
    assert run_through(find_moves(sound, [strange], real_models, "en")) == (0.0,)

"""The phones of a recording lie on one line of time; real speech is found by them."""

from __future__ import annotations

import numpy as np
import pytest

from mmdemo.alignment.cue_moves import REACH_SECONDS, find_moves
from mmdemo.alignment.forced_words import given_words
from mmdemo.alignment.phone_places import phones_anywhere
from mmdemo.backbone.spoken_phones import PHONES, SILENCE
from mmdemo.config import Limits
from mmdemo.evaluation.sample_media import SPEECH_FILES, sample
from mmdemo.media import audio_from_samples, load_audio
from mmdemo.runtime import Models
from mmdemo.stepwise import run_through
from mmdemo.tasks.cue_phones import _joined, hear_phones
from mmdemo.types import SAMPLE_RATE, Audio, Cue
from tests.fakes import fake_models

TEXT = "I trust you had an historic evening"
FIRST_WORD_SECONDS = 0.65
"""In the file; she breathes before."""


def test_windows_are_joined_with_silence_between_them() -> None:
    phones = np.full((3, len(PHONES)), -2.0, np.float32)
    likelihoods, known = _joined([(2, phones, np.ones(3, np.bool_)), (7, phones, np.array([True, False, True]))])
    assert known.tolist() == [False] * 2 + [True] * 3 + [False] * 2 + [True, False, True]
    assert (likelihoods[2:5] == -2.0).all() and (likelihoods[7:] == -2.0).all()
    assert (likelihoods[[0, 1, 5, 6], SILENCE] == 0.0).all() and np.isneginf(likelihoods[5, SILENCE + 1 :]).all()
    assert _joined([])[0].shape == (0, len(PHONES))


def test_without_readable_tokens_there_is_no_track() -> None:
    sound = audio_from_samples(np.zeros(SAMPLE_RATE, np.float32), SAMPLE_RATE, "silence")
    assert run_through(hear_phones(sound, [Cue(1, 0.0, 1.0, "a")], fake_models(), "th")) is None


def _late(limits: Limits) -> tuple[Audio, float, float]:
    """Return a person's speech between silences, when her first word is said, and how long she speaks."""
    speech = load_audio(sample(SPEECH_FILES[2]), limits).waveform
    silence = np.zeros(3 * SAMPLE_RATE, np.float32)
    sound = audio_from_samples(np.concatenate([silence, speech, silence]), SAMPLE_RATE, "late")
    return sound, 3.0 + FIRST_WORD_SECONDS, len(speech) / SAMPLE_RATE


@pytest.mark.real
def test_a_person_is_found_where_she_begins_to_speak(real_models: Models, limits: Limits) -> None:
    sound, begun, long = _late(limits)
    for early in (0.0, 0.9, -0.7, 2.0 * REACH_SECONDS + long):
        cues = [Cue(1, begun - early, begun - early + long, TEXT), Cue(2, begun - early, begun - early + 1.0, "um no")]
        track = run_through(hear_phones(sound, cues, real_models, "en"))
        assert track is not None and track.duration == pytest.approx(sound.duration, abs=1.0)
        move, other = find_moves(track, cues)
        expected = early if 0.0 < abs(early) <= REACH_SECONDS else 0.0
        assert move == pytest.approx(expected, abs=0.12), early
        assert other == 0.0, "an “um” that is written is no guide"
    strange = Cue(1, begun - 0.9, begun - 0.9 + long, "Seven lazy dogs are sleeping")
    track = run_through(hear_phones(sound, [strange], real_models, "en"))
    assert track is not None and find_moves(track, [strange]) == (0.0,)


@pytest.mark.real
def test_a_persons_words_are_found_anywhere_and_others_are_doubted(real_models: Models, limits: Limits) -> None:
    sound, begun, long = _late(limits)
    cues = [Cue(1, 0.0, long, TEXT), Cue(2, 0.0, long, "Seven lazy dogs are sleeping")]
    track = run_through(hear_phones(sound, cues, real_models, "en"))
    assert track is not None
    said, unsaid = phones_anywhere(track, cues, {i: given_words([cue.text], "en") for i, cue in enumerate(cues)})
    assert said.start == pytest.approx(begun, abs=0.12) and said.confidence > 0.7
    assert unsaid.confidence < 0.3

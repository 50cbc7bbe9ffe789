"""Sounds named, asked for, and told apart from music, noise and silence."""

from __future__ import annotations

import numpy as np
import pytest

from mmdemo.backbone.similarity import LOCAL_SCALE
from mmdemo.backbone.sound_kinds import SOUND_KINDS, load_sound_kinds
from mmdemo.config import Limits
from mmdemo.errors import WeightsMissing
from mmdemo.evaluation.sample_media import MUSIC_FILE, SPEECH_FILES, sample
from mmdemo.media import audio_from_samples, load_audio
from mmdemo.runtime import Models
from mmdemo.stepwise import run_through
from mmdemo.tasks.heard import heard
from mmdemo.tasks.questions import read_question
from mmdemo.tasks.recording_answers import answer_recording
from mmdemo.tasks.sound_answers import asked_label
from mmdemo.tasks.sound_labels import SOUND_LABELS
from mmdemo.tasks.sound_naming import label_probabilities
from mmdemo.types import Answer, Audio
from tests.profiles import knows
from tests.tasks.spoken_models import spoken_models

NAMES = [label.en for label in SOUND_LABELS]
ONE_KIND = dict(zip(SOUND_KINDS, np.eye(len(SOUND_KINDS), dtype=np.float32), strict=True))


def test_labels_are_named_once_in_each_language() -> None:
    assert len(set(NAMES)) == len(NAMES) and len({label.zh for label in SOUND_LABELS}) == len(NAMES)


def test_probabilities_add_up_and_follow_kind_and_similarity() -> None:
    scores = np.full(len(NAMES), 0.2 / LOCAL_SCALE.label_temperature, np.float32)
    scores[NAMES.index("rain")] = 0.8 / LOCAL_SCALE.label_temperature
    event = label_probabilities(scores, ONE_KIND["event"], 0.0)
    assert event.sum() == pytest.approx(1.0, abs=1e-5) and NAMES[int(event.argmax())] == "rain"
    others = [i for i, label in enumerate(SOUND_LABELS) if label.group not in ("music", "noise", "speech")]
    expected = np.exp(0.8 / 0.05) / (np.exp(0.8 / 0.05) + (len(others) - 1) * np.exp(0.2 / 0.05))
    assert event.max() == pytest.approx(expected, rel=1e-4)
    assert label_probabilities(scores, ONE_KIND["music"], 0.0)[NAMES.index("music")] == pytest.approx(1.0)
    both = (ONE_KIND["event"] + ONE_KIND["speech"]) / 2
    assert label_probabilities(scores, both, 1.0)[NAMES.index("speech")] == pytest.approx(1.0)
    assert label_probabilities(scores, ONE_KIND["event"], 1.0)[NAMES.index("speech")] == 0.0


def test_noise_must_be_clear() -> None:
    scores = np.full(len(NAMES), 0.2 / LOCAL_SCALE.label_temperature, np.float32)
    noise, event = ONE_KIND["noise"], ONE_KIND["event"]
    likely = label_probabilities(scores, np.float32(0.7) * noise + np.float32(0.3) * event, 0.0)
    assert likely[NAMES.index("white noise")] == pytest.approx(0.07 / 0.37, rel=1e-4)
    assert label_probabilities(scores, noise, 0.0)[NAMES.index("white noise")] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("question", "label"),
    [
        ("Is there a dog barking?", "dog bark"),
        ("Can you hear a baby crying?", "baby cry"),
        ("Is any music playing?", "music"),
        ("有狗叫吗？", "dog bark"),
        ("能听到下雨的声音吗？", "rain"),
        ("Is there a zebra?", None),
    ],
)
def test_the_sound_that_is_asked_for(question: str, label: str | None) -> None:
    place = asked_label(read_question(question, Limits()), spoken_models().backbone)
    assert (None if place is None else NAMES[place]) == label


def test_missing_weights_are_a_sentence(tmp_path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(WeightsMissing, match="music and noise"):
        load_sound_kinds(tmp_path)


def ask(text: str, audio: Audio, models: Models) -> Answer:
    return answer_recording(read_question(text, Limits()), run_through(heard(audio, models)), models)


@pytest.mark.real
def test_music_silence_noise_and_speech_are_named_as_such(both_profiles: Models) -> None:
    music = load_audio(sample(MUSIC_FILE), Limits())
    found = ask("What is this sound?", music, both_profiles)
    assert found.evidence[0].kind == "sound" and {guess.text for guess in found.guesses} <= set(NAMES)
    assert ask("What is said?", music, both_profiles).text.startswith("Nobody speaks")
    silence = audio_from_samples(np.zeros(80_000, np.float32), 16_000, "silence")
    assert ask("What is this sound?", silence, both_profiles).text.startswith("Silence")
    assert ask("有狗叫吗？", silence, both_profiles).text.startswith("没有")
    noise = np.random.default_rng(0).normal(size=80_000).astype(np.float32) * 0.1
    named = ask("What is this sound?", audio_from_samples(noise, 16_000, "noise"), both_profiles)
    if knows(both_profiles):
        assert found.guesses[0].text == "music" and found.sure
        assert named.guesses[0].text == "white noise"


@pytest.mark.real
def test_speech_is_heard_answered_and_not_called_a_sound(both_profiles: Models) -> None:
    speech = load_audio(sample(SPEECH_FILES[0]), Limits())
    assert ask("What is this sound?", speech, both_profiles).guesses[0].text == "speech"
    assert "dagger" in ask("What is said?", speech, both_profiles).text.lower()
    unknown = ask("Who painted the helicopter?", speech, both_profiles)
    assert not unknown.sure and unknown.probability < 0.5 or not knows(both_profiles)

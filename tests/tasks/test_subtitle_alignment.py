"""Transcription: progress, language votes, cancel, reasons; with fakes and with real speech."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from mmdemo.config import Limits
from mmdemo.errors import NoAudio, UnknownLanguage, WrongMediaKind
from mmdemo.evaluation.sample_media import SPEECH_FILES, VIDEO_FILE, sample
from mmdemo.media import audio_from_samples, open_audio, open_media
from mmdemo.runtime import Models
from mmdemo.tasks.subtitle_alignment import transcribe, transcribe_whole
from mmdemo.types import SAMPLE_RATE, Audio, Encoding, Sentence, VideoFile
from tests.fakes import FakeBackbone, FakeSpeech, fake_models

SOUND = Audio(np.zeros(1, np.float32), SAMPLE_RATE, "fake.wav", "0" * 64)


def test_progress_ascends_and_the_last_item_carries_the_result() -> None:
    items = list(transcribe(SOUND, fake_models()))
    assert [item.seconds_done for item in items] == sorted(item.seconds_done for item in items)
    assert [item.alignment is not None for item in items] == [False] * (len(items) - 1) + [True]
    last = items[-1]
    assert last.transcript is not None and last.alignment is not None
    assert [segment.text for segment in last.transcript.segments] == [f"Window {n} is here." for n in range(4)]
    assert last.alignment.cues == last.cues
    assert [cue.index for cue in last.cues] == list(range(1, len(last.cues) + 1))
    assert last.alignment.confidence == tuple(pytest.approx(0.9) for _ in last.cues)
    assert last.alignment.reasons == ()


def test_cues_shown_early_stay_in_the_result() -> None:
    items = list(transcribe(SOUND, fake_models(FakeBackbone(window_count=12))))
    final = items[-1].cues
    for item in items[:-1]:
        settled = item.cues[:-2]
        assert settled == final[: len(settled)]


def test_closing_stops_the_work() -> None:
    backbone = FakeBackbone(window_count=100)
    work = transcribe(SOUND, fake_models(backbone))
    next(work)
    work.close()  # type: ignore[attr-defined]
    assert backbone.closed
    assert backbone.encoded == [0]


def test_a_sure_first_window_decides_the_language() -> None:
    speech = FakeSpeech([("de", 0.9)])
    last = transcribe_whole(SOUND, fake_models(speech=speech))
    assert last.language == "de"
    assert speech.asked == [1]
    assert speech.heard == [(n, "de") for n in range(4)]


def test_unsure_windows_vote_together_and_none_is_lost() -> None:
    speech = FakeSpeech([("de", 0.4), ("de", 0.5), ("en", 0.55)])
    last = transcribe_whole(SOUND, fake_models(speech=speech))
    assert speech.asked == [1, 2, 3]
    assert [n for n, _ in speech.heard] == [0, 1, 2, 3]
    assert last.alignment is not None
    assert any("55 %" in reason.en for reason in last.alignment.reasons)


def test_a_short_recording_decides_with_what_it_has() -> None:
    speech = FakeSpeech([("zh", 0.4)])
    last = transcribe_whole(SOUND, fake_models(FakeBackbone(window_count=1), speech))
    assert speech.heard == [(0, "zh")]
    assert last.cues


def test_a_chosen_language_is_not_voted_on() -> None:
    speech = FakeSpeech()
    transcribe_whole(SOUND, fake_models(speech=speech), "zh")
    assert speech.asked == []
    with pytest.raises(UnknownLanguage, match="klingon"):
        transcribe_whole(SOUND, fake_models(), "klingon")


def test_windows_without_speech_are_not_decoded() -> None:
    speech = FakeSpeech()
    transcribe_whole(SOUND, fake_models(FakeBackbone(silent=(0, 2)), speech))
    assert [n for n, _ in speech.heard] == [1, 3]


def test_silence_is_said_to_be_silence() -> None:
    last = transcribe_whole(SOUND, fake_models(FakeBackbone(silent=range(4))))
    assert last.alignment is not None
    assert last.cues == ()
    assert [reason.en for reason in last.alignment.reasons] == ["No speech was found in this recording."]


def test_weak_words_and_damaged_files_are_reasons() -> None:
    damaged = Sentence("cut off", "不完整")
    models = fake_models(FakeBackbone(reasons=(damaged,)), FakeSpeech(probability=0.3))
    last = transcribe_whole(SOUND, models)
    assert last.alignment is not None
    assert last.alignment.reasons[0] == damaged
    assert any("100 % of the words" in reason.en for reason in last.alignment.reasons)


def test_an_encoding_serves_in_place_of_the_media() -> None:
    backbone = FakeBackbone()
    encoding = backbone.encode(SOUND)
    last = transcribe_whole(encoding, fake_models(backbone))
    assert len(last.cues) >= 4
    assert backbone.encoded == [], "nothing was encoded again"


def test_pictures_and_silent_films_are_refused() -> None:
    picture = Encoding("image", np.zeros((1, 1)), np.zeros((1, 4), np.float32), "m", "0" * 64)
    with pytest.raises(WrongMediaKind):
        transcribe_whole(picture, fake_models())
    with pytest.raises(NoAudio, match="silent.mp4"):
        transcribe_whole(VideoFile(Path("silent.mp4"), 1.0, None, "silent.mp4", "0" * 64), fake_models())


@pytest.mark.real
def test_real_speech_has_its_words_at_their_times(both_profiles: Models, limits: Limits) -> None:
    """The clip says “I trust you had an historic evening.” and nothing else."""
    last = transcribe_whole(open_audio(sample(SPEECH_FILES[2]), limits), both_profiles)
    assert last.language == "en"
    text = " ".join(cue.text for cue in last.cues).replace("\n", " ").lower()
    assert "i trust you had" in text and "evening" in text
    words = [word for cue in last.cues for word in cue.words]
    evening = next(word for word in words if "evening" in word.text.lower())
    assert 2.2 < evening.start < 3.1
    assert len(words) < 12, "the decoder ended instead of starting over"


@pytest.mark.real
def test_a_real_clip_is_encoded_once_for_two_tasks(both_profiles: Models, limits: Limits) -> None:
    media = open_media(sample(SPEECH_FILES[0]), limits)
    first = both_profiles.backbone.encode(media)
    before = both_profiles.backbone.statistics()
    last = transcribe_whole(media, both_profiles)  # type: ignore[arg-type]
    after = both_profiles.backbone.statistics()
    assert after.misses == before.misses
    assert after.hits > before.hits
    again = transcribe_whole(first, both_profiles).transcript
    assert last.transcript is not None and again is not None and last.transcript.segments == again.segments
    assert any("dagger" in segment.text for segment in last.transcript.segments)


@pytest.mark.real
@pytest.mark.parametrize("kind", ["silence", "hum", "noise"])
def test_sound_without_speech_gives_no_text(both_profiles: Models, kind: str) -> None:
    time = np.arange(20 * SAMPLE_RATE) / SAMPLE_RATE
    generator = np.random.default_rng(0)
    samples = {
        "silence": np.zeros(len(time)),
        "hum": 0.3 * np.sin(2 * np.pi * 100 * time),
        "noise": 0.1 * generator.normal(size=len(time)),
    }[kind]
    sound = audio_from_samples(samples.astype(np.float32), SAMPLE_RATE, kind)
    last = transcribe_whole(sound, both_profiles)
    assert last.cues == ()
    assert last.alignment is not None
    assert last.alignment.reasons[0].en.startswith("No speech")


@pytest.mark.real
def test_a_film_of_the_earth_has_no_words(both_profiles: Models, limits: Limits) -> None:
    media = open_media(sample(VIDEO_FILE), limits)
    assert isinstance(media, VideoFile)
    last = transcribe_whole(media, both_profiles)
    assert json.dumps([cue.text for cue in last.cues]) == "[]"

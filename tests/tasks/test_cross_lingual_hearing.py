"""What is said, for subtitles in another language: passages, windows, progress; with fakes and with real models."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from mmdemo.config import Limits
from mmdemo.evaluation.sample_media import SPEECH_FILES, sample
from mmdemo.media import load_audio
from mmdemo.runtime import Models
from mmdemo.stepwise import run_through
from mmdemo.tasks.cross_lingual_hearing import (
    LONGEST_PASSAGE_SECONDS,
    find_language,
    hear_meanings,
    short_passages,
)
from mmdemo.types import SAMPLE_RATE, Audio, Segment, Word
from tests.fakes import FakeBackbone, FakeSpeech, fake_models

SOUND = Audio(np.zeros(40 * SAMPLE_RATE, np.float32), SAMPLE_RATE, "fake", "0" * 64)


def _sentence(starts: list[float]) -> Segment:
    words = tuple(Word(f" w{i}", start, start + 0.4, 0.9) for i, start in enumerate(starts))
    return Segment(words[0].start, words[-1].end, "".join(w.text for w in words).strip(), words)


def test_sentences_that_run_on_are_cut_at_their_pauses() -> None:
    long = _sentence([0.0, 0.5, 1.0, 4.0, 4.5, 5.0, 9.0, 9.5])
    parts = short_passages([_sentence([-3.0, -2.0]), long])
    assert [part.text for part in parts] == ["w0 w1", "w0 w1 w2 w3 w4 w5", "w6 w7"]
    assert [(part.start, part.end) for part in parts[1:]] == [(0.0, 5.4), (9.0, 9.9)]


def test_even_speech_is_cut_in_the_middle_and_no_word_is_lost() -> None:
    long = _sentence([0.5 * i for i in range(60)])
    parts = short_passages([long])
    assert all(part.end - part.start <= LONGEST_PASSAGE_SECONDS for part in parts)
    assert tuple(word for part in parts for word in part.words) == long.words


def test_the_language_is_found_from_the_first_windows_and_no_more_are_encoded() -> None:
    backbone = FakeBackbone(window_count=9, silent=(0,))
    models = fake_models(backbone, FakeSpeech(votes=(("de", 0.3), ("de", 0.9))))
    assert run_through(find_language(SOUND, models))[0] == "de"
    assert backbone.encoded == [0, 1, 2] and backbone.closed


def test_an_uncertain_language_and_silence_are_none() -> None:
    assert run_through(find_language(SOUND, fake_models(speech=FakeSpeech(votes=(("de", 0.3),)))))[0] == ""
    assert run_through(find_language(SOUND, fake_models(FakeBackbone(2, silent=(0, 1))))) == ("", 0.0)


@pytest.mark.real
def test_chinese_lines_are_most_like_the_english_that_they_translate(both_profiles: Models, limits: Limits) -> None:
    sound = load_audio(sample(SPEECH_FILES[0]), limits)
    steps = hear_meanings(sound, ["一只狗在海滩上奔跑。", "[door slams]", ""], both_profiles, "en")
    meanings = run_through(steps)
    assert meanings.likeness.shape == (3, len(meanings.passages)) and meanings.passages
    assert all(a.end <= b.start for a, b in pairwise(meanings.passages))
    assert np.isfinite(meanings.likeness).all()

"""Recognised words are put where they are heard; what cannot be heard stays where it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher

import numpy as np
import pytest

from mmdemo.alignment.word_refinement import WordAligner
from mmdemo.backbone.spoken_phones import load_phone_reader
from mmdemo.config import Limits
from mmdemo.evaluation.alignment_texts import GENERALISATION_TEXTS
from mmdemo.evaluation.alignment_voices import Voice, say
from mmdemo.evaluation.sample_media import SPEECH_FILES, sample
from mmdemo.media import audio_from_samples, load_audio
from mmdemo.runtime import Models
from mmdemo.speech import SpeechRecognizer
from mmdemo.tasks.recognised_words import WordPlacer
from mmdemo.tasks.subtitle_alignment import transcribe_whole
from mmdemo.types import SAMPLE_RATE, EncodedWindow, Segment, Word
from mmdemo.word_times import TimedToken
from tests.fakes import FakeBackbone, FakeSpeech

PEOPLE_SAY_SECONDS = 0.67
"""Into the file she begins to speak: her voice is at 203 Hz from there on, behind music without a pitch."""


def _window() -> EncodedWindow:
    window = FakeBackbone()._window(0)
    return replace(window, tokens=np.zeros((len(window.tokens), 512), window.tokens.dtype))


def _sentence(*words: str) -> Segment:
    timed = tuple(Word(word, 1.0 + i, 1.5 + i, 0.5 + 0.1 * i) for i, word in enumerate(words))
    return Segment(timed[0].start, timed[-1].end, "".join(words).strip(), timed)


class _Reading(FakeSpeech):
    """Knows phones, and remembers which words it was asked to find."""

    def __init__(self, readable: bool = True) -> None:
        super().__init__()
        self.readable = readable
        self.asked: list[list[str]] = []

    def word_aligner(self, language: str) -> WordAligner | None:
        return load_phone_reader() if self.readable else None  # type: ignore[return-value]

    def align_text(self, encoded: EncodedWindow, words: Sequence[str], language: str) -> tuple[TimedToken, ...]:
        self.asked.append(list(words))
        return tuple(TimedToken(word, 1.0 + i, 1.4 + i, 0.9) for i, word in enumerate(words))


def _placer(speech: FakeSpeech, language: str) -> WordPlacer:
    found: SpeechRecognizer = speech  # type: ignore[assignment]
    return WordPlacer(found, language)


def test_words_whose_phones_cannot_be_heard_stay() -> None:
    speech = _Reading(readable=False)
    sentences = [_sentence(" Good", " evening.")]
    assert _placer(speech, "th").place(_window(), sentences) == tuple(sentences) and speech.asked == []
    assert _placer(_Reading(), "en").place(_window(), []) == ()


def test_what_has_no_sound_stays_and_everything_but_times_is_kept() -> None:
    speech = _Reading()
    sentences = [_sentence(" Good", " —", " evening."), _sentence(" ♪"), replace(_sentence(" x"), words=())]
    placed = _placer(speech, "en").place(_window(), sentences)
    assert speech.asked[0] == [" Good", " evening."]
    assert placed[0].words[1] == sentences[0].words[1] and placed[1:] == tuple(sentences[1:])
    for before, after in zip(sentences, placed, strict=True):
        assert [(w.text, w.probability) for w in before.words] == [(w.text, w.probability) for w in after.words]
        assert before.text == after.text
        if after.words:
            assert (after.start, after.end) == (after.words[0].start, after.words[-1].end)


@pytest.mark.real
def test_most_recognised_words_begin_within_fifty_milliseconds(real_models: Models) -> None:
    pause = np.zeros(int(0.6 * SAMPLE_RATE), np.float32)
    pieces, true = [pause], []
    for text in GENERALISATION_TEXTS["en"][:8]:
        spoken = say(text, Voice("en-us"))
        at = sum(map(len, pieces)) / SAMPLE_RATE
        true += [(_key(word.text), at + word.span.start) for word in spoken.words]
        pieces += [spoken.waveform, pause]
    found = transcribe_whole(audio_from_samples(np.concatenate(pieces), SAMPLE_RATE, "lines"), real_models, "en")
    heard = [(_key(word.text), word.start) for cue in found.cues for word in cue.words]
    matcher = SequenceMatcher(None, [word for word, _ in true], [word for word, _ in heard], autojunk=False)
    blocks = matcher.get_matching_blocks()
    missed = [abs(true[a + i][1] - heard[b + i][1]) for a, b, size in blocks for i in range(size)]
    assert len(missed) >= 0.8 * len(true), "understood"
    assert np.mean(np.array(missed) <= 0.05) >= 0.9, "of cross-attention half"


def _key(word: str) -> str:
    return "".join(sign for sign in word.casefold() if sign.isalnum())


@pytest.mark.real
def test_a_subtitle_begins_with_its_first_word(real_models: Models, limits: Limits) -> None:
    """By cross-attention it begins 0.45 s early, in the music."""
    sound = audio_from_samples(load_audio(sample(SPEECH_FILES[2]), limits).waveform, SAMPLE_RATE, "she")
    found = transcribe_whole(sound, real_models, "en")
    assert found.cues[0].start == pytest.approx(PEOPLE_SAY_SECONDS, abs=0.05)

"""The hidden Markov model on real speech."""

from __future__ import annotations

import numpy as np
import pytest

from mmdemo.alignment.hidden_markov_words import HiddenMarkovAligner, hidden_markov_aligner
from mmdemo.config import Limits
from mmdemo.evaluation.sample_media import SPEECH_FILES, sample
from mmdemo.media import load_audio

WORDS = "i trust you had an historic evening".split()


@pytest.fixture(scope="module")
def aligner() -> HiddenMarkovAligner:
    found = hidden_markov_aligner("en")
    assert found is not None, "requirements.txt has pocketsphinx"
    return found


def test_words_come_in_order_and_fill_the_speech(aligner: HiddenMarkovAligner, limits: Limits) -> None:
    samples = load_audio(sample(SPEECH_FILES[2]), limits).waveform
    spans = aligner.align(samples, WORDS)
    assert len(spans) == len(WORDS)
    assert all(a.end <= b.start + 0.011 for a, b in zip(spans[:-1], spans[1:], strict=True))
    assert spans[-1].duration > spans[2].duration, "“evening” takes longer than “you”"


def test_unknown_words_are_read_as_they_are_written(aligner: HiddenMarkovAligner, limits: Limits) -> None:
    samples = load_audio(sample(SPEECH_FILES[2]), limits).waveform
    known = aligner.align(samples, WORDS)
    odd = aligner.align(samples, [*WORDS[:5], "historrick", WORDS[6]])
    assert len(odd) == len(WORDS)
    assert odd[6].start == pytest.approx(known[6].start, abs=0.1)


def test_nothing_comes_of_no_sound_and_of_other_scripts(aligner: HiddenMarkovAligner) -> None:
    assert aligner.align(np.zeros(0, np.float32), ["one"]) == ()
    assert aligner.align(np.zeros(16_000, np.float32), []) == ()
    assert aligner.align(np.zeros(16_000, np.float32), ["你"]) == ()


def test_words_are_found_in_noise_as_loud_as_they_are(aligner: HiddenMarkovAligner, limits: Limits) -> None:
    samples = load_audio(sample(SPEECH_FILES[2]), limits).waveform
    noise = np.random.default_rng(0).normal(0.0, samples.std(), len(samples)).astype(np.float32)
    clean, noisy = aligner.align(samples, WORDS), aligner.align(samples + noise, WORDS)
    assert len(noisy) == len(WORDS), "the usual beams lose them"
    moved = np.abs(np.array([span.start for span in noisy]) - [span.start for span in clean])
    assert np.median(moved) < 0.06

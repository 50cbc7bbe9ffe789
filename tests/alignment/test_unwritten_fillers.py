"""Hesitations that nobody wrote down: found where a filler makes the line behind it likelier, and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mmdemo.alignment.forced import place_window
from mmdemo.alignment.forced_plan import PlannedWord
from mmdemo.alignment.forced_words import given_words
from mmdemo.alignment.pause_runs import Run
from mmdemo.alignment.pauses import PlacedWord
from mmdemo.alignment.sample_stream import SampleStream
from mmdemo.alignment.unwritten_fillers import (
    FILLER_TEXT,
    believed_fillers,
    doubtful_beginnings,
    with_fillers,
)
from mmdemo.types import SAMPLE_RATE, AudioWindow, EncodedWindow, Float32Array, Piece
from mmdemo.word_times import TimedToken

WINDOW_SECONDS = 10.0
RATE = 0.07
SOUNDS = ((1.0, 2.0), (3.0, 3.5), (5.0, 6.5))  # a line; a sound; a line


def _sound() -> Float32Array:
    generator = np.random.default_rng(0)
    samples = generator.normal(0.0, 1e-4, round(WINDOW_SECONDS * SAMPLE_RATE))
    for start, end in SOUNDS:
        part = slice(round(start * SAMPLE_RATE), round(end * SAMPLE_RATE))
        samples[part] += generator.normal(0.0, 0.1, part.stop - part.start)
    return samples.astype(np.float32)


def _window() -> EncodedWindow:
    tokens = round(WINDOW_SECONDS * 50)
    voice = np.zeros(tokens, np.float32)
    for start, end in SOUNDS:
        voice[round(start * 50) : round(end * 50)] = 0.9
    window = AudioWindow(0.0, WINDOW_SECONDS, 0, tokens, (Piece(0, tokens, 0.0),))
    return EncodedWindow(window, np.zeros((tokens, 4), np.float32), np.zeros((1, 4), np.float32), voice)


def _second_line_starts(likelier: float) -> tuple[float, int]:
    """Place two lines where cross-attention stretches the second over the sound before it; return start, passes."""
    given = given_words(["Good morning", "We begin"], "en")
    planned = [PlannedWord(word.text, i, 0, word.weight, True) for i, word in enumerate(given)]
    passes = []

    def force(words: Sequence[str]) -> list[TimedToken]:
        passes.append(list(words))
        assert words[2] == FILLER_TEXT
        times = ((1.0, 1.5), (1.5, 2.9), (3.0, 4.8), (4.8, 5.6), (5.6, 6.5))
        return [
            TimedToken(word, a, b, likelier if word == " We" else 0.9)
            for word, (a, b) in zip(words, times, strict=True)
        ]

    spans = ((1.0, 1.5, 0.9), (1.5, 2.9, 0.9), (3.0, 3.6, 0.05), (3.6, 6.5, 0.9))
    timed = [TimedToken(word.text, a, b, p) for word, (a, b, p) in zip(given, spans, strict=True)]
    placed = place_window(planned, timed, given, _window(), SampleStream([_sound()]), RATE, force=force)
    return placed[2].start, len(passes)


def test_a_line_begins_behind_the_hesitation_that_makes_its_words_likely() -> None:
    start, passes = _second_line_starts(0.6)
    assert abs(start - 5.0) < 0.03 and passes == 2


def test_a_line_whose_words_gain_nothing_from_a_hesitation_stays() -> None:
    start, passes = _second_line_starts(0.04)
    assert abs(start - 3.0) < 0.03 and passes == 1


def test_a_hesitation_that_was_written_down_is_not_looked_for_again() -> None:
    given = given_words(["um", "um we begin"], "en")
    planned = [PlannedWord(word.text, i, 0, word.weight, False) for i, word in enumerate(given)]
    timed = [TimedToken(word.text, 3.0 + i, 4.0 + i, 0.01) for i, word in enumerate(given)]
    runs = tuple(Run(first, first + 50, 0.9) for first in (100, 300, 500, 700))
    placed = [PlacedWord(float(run.first), float(run.behind)) for run in runs]
    assert doubtful_beginnings(planned, timed, placed, given, runs, RATE) == ()
    plain = given_words(["go", "so we begin"], "en")
    assert doubtful_beginnings(planned, timed, placed, plain, runs, 0.04) == (0, 1)
    assert doubtful_beginnings(planned, timed, placed, plain, runs, 0.08) == (), "no longer than the words take"


def test_fillers_stand_before_their_words_and_are_judged_by_them() -> None:
    given = given_words(["a b", "c d"], "en")
    planned = [PlannedWord(word.text, i, 0, word.weight, True) for i, word in enumerate(given)]
    words = with_fillers(planned, (0, 2))
    assert [word.given for word in words] == [None, 0, 1, None, 2, 3]

    def tokens(probabilities: Sequence[float]) -> list[TimedToken]:
        return [TimedToken("", 0.0, 0.0, probability) for probability in probabilities]

    before = tokens([0.1, 0.5, 0.5, 0.5])
    assert believed_fillers((0, 2), before, tokens([0.3, 0.4, 0.5, 0.3, 0.4, 0.5])) == (0,)
    assert believed_fillers((0, 2), before, tokens([0.3, 0.1, 0.0, 0.3, 0.9, 0.9])) == (2,)

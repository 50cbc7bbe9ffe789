"""Filled pauses that nobody wrote down: they hold no word, and those that are written stay."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from mmdemo.alignment.filled_pauses import (
    filled_spans,
    is_hesitation,
    mask_without,
    unwritten,
    without_filled_pauses,
    writes_hesitations,
)
from mmdemo.alignment.forced import place_window
from mmdemo.alignment.forced_plan import PlannedWord
from mmdemo.alignment.forced_words import given_words
from mmdemo.alignment.sample_stream import SampleStream
from mmdemo.alignment.speech_mask import SpeechMask
from mmdemo.types import SAMPLE_RATE, AudioWindow, EncodedWindow, Float32Array, Piece, Span
from mmdemo.word_times import TimedToken

TOKENS = 500  # ten seconds
SOUNDS = ((1.0, 2.0), (3.0, 3.5), (5.0, 6.5), (7.0, 7.4), (8.5, 9.0))
"""A line; “um”; the first words of a line; “um” inside it; its last word."""
FILLED = ((3.0, 3.5), (7.0, 7.4))


def _marks(spans: Sequence[tuple[float, float]] = FILLED) -> np.ndarray:
    marked = np.zeros(TOKENS, np.bool_)
    for start, end in spans:
        marked[round(start * 50) : round(end * 50)] = True
    return marked


def _window() -> EncodedWindow:
    voice = _marks(SOUNDS).astype(np.float32)
    window = AudioWindow(0.0, TOKENS / 50, 0, TOKENS, (Piece(0, TOKENS, 0.0),))
    return EncodedWindow(window, np.zeros((TOKENS, 4), np.float32), np.zeros((1, 4), np.float32), voice)


def _sound() -> Float32Array:
    random = np.random.default_rng(0)
    samples = random.normal(0.0, 1e-4, TOKENS * SAMPLE_RATE // 50)
    for start, end in SOUNDS:
        part = slice(round(start * SAMPLE_RATE), round(end * SAMPLE_RATE))
        samples[part] += random.normal(0.0, 0.1, part.stop - part.start)
    return samples.astype(np.float32)


def _placed(filled: np.ndarray | None) -> list[float]:
    """Return where words start that cross-attention puts on the filled pauses before them."""
    given = given_words(["Good morning", "We begin now"], "en")
    planned = [PlannedWord(word.text, i, 0, word.weight, True) for i, word in enumerate(given)]
    times = ((1.0, 1.5), (1.5, 2.0), (2.9, 3.8), (5.0, 6.5), (6.9, 7.6))
    timed = [TimedToken(word.text, a, b, 0.9) for word, (a, b) in zip(given, times, strict=True)]
    found = place_window(planned, timed, given, _window(), SampleStream([_sound()]), 0.07, filled=filled)
    return [found[i].start for i in range(len(given))]


def test_no_word_stands_on_a_filled_pause() -> None:
    starts = _placed(_marks())
    assert abs(starts[2] - 5.0) < 0.03 and abs(starts[4] - 8.5) < 0.03
    before = _placed(None)
    assert abs(before[2] - 3.0) < 0.03 and abs(before[4] - 7.0) < 0.03


def test_a_filled_pause_that_is_written_or_was_heard_keeps_its_place() -> None:
    planned = [PlannedWord(" go", 0, 0, 4.0, True), PlannedWord(" Um,", None, 0, 7.0, False)]
    timed = [TimedToken(" go", 1.0, 2.0, 0.9), TimedToken(" Um,", 7.2, 7.8, 0.9)]
    assert np.array_equal(unwritten(_marks(), planned, timed), _marks(FILLED[:1]))
    assert np.array_equal(unwritten(_marks(), planned[:1], timed[:1]), _marks())
    assert is_hesitation(" Uh…") and is_hesitation("嗯，") and not is_hesitation("umbrella") and not is_hesitation("")
    assert writes_hesitations(["Hello", "well, um, yes"], "en") and not writes_hesitations(["Hello", ""], "en")
    assert writes_hesitations(["嗯我想"], "zh") and not writes_hesitations(["我想"], "zh")


def test_voice_falls_silent_up_to_the_silence_beside_it() -> None:
    encoded = _window()
    short = _marks(((3.06, 3.44),))  # the detector heard less than there is
    voice = without_filled_pauses(encoded, short).voice_activity
    assert not voice[150:175].any() and voice[250:325].all() and voice[50:100].all()
    within = _marks(((5.5, 5.9),))  # no silence near: words touch it
    voice = without_filled_pauses(encoded, within).voice_activity
    assert voice[250:275].all() and not voice[275:295].any() and voice[295:325].all()
    assert without_filled_pauses(encoded, _marks(())) is encoded


def test_a_mask_loses_them_in_media_time() -> None:
    pieces = (Piece(0, 100, 10.0), Piece(100, 50, 20.0))
    encoded = EncodedWindow(
        AudioWindow(10.0, 21.0, 0, 150, pieces),
        np.zeros((150, 4), np.float32),
        np.zeros((1, 4), np.float32),
        np.ones(150),
    )
    marked = np.zeros(150, np.bool_)
    marked[90:120] = True  # over the cut between two pieces
    spans = filled_spans(encoded, marked)
    assert [(span.start, span.end) for span in spans] == [pytest.approx((11.8, 12.0)), pytest.approx((20.0, 20.4))]
    speech = np.ones(3000, np.float32)
    speech[1195:1300] = 0.0
    left = mask_without(SpeechMask(speech), [*spans, Span(29.9, 31.0)]).speech
    assert not left[1180:1300].any() and left[1100:1180].all()
    assert not left[2000:2040].any() and left[2040:2990].all() and not left[2990:].any()
    mask = SpeechMask(speech)
    assert mask_without(mask, []) is mask

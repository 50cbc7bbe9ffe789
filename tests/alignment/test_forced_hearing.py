"""How many words of a text a window holds, judged by what forced alignment says of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mmdemo.alignment.forced_hearing import TextHearing, judge_text, words_to_try
from mmdemo.alignment.forced_words import GivenWord, given_words
from mmdemo.word_times import TimedToken

RATE = 0.07
LINES = ["the old lighthouse stands there", "fishermen repair their nets", "the sun comes up again"]
GIVEN = given_words(LINES, "en")
VOICE = np.full(500, 0.9, np.float32)


def _tokens(probabilities: Sequence[float], seconds: float = 0.5) -> list[TimedToken]:
    """Place words one behind the other; those that are not spoken stand where the others end."""
    spoken = [p >= 0.1 for p in probabilities]
    starts = np.cumsum([0.0, *(seconds if said else 0.0 for said in spoken)])
    return [
        TimedToken(word.text, float(a), float(b), p)
        for word, a, b, p in zip(GIVEN, starts[:-1], starts[1:], probabilities, strict=False)
    ]


def _judged(probabilities: Sequence[float], words: Sequence[GivenWord] = GIVEN, more: bool = False) -> TextHearing:
    tokens = _tokens(probabilities)
    return judge_text(words, tokens, VOICE[: round(tokens[-1].end / 0.02)], RATE, more)


def test_the_speech_ends_where_probability_collapses() -> None:
    assert _judged([0.9] * 9 + [0.01] * 5) == TextHearing(9, True, False)


def test_the_guessable_first_word_of_the_next_line_is_left_to_the_next_window() -> None:
    assert _judged([0.9] * 9 + [0.35] + [0.001] * 4).count == 9


def test_words_without_time_are_not_spoken_however_likely() -> None:
    tokens = _tokens([0.9] * 9 + [0.01] * 5)
    tokens[9] = TimedToken(tokens[9].text, tokens[9].start, tokens[9].end, 0.5)
    tokens[10] = TimedToken(tokens[10].text, tokens[10].start, tokens[10].end, 0.5)
    assert judge_text(GIVEN, tokens, VOICE[:225], RATE, False).count == 9


def test_one_unlikely_name_is_forgiven_and_a_line_in_between_that_nobody_says_is_not() -> None:
    assert _judged([0.9] * 6 + [0.001] + [0.9] * 7).sure
    assert not _judged([0.9] * 5 + [0.01] * 4 + [0.9] * 5).sure


def test_another_text_is_not_heard_at_all() -> None:
    assert _judged([0.02, 0.001, 0.3] * 4 + [0.01, 0.01]).sure is False


def test_text_that_fits_to_its_last_word_asks_for_more_unless_there_is_none() -> None:
    assert _judged([0.9] * 14, more=True) == TextHearing(14, False, True)
    assert _judged([0.9] * 14, more=False) == TextHearing(14, True, False)


def test_a_word_stretched_over_speech_means_that_something_else_is_said() -> None:
    tokens = _tokens([0.9] * 14)
    late = [TimedToken(t.text, t.start + 3.0, t.end + 3.0, t.probability) for t in tokens[6:]]
    assert not judge_text(GIVEN, [*tokens[:6], *late], VOICE, RATE, False).sure
    quiet = VOICE.copy()
    quiet[round(3.0 / 0.02) : round(6.0 / 0.02)] = 0.0
    assert judge_text(GIVEN, [*tokens[:6], *late], quiet[: round(10.0 / 0.02)], RATE, False).sure


def test_as_much_text_is_tried_as_the_voice_can_hold() -> None:
    assert words_to_try(GIVEN, 0.0, RATE, 1.3) < words_to_try(GIVEN, 1.5, RATE, 1.3) < len(GIVEN)
    assert words_to_try(GIVEN, 60.0, RATE, 1.3) == len(GIVEN)

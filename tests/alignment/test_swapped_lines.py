"""Neighbouring lines in each other's place: suspected by length, exchanged where the sound says so."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from mmdemo.alignment.swapped_lines import (
    Trial,
    exchange_gains,
    exchanged_order,
    is_suspected,
    text_likelihood,
    with_exchanged_times,
)
from mmdemo.types import Cue, Word

LENGTHS = [40.0, 5.0, 33.0, 60.0, 28.0]
SECONDS = [0.3 + 0.06 * length for length in LENGTHS]


def test_lines_that_are_said_as_fast_as_the_others_are_not_suspected() -> None:
    assert not is_suspected(exchange_gains(LENGTHS, SECONDS))
    assert not is_suspected(exchange_gains([], [])) and not is_suspected(exchange_gains([5.0], [1.0]))


def test_a_long_line_on_the_time_of_a_short_one_is_suspected() -> None:
    gains = exchange_gains([LENGTHS[i] for i in (1, 0, 2, 3, 4)], SECONDS)
    assert is_suspected(gains) and int(np.argmax(gains)) == 0


@pytest.mark.parametrize("spoken", [(0, 1, 2, 3), (1, 0, 2, 3), (1, 0, 3, 2), (0, 2, 1, 3)])
def test_neighbours_change_places_where_it_makes_the_sound_likelier(spoken: Sequence[int]) -> None:
    """Each text in its place is worth ten; every exchange of neighbours can be found."""

    def likelihood(order: Sequence[int]) -> float:
        return 10.0 * sum(a == b for a, b in zip(order, spoken, strict=True))

    assert exchanged_order([Trial(i, 6) for i in range(3)], likelihood) == tuple(spoken)


def test_a_little_likelier_is_not_enough_and_nothing_tried_changes_nothing() -> None:
    assert exchanged_order([Trial(0, 6)], lambda order: float(order[0])) == (0, 1)
    assert exchanged_order([], lambda order: 0.0) == ()


def test_cues_get_each_others_times_and_keep_their_order() -> None:
    cues = (
        Cue(1, 5.0, 6.0, "c"),
        Cue(2, 1.0, 2.0, "a", (Word("a", 1.0, 2.0, 1.0),)),
        Cue(3, 3.0, 3.5, "b"),
    )
    found = with_exchanged_times(cues, (1, 2, 0), (1, 0, 2))
    assert [(cue.text, cue.start, cue.end, cue.words) for cue in found] == [
        ("c", 5.0, 6.0, ()),
        ("a", 3.0, 3.5, ()),
        ("b", 1.0, 2.0, ()),
    ]


def test_impossible_words_count_no_less_than_very_unlikely_ones() -> None:
    assert text_likelihood([]) == 0.0
    assert text_likelihood([0.0, 1.0]) == pytest.approx(-9.2)

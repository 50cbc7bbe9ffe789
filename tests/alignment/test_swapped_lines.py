"""Neighbouring lines in each other's place: suspected by length, exchanged where the sound says so."""

from __future__ import annotations

from itertools import combinations, pairwise

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
    assert not is_suspected(np.concatenate([gains, np.zeros(200)])), "one pair in a long file is chance"


@pytest.mark.parametrize("seed", range(12))
def test_the_exchanges_for_which_the_most_speaks_are_chosen(seed: int) -> None:
    """Against all sets of pairs that share no text."""
    random = np.random.default_rng(seed)
    trials = [Trial(i, 10, 1.0, float(random.uniform(-10.0, 30.0))) for i in range(7) if random.random() < 0.9]
    sets = [
        chosen
        for size in range(5)
        for chosen in combinations(trials, size)
        if all(b.first - a.first > 1 for a, b in pairwise(chosen))
    ]
    most = max(sum(trial.score for trial in chosen) for chosen in sets)
    order = exchanged_order(trials, 8)
    assert sorted(order) == list(range(8))
    assert sum(trial.score for trial in trials if order[trial.first] == trial.first + 1) == pytest.approx(most)


def test_too_little_speaks_for_an_exchange() -> None:
    assert Trial(0, 10, 0.1, 4.9).score == 0.0, "neither lengths nor words alone"
    assert Trial(0, 10, 1.0, 1.0).score == 0.0, "together too little"
    assert Trial(0, 10, 1.0, 3.0).score == 7.0 and Trial(0, 10, 0.1, 7.0).score == pytest.approx(7.4)
    assert exchanged_order([], 3) == (0, 1, 2) and exchanged_order([], 0) == ()


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

"""Metrics against counting by hand and brute force."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mmdemo.evaluation.metrics import matching_units, normalized_words, time_errors, word_error_rate


def _edit_distance(a: list[str], b: list[str]) -> int:
    table = [[i + j if i * j == 0 else 0 for j in range(len(b) + 1)] for i in range(len(a) + 1)]
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            same = table[i - 1][j - 1] + (a[i - 1] != b[j - 1])
            table[i][j] = min(table[i - 1][j] + 1, table[i][j - 1] + 1, same)
    return table[-1][-1]


def test_words_are_compared_without_case_and_punctuation() -> None:
    assert normalized_words("Don’t STOP, it's 5 o'clock — “now”!", "en") == [
        "don't",
        "stop",
        "it's",
        "5",
        "o'clock",
        "now",
    ]


def test_chinese_counts_characters() -> None:
    assert normalized_words("你好，世界！ＡＢ", "zh") == ["你", "好", "世", "界", "a", "b"]


@pytest.mark.parametrize("seed", range(5))
def test_error_rate_equals_brute_force(seed: int) -> None:
    generator = np.random.default_rng(seed)
    a = generator.choice(list("abcd"), 30).tolist()
    b = generator.choice(list("abcd"), 25).tolist()
    found = word_error_rate(" ".join(a), " ".join(b), "en")
    assert found.edits == _edit_distance(a, b)
    assert found.rate == pytest.approx(found.edits / 30)


def test_matching_units_are_equal_and_ascend() -> None:
    a, b = "the cat sat on the mat".split(), "a cat sat the mat".split()
    pairs = matching_units(a, b)
    assert pairs == [(1, 1), (2, 2), (4, 3), (5, 4)]


def test_missing_times_count_as_wrong() -> None:
    errors = time_errors([0.02, -0.1, 0.4, 0.6], missing=4)
    assert errors.mean_ms == pytest.approx(280)
    assert errors.median_ms == pytest.approx(250)
    assert (errors.within_50_ms, errors.within_100_ms, errors.within_500_ms) == (0.125, 0.25, 0.375)
    assert math.isnan(time_errors([], missing=2).mean_ms)
    assert time_errors([], missing=2).within_500_ms == 0.0

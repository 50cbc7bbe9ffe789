"""The official metric of VQA against cases worked out by hand."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from mmdemo.evaluation.vqa_metric import answer_accuracies, calibration_error, normalised_answer, vqa_accuracy


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        ("Yes.", "yes"),
        ("A dog", "dog"),
        ("the two dogs", "2 dogs"),
        ("none", "0"),
        ("dont know", "don't know"),
        ("T-shirt", "t shirt"),
        ("black & white", "black & white"),
        ("red, white", "red white"),
        ("1,000", "1000"),
        ("6:50", "6:50"),
        ("2.5", "2.5"),
        ("st. louis.", "st louis"),
        ("yes/no", "yes no"),
        ("  frisbee\n", "frisbee"),
    ],
)
def test_answers_are_compared_in_one_form(given: str, normal: str) -> None:
    assert normalised_answer(given) == normal


@pytest.mark.parametrize("agreeing", range(11))
def test_accuracy_is_the_mean_over_all_choices_of_nine(agreeing: int) -> None:
    given = ["cat"] * agreeing + ["dog"] * (10 - agreeing)
    brute = [min(sum(one == "cat" for one in nine) / 3, 1.0) for nine in combinations(given, 9)]
    assert vqa_accuracy("a cat", given) == pytest.approx(np.mean(brute))


def test_accuracy_of_three_who_agree() -> None:
    assert vqa_accuracy("red", ["red"] * 3 + [str(n) for n in range(20, 27)]) == pytest.approx(0.9)
    assert vqa_accuracy("blue", ["red"] * 10) == 0.0
    assert vqa_accuracy("blue", []) == 0.0


def test_all_accuracies_are_those_of_each_answer() -> None:
    given = ["Two", "2", "2", "three"] + ["4"] * 6
    found = answer_accuracies(given)
    assert found == {answer: pytest.approx(vqa_accuracy(answer, given)) for answer in ("2", "3", "4")}


def test_calibration_error_is_nought_where_every_bin_is_right_on_average() -> None:
    assert calibration_error([0.25, 0.25, 0.25, 0.25], [1.0, 0.0, 0.0, 0.0]) == pytest.approx(0.0)
    assert calibration_error([0.95, 0.05], [0.0, 1.0]) == pytest.approx(0.95)
    assert calibration_error([], []) == 0.0

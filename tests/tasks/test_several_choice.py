"""Which of several media, how many, and whether in both: from the evidence of each to the words of the answer."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from mmdemo.config import Limits
from mmdemo.tasks.questions import read_question
from mmdemo.tasks.several_choice import Chosen, answer_both, answer_how_many, answer_which, count_probabilities
from mmdemo.tasks.several_evidence import MediumEvidence, choice_probabilities
from mmdemo.types import Evidence, MediaKind


def chosen(question: str, *probabilities: float) -> Chosen:
    found = tuple(MediumEvidence(n, p, Evidence(n, "whole", p)) for n, p in enumerate(probabilities))
    kinds: list[MediaKind] = ["image" for _ in probabilities]
    return Chosen(read_question(question, Limits()), found, tuple(kinds))


WHICH = "Which of these shows a dog?"


def test_the_likeliest_is_named_with_its_runner_up() -> None:
    answer = answer_which(chosen(WHICH, 0.02, 0.9, 0.2))
    assert answer.text == "The second picture." and answer.sure and answer.probability > 0.6
    assert [guess.text for guess in answer.guesses] == ["the second picture", "the third picture", "the first picture"]
    assert [piece.media for piece in answer.evidence] == [1, 2, 0], "every source is cited"
    assert answer_which(chosen("哪一张图片里有狗？", 0.02, 0.9)).text == "第二张图片。"


def test_several_that_have_it_are_all_named() -> None:
    answer = answer_which(chosen(WHICH, 0.8, 0.05, 0.7))
    assert answer.text == "The first picture and the third picture." and answer.sure


def test_doubt_is_said() -> None:
    answer = answer_which(chosen(WHICH, 0.2, 0.22))
    assert not answer.sure and answer.text.startswith("Not sure; perhaps the second picture")
    answer = answer_which(chosen(WHICH, 0.02, 0.03))
    assert not answer.sure and "none" in answer.text and answer.evidence


def test_a_closed_question_is_answered_with_yes() -> None:
    assert (
        answer_which(chosen("Is there a dog in any of these pictures?", 0.02, 0.9)).text == "Yes, the second picture."
    )


def test_choices_leave_room_for_none_of_them() -> None:
    for likely in ((0.5,), (0.9, 0.1), (0.01, 0.02, 0.03), (0.0, 1.0)):
        found = chosen(WHICH, *likely).found
        shares = choice_probabilities(found)
        assert 0 < sum(shares) < 1 and np.argmax(shares) == np.argmax(likely)
    assert sum(choice_probabilities(chosen(WHICH, 0.01, 0.01).found)) < 0.3


@pytest.mark.parametrize("likely", [(), (0.3,), (0.9, 0.2, 0.6), (0.0, 1.0, 0.5)])
def test_counts_match_all_outcomes_added_up(likely: tuple[float, ...]) -> None:
    expected = np.zeros(len(likely) + 1)
    for outcome in product((0, 1), repeat=len(likely)):
        expected[sum(outcome)] += np.prod([p if hit else 1 - p for p, hit in zip(likely, outcome, strict=True)])
    assert count_probabilities(likely) == pytest.approx(expected)


def test_the_count_names_the_media_that_count() -> None:
    answer = answer_how_many(chosen("How many of these pictures show a dog?", 0.95, 0.03, 0.9))
    assert answer.text == "2 of 3: the first picture and the third picture." and answer.sure
    assert answer.guesses[0].text == "2" and answer.guesses[0].probability == pytest.approx(answer.probability)
    answer = answer_how_many(chosen("有几张图片里有狗？", 0.55, 0.45, 0.5))
    assert not answer.sure and answer.text.startswith("不确定")


def test_something_is_in_both_or_not() -> None:
    question = "Is there a dog in both pictures?"
    assert answer_both(chosen(question, 0.9, 0.8), same=False, alike=None).text.startswith("Yes")
    answer = answer_both(chosen(question, 0.9, 0.03), same=False, alike=None)
    assert answer.text.startswith("No") and "second picture" in answer.text and answer.sure
    answer = answer_both(chosen(question, 0.9, 0.3), same=False, alike=None)
    assert answer.text.startswith("Not sure") and not answer.sure


def test_identity_is_never_claimed() -> None:
    question = "Is the dog in the first picture in the second?"
    for alike in (None, 0.2, 0.9):
        answer = answer_both(chosen(question, 0.95, 0.95), same=True, alike=alike)
        assert not answer.sure and "I cannot tell" in answer.text
    assert "无法" in answer_both(chosen("第一张图片里的狗在第二张里吗？", 0.9, 0.9), same=True, alike=0.7).text

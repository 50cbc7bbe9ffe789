"""Answers about pictures: which guess is given, when it is not sure, and what it rests on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mmdemo.config import Limits
from mmdemo.generators.base import NamedThing
from mmdemo.runtime import Models
from mmdemo.tasks.questions import read_question
from mmdemo.tasks.seen_things import asked_things
from mmdemo.tasks.visual_answers import SURE, answer_pictures
from mmdemo.types import Answer, Encoding, Float32Array, Region
from tests.fakes import FakeGenerator, fake_models
from tests.tasks.picture_backbone import PictureBackbone


class SeeingBackbone(PictureBackbone):
    """Every picture is as near to every text as it is told."""

    def __init__(self, near: float) -> None:
        super().__init__()
        self.near = near

    def match_probability(self, similarity: float, first: object, second: object) -> float:
        return self.near


def _encoding(n: int = 1) -> Encoding:
    vector: Float32Array = np.eye(16, dtype=np.float32)[n]
    return Encoding("image", np.zeros((81, 4), np.float32), np.zeros((81, 4), np.float32), "fake", str(n) * 64, vector)


def _models(near: float = 0.98, present: tuple[str, ...] | None = None, probability: float = 0.6) -> Models:
    found = fake_models(SeeingBackbone(near))  # type: ignore[arg-type]
    return replace(found, generator=FakeGenerator(present, probability))


def _ask(text: str, models: Models, count: int = 1) -> Answer:
    return answer_pictures(read_question(text, Limits()), [_encoding(n) for n in range(count)], models)


def test_a_probable_guess_is_the_answer_with_its_region() -> None:
    answer = _ask("What is the dog doing?", _models())
    assert (answer.text, answer.language, answer.sure) == ("Answer 1", "en", True)
    assert answer.probability == pytest.approx(0.6)
    assert [guess.text for guess in answer.guesses] == [f"answer {n}" for n in range(1, 6)]
    assert answer.evidence[0].kind == "region"
    assert answer.evidence[0].region == Region(0.0, 0.0, pytest.approx(1 / 3), pytest.approx(1 / 3))
    assert answer.evidence[0].score == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("What is the dog doing?", "Not sure; perhaps answer 1 or answer 2 or answer 3."),
        ("狗在做什么？", "不确定，可能是答案1或答案2或答案3。"),
    ],
)
def test_below_the_threshold_it_is_not_sure_and_gives_its_best_guesses(text: str, said: str) -> None:
    answer = _ask(text, _models(probability=SURE - 0.05))
    assert not answer.sure
    assert answer.text == said
    assert answer.probability == pytest.approx(SURE - 0.05)


@pytest.mark.parametrize(
    ("text", "thing"),
    [("What color is the elephant?", "elephant"), ("大象是什么颜色的？", "大象")],
)
def test_what_is_not_there_has_no_colour(text: str, thing: str) -> None:
    answer = _ask(text, _models(near=0.01, present=()))
    assert not answer.sure
    assert thing in answer.text
    assert not answer.evidence


def test_what_may_not_be_there_has_no_colour_for_sure() -> None:
    question = "What color is the elephant?"
    assert _ask(question, _models(near=0.98)).sure
    doubted = _ask(question, _models(near=0.5))
    assert not doubted.sure
    assert doubted.text == "Not sure; perhaps answer 1 or answer 2 or answer 3."
    assert doubted.probability == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("text", "name", "sure"),
    [
        ("Is there a zebra?", NamedThing("zebra", "斑马", 0.9), True),
        ("Are there any zebras?", NamedThing("zebra", "斑马", 0.9), True),
        ("图里有斑马吗？", NamedThing("zebra", "斑马", 0.9), True),
        ("Is there a zebra?", NamedThing("zebra", "斑马", 0.2), False),
        ("Is there a dog?", NamedThing("hot dog", "热狗", 0.9), False),
        ("图里有马吗？", NamedThing("zebra", "斑马", 0.9), False),
    ],
)
def test_a_class_of_the_image_tower_settles_it(text: str, name: NamedThing, sure: bool) -> None:
    class NamingGenerator(FakeGenerator):
        def names(self, encoding: Encoding) -> tuple[NamedThing, ...]:
            return (name,)

    answer = _ask(text, replace(_models(near=0.3), generator=NamingGenerator()))
    assert answer.sure == sure


@pytest.mark.parametrize(
    ("text", "things"),
    [
        ("What color is the teddy bear?", ["teddy bear"]),
        ("Is there a red wall?", ["red wall"]),
        ("What is the dog next to the surfboard doing?", ["dog", "surfboard"]),
        ("What color is the man's shirt?", ["man", "shirt"]),
        ("What is the person holding?", []),
        ("冲浪板旁边是什么？", ["冲浪板"]),
        ("圖裡有泰迪熊嗎？", ["泰迪熊"]),
    ],
)
def test_words_side_by_side_are_one_thing(text: str, things: list[str]) -> None:
    assert asked_things(read_question(text, Limits())) == things


@pytest.mark.parametrize(
    ("text", "present", "said"),
    [
        ("Is there a dog?", ("dog",), "Yes"),
        ("图里有狗吗？", ("狗",), "有"),
        ("这是狗吗？", ("狗",), "是"),
    ],
)
def test_yes_and_no_are_answers_of_their_own(text: str, present: tuple[str, ...], said: str) -> None:
    answer = _ask(text, _models(present=present))
    assert (answer.text, answer.sure) == (said, True)


@pytest.mark.parametrize(
    ("near", "said", "sure"),
    [(0.98, "Not sure; perhaps yes.", False), (0.6, "Not sure; perhaps yes.", False), (0.3, "No", True)],
)
def test_a_no_to_what_is_to_be_seen_is_not_sure(near: float, said: str, sure: bool) -> None:
    answer = _ask("Is there a dog?", _models(near=near, present=()))
    assert (answer.text, answer.sure) == (said, sure)
    assert answer.probability < SURE or sure


@pytest.mark.parametrize(
    ("near", "said", "sure"), [(0.98, "Yes", True), (0.5, "Not sure; perhaps yes.", False), (0.001, "No", True)]
)
def test_a_yes_needs_the_joint_space_beside_it(near: float, said: str, sure: bool) -> None:
    answer = _ask("Is there a dog?", _models(near=near, present=("dog",)))
    assert (answer.text, answer.sure) == (said, sure)


def test_several_pictures_are_averaged() -> None:
    answer = _ask("How many dogs are there?", _models(), count=3)
    assert answer.text == "2"
    assert answer.probability == pytest.approx(0.6)
    assert answer.evidence[0].media in range(3)


def test_a_description_is_a_caption() -> None:
    answer = _ask("Describe this picture.", _models())
    assert answer.text.startswith("Caption 0")
    assert answer.evidence[0].kind == "whole"


def test_a_question_with_or_is_answered_with_one_of_the_two() -> None:
    answer = _ask("Is this a cat or a dog?", _models(near=0.5))
    assert {guess.text for guess in answer.guesses} <= {"cat", "dog"}
    assert len(answer.guesses) == 2
    assert "do not see" not in answer.text

"""Which things are shown for an answer, and what they say about what a question takes for granted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mmdemo.config import Limits
from mmdemo.detection.thing_names import classes_of
from mmdemo.runtime import Models
from mmdemo.tasks.questions import Question, read_question
from mmdemo.tasks.seen_things import CERTAIN, thing_probability
from mmdemo.tasks.thing_evidence import thing_evidence
from mmdemo.types import Encoding, Region, Thing
from tests.fakes import fake_models
from tests.tasks.picture_backbone import PictureBackbone

DOG, PERSON = classes_of("dog")[0], classes_of("person")[0]
LEFT, MIDDLE, RIGHT = (Region(x, 0.2, x + 0.2, 0.8) for x in (0.0, 0.4, 0.7))
DOGS = (Thing(DOG, 0.9, LEFT), Thing(DOG, 0.8, RIGHT), Thing(DOG, 0.1, MIDDLE))


def asked(text: str) -> Question:
    return read_question(text, Limits())


def picture(things: tuple[Thing, ...] | None) -> Encoding:
    embedding = np.eye(16, dtype=np.float32)[0]
    return Encoding(
        "image", np.zeros((81, 4), np.float32), np.zeros((81, 4), np.float32), "m", "s", embedding, things=things
    )


@pytest.mark.parametrize("question", ["How many dogs are there?", "图里有几只狗？"])
def test_everything_that_was_counted_is_shown(question: str) -> None:
    found = thing_evidence(asked(question), "2", picture(DOGS), 1)
    assert found is not None
    assert (found.region, found.others, found.media) == (LEFT, (RIGHT,), 1)
    assert found.text == ("dog" if question.isascii() else "狗")


def test_a_count_shows_no_more_than_it_says_and_nothing_unlikely() -> None:
    one = thing_evidence(asked("How many dogs are there?"), "1", picture(DOGS), 0)
    assert one is not None
    assert one.others == ()
    three = thing_evidence(asked("How many dogs are there?"), "3", picture(DOGS), 0)
    assert three is not None
    assert MIDDLE not in (three.region, *three.others)
    assert thing_evidence(asked("How many dogs are there?"), "0", picture(DOGS), 0) is None
    assert thing_evidence(asked("How many dogs are there?"), "red", picture(DOGS), 0) is None


def test_an_answer_that_names_a_thing_shows_it() -> None:
    found = thing_evidence(asked("What animal is this?"), "dog", picture(DOGS), 0)
    assert found is not None
    assert (found.region, found.others) == (LEFT, ())
    assert thing_evidence(asked("What animal is this?"), "cat", picture(DOGS), 0) is None
    assert thing_evidence(asked("What colour is it?"), "red", picture(DOGS), 0) is None


def test_a_yes_shows_what_is_there_and_a_no_nothing() -> None:
    question = asked("Is there a dog in the picture?")
    found = thing_evidence(question, "yes", picture(DOGS), 0)
    assert found is not None
    assert found.region == LEFT
    assert thing_evidence(question, "no", picture(DOGS), 0) is None
    assert thing_evidence(question, "yes", picture((Thing(PERSON, 0.9, LEFT),)), 0) is None


def test_without_a_detector_nothing_is_shown() -> None:
    assert thing_evidence(asked("How many dogs are there?"), "2", picture(None), 0) is None


@pytest.fixture
def models() -> Models:
    return fake_models(PictureBackbone())  # type: ignore[arg-type]


@pytest.mark.parametrize(("thing", "language"), [("dog", "en"), ("dogs", "en"), ("狗", "zh")])
def test_the_detector_settles_what_is_there(thing: str, language: str, models: Models) -> None:
    sure = thing_probability(thing, language, [picture(DOGS)], models)  # type: ignore[arg-type]
    without = thing_probability(thing, language, [picture(None)], models)  # type: ignore[arg-type]
    assert sure == CERTAIN > without


def test_weak_things_settle_nothing(models: Models) -> None:
    weak = replace(picture(DOGS), things=(Thing(DOG, 0.3, LEFT),))
    assert thing_probability("dog", "en", [weak], models) < CERTAIN

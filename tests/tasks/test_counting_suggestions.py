"""What a picture shows several of is offered to be counted, in words that the counting understands."""

from __future__ import annotations

import numpy as np
import pytest

from mmdemo.detection.thing_names import thing_names
from mmdemo.detection.thing_questions import wanted_things
from mmdemo.tasks.counting_suggestions import UNCOUNTED, counting_questions
from mmdemo.types import Encoding, Region, Thing

BOX = Region(0.0, 0.0, 1.0, 1.0)


def picture(*counts: tuple[int, int], score: float = 0.9) -> Encoding:
    things = tuple(Thing(class_id, score, BOX) for class_id, count in counts for _ in range(count))
    return Encoding("image", np.zeros((1, 1)), np.zeros((1, 4), np.float32), "m", "s", things=things)


def test_the_most_numerous_come_first_and_single_things_not_at_all() -> None:
    asked = counting_questions(picture((16, 2), (0, 5), (2, 1)))
    assert [one.en for one in asked] == ["How many people are there?", "How many dogs are there?"]
    assert [one.zh for one in asked] == ["有几个人？", "有几只狗？"]


def test_unlikely_things_are_not_counted() -> None:
    assert counting_questions(picture((16, 5), score=0.2)) == []
    assert counting_questions(Encoding("image", np.zeros((1, 1)), np.zeros((1, 4), np.float32), "m", "s")) == []


@pytest.mark.parametrize("class_id", range(80))
def test_every_question_is_understood(class_id: int) -> None:
    asked = counting_questions(picture((class_id, 3)))
    if thing_names()[class_id].en in UNCOUNTED:
        assert asked == []
        return
    for text, language in ((asked[0].en, "en"), (asked[0].zh, "zh")):
        wanted = wanted_things(text, language)  # type: ignore[arg-type]
        assert wanted is not None, text
        assert wanted.class_ids == ((class_id,),), text

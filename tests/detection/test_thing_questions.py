"""What questions want to know of things that the detector knows, in both languages."""

from __future__ import annotations

import numpy as np
import pytest

from mmdemo.detection.thing_names import classes_of, named_things, own_class, thing_names
from mmdemo.detection.thing_questions import answer_support, support_rows, wanted_things
from mmdemo.types import CaptionLanguage, Region, Thing

ANYWHERE = Region(0.0, 0.0, 0.5, 0.5)


def names(class_ids: tuple[int, ...]) -> list[str]:
    return [thing_names()[class_id].en for class_id in class_ids]


@pytest.mark.parametrize(
    ("question", "language", "counted"),
    [
        ("How many people are in the photo?", "en", ["person"]),
        ("how many small brown dogs are there", "en", ["dog"]),
        ("How many dogs?", "en", ["dog"]),
        ("How many of the men are wearing hats?", "en", ["person"]),
        ("How many teddy bears are sitting on the bed?", "en", ["teddy bear"]),
        ("图里有几个人？", "zh", ["person"]),
        ("有多少只白色的狗", "zh", ["dog"]),
        ("馬路上有幾輛車？", "zh", ["car"]),
    ],
)
def test_what_is_counted(question: str, language: CaptionLanguage, counted: list[str]) -> None:
    wanted = wanted_things(question, language)
    assert wanted is not None
    assert wanted.want == "count"
    assert names(wanted.class_ids[0]) == counted


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("How many wheels are on the bus?", "en"),
        ("How many train cars are there?", "en"),
        ("How many kinds of cakes are there?", "en"),
        ("What colour is the dog?", "en"),
        ("What time is it?", "en"),
        ("Is the dog asleep?", "en"),
        ("", "en"),
        ("有几扇窗户", "zh"),
        ("狗是什么颜色的", "zh"),
    ],
)
def test_what_the_detector_cannot_tell(question: str, language: CaptionLanguage) -> None:
    assert wanted_things(question, language) is None


def test_all_that_is_asked_for_must_be_there() -> None:
    wanted = wanted_things("Is there a dog on the bed?", "en")
    assert wanted is not None
    assert wanted.want == "presence"
    assert [names(class_ids) for class_ids in wanted.class_ids] == [["dog"], ["bed"]]
    asked = "Is there a dog on the bed?"
    dog, bed = (Thing(classes_of(word)[0], 0.95, ANYWHERE) for word in ("dog", "bed"))
    both = answer_support(asked, "en", [dog, bed], ["yes", "no", "red"])
    alone = answer_support(asked, "en", [dog], ["yes", "no", "red"])
    assert both is not None
    assert alone is not None
    assert both[0] > 0 > both[1]
    assert alone[0] < 0 < alone[1]
    assert both[2] == alone[2] == 0


def test_longer_words_hide_shorter_ones() -> None:
    assert [one.word for one in named_things("a hot dog beside the dog's bowl", "en")] == ["hot dog", "dog", "bowl"]
    assert [names(one.class_ids)[0] for one in named_things("斑马在马路上，旁边有马", "zh")] == ["zebra", "horse"]


def test_numbers_are_supported_by_the_count() -> None:
    dogs = [Thing(classes_of("dog")[0], score, ANYWHERE) for score in (0.95, 0.9, 0.08)]
    answers = ["0", "1", "2", "3", "dog", "25"]
    support = answer_support("How many dogs are there?", "en", dogs, answers)
    assert support is not None
    assert answers[int(support.argmax())] == "2"
    assert support[4] == support[5] == 0
    assert answer_support("How many dogs are there?", "en", None, answers) is None
    rows = support_rows(["How many dogs are there?", "Is it red?"], "en", [dogs, dogs], answers, [0.0, 0.0])
    assert np.allclose(rows[0].numpy(), support)
    assert not rows[1].any()


def test_answers_that_name_things_are_supported_by_them() -> None:
    found = [Thing(classes_of("dog")[0], 0.95, ANYWHERE), Thing(classes_of("car")[0], 0.95, ANYWHERE)]
    answers = ["dog", "dogs", "puppy", "cat", "car", "yes"]
    anything = answer_support("What is on the grass?", "en", found, answers)
    assert anything is not None
    assert anything[0] == anything[1] == anything[4] > 0
    assert anything[2] == anything[5] == 0
    assert anything[3] < 0
    animals = answer_support("What kind of animal is this?", "en", found, answers)
    assert animals is not None
    assert animals[0] > anything[0]
    assert animals[4] == 0
    chinese = answer_support("图里是什么动物？", "zh", found, answers)
    assert chinese is not None
    assert np.allclose(chinese, animals)


def test_what_the_detector_has_no_name_for_silences_its_names_but_not_its_counts() -> None:
    cat = [Thing(classes_of("cat")[0], 0.6, ANYWHERE)]
    for question in ("What animal is this?", "What is this?"):
        silent = answer_support(question, "en", cat, ["cat", "lion"], outside=0.9)
        assert silent is not None
        assert not silent.any()
    counted = answer_support("How many cats are there?", "en", cat, ["1", "2"], outside=0.9)
    assert counted is not None
    assert counted[0] > 0


def test_the_names_are_those_of_the_detector_and_each_word_is_of_one_class() -> None:
    every = thing_names()
    assert len(every) == 80
    assert (every[0].en, every[16].en, every[79].en) == ("person", "dog", "toothbrush")
    words = [word for name in every for word in (*name.words, *name.kinds)]
    assert len(words) == len(set(words))
    assert own_class("狗") == own_class("dogs") == 16
    assert own_class("puppy") is None

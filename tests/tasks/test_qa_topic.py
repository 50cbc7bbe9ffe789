"""The phrase that the joint space looks for."""

from __future__ import annotations

import pytest

from mmdemo.config import Limits
from mmdemo.tasks.qa_topic import caption_forms, depicted
from mmdemo.tasks.questions import read_question


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("When does the dog appear?", "the dog"),
        ("At what moment do we see a red car in the video?", "a red car"),
        ("When does the man jump into the water?", "the man jump into the water"),
        ("Which of these shows a dog catching a ball?", "a dog catching a ball"),
        ("Which recording mentions the museum?", "the museum"),
        ("Is there a cat in this picture?", "a cat"),
        ("Are there any children playing?", "children playing"),
        ("How many of these pictures show snow?", "snow"),
        ("Do show the same dog?", "dog"),
        ("What colour is the car?", "car"),
        ("What is this?", ""),
        ("狗什么时候出现？", "狗"),
        ("哪一张图片里有红色的汽车？", "红色汽车"),
        ("汽车是什么颜色的？", "汽车"),
    ],
)
def test_the_thing_is_left_when_the_question_is_taken_off(question: str, expected: str) -> None:
    assert depicted(read_question(question, Limits())) == expected


def test_a_long_clause_falls_back_to_its_words() -> None:
    long = "Is there " + "a very big and very old " * 8 + "house?"
    assert len(depicted(read_question(long, Limits())).split()) <= 8


def test_captions_get_their_article() -> None:
    assert caption_forms("dog", "en")[0] == "there is a dog"
    assert caption_forms("apple", "en")[0] == "there is an apple"
    assert caption_forms("the dog", "en")[0] == "there is a dog"
    assert caption_forms("children playing", "en")[0] == "there is children playing"
    assert caption_forms("狗", "zh") == ("有狗", "狗")

"""What questions about several media want, in both languages."""

from __future__ import annotations

import pytest

from mmdemo.config import Limits
from mmdemo.tasks.questions import read_question
from mmdemo.tasks.several_forms import asks_for_identity, form_of
from mmdemo.types import MediaKind

KINDS: dict[str, MediaKind] = {"i": "image", "a": "audio", "v": "video"}


def form(question: str, kinds: str, named: bool = False) -> str:
    return form_of(read_question(question, Limits()), [KINDS[kind] for kind in kinds], named)


@pytest.mark.parametrize(
    ("question", "kinds", "named", "expected"),
    [
        ("Which of these shows a dog?", "iii", False, "which"),
        ("In which video does someone mention a bridge?", "vv", False, "which"),
        ("Is there a cat in any of these pictures?", "ii", False, "which"),
        ("Is there a dog in the first or the second picture?", "ii", True, "which"),
        ("哪一张图片里有狗？", "ii", False, "which"),
        ("How many of these pictures show snow?", "iii", False, "how_many"),
        ("有几张图片里有雪？", "iii", False, "how_many"),
        ("How many people are there?", "ii", False, "best"),
        ("Does this recording describe this photo?", "ai", True, "fit"),
        ("Does the recording match the video?", "av", True, "fit"),
        ("这段录音描述的是这张照片吗？", "ai", True, "fit"),
        ("Do the two pictures match?", "ii", False, "same"),
        ("Is the dog in the first picture in the second?", "ii", True, "both"),
        ("Is there a dog in both pictures?", "ii", False, "both"),
        ("第一张图片里的狗在第二张里吗？", "ii", True, "both"),
        ("What do these pictures have in common?", "ii", False, "same"),
        ("这两张图片有什么共同点？", "ii", False, "same"),
        ("What is the difference between the two?", "ii", False, "different"),
        ("两张图片有什么不同？", "ii", False, "different"),
        ("What is in these pictures?", "ii", False, "each"),
        ("What colour is the car?", "ii", False, "best"),
    ],
)
def test_forms(question: str, kinds: str, named: bool, expected: str) -> None:
    assert form(question, kinds, named) == expected


def test_the_same_one_or_just_one_of_the_kind() -> None:
    for question in (
        "Is the dog in the first picture in the second?",
        "第一张图片里的狗在第二张里吗？",
        "Is it the same dog?",
    ):
        assert asks_for_identity(read_question(question, Limits()))
    for question in ("Is there a dog in both pictures?", "Are there children in both?"):
        assert not asks_for_identity(read_question(question, Limits()))

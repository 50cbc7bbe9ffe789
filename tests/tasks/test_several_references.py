"""Which media a question names, in both languages."""

from __future__ import annotations

import pytest

from mmdemo.errors import NoSuchMedia
from mmdemo.tasks.several_references import find_references, first_count
from mmdemo.types import MediaKind

KINDS: dict[str, MediaKind] = {"i": "image", "a": "audio", "v": "video"}


def places(question: str, kinds: str) -> tuple[int, ...]:
    language = "zh" if any("\u4e00" <= character <= "\u9fff" for character in question) else "en"
    return find_references(question, language, [KINDS[kind] for kind in kinds]).places  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("question", "kinds", "expected"),
    [
        ("What is in the second picture?", "iii", (1,)),
        ("What is in the 3rd image?", "iii", (2,)),
        ("Who speaks in the last recording?", "aia", (2,)),
        ("What colour is the car in picture 2?", "aii", (2,)),  # the second of the pictures
        ("What colour is the car in photo number two?", "ii", (1,)),
        ("Compare pictures 1 and picture 3.", "iii", (0, 2)),
        ("Is the dog in the first picture in the second?", "ii", (0, 1)),
        ("Is the dog in the first picture also in the last one?", "iii", (0, 2)),
        ("What does the recording say?", "ia", (1,)),
        ("What is the man in the photo doing?", "via", (1,)),
        ("What does the first film show?", "ivv", (1,)),
        ("What happens in the second clip?", "va", (1,)),
        ("What is in the picture?", "ii", ()),  # which one is not said
        ("When does the second man appear?", "vv", ()),
        ("What is said in the first minute?", "aa", ()),
        ("How many seconds is the second?", "v", ()),
        ("Which of these shows a dog?", "iii", ()),
        ("第二张图片里有什么？", "ii", (1,)),
        ("第2张里有几个人？", "ii", (1,)),
        ("最后一段录音说了什么？", "aa", (1,)),
        ("第一张图片里的狗在第二张里吗？", "ii", (0, 1)),
        ("图2里有什么？", "ii", (1,)),
        ("这段录音描述的是这张照片吗？", "ai", (0, 1)),
        ("第一段视频和第二段录音有关吗？", "vaa", (0, 2)),
        ("照片里有几个人？", "ii", ()),
    ],
)
def test_media_are_found_by_number_and_kind(question: str, kinds: str, expected: tuple[int, ...]) -> None:
    assert places(question, kinds) == expected


@pytest.mark.parametrize(
    ("question", "kinds"),
    [("What is in the third picture?", "ii"), ("第三张图片里有什么？", "ii"), ("And picture 7?", "i")],
)
def test_counting_too_far_is_a_sentence(question: str, kinds: str) -> None:
    with pytest.raises(NoSuchMedia, match=f"only {len(kinds)}"):
        places(question, kinds)


def test_the_question_is_left_for_one_and_for_the_thing() -> None:
    found = find_references("Is the dog in the first picture in the second?", "en", ["image", "image"])
    assert found.bare == "Is the dog?"
    found = find_references("What colour is the car in picture 2?", "en", ["image", "image"])
    assert found.text == "What colour is the car in the picture?"
    found = find_references("第一张图片里的狗在第二张里吗？", "zh", ["image", "image"])
    assert "狗" in found.bare and "张" not in found.bare
    assert find_references("第二张图片里有什么？", "zh", ["image", "image"]).text == "这张图片里有什么？"


def test_the_first_few_are_counted() -> None:
    assert first_count("What do the first two pictures show?", "en") == 2
    assert first_count("前三张图片里有什么？", "zh") == 3
    assert first_count("What do the pictures show?", "en") is None

"""Asks about things that pictures do not show, where an answer should be “not sure” or “no”, and about some they do."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mmdemo.config import Limits
from mmdemo.evaluation.qa_questions import PeoplesQuestion
from mmdemo.runtime import Models
from mmdemo.tasks.questions import read_question
from mmdemo.tasks.visual_answers import answer_pictures
from mmdemo.types import Encoding

THINGS = (
    ("elephant", "大象"),
    ("giraffe", "长颈鹿"),
    ("zebra", "斑马"),
    ("horse", "马"),
    ("cow", "牛"),
    ("sheep", "羊"),
    ("cat", "猫"),
    ("dog", "狗"),
    ("airplane", "飞机"),
    ("train", "火车"),
    ("boat", "船"),
    ("motorcycle", "摩托车"),
    ("umbrella", "雨伞"),
    ("kite", "风筝"),
    ("guitar", "吉他"),
    ("pizza", "披萨"),
    ("surfboard", "冲浪板"),
    ("teddy bear", "泰迪熊"),
    ("laptop", "笔记本电脑"),
    ("tent", "帐篷"),
)
"""Each is on a few pictures in a hundred of COCO's (Lin et al. 2014), so a picture drawn at random hardly has it."""
FORMS = {
    "en": (
        "what color is the {}?",
        "where is the {}?",
        "what is next to the {}?",
        "how many {}s are there?",
        "is there a {}?",
    ),
    "zh": ("{}是什么颜色的？", "{}在哪里？", "{}旁边是什么？", "图里有多少{}？", "图里有{}吗？"),
}
KINDRED = {
    "teddy bear": ("bear", "toy"),
    "boat": ("ship", "boats"),
    "airplane": ("plane", "jet"),
    "motorcycle": ("bike",),
}
"""Other words for a thing; a picture whose questions or answers have one is passed over."""
MOST_PICTURES = 150
"""Pictures that are asked about at most, each in both languages: the share is then known to some 3 %."""
THERE_AFTER_ALL = frozenset(
    {
        ("000000002229.jpg", "kite"),
        ("000000005373.jpg", "pizza"),
        ("000000010073.jpg", "pizza"),
        ("000000029457.jpg", "laptop"),
        ("000000034920.jpg", "giraffe"),
    }
)
"""Things of the validation pictures that nobody's question names and that are there, as looking at the pictures showed:
all that the detector is surest of were."""
NEGATIVE = frozenset({"no", "none", "0", "nothing", "不是", "没有", "不", "什么也没有"})


@dataclass(frozen=True)
class AbsentReport:
    """What became of questions about things that are not there."""

    rows: list[dict[str, object]]
    share: float  # answered with “not sure” or “no”, 0..1
    invented: float  # answered with confidence, 0..1


def absent_report(
    questions: Sequence[PeoplesQuestion], encodings: Mapping[str, Encoding], found: Models
) -> AbsentReport:
    """Ask about a thing that is not in each picture, in both languages.

    Args:
        questions: of people, which tell some of what is there.
        encodings: of the pictures, by name.
        found: the models.
    """
    told = _told(questions)
    limits = Limits()
    rows: list[dict[str, object]] = []
    counts: dict[tuple[str, str], list[bool]] = {}
    for name in sorted(encodings)[:MOST_PICTURES]:
        draw = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")
        english, chinese = THINGS[draw % len(THINGS)]
        mentioned = re.search(rf"\b(?:{'|'.join((english, *KINDRED.get(english, ())))})", told.get(name, ""))
        if mentioned or (name, english) in THERE_AFTER_ALL:
            continue
        place = draw // len(THINGS) % len(FORMS["en"])
        for language, thing in (("en", english), ("zh", chinese)):
            asked = read_question(FORMS[language][place].format(thing), limits)
            answer = answer_pictures(asked, [encodings[name]], found)
            fine = not answer.sure or answer.text.lower().strip(".。") in NEGATIVE
            counts.setdefault((language, FORMS[language][place]), []).append(fine)
    for (language, form), outcomes in sorted(counts.items()):
        fine_share = round(sum(outcomes) / len(outcomes), 3)
        rows.append({"language": language, "form": form, "questions": len(outcomes), "not sure or no": fine_share})
    every = [fine for outcomes in counts.values() for fine in outcomes]
    share = sum(every) / max(len(every), 1)
    return AbsentReport(rows, round(share, 4), round(1 - share, 4))


def _told(questions: Sequence[PeoplesQuestion]) -> dict[str, str]:
    """Return all that questions and answers say about each picture."""
    told: dict[str, str] = {}
    for question in questions:
        told[question.picture] = " ".join([told.get(question.picture, ""), question.text.lower(), *question.answers])
    return told


def present_rows(
    questions: Sequence[PeoplesQuestion], encodings: Mapping[str, Encoding], found: Models
) -> list[dict[str, object]]:
    """Ask whether there is what people take for granted: who doubts everything invents nothing.

    Args:
        questions: of people; those that yes or no answers take nothing for granted.
        encodings: of the pictures, by name.
        found: the models.

    Returns:
        For each language how many were asked, and the shares of “yes”, “not sure” and “no”.
    """
    told = _told([question for question in questions if question.answer_type != "yes/no"])
    counts: dict[str, list[str]] = {"en": [], "zh": []}
    for name, text in sorted(told.items()):
        for things in THINGS:
            if not re.search(rf"\b{things[0]}s?\b", text):
                continue
            for language, thing in zip(("en", "zh"), things, strict=True):
                asked = read_question(FORMS[language][-1].format(thing), Limits())
                answer = answer_pictures(asked, [encodings[name]], found)
                said = "no" if answer.text.lower().strip(".。") in NEGATIVE else "yes"
                counts[language].append(said if answer.sure else "not sure")
    return [
        {"language": language, "asked": len(said)}
        | {one: round(said.count(one) / max(len(said), 1), 3) for one in ("yes", "not sure", "no")}
        for language, said in counts.items()
    ]

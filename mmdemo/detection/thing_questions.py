"""What a question wants to know of things that the detector knows: how many, or whether there are any."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from mmdemo.detection.thing_counts import LARGEST_COUNT, count_distribution, presence_likelihood, prominence
from mmdemo.detection.thing_names import GROUPS, classes_of, named_things, own_class, thing_names
from mmdemo.traditional import simplified
from mmdemo.types import CaptionLanguage, Float32Array, Thing

if TYPE_CHECKING:  # importing torch takes seconds
    import torch

LONGEST_NOUN = 4
"""Words of what is counted at most, such as “small brown dogs”."""
UNSAID = 0.1
"""Probability that says nothing for an answer and nothing against it."""
FAINTEST = 0.02
"""Added before the logarithm, as the detector is never quite right."""
NAMED_WEIGHT = 0.5
"""How much a thing speaks for its name where a question asks for anything; half of it, as most is beside the point."""
KIND_WEIGHT = 2.5
"""The same where it asks which of a group there is: of 19 such questions, held out or of validation, 0.42 are answered
right without the detector, 0.54 with it."""
SILENT_FROM = 0.5
"""Probability of something the detector has no name for from which it says nothing about names."""
_HOW_MANY = re.compile(r"\bhow many\s+(?:of the\s+)?")
_BEHIND_NOUN = re.compile(
    r"\s*(?:[?.,!]|$|\b(?:are|is|do|does|did|can|could|in|on|at|of|have|has|had|with|will|were|was|would|there|that|who|"
    r"which|near|be|to|for|and|or|visible|shown|seen|pictured|here|you|we|i|standing|sitting|walking|wearing|"
    r"riding|playing|holding|flying|facing|looking|lying|laying|eating|grazing|swimming|surfing|skiing|running)\b)"
)
_CHINESE_COUNT = re.compile(r"(?:几|多少)[只个头匹辆列条架艘位张把台本名群双块件]?(?:[^，。？?！]{0,4}的)?")
_EXISTS = re.compile(r"^(?:is|are) there\b|^(?:can|do) you see\b|^any\b")
_EXISTS_CHINESE = re.compile(r"有没有|能看到|看得到|有.*[吗么嘛]|是否有")

_KIND = re.compile(r"\b(?:what|which)\s+(?:kinds?\s+of\s+|types?\s+of\s+|sorts?\s+of\s+)?(?P<group>[a-z]+)\b")
_KIND_CHINESE = re.compile(r"(?:什么|哪种|哪些|哪只)(?:种类的|样的)?(?P<group>动物|车|水果|食物|家具)")
_NAMES = re.compile(
    r"^(?:what|which|who)\b(?!.*\b(?:colou?rs?|time|number|year|brand|letters?|words?|say|says|name)\b)"
)
_NAMES_CHINESE = re.compile(r"^(?!.*(?:颜色|时间|几点|字|牌子)).*(?:什么|哪)")

Want = Literal["count", "presence", "kind", "name"]
"""How many, whether there are any, which of a group such as animals, or anything that can be named."""


@dataclass(frozen=True)
class WantedThings:
    """Which classes a question asks about, and what."""

    want: Want
    class_ids: tuple[tuple[int, ...], ...] = ()  # one for each thing that is named; of a count or a kind the only one


def wanted_things(question: str, language: CaptionLanguage) -> WantedThings | None:
    """Read a question; None where it asks for something else, or for what the detector does not know.

    Args:
        question: as the user wrote it.
        language: of it.
    """
    text = (simplified(question) if language == "zh" else question).lower().strip()
    counted = _counted_chinese(text) if language == "zh" else _counted(text)
    if counted is not None:
        return WantedThings("count", (counted,)) if counted else None
    exists = _EXISTS_CHINESE.search(text) if language == "zh" else _EXISTS.match(text)
    if exists:
        named = named_things(text, language)
        return WantedThings("presence", tuple(one.class_ids for one in named)) if named else None
    kind = (_KIND_CHINESE if language == "zh" else _KIND).search(text)
    if kind and kind["group"] in GROUPS:
        return WantedThings("kind", (classes_of(kind["group"]),))
    return WantedThings("name") if (_NAMES_CHINESE if language == "zh" else _NAMES).match(text) else None


def _counted(text: str) -> tuple[int, ...] | None:
    """Return the classes that “how many …” counts; empty where they are unknown, None where nothing is counted."""
    asks = _HOW_MANY.search(text)
    if asks is None:
        return None
    rest = text[asks.end() :]
    behind = _BEHIND_NOUN.search(rest)
    noun = rest[: behind.start()] if behind else rest
    named = named_things(noun, "en")
    if not named or named[-1].end < len(noun.rstrip()) or len(noun.split()) > LONGEST_NOUN:
        return ()
    # “Train cars” are no cars: a class just before it makes another word of it.
    doubled = len(named) > 1 and noun[named[-2].end : named[-1].start].isspace()
    return () if doubled else named[-1].class_ids


def _counted_chinese(text: str) -> tuple[int, ...] | None:
    asks = _CHINESE_COUNT.search(text)
    if asks is None:
        return None
    named = named_things(text[asks.end() :], "zh")
    return named[0].class_ids if named and named[0].start == 0 else ()


def answer_support(
    question: str,
    language: CaptionLanguage,
    things: Sequence[Thing] | None,
    answers: Sequence[str],
    outside: float = 0.0,
) -> Float32Array | None:
    """Say what the things of a picture speak for each answer to a question.

    Args:
        question: see `wanted_things`.
        language: of it.
        things: of the picture; None where no detector looked.
        answers: English, such as ``3``, ``yes``, ``dog``.
        outside: how probable it is that the picture is of something the detector has no name for, such as a lion, which
            it takes for a cat; then it keeps silent about names.

    Returns:
        [A] logarithms of how much more likely an answer is than one nothing is known of, to be added to an answerer's;
        None where nothing is said.
    """
    wanted = wanted_things(question, language)
    if wanted is None or things is None:
        return None
    if wanted.want == "count":
        return _of_counts(count_distribution(things, wanted.class_ids[0]), answers)
    if wanted.want == "presence":
        there = min(presence_likelihood(things, class_ids) for class_ids in wanted.class_ids)
        shares = {"yes": there, "no": 1 - there}
        found = [np.log((shares[one] + FAINTEST) / (0.5 + FAINTEST)) if one in shares else 0.0 for one in answers]
        return np.array(found, np.float32)
    trusted = min(max(1 - outside / SILENT_FROM, 0.0), 1.0)
    if wanted.want == "kind":
        return trusted * KIND_WEIGHT * _of_names(prominence(things, wanted.class_ids[0]), answers)
    every = range(len(thing_names()))
    return trusted * NAMED_WEIGHT * _of_names({one: presence_likelihood(things, (one,)) for one in every}, answers)


def _of_counts(shares: Float32Array, answers: Sequence[str]) -> Float32Array:
    known = [one.isdecimal() and int(one) <= LARGEST_COUNT for one in answers]
    found = [_support(float(shares[int(one)])) if own else 0.0 for one, own in zip(answers, known, strict=True)]
    return np.array(found, np.float32)


def _of_names(shares: Mapping[int, float], answers: Sequence[str]) -> Float32Array:
    """Support answers that name classes, by how likely each is meant; others are left alone."""
    support = {class_id: _support(share) for class_id, share in shares.items()}
    named = [own_class(answer) for answer in answers]
    return np.array([support.get(-1 if one is None else one, 0.0) for one in named], np.float32)


def support_rows(
    questions: Sequence[str],
    language: CaptionLanguage,
    things: Sequence[Sequence[Thing] | None],
    answers: Sequence[str],
    outside: Sequence[float],
) -> torch.Tensor:
    """Put what `answer_support` says of several questions together; [Q, A] of zeros where it says nothing.

    Args:
        questions: Q of them.
        language: of all.
        things: of the picture that each is about.
        answers: A of them, English.
        outside: of the picture that each question is about.
    """
    import torch

    rows = torch.zeros(len(questions), len(answers))
    said: dict[tuple[str, int], Float32Array | None] = {}
    for row, (question, found, other) in enumerate(zip(questions, things, outside, strict=True)):
        key = (question, id(found))
        if key not in said:
            said[key] = answer_support(question, language, found, answers, other)
        support = said[key]
        if support is not None:
            rows[row] = torch.from_numpy(support)
    return rows


def _support(probability: float) -> float:
    return float(np.log((probability + FAINTEST) / (UNSAID + FAINTEST)))

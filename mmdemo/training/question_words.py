"""The word list that questions are made with: things, people, places, actions and colours in both languages."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

TABLE = Path(__file__).with_name("question_words.tsv")
WordKind = Literal["person", "animal", "vehicle", "thing", "clothing", "place", "action", "sport", "colour"]
COUNTED: tuple[WordKind, ...] = ("person", "animal", "vehicle", "thing", "clothing")
"""Kinds of which there can be several."""
NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
CHINESE_NUMBERS = {"一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}


@dataclass(frozen=True)
class Concept:
    """Something that captions speak of, whatever word they use."""

    kind: WordKind
    en: str
    plural: str  # the same word where there is no other
    zh: str
    measure: str  # that Chinese counts it with
    english_forms: frozenset[str]
    plural_forms: frozenset[str]
    chinese_forms: tuple[str, ...]


@lru_cache(maxsize=1)
def concepts() -> tuple[Concept, ...]:
    """Read the word list."""
    with TABLE.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    return tuple(_concept(row) for row in rows)


def _concept(row: dict[str, str]) -> Concept:
    # A name of two words stands alone in its row.
    phrase = row["en"] in TWO_WORDS
    forms = [row["en"]] if phrase else row["en"].split()
    plurals = [] if row["plural"] == "-" else [row["plural"]] if phrase else row["plural"].split()
    chinese = tuple(row["zh"].split())
    return Concept(
        row["kind"],  # type: ignore[arg-type]
        forms[0],
        plurals[0] if plurals else forms[0],
        chinese[0],
        "" if row["measure"] == "-" else row["measure"],
        frozenset(forms) | frozenset(plurals),
        frozenset(plurals),
        chinese,
    )


TWO_WORDS = frozenset({"soccer ball"})
"""Names in the list that hold a space."""


@lru_cache(maxsize=1)
def english_words() -> dict[str, Concept]:
    """Return which concept an English word stands for; the first in the list where there are several."""
    found: dict[str, Concept] = {}
    for concept in concepts():
        for form in sorted(concept.english_forms):
            found.setdefault(form, concept)
    return found


@lru_cache(maxsize=1)
def chinese_words() -> tuple[tuple[str, Concept], ...]:
    """Return Chinese words with what they stand for, longest first, so that none is found inside another."""
    pairs = [(form, concept) for concept in concepts() for form in concept.chinese_forms]
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


def concept_named(en: str) -> Concept:
    """Return the concept with an English name."""
    return next(concept for concept in concepts() if concept.en == en)

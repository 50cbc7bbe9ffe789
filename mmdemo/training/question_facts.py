"""What five captions say about a picture: what is there, how many, in which colour, doing what, and where."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from mmdemo.training.question_words import (
    CHINESE_NUMBERS,
    COUNTED,
    NUMBERS,
    Concept,
    chinese_words,
    english_words,
)

_WORD = re.compile(r"[a-z]+(?:-[a-z]+)?")
_ARTICLES = frozenset({"a", "an", "one"})
_FILLERS = frozenset(
    "the his her its their young little small large big old older tall dressed long short striped dark bright light "
    "and colored haired".split()
)
"""Words that may stand between a number or colour and its noun."""
RELATIONS = {
    "wearing": ("wearing", "wears", "dressed"),
    "holding": ("holding", "holds", "carrying", "carries"),
    "riding": ("riding", "rides", "ride"),
    "catching": ("catching", "catches", "catch", "chasing", "chases"),
    "throwing": ("throwing", "throws", "kicking", "kicks"),
    "sitting on": ("sitting on", "sits on", "sit on"),
    "standing on": ("standing on", "stands on", "stand on"),
    "jumping over": ("jumping over", "jumps over", "leaps over"),
    "playing with": ("playing with", "plays with", "play with"),
}
"""What somebody does with something, and how captions put it."""
_MOST_BETWEEN = 4
"""Words between such a verb and its noun at most."""


@dataclass
class PictureFacts:
    """What the captions of one picture say; each count is of captions."""

    things: Counter[Concept] = field(default_factory=Counter)
    numbers: dict[Concept, Counter[int]] = field(default_factory=dict)
    colours: dict[Concept, Counter[Concept]] = field(default_factory=dict)
    subjects: Counter[Concept] = field(default_factory=Counter)
    actions: dict[Concept, Counter[Concept]] = field(default_factory=dict)  # by who does it
    relations: dict[tuple[Concept, str], Counter[Concept]] = field(default_factory=dict)  # by who and verb
    places: Counter[Concept] = field(default_factory=Counter)
    people: Counter[int] = field(default_factory=Counter)  # in all

    def add(self, table: dict[Any, Counter[Any]], key: object, value: object) -> None:
        """Count one more caption that says so."""
        table.setdefault(key, Counter())[value] += 1

    def merge(self, other: PictureFacts) -> None:
        """Take over what other captions of the picture say."""
        for name in ("things", "subjects", "places", "people"):
            getattr(self, name).update(getattr(other, name))
        for name in ("numbers", "colours", "actions", "relations"):
            for key, counts in getattr(other, name).items():
                getattr(self, name).setdefault(key, Counter()).update(counts)


@dataclass(frozen=True)
class _Mention:
    concept: Concept
    place: int
    number: int | None  # None = several, or not told
    colours: tuple[Concept, ...]
    plural: bool


def english_facts(captions: Sequence[str]) -> PictureFacts:
    """Read plain English captions of one picture."""
    facts = PictureFacts()
    for caption in captions:
        _read_english(facts, _WORD.findall(caption.lower()))
    return facts


def _read_english(facts: PictureFacts, words: Sequence[str]) -> None:
    mentions = [mention for place in range(len(words)) if (mention := _mention(words, place)) is not None]
    for concept in {mention.concept for mention in mentions}:
        facts.things[concept] += 1
    counted = [mention for mention in mentions if mention.concept.kind in COUNTED]
    repeated = {"another", "other", "others"} & set(words)
    for mention in counted:
        doubled = sum(other.concept == mention.concept for other in counted) > 1
        if mention.number is not None and not doubled and not repeated:
            facts.add(facts.numbers, mention.concept, mention.number)
        for colour in mention.colours:
            facts.add(facts.colours, mention.concept, colour)
    people = [mention for mention in counted if mention.concept.kind == "person"]
    if people and not repeated and all(mention.number is not None for mention in people):
        facts.people[sum(mention.number or 0 for mention in people)] += 1
    _read_deeds(facts, words, mentions)


def _mention(words: Sequence[str], place: int) -> _Mention | None:
    concept = english_words().get(words[place])
    if concept is None or concept.kind in ("action", "colour"):
        return None
    following = english_words().get(words[place + 1]) if place + 1 < len(words) else None
    if following is not None and following.kind in COUNTED and not _is_verb_like(words[place + 1]):
        return None  # “soccer player”, “snow hat”: part of another noun
    plural = words[place] in concept.plural_forms
    number, colours = None, []
    for before in reversed(words[max(0, place - 5) : place]):
        colour = english_words().get(before)
        if colour is not None and colour.kind == "colour":
            colours.append(colour)
        elif before in NUMBERS or before in _ARTICLES:
            number = NUMBERS.get(before, 1)
            break
        elif before not in _FILLERS:
            break
    fitting = number if number is not None and plural == (number > 1) else None
    return _Mention(concept, place, fitting, tuple(colours), plural)


def _is_verb_like(word: str) -> bool:
    return word in {"slide", "slides", "swing", "swings", "rocks", "lights", "signs", "boxes", "poses"}


def _read_deeds(facts: PictureFacts, words: Sequence[str], mentions: Sequence[_Mention]) -> None:
    """Read who does what, with what, and where; the first person or animal is who."""
    living = [mention for mention in mentions if mention.concept.kind in ("person", "animal")]
    for mention in mentions:
        before = words[max(0, mention.place - 3) : mention.place]
        if mention.concept.kind == "place" and {"in", "on", "at", "through", "across", "along"} & set(before):
            facts.places[mention.concept] += 1
    if not living:
        return
    subject = living[0]
    facts.subjects[subject.concept] += 1
    nouns = {mention.place for mention in mentions}
    for place, word in enumerate(words):
        concept = english_words().get(word)
        if concept is not None and concept.kind == "action" and place > subject.place and place not in nouns:
            facts.add(facts.actions, subject.concept, concept)
    text = " ".join(words)
    for relation, forms in RELATIONS.items():
        for form in forms:
            at = f" {text} ".find(f" {form} ")
            if at < 0:
                continue
            start = len(text[:at].split()) + len(form.split())
            objects = [m for m in mentions if start <= m.place < start + _MOST_BETWEEN and m.concept.kind != "person"]
            if objects and start > subject.place:
                facts.add(facts.relations, (subject.concept, relation), objects[0].concept)


def chinese_facts(captions: Sequence[str]) -> PictureFacts:
    """Read plain Chinese captions of one picture."""
    facts = PictureFacts()
    for caption in captions:
        _read_chinese(facts, caption)
    return facts


_CHINESE_NUMBER = re.compile(r"([一两二三四五六七八九十])[个只名位条匹头辆艘架把块张根顶件棵座]$")


def _read_chinese(facts: PictureFacts, caption: str) -> None:
    rest, mentions = caption, []
    for form, concept in chinese_words():
        at = rest.find(form)
        if at >= 0 and concept.kind != "colour":
            mentions.append((at, form, concept))
            rest = rest[:at] + "＿" * len(form) + rest[at + len(form) :]
    mentions.sort(key=lambda found: found[0])
    for concept in {concept for _, _, concept in mentions if concept.kind not in ("action", "sport")}:
        facts.things[concept] += 1
    living = [concept for _, _, concept in mentions if concept.kind in ("person", "animal")]
    for at, form, concept in mentions:
        before = caption[max(0, at - 8) : at]
        colour = _chinese_colour(before, form)
        if colour is not None and concept.kind in COUNTED:
            facts.add(facts.colours, concept, colour)
        found = _CHINESE_NUMBER.search(re.sub(r"[小大黑白红黄蓝绿]$|.色的?$", "", before))
        if found is not None and concept.kind in COUNTED and "另" not in caption:
            facts.add(facts.numbers, concept, CHINESE_NUMBERS[found[1]])
            if concept.kind == "person" and len(living) == 1:
                facts.people[CHINESE_NUMBERS[found[1]]] += 1
        if concept.kind == "place" and re.search(r"在[^，]{0,6}$", before):
            facts.places[concept] += 1
    if living:
        facts.subjects[living[0]] += 1
        for _, _, concept in mentions:
            if concept.kind == "action":
                facts.add(facts.actions, living[0], concept)


@lru_cache(maxsize=1)
def _chinese_colours() -> tuple[tuple[str, re.Pattern[str], Concept], ...]:
    return tuple(
        (word, re.compile(f"{word}(?:色)?(?:的)?[小大]?$"), concept)
        for word, concept in chinese_words()
        if concept.kind == "colour"
    )


def _chinese_colour(before: str, form: str) -> Concept | None:
    """Return the colour that stands before a noun, or that its own word holds, as in “黑狗”."""
    for word, pattern, concept in _chinese_colours():
        if pattern.search(before) or (len(word) == 1 and form.startswith(word)):
            return concept
    return None


def people_total(facts: PictureFacts, least: int = 3) -> int | None:
    """Return how many people there are, when so many captions agree and none says otherwise by more than one."""
    if not facts.people:
        return None
    number, votes = facts.people.most_common(1)[0]
    return number if votes >= least and votes >= 0.7 * sum(facts.people.values()) else None

"""Makes questions with answers out of captions: balanced, and with negatives that are near in the joint space."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from types import ModuleType
from typing import TypeVar

import numpy as np

from mmdemo.training import question_chinese, question_english
from mmdemo.training.question_data import TrainingQuestion
from mmdemo.training.question_facts import PictureFacts, people_total
from mmdemo.training.question_open import NO, YES, Ask, open_questions, shares
from mmdemo.training.question_words import COUNTED, Concept, concept_named
from mmdemo.types import CaptionLanguage, Float32Array

Key = TypeVar("Key")
NEIGHBOURS = 60
"""Pictures nearest in the joint space among which a negative is sought."""
SKIPPED_NEIGHBOURS = 3
"""The very nearest are left out: they often show the same, though their captions do not say so."""
MOST_OF_A_NUMBER = {1: 1.0, 2: 1.0}
"""How many questions for a number may have the answers 1 and 2, for each with a larger one: captions mostly speak of
one or two things, people's questions less so."""
ABSENT_NUMBERS = 0.1
"""Share of the questions for a number about what is not there."""
WORDINGS: dict[CaptionLanguage, ModuleType] = {"en": question_english, "zh": question_chinese}


def neighbours(embeddings: Float32Array, count: int = NEIGHBOURS) -> np.ndarray:
    """Return the rows [N, K] of the pictures nearest to each, itself left out.

    Args:
        embeddings: [N, 384] unit norm.
        count: K.
    """
    near = embeddings @ embeddings.T  # [N, N]
    np.fill_diagonal(near, -2)
    count = min(count, len(near) - 1)
    found: np.ndarray = np.argsort(-near, axis=1)[:, :count]
    return found


def caption_asks(facts: Sequence[PictureFacts], near: np.ndarray, random: np.random.Generator) -> list[Ask]:
    """Make everything that can be asked about pictures.

    Args:
        facts: of every picture.
        near: see `neighbours`.
        random: chooses negatives.
    """
    asks: list[Ask] = []
    asks += _presence(facts, near, random)
    asks += _numbers(facts, random)
    asks += _colours(facts, near, random)
    asks += _deeds(facts, near, random)
    asks += _relations(facts, near, random)
    for picture, own in enumerate(facts):
        asks += open_questions(picture, own)
    return asks


def worded(asks: Sequence[Ask], language: CaptionLanguage, random: np.random.Generator) -> list[TrainingQuestion]:
    """Put questions into words, one of the many ways for each."""
    found = []
    for ask in asks:
        ways = ask.wordings(WORDINGS[language])
        text = ways[int(random.integers(len(ways)))]
        found.append(TrainingQuestion(ask.picture, text, language, ask.kind, ask.answers))
    return found


def _closed(
    positives: Sequence[int],
    lacks: Callable[[int], bool],
    near: np.ndarray,
    asked: tuple[str, str, tuple[Concept | str | None, ...]],
    random: np.random.Generator,
) -> Iterator[Ask]:
    """Ask the same of pictures of which it is true and of as many near ones of which it is not.

    Args:
        positives: rows of the pictures of which it is true.
        lacks: tells of which others it is not.
        near: see `neighbours`.
        asked: kind, form and what about (see `Ask`).
        random: chooses negatives.
    """
    for picture in positives:
        others = [int(other) for other in near[picture, SKIPPED_NEIGHBOURS:] if lacks(int(other))]
        if others:
            yield Ask(picture, *asked, ((YES, 1.0),))
            yield Ask(others[int(random.integers(len(others)))], *asked, ((NO, 1.0),))


def _grouped(pairs: Iterable[tuple[Key, int]]) -> dict[Key, list[int]]:
    """Return the pictures of each key, each once."""
    groups: dict[Key, list[int]] = {}
    for key, picture in dict.fromkeys(pairs):
        groups.setdefault(key, []).append(picture)
    return groups


def _mentioned(own: PictureFacts, concept: Concept) -> bool:
    """Tell whether captions speak of something, or of somebody who may be the one."""
    if own.things[concept]:
        return True
    return concept.kind == "person" and any(other.kind == "person" and _may_be(other, concept) for other in own.things)


def _may_be(one: Concept, other: Concept) -> bool:
    if one.en in ("man", "boy"):
        return other.en not in ("woman", "girl")
    return one.en not in ("woman", "girl") or other.en not in ("man", "boy")


def _presence(facts: Sequence[PictureFacts], near: np.ndarray, random: np.random.Generator) -> Iterator[Ask]:
    groups = _grouped(
        (concept, picture) for picture, own in enumerate(facts) for concept in own.things if concept.kind != "sport"
    )
    for concept, positives in groups.items():

        def lacks(other: int, concept: Concept = concept) -> bool:
            return not _mentioned(facts[other], concept)

        yield from _closed(positives, lacks, near, ("presence", "presence", (concept,)), random)


def _numbers(facts: Sequence[PictureFacts], random: np.random.Generator) -> list[Ask]:
    asked: dict[int, list[Ask]] = {1: [], 2: [], 3: []}  # the last: 3 and more
    for picture, own in enumerate(facts):
        for concept, number in _told_numbers(own).items():
            asked[min(number, 3)].append(Ask(picture, "number", "number", (concept,), ((str(number), 1.0),)))
    kept = asked.pop(3)
    most = max(len(kept), 1)
    for number, own_asks in asked.items():
        order = random.permutation(len(own_asks))[: round(MOST_OF_A_NUMBER[number] * most)]
        kept = kept + [own_asks[i] for i in order]
    counted = [concept for own in facts for concept in own.things if concept.kind in COUNTED]
    absent = []
    for _ in range(round(ABSENT_NUMBERS * len(kept))):
        picture, concept = int(random.integers(len(facts))), counted[int(random.integers(len(counted)))]
        if not _mentioned(facts[picture], concept):
            absent.append(Ask(picture, "number", "number", (concept,), (("0", 1.0),)))
    return kept + absent


def _told_numbers(own: PictureFacts) -> dict[Concept, int]:
    """Return the numbers on which captions agree; one alone says “a dog” of two dogs easily enough."""
    total = people_total(own)
    found = {concept_named("person"): total} if total is not None else {}
    for concept, votes in own.numbers.items():
        number, agreeing = votes.most_common(1)[0]
        if agreeing >= (2 if number == 1 else 1) and len(votes) == 1 and concept.en != "person":
            found[concept] = number
    return found


def _colours(facts: Sequence[PictureFacts], near: np.ndarray, random: np.random.Generator) -> Iterator[Ask]:
    for picture, own in enumerate(facts):
        owner = next(iter(own.subjects), None)
        for concept, shades in own.colours.items():
            if concept.kind == "animal" or len(shades) <= 2:
                yield Ask(picture, "colour", "colour", (concept, owner), shares(shades))
    groups = _grouped(
        ((concept, shade), picture)
        for picture, own in enumerate(facts)
        for concept, shades in own.colours.items()
        for shade in shades
    )
    for (concept, shade), positives in groups.items():

        def lacks(other: int, concept: Concept = concept, shade: Concept = shade) -> bool:
            shades = facts[other].colours.get(concept)
            return shades is not None and shade not in shades

        yield from _closed(positives, lacks, near, ("colour-check", "has_colour", (concept, shade)), random)


def _deeds(facts: Sequence[PictureFacts], near: np.ndarray, random: np.random.Generator) -> Iterator[Ask]:
    groups = _grouped(
        ((subject, action), picture)
        for picture, own in enumerate(facts)
        for subject, actions in own.actions.items()
        for action in actions
    )
    for (subject, action), positives in groups.items():

        def idle(other: int, subject: Concept = subject, action: Concept = action) -> bool:
            own = facts[other]
            return own.things[subject] > 0 and not any(action in actions for actions in own.actions.values())

        yield from _closed(positives, idle, near, ("action-check", "does", (subject, action)), random)


def _relations(facts: Sequence[PictureFacts], near: np.ndarray, random: np.random.Generator) -> Iterator[Ask]:
    groups = _grouped(
        ((subject, relation, thing), picture)
        for picture, own in enumerate(facts)
        for (subject, relation), things in own.relations.items()
        for thing in things
    )
    for (subject, relation, thing), positives in groups.items():

        def lacks(other: int, subject: Concept = subject, thing: Concept = thing) -> bool:
            return facts[other].things[subject] > 0 and not facts[other].things[thing]

        yield from _closed(positives, lacks, near, ("relation-check", "related", (subject, relation, thing)), random)

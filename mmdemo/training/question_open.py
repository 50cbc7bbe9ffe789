"""Questions out of captions that have more answers than yes and no, and what a question is before it is worded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType

from mmdemo.training.question_facts import PictureFacts
from mmdemo.training.question_words import Concept

YES, NO = "yes", "no"
OPEN_PLACES = frozenset("beach street mountain ocean lake river forest desert snow field park hill".split())
CLOSED_PLACES = frozenset("kitchen restaurant room stage store".split())
VAGUE_ACTIONS = frozenset({"playing", "posing", "standing"})
"""Captions say so of everything; as answers they would drown the others."""
KIND_FORMS = {
    "animal": "which_animal",
    "vehicle": "which_vehicle",
    "sport": "which_sport",
    "thing": "what_thing",
}
"""Questions that a thing of a kind answers."""


@dataclass(frozen=True)
class Ask:
    """A question before it is worded."""

    picture: int
    kind: str
    form: str  # the function of `question_english` and `question_chinese` that words it
    about: tuple[Concept | str | None, ...]  # its arguments
    answers: tuple[tuple[str, float], ...]

    def wordings(self, words: ModuleType) -> list[str]:
        """Return the ways to ask in one language."""
        found: list[str] = getattr(words, self.form)(*self.about)
        return found


def shares(counts: Mapping[Concept, int]) -> tuple[tuple[str, float], ...]:
    """Return English names with their shares of the captions."""
    total = sum(counts.values())
    return tuple((concept.en, votes / total) for concept, votes in counts.items())


def open_questions(picture: int, own: PictureFacts) -> Iterator[Ask]:
    """Ask what, where, who and which about one picture.

    Args:
        picture: its row.
        own: what its captions say.
    """
    for subject, actions in own.actions.items():
        telling = {action: votes for action, votes in actions.items() if action.en not in VAGUE_ACTIONS}
        if telling:
            yield Ask(picture, "action", "what_does", (subject,), shares(telling))
    for (subject, relation), things in own.relations.items():
        yield Ask(picture, "relation", "what_related", (subject, relation), shares(things))
    first = next(iter(own.subjects), None)
    if own.places and first is not None:
        yield Ask(picture, "place", "where", (first,), shares(own.places))
    for kind, form in KIND_FORMS.items():
        named = {concept: votes for concept, votes in own.things.items() if concept.kind == kind and votes >= 2}
        if named:
            yield Ask(picture, kind, form, (), shares(named))
    known = {concept.en for concept, votes in own.things.items() if votes >= 2}
    if bool(known & OPEN_PLACES) != bool(known & CLOSED_PLACES):
        yield Ask(picture, "outside", "outside", (), ((YES if known & OPEN_PLACES else NO, 1.0),))
    yield from _who(picture, own)


def _who(picture: int, own: PictureFacts) -> Iterator[Ask]:
    people = {concept: votes for concept, votes in own.things.items() if concept.en in ("man", "woman", "boy", "girl")}
    for subject, actions in own.actions.items():
        if people and subject.kind == "person":
            yield Ask(picture, "who", "who", (next(iter(actions)),), shares(people))
            break
    grown = {concept: votes for concept, votes in people.items() if concept.en in ("man", "woman")}
    if len(grown) == 1 and max(grown.values()) >= 2:
        yield Ask(picture, "gender", "gender", (), shares(grown))

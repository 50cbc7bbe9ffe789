"""What the detector found that speaks for an answer, with the places to show."""

from __future__ import annotations

from mmdemo.detection.thing_counts import likelihood, of_classes
from mmdemo.detection.thing_names import own_class, thing_names
from mmdemo.detection.thing_questions import wanted_things
from mmdemo.tasks.qa_presence import YES
from mmdemo.tasks.questions import Question
from mmdemo.types import Encoding, Evidence, Thing

SHOWN = 0.5
"""Likelihood from which a thing is shown for an answer that names it."""
COUNTED = 0.2
"""Likelihood from which a thing is among those that were counted."""


def thing_evidence(question: Question, answer: str, encoding: Encoding, place: int) -> Evidence | None:
    """Return the things that speak for an answer.

    Args:
        question: that was asked.
        answer: as the generator gives it, such as ``3``, ``yes`` or ``dog``.
        encoding: of the picture.
        place: of it among those that were asked about.

    Returns:
        One piece of evidence with the regions of all of them; None where nothing was found that does.
    """
    if encoding.things is None:
        return None
    wanted = wanted_things(question.text, question.language)
    if wanted is not None and wanted.want == "count":
        if not answer.isdecimal() or not int(answer):
            return None
        found = of_classes(encoding.things, wanted.class_ids[0])[: int(answer)]
        return _shown([thing for thing in found if likelihood(thing.score) >= COUNTED], question, place)
    if wanted is not None and wanted.want == "presence" and answer == YES[question.language]:
        surest = [of_classes(encoding.things, class_ids)[:1] for class_ids in wanted.class_ids]
        found = [thing for one in surest for thing in one if likelihood(thing.score) >= SHOWN]
        return _shown(found, question, place)
    named = own_class(answer)
    if named is None:
        return None
    found = [thing for thing in of_classes(encoding.things, (named,))[:1] if likelihood(thing.score) >= SHOWN]
    return _shown(found, question, place)


def _shown(found: list[Thing], question: Question, place: int) -> Evidence | None:
    if not found:
        return None
    names = thing_names()
    said = dict.fromkeys(names[thing.class_id].text(question.language) for thing in found)
    score = min(likelihood(thing.score) for thing in found)
    text = ", ".join(said) if question.language == "en" else "、".join(said)
    return Evidence(
        place, "region", score, region=found[0].region, text=text, others=tuple(t.region for t in found[1:])
    )

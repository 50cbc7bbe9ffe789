"""Which of several media has something, how many have it, and whether all of those named do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mmdemo.tasks.qa_phrases import (
    counted,
    has_it,
    in_all,
    medium_name,
    named_choice,
    no,
    none_of_them,
    not_sure,
    yes,
)
from mmdemo.tasks.qa_presence import NOT_SEEN, SEEN
from mmdemo.tasks.questions import Question
from mmdemo.tasks.several_evidence import MediumEvidence, choice_probabilities
from mmdemo.types import Answer, Evidence, Guess, MediaKind

SURE_CHOICE = 0.6
"""Probability from which one of the media is named without doubt. Of the choices that `NONE_ODDS` was fitted to, those
with a right one reach it in 65 % (words), 85 % (captions) and 42 % (COCO), 82 to 93 % of them rightly; those without it
in 7, 22 and 13 %."""
SURE_COUNT = 0.5
MOST_GUESSES = 3


@dataclass(frozen=True)
class Chosen:
    """What there is to choose from."""

    question: Question
    found: tuple[MediumEvidence, ...]  # one for each of the media, in order
    kinds: tuple[MediaKind, ...]  # of all the media, for their names

    def name(self, piece: MediumEvidence) -> str:
        """Name one of the media in the language of the question."""
        return medium_name(piece.place, self.kinds, self.question.language)

    @property
    def ranked(self) -> list[MediumEvidence]:
        """The evidence, strongest first."""
        return sorted(self.found, key=lambda piece: -piece.probability)

    @property
    def cited(self) -> tuple[Evidence, ...]:
        """Every source, strongest first."""
        return tuple(piece.evidence for piece in self.ranked)


def answer_which(chosen: Chosen) -> Answer:
    """Name those of the media that have something, with the runner-up among the guesses.

    Args:
        chosen: what there is to choose from.
    """
    language, closed = chosen.question.language, chosen.question.kind == "yes_no"
    choices = choice_probabilities(chosen.found)
    order = sorted(range(len(choices)), key=lambda place: -choices[place])
    guesses = tuple(Guess(chosen.name(chosen.found[i]), choices[i]) for i in order[:MOST_GUESSES])
    certain = [piece for piece in chosen.found if piece.probability >= SEEN]
    if len(certain) > 1:
        names = [chosen.name(piece) for piece in certain]
        probability = float(np.prod([max(piece.probability, 1 - piece.probability) for piece in certain]))
        return Answer(named_choice(names, True, closed, language), language, probability, True, guesses, chosen.cited)
    best = chosen.found[order[0]]
    if best.probability < NOT_SEEN:
        none = 1 - sum(choices)
        text = none_of_them().text(language)
        return Answer(text, language, none, False, guesses, chosen.cited)
    sure = choices[order[0]] >= SURE_CHOICE
    text = named_choice([chosen.name(best)], sure, closed, language)
    return Answer(text, language, choices[order[0]], sure, guesses, chosen.cited)


def answer_how_many(chosen: Chosen) -> Answer:
    """Count those of the media that have something.

    Args:
        chosen: what there is to count.
    """
    language = chosen.question.language
    likely = [piece.probability for piece in chosen.found]
    count = sum(1 for probability in likely if probability >= SEEN)
    spread = count_probabilities(likely)
    names = [chosen.name(piece) for piece in chosen.found if piece.probability >= SEEN]
    sure = spread[count] >= SURE_COUNT
    order = sorted(range(len(spread)), key=lambda number: -spread[number])
    guesses = tuple(Guess(str(number), spread[number]) for number in order[:MOST_GUESSES])
    text = counted(count, len(likely), names, sure, language)
    return Answer(text, language, spread[count], sure, guesses, chosen.cited)


def count_probabilities(likely: Sequence[float]) -> list[float]:
    """Return how likely each number of media has something: the Poisson binomial distribution.

    Args:
        likely: probability of each of n media.

    Returns:
        n + 1 probabilities, of 0 to n.
    """
    spread = np.array([1.0])
    for probability in likely:
        spread = np.convolve(spread, [1 - probability, probability])
    return [float(value) for value in spread]


def answer_both(chosen: Chosen, same: bool, alike: float | None) -> Answer:
    """Tell whether something is in all of the media.

    Args:
        chosen: the media that are named.
        same: whether the question is if it is the same one.
        alike: how much the parts that show it look alike, 0..1; None where that is not known.
    """
    language = chosen.question.language
    missing = [piece for piece in chosen.found if piece.probability < NOT_SEEN]
    present = [piece for piece in chosen.found if piece.probability >= SEEN]
    if missing:
        probability = 1 - min(piece.probability for piece in missing)
        detail = has_it([chosen.name(piece) for piece in missing], False, language)
        return Answer(no(detail, language), language, probability, True, (), chosen.cited)
    probability = float(np.prod([piece.probability for piece in chosen.found]))
    if len(present) < len(chosen.found):
        doubtful = [chosen.name(piece) for piece in chosen.found if piece.probability < SEEN]
        text = not_sure(has_it(doubtful, None, language), language)
        guesses = tuple(Guess(chosen.name(piece), piece.probability) for piece in chosen.ranked)
        return Answer(text, language, probability, False, guesses, chosen.cited)
    detail = in_all([chosen.name(piece) for piece in chosen.found], same, alike, language)
    if same:  # presence is known, identity is not, so it is even chances at best
        return Answer(not_sure(detail, language), language, probability / 2, False, (), chosen.cited)
    return Answer(yes(detail, language), language, probability, True, (), chosen.cited)

"""Questions to learn from: which of people's are used, and what their answers weigh."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from mmdemo.evaluation.qa_questions import PeoplesQuestion
from mmdemo.evaluation.vqa_metric import answer_accuracies
from mmdemo.types import CaptionLanguage

HELD_OUT_SHARE = 0.15
"""Part of the training pictures kept for early stopping and for the calibration."""
WELL_AGREED = 0.6
"""Accuracy from which on an answer of the training questions enters the list: two people beside whoever is left out."""


@dataclass(frozen=True)
class TrainingQuestion:
    """A question to learn from."""

    picture: int  # row among the pictures
    text: str
    language: CaptionLanguage
    kind: str
    answers: tuple[tuple[str, float], ...]  # English name and weight; the weights add up to 1


def training_part(questions: Sequence[PeoplesQuestion]) -> list[PeoplesQuestion]:
    """Return the training questions about pictures that no other split asks about."""
    others = {question.picture for question in questions if question.split != "train"}
    return [question for question in questions if question.split == "train" and question.picture not in others]


def is_kept_back(picture: str, share: float = HELD_OUT_SHARE) -> bool:
    """Tell whether a training picture is held out, by its name alone, so that every run holds out the same."""
    digest = hashlib.sha256(picture.encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64 < share


def common_answers(questions: Sequence[PeoplesQuestion], least: int = 1) -> list[str]:
    """List the answers on which people agree, most frequent first."""
    found: Counter[str] = Counter()
    for question in questions:
        found.update(answer for answer, score in answer_accuracies(question.answers).items() if score >= WELL_AGREED)
    return [answer for answer, count in sorted(found.items(), key=lambda item: (-item[1], item[0])) if count >= least]


def with_weights(question: PeoplesQuestion, row: int) -> TrainingQuestion:
    """Turn a question of people into one to learn from: answers weigh as much as they score."""
    scores = answer_accuracies(question.answers)
    total = sum(scores.values()) or 1.0
    answers = tuple((answer, score / total) for answer, score in scores.items() if score > 0)
    return TrainingQuestion(row, question.text, "en", question.answer_type, answers)

"""Measures answers about pictures: VQA accuracy beside two baselines, calibration, speed, and what is not there."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from mmdemo.errors import FileMissing
from mmdemo.evaluation.caption_data import archive_names, archive_pictures
from mmdemo.evaluation.qa_questions import IMAGES_FILE, PeoplesQuestion, read_questions
from mmdemo.evaluation.reports import load_average
from mmdemo.evaluation.vqa_metric import answer_accuracies, calibration_error, normalised_answer, vqa_accuracy
from mmdemo.generators.base import Generator
from mmdemo.runtime import Models
from mmdemo.tasks.qa_media import with_things
from mmdemo.types import Encoding, Guess, Image

TYPES = ("yes/no", "number", "other")
BATCH = 16
WARMING = 5
"""Questions whose times are left out: the first ones load weights."""


@dataclass(frozen=True)
class Answered:
    """What a system answered to one question."""

    question: PeoplesQuestion
    system: str
    answer: str
    probability: float
    accuracy: float
    seconds: float


def encoded_pictures(folder: Path, wanted: set[str], found: Models) -> Iterator[tuple[str, Encoding]]:
    """Encode the pictures with some names, a batch at a time.

    Raises:
        FileMissing: the archive lacks one of them.
    """
    archive = folder / IMAGES_FILE
    names = archive_names(archive)
    missing = wanted - set(names)
    if missing:
        raise FileMissing(name=f"{archive}: {min(missing)}")
    batch: list[tuple[str, Image]] = []
    for name, pixels in zip(names, archive_pictures(archive), strict=True):
        if name in wanted:
            batch.append((name, Image(pixels, name, f"vqa:{name}")))
        if len(batch) == BATCH:
            yield from _encoded(batch, found)
            batch = []
    if batch:
        yield from _encoded(batch, found)


def _encoded(batch: Sequence[tuple[str, Image]], found: Models) -> Iterator[tuple[str, Encoding]]:
    encodings = found.backbone.encode_images([image for _, image in batch])
    for (name, image), encoding in zip(batch, encodings, strict=True):
        yield name, with_things(image, encoding, found)


def zeroed(encoding: Encoding) -> Encoding:
    """Return an encoding in which nothing is to be seen."""
    embedding = None if encoding.embedding is None else np.zeros_like(encoding.embedding)
    tokens = np.zeros_like(np.asarray(encoding.tokens))
    return replace(encoding, tokens=tokens, embedding=embedding, things=None)


class MostFrequent:
    """Answers what people most often answered to training questions that begin alike.

    Args:
        questions: for training.
    """

    def __init__(self, questions: Sequence[PeoplesQuestion]) -> None:
        by_type: dict[str, Counter[str]] = defaultdict(Counter)
        for question in questions:
            for answer, score in answer_accuracies(question.answers).items():
                for key in (question.question_type, f"type {question.answer_type}", ""):
                    by_type[key][answer] += score  # type: ignore[assignment]
        self._best = {key: counts.most_common(1)[0][0] for key, counts in by_type.items()}

    def answer(self, question: PeoplesQuestion) -> str:
        """Return the answer; a beginning never met gets the most frequent answer of all."""
        return self._best.get(question.question_type, self._best.get("", "yes"))


def answer_all(
    questions: Sequence[PeoplesQuestion], encodings: dict[str, Encoding], generator: Generator, prior: MostFrequent
) -> list[Answered]:
    """Answer every question by every system.

    Args:
        questions: of people.
        encodings: of their pictures, by name.
        generator: the decoder.
        prior: the baseline that knows answers only.
    """
    found: list[Answered] = []

    def note(question: PeoplesQuestion, system: str, guess: Guess, seconds: float) -> None:
        score = vqa_accuracy(guess.text, question.answers)
        found.append(Answered(question, system, guess.text, guess.probability, score, seconds))

    for question in questions:
        encoding = encodings[question.picture]
        for system, seen in (("decoder", encoding), ("decoder, blind", zeroed(encoding))):
            started = time.perf_counter()
            guesses = generator.answers(seen, [question.text], "en")[0]
            note(question, system, guesses[0], time.perf_counter() - started)
        note(question, "most frequent answer", Guess(prior.answer(question), 0.0), 0.0)
    return found


def accuracy_rows(answered: Sequence[Answered]) -> list[dict[str, object]]:
    """Return accuracies by system, overall and by type of answer, 0..100."""
    rows: list[dict[str, object]] = []
    for system in dict.fromkeys(one.system for one in answered):
        own = [one for one in answered if one.system == system]
        row: dict[str, object] = {"system": system, "questions": len(own), "overall": _mean(own)}
        row |= {kind: _mean([one for one in own if one.question.answer_type == kind]) for kind in TYPES}
        probabilities = [one.probability for one in own]
        error = calibration_error(probabilities, [one.accuracy for one in own]) if any(probabilities) else float("nan")
        rows.append(row | {"calibration error": round(error, 4)})
    return rows


def _mean(answered: Sequence[Answered]) -> float:
    return round(100 * float(np.mean([one.accuracy for one in answered])), 2) if answered else float("nan")


@dataclass(frozen=True)
class VisualReport:
    """What the evaluation found about pictures."""

    rows: list[dict[str, object]]
    absent_rows: list[dict[str, object]]
    present_rows: list[dict[str, object]]
    headline: dict[str, object]
    answered: list[Answered]


def visual_report(folder: Path, split: str, found: Models, count: int | None = None) -> VisualReport:
    """Measure answers about the pictures of a split.

    Args:
        folder: holds ``images.tar`` and ``questions.jsonl``; the baseline learns from its other questions of ``train``.
        split: to be measured.
        found: the models.
        count: questions; None for all.
    """
    from mmdemo.evaluation.qa_absent import absent_report, present_rows

    every = read_questions(folder)
    questions = [question for question in every if question.split == split][:count]
    if not questions:
        raise FileMissing(name=f"{folder / 'questions.jsonl'}: {split}")
    asked = {question.picture for question in questions}
    learned = [q for q in every if q.split == "train" and q.split != split and q.picture not in asked]
    encodings = dict(encoded_pictures(folder, asked, found))
    answered = answer_all(questions, encodings, found.generator, MostFrequent(learned))
    rows = accuracy_rows(answered)
    seconds = sorted(one.seconds for one in answered if one.system == "decoder")[WARMING:] or [float("nan")]
    absent = absent_report(questions, encodings, found)
    present = present_rows(questions, encodings, found)
    by_system = {str(row["system"]): row for row in rows}
    seen, blind = by_system["decoder"], by_system["decoder, blind"]
    headline = {
        "overall": seen["overall"],
        **{kind: seen[kind] for kind in TYPES},
        "over blind": round(float(seen["overall"]) - float(blind["overall"]), 2),  # type: ignore[arg-type]
        "most frequent": by_system["most frequent answer"]["overall"],
        "calibration error": seen["calibration error"],
        "absent: not sure or no": absent.share,
        "absent: invented": absent.invented,
        "present: yes": present[0]["yes"],
        "p50 seconds": round(float(np.median(seconds)), 3),
        "load average": load_average(),
    }
    return VisualReport(rows, absent.rows, present, headline, answered)


__all__ = ["Answered", "MostFrequent", "VisualReport", "accuracy_rows", "normalised_answer", "visual_report", "zeroed"]

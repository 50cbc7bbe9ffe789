"""Trains the answering network: people's questions and questions out of captions, side by side in every step."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from mmdemo.evaluation.qa_questions import PeoplesQuestion
from mmdemo.generators.answer_network import AnswerNetwork
from mmdemo.generators.label_names import LabelReader
from mmdemo.training.answer_batches import BatchMaker, caption_batches, people_batches
from mmdemo.training.answer_scores import accuracies, batch_logits, scored
from mmdemo.training.loop import Learner, Schedule, half_precision, save_checkpoint
from mmdemo.training.question_data import TrainingQuestion
from mmdemo.types import CaptionLanguage

GRID_SHARE = 0.6
"""Part of the grid's tokens that a step shows: quicker, and as good as dropout."""
PICTURES_A_STEP = 20
QUESTIONS_EACH = 4
"""Questions out of captions about each of those: reading a picture is shared by all of them."""
CHINESE_SHARE = 0.3
"""Of the steps whose questions out of captions are Chinese."""
CAPTION_WEIGHT = 1.0
"""Of the questions out of captions in the loss."""
NAMED_A_STEP = 8
NAMED_WEIGHT = 0.3
"""Questions out of classes about the pictures that people asked about, and their weight in the loss."""


@dataclass(frozen=True)
class AnswerCurve:
    """What an epoch brought, on training pictures that were held out."""

    epoch: int
    loss: float
    overall: float  # accuracy of VQA, 0..100
    yes_no: float
    number: float
    other: float
    blind: float  # overall, without the picture
    captions_en: float  # share of questions out of captions that are answered as a caption says, 0..100
    captions_zh: float
    seconds: float


@dataclass(frozen=True, eq=False)
class AnswerTraining:
    """What is learned from and measured on."""

    network: AnswerNetwork
    reader: LabelReader
    people: BatchMaker
    captions: BatchMaker
    learned: Sequence[TrainingQuestion]  # of people
    worded: Callable[[CaptionLanguage, int], Sequence[TrainingQuestion]]  # out of captions, by language and epoch
    named: Callable[[CaptionLanguage, int], Sequence[TrainingQuestion]]  # out of classes, about people's pictures
    held_out: Sequence[tuple[PeoplesQuestion, TrainingQuestion]]
    held_out_captions: dict[CaptionLanguage, Sequence[TrainingQuestion]]
    answers: Sequence[str]
    languages: Sequence[CaptionLanguage]  # of the questions out of captions; none leaves them out


def answer_loss(logits: torch.Tensor, targets: torch.Tensor, smoothing: float) -> torch.Tensor:
    """Return the cross-entropy with the answers' weights; a question none of whose answers is listed counts nothing."""
    known = targets.sum(dim=1, keepdim=True)
    even = 1 / targets.shape[1]
    wanted = (1 - smoothing) * targets / known.clamp(min=1e-6) + smoothing * even
    losses = -(wanted * logits.float().log_softmax(dim=1)).sum(dim=1)
    return (losses * known[:, 0]).sum() / known.sum().clamp(min=1.0)


def measure(training: AnswerTraining, network: AnswerNetwork) -> dict[str, float]:
    """Return the figures of an `AnswerCurve`."""
    people = [question for question, _ in training.held_out]
    asked = [question for _, question in training.held_out]
    figures = accuracies(scored(network, training.reader, training.people, asked), people, training.answers)
    blind = accuracies(scored(network, training.reader, training.people, asked, True), people, training.answers)
    found = {
        "overall": figures["overall"],
        "yes_no": figures["yes/no"],
        "number": figures["number"],
        "other": figures["other"],
        "blind": blind["overall"],
    }
    for language, own in training.held_out_captions.items():
        best = scored(network, training.reader, training.captions, own).argmax(axis=1) if own else []
        right = [training.answers[place] in dict(q.answers) for place, q in zip(best, own, strict=True)]
        found[f"captions_{language}"] = 100 * float(np.mean(right)) if right else 0.0
    return found


def train_answers(
    training: AnswerTraining,
    schedule: Schedule,
    steps: int,
    seed: int,
    checkpoint: Path,
    resume: bool,
    report: Callable[[AnswerCurve], None],
) -> list[AnswerCurve]:
    """Train until the accuracy on held-out pictures stops rising.

    Args:
        training: the network and what it learns from.
        schedule: how long and how fast; ``batch_size`` counts questions of people.
        steps: an epoch.
        seed: of order, views, wordings and dropout.
        checkpoint: file of the state after each epoch.
        resume: whether to go on from it.
        report: told of every epoch.

    Returns:
        The curve; the best running mean of the weights is left in the network.
    """
    learner = Learner(training.network, schedule, steps * schedule.epochs)
    curves: list[AnswerCurve] = []
    best: dict[str, torch.Tensor] = {}
    if resume and checkpoint.is_file():
        stored = torch.load(checkpoint, weights_only=True)
        learner.restore(stored["learner"])
        curves, best = [AnswerCurve(**curve) for curve in stored["curves"]], stored["best"]
    for epoch in range(len(curves), schedule.epochs):
        if curves and epoch - 1 - _best_epoch(curves) >= schedule.patience:
            break
        started = time.monotonic()
        loss = _epoch(training, learner, schedule, steps, seed * 1000 + epoch)
        figures = measure(training, learner.averaged)  # type: ignore[arg-type]
        curves.append(AnswerCurve(epoch, loss, **figures, seconds=time.monotonic() - started))
        report(curves[-1])
        if _best_epoch(curves) == epoch:
            best = {name: value.clone() for name, value in learner.averaged.state_dict().items()}
        kept = {"learner": learner.state(), "curves": [vars(curve) for curve in curves], "best": best}
        save_checkpoint(checkpoint, kept)
    training.network.load_state_dict(best)
    training.network.eval()
    return curves


def _best_epoch(curves: Sequence[AnswerCurve]) -> int:
    scores = [curve.overall + 0.2 * (curve.captions_en + curve.captions_zh) for curve in curves]
    return len(scores) - 1 - int(np.argmax(scores[::-1]))


def _epoch(training: AnswerTraining, learner: Learner, schedule: Schedule, steps: int, seed: int) -> float:
    random = np.random.default_rng(seed)
    torch.manual_seed(seed)
    network, losses = training.network, []
    network.train()
    people = _for_ever(training.learned, schedule.batch_size, random)
    streams = {
        language: caption_batches(training.worded(language, seed), PICTURES_A_STEP, QUESTIONS_EACH, random)
        for language in training.languages
    }
    named = {
        language: _for_ever(own, NAMED_A_STEP, random)
        for language in training.languages
        if (own := training.named(language, seed))
    }
    for _ in range(steps):
        rows, questions = next(people)
        batches = [(training.people.batch(rows, questions, random), 1.0)]
        if streams:
            chinese = "zh" in streams and (len(streams) == 1 or random.random() < CHINESE_SHARE)
            language: CaptionLanguage = "zh" if chinese else "en"
            rows, questions = next(streams[language])
            batches.append((training.captions.batch(rows, questions, random), CAPTION_WEIGHT))
            if language in named:
                rows, questions = next(named[language])
                batches.append((training.people.batch(rows, questions, random), NAMED_WEIGHT))
        total = torch.zeros(())
        for batch, weight in batches:
            grid = batch.compressed.shape[1]
            places = torch.from_numpy(np.sort(random.permutation(grid)[: round(GRID_SHARE * grid)]))
            with half_precision():
                logits = batch_logits(network, training.reader, batch, places)
            total = total + weight * answer_loss(logits, batch.targets, schedule.smoothing)
        learner.step(total)
        losses.append(float(total.detach()))
    return float(np.mean(losses))


def _for_ever(
    questions: Sequence[TrainingQuestion], size: int, random: np.random.Generator
) -> Iterator[tuple[list[int], list[TrainingQuestion]]]:
    while True:
        yield from people_batches(questions, size, random)

"""Scores the answers of batches, and measures them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from mmdemo.evaluation.qa_questions import PeoplesQuestion
from mmdemo.evaluation.vqa_metric import answer_accuracies
from mmdemo.generators.answer_network import AnswerNetwork
from mmdemo.generators.label_names import LabelReader
from mmdemo.training.answer_batches import AnswerBatch, BatchMaker
from mmdemo.training.loop import half_precision
from mmdemo.training.question_data import TrainingQuestion
from mmdemo.types import Float32Array

EVALUATED_TOGETHER = 64


def batch_logits(
    network: AnswerNetwork, reader: LabelReader, batch: AnswerBatch, places: torch.Tensor | None = None
) -> torch.Tensor:
    """Score the answers of a batch.

    Args:
        network: in either mode.
        reader: of the classes.
        batch: B pictures with K questions each.
        places: [T] of the grid that are shown; None = all.

    Returns:
        [B * K, A].
    """
    pieces = reader.pieces(batch.label_ids, batch.label_probabilities, batch.language)
    shown = batch.compressed if places is None else batch.compressed[:, places]
    look = network.look(shown, batch.label_ids, batch.label_probabilities, pieces, places)
    last, _ = network.hidden(look, network.embed(batch.ids), batch.ends)
    return network.logits(last, look, network.evidence(batch.classes, batch.embeddings)) + batch.support


@torch.inference_mode()
def scored(
    network: AnswerNetwork,
    reader: LabelReader,
    maker: BatchMaker,
    questions: Sequence[TrainingQuestion],
    blind: bool = False,
) -> Float32Array:
    """Return logits [Q, A] of questions in one language, each about its own picture.

    Args:
        network: in evaluation mode.
        reader: of the classes.
        maker: of batches.
        questions: Q of them.
        blind: whether the picture is zeroed.
    """
    found = []
    for start in range(0, len(questions), EVALUATED_TOGETHER):
        own = list(questions[start : start + EVALUATED_TOGETHER])
        count = len(own)
        own += [own[0]] * (EVALUATED_TOGETHER - count)  # one size for all, see `LONGEST_QUESTION`
        batch = maker.batch([question.picture for question in own], own, None)
        with half_precision():
            found.append(batch_logits(network, reader, without_picture(batch) if blind else batch)[:count].float())
    return torch.cat(found).numpy()


def without_picture(batch: AnswerBatch) -> AnswerBatch:
    """Return a batch in which nothing is to be seen."""
    return replace(
        batch,
        compressed=torch.zeros_like(batch.compressed),
        label_probabilities=torch.zeros_like(batch.label_probabilities),
        classes=torch.zeros_like(batch.classes),
        embeddings=torch.zeros_like(batch.embeddings),
        support=torch.zeros_like(batch.support),
    )


def accuracies(logits: Float32Array, questions: Sequence[PeoplesQuestion], answers: Sequence[str]) -> dict[str, float]:
    """Return the accuracy of the best answers, overall and by type, 0..100."""
    best = logits.argmax(axis=1)
    scores = np.array(
        [answer_accuracies(q.answers).get(answers[place], 0.0) for place, q in zip(best, questions, strict=True)]
    )
    kinds = np.array([question.answer_type for question in questions])
    found = {"overall": 100 * float(scores.mean())}
    for kind in ("yes/no", "number", "other"):
        found[kind] = 100 * float(scores[kinds == kind].mean()) if (kinds == kind).any() else 0.0
    return found

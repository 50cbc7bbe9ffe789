"""Fits how probable the answers are, on questions about training pictures that were held out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn import functional as F

from mmdemo.evaluation.vqa_metric import answer_accuracies
from mmdemo.generators.answer_calibration import ANSWER_KINDS, answer_kind, log_odds

if TYPE_CHECKING:
    from mmdemo.training.answer_stage import AnswerTraining

STEADINESS = 0.02
"""Weight of the squared distance from “as the network says”: some kinds have only a hundred questions."""


def fit_calibration(training: AnswerTraining) -> dict[str, list[float]]:
    """Fit a slope and an offset of the log-odds for each kind of answer (Platt 1999).

    Args:
        training: with the trained network.

    Returns:
        Slope and offset by kind.
    """
    from mmdemo.training.answer_scores import scored

    asked = [question for _, question in training.held_out]
    logits = torch.from_numpy(scored(training.network, training.reader, training.people, asked))
    probabilities, best = logits.softmax(dim=1).max(dim=1)
    answers = [training.answers[place] for place in best.tolist()]
    outcomes = [
        answer_accuracies(question.answers).get(answer, 0.0)
        for (question, _), answer in zip(training.held_out, answers, strict=True)
    ]
    kinds = [answer_kind(answer) for answer in answers]
    return {kind: _fit(probabilities.tolist(), outcomes, [own == kind for own in kinds]) for kind in ANSWER_KINDS}


def _fit(probabilities: Sequence[float], outcomes: Sequence[float], chosen: Sequence[bool]) -> list[float]:
    """Fit one kind by Newton-like descent on the cross-entropy with the accuracies."""
    kept = np.array(chosen, bool)
    if kept.sum() < 8:
        return [1.0, 0.0]
    odds = torch.tensor([log_odds(p) for p in np.array(probabilities)[kept]], dtype=torch.float64)
    wanted = torch.tensor(np.array(outcomes)[kept], dtype=torch.float64)
    line = torch.tensor([1.0, 0.0], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([line], max_iter=100, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        value = F.binary_cross_entropy_with_logits(line[0] * odds + line[1], wanted)
        value = value + STEADINESS * ((line[0] - 1) ** 2 + line[1] ** 2) / 2
        value.backward()
        return value

    optimizer.step(loss)
    slope, offset = line.detach().tolist()
    return [round(max(slope, 0.05), 4), round(offset, 4)]

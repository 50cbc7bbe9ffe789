"""Trains a head that follows the finished English and image heads: it learns to arrive where they put the meaning."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from mmdemo.training.loop import (
    Learner,
    Schedule,
    Temperature,
    own_part,
    save_checkpoint,
    training_device,
)

DISTANCE_WEIGHT = 2.0
"""Of the cosine distance to the target beside the contrastive loss."""
LENGTH_NOISE = 0.2
"""By which part of their spread lengths are shuffled before like ones are put together."""


class Follower(nn.Module):
    """A head with the temperature of its loss.

    Args:
        head: to train.
    """

    def __init__(self, head: nn.Module) -> None:
        super().__init__()
        self.head = head
        self.temperature = Temperature()


@dataclass(frozen=True)
class FollowerCurve:
    """One epoch in figures; the score is what early stopping follows."""

    epoch: int
    loss: float
    score: float
    seconds: float


Objective = Callable[[torch.Tensor, torch.Generator], torch.Tensor]
"""Maps positions of a batch to its loss."""


def train_follower(
    follower: Follower,
    examples: torch.Tensor,
    objective: Objective,
    score: Callable[[nn.Module], float],
    schedule: Schedule,
    seed: int,
    checkpoint: Path,
    resume: bool,
    report: Callable[[FollowerCurve], None] = lambda curve: None,
    lengths: torch.Tensor | None = None,
) -> list[FollowerCurve]:
    """Train a head until its validation score stops rising; the best running mean of its weights stays in it.

    Args:
        follower: the head.
        examples: [N] positions that the objective knows; one that stands there twice is learned twice an epoch.
        objective: the loss of a batch.
        score: measures a head on what it does not learn from; more is better.
        schedule: how long and how fast.
        seed: of order and dropout.
        checkpoint: file of the state after each epoch.
        resume: whether to go on from it.
        report: told of every epoch.
        lengths: [N] of the examples; given when like ones should share a batch, so that little is padded.

    Returns:
        The curve.
    """
    batch_size = min(schedule.batch_size, len(examples))
    steps = max(len(examples) // batch_size, 1)
    follower.to(training_device())
    learner = Learner(follower, schedule, schedule.epochs * steps)
    curves: list[FollowerCurve] = []
    best: dict[str, torch.Tensor] = {}
    if resume and checkpoint.is_file():
        stored = torch.load(checkpoint, weights_only=True)
        learner.restore(stored["learner"])
        curves, best = [FollowerCurve(**curve) for curve in stored["curves"]], stored["best"]
    for epoch in range(len(curves), schedule.epochs):
        started = time.monotonic()
        generator = torch.Generator().manual_seed(seed * 10_000 + epoch)
        torch.manual_seed(seed * 10_000 + epoch)
        follower.train()
        losses = []
        for positions in shuffled_batches(examples, batch_size, lengths, generator)[:steps]:
            loss = objective(own_part(positions), generator)
            learner.step(loss)
            losses.append(float(loss.detach()))
        found = score(learner.averaged.head)  # type: ignore[arg-type]
        curves.append(FollowerCurve(epoch, float(np.mean(losses)), found, time.monotonic() - started))
        report(curves[-1])
        if found >= max(curve.score for curve in curves):
            best = {name: value.clone() for name, value in learner.averaged.state_dict().items()}
        save_checkpoint(checkpoint, {"learner": learner.state(), "curves": [vars(c) for c in curves], "best": best})
        if epoch - int(np.argmax([curve.score for curve in curves])) >= schedule.patience:
            break
    follower.load_state_dict(best)
    follower.cpu().eval()
    return curves


def shuffled_batches(
    examples: torch.Tensor, batch_size: int, lengths: torch.Tensor | None, generator: torch.Generator
) -> list[torch.Tensor]:
    """Divide examples into batches in random order.

    Args:
        examples: [N].
        batch_size: of every batch but the last.
        lengths: [N], when examples of like length should stand together.
        generator: of the order.
    """
    order = torch.randperm(len(examples), generator=generator)
    if lengths is not None and len(examples) > 1:
        noise = torch.randn(len(examples), generator=generator)
        order = (lengths + LENGTH_NOISE * lengths.float().std() * noise).argsort()
    batches = examples[order].split(batch_size)
    full = [batch for batch in batches if len(batch) == batch_size]
    return [full[i] for i in torch.randperm(len(full), generator=generator)]

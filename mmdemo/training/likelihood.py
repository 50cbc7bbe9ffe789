"""First stage of the decoder: learn to write the captions that people wrote."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from mmdemo.generators.decoder_network import PromptedDecoder
from mmdemo.generators.label_names import LabelReader
from mmdemo.training.caption_batches import CaptionBatch, caption_batches
from mmdemo.training.caption_loss import smoothed_loss
from mmdemo.training.caption_stage import CaptionCurve, DecoderTraining, run_stage
from mmdemo.training.loop import Learner, Schedule, device_of, half_precision

GRID_SHARE = 0.7
"""Part of the grid's tokens that a step shows."""
WEIGHTS = {"en": 1.0, "zh": 0.6, "zh-mt": 0.3}
"""Of each source in the loss."""


def batch_loss(
    network: PromptedDecoder, reader: LabelReader, batch: CaptionBatch, smoothing: float, generator: torch.Generator
) -> torch.Tensor:
    """Return the weighted loss of one batch over all sources."""
    device = device_of(network)
    grid = batch.compressed.shape[1]
    places = torch.randperm(grid, generator=generator)[: max(round(GRID_SHARE * grid), 1)].sort().values
    ids, probabilities = batch.label_ids.to(device), batch.label_probabilities.to(device)
    with half_precision():
        sight = network.sight(batch.compressed[:, places].to(device).float(), ids, probabilities, places.to(device))
        total = torch.zeros((), device=device)
        for texts in batch.texts:
            memory = network.memory(sight, reader.pieces(ids, probabilities, texts.source[:2]))
            total = total + WEIGHTS[texts.source] * smoothed_loss(network, memory, texts.to(device), smoothing)
    return total


def train_likelihood(
    training: DecoderTraining,
    schedule: Schedule,
    seed: int,
    checkpoint: Path,
    resume: bool,
    report: Callable[[CaptionCurve], None] = lambda curve: None,
) -> list[CaptionCurve]:
    """Train a fresh network (see `run_stage`).

    Args:
        training: the fresh network and what it learns from.
        schedule: how long and how fast.
        seed: of order, views, captions and dropout.
        checkpoint: file of the state after each epoch.
        resume: whether to go on from it.
        report: told of every epoch.
    """
    size = min(schedule.batch_size, len(training.train.names))

    def learn(learner: Learner, epoch: int) -> float:
        generator = torch.Generator().manual_seed(seed * 10_000 + epoch)
        torch.manual_seed(seed * 10_000 + epoch)
        losses = []
        batches = caption_batches(training.train, training.tokenizer, training.reader, size, seed * 10_000 + epoch)
        for batch in batches:
            loss = batch_loss(training.network, training.reader, batch, schedule.smoothing, generator)
            learner.step(loss)
            losses.append(float(loss.detach()))
        return float(np.mean(losses))

    return run_stage(training, schedule, checkpoint, resume, report, learn)

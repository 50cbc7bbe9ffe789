"""What both stages of the decoder's training share: epochs, validation, early stopping, checkpoints."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from mmdemo.generators.decoder_network import PromptedDecoder
from mmdemo.generators.label_names import LabelReader
from mmdemo.generators.tokenizer import Tokenizer
from mmdemo.training.caption_examples import CaptionExamples
from mmdemo.training.caption_validation import best_captions, validation_cider
from mmdemo.training.loop import Learner, Schedule, save_checkpoint, training_device

MEASURED = ("en", "zh")


@dataclass(frozen=True)
class CaptionCurve:
    """What an epoch brought."""

    epoch: int
    loss: float
    cider_en: float  # on the validation split, best of three beams
    cider_zh: float  # native captions, by word
    seconds: float

    @property
    def score(self) -> float:
        """The figure that early stopping follows."""
        return self.cider_en + self.cider_zh


@dataclass(frozen=True, eq=False)
class DecoderTraining:
    """What both stages work on."""

    network: PromptedDecoder
    tokenizer: Tokenizer
    reader: LabelReader
    train: CaptionExamples
    validation: CaptionExamples
    stop_at: float | None = None  # seconds since 1970 after which no epoch begins


def measure(training: DecoderTraining, network: PromptedDecoder) -> tuple[float, float]:
    """Return the validation CIDEr of the languages `MEASURED`."""
    found = []
    for source in MEASURED:
        captions = best_captions(network, training.tokenizer, training.reader, training.validation, source, None)
        found.append(validation_cider(captions, training.validation, source))
    return found[0], found[1]


def best_epoch(curves: Sequence[CaptionCurve]) -> int:
    """Return the epoch with the best validation figure, the latest of several."""
    scores = [curve.score for curve in curves]
    return len(scores) - 1 - int(np.argmax(scores[::-1]))


def run_stage(
    training: DecoderTraining,
    schedule: Schedule,
    checkpoint: Path,
    resume: bool,
    report: Callable[[CaptionCurve], None],
    learn: Callable[[Learner, int], float],
    measured_first: bool = False,
) -> list[CaptionCurve]:
    """Train epoch by epoch until the validation CIDEr stops rising.

    Args:
        training: the network and what it learns from.
        schedule: how long and how fast; ``batch_size`` counts pictures.
        checkpoint: file of the state after each epoch.
        resume: whether to go on from it.
        report: told of every epoch.
        learn: goes through all pictures once, given the learner and the epoch; returns the mean loss.
        measured_first: whether epoch 0 is the network as it came, so that learning must better it.

    Returns:
        The curve; the best running mean of the weights is left in the network.
    """
    network = training.network.to(training_device())
    network.set_dropout(schedule.dropout)
    size = min(schedule.batch_size, len(training.train.names))
    learner = Learner(network, schedule, schedule.epochs * -(-len(training.train.names) // size))
    curves: list[CaptionCurve] = []
    best: dict[str, torch.Tensor] = {}
    if resume and checkpoint.is_file():
        stored = torch.load(checkpoint, weights_only=True)
        learner.restore(stored["learner"])
        curves, best = [CaptionCurve(**curve) for curve in stored["curves"]], stored["best"]
    for epoch in range(len(curves), schedule.epochs + measured_first):
        late = training.stop_at is not None and time.time() > training.stop_at
        if curves and (late or epoch - 1 - best_epoch(curves) >= schedule.patience):
            break
        started = time.monotonic()
        network.train()
        loss = learn(learner, epoch) if epoch or not measured_first else 0.0
        english, chinese = measure(training, learner.averaged)  # type: ignore[arg-type]
        curves.append(CaptionCurve(epoch, loss, english, chinese, time.monotonic() - started))
        report(curves[-1])
        if best_epoch(curves) == epoch:
            best = {name: value.clone() for name, value in learner.averaged.state_dict().items()}
        state = {"learner": learner.state(), "curves": [vars(curve) for curve in curves], "best": best}
        save_checkpoint(checkpoint, state)
    network.load_state_dict(best)
    network.eval()
    return curves

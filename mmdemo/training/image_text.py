"""Trains one member of the image head together with its text adapter."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from mmdemo.backbone.heads import ImageHead, TextAdapter, TextHead
from mmdemo.backbone.pooling import JOINT_WIDTH, PoolerShape, SequencePooler
from mmdemo.evaluation.retrieval_metrics import both_directions
from mmdemo.training.loop import (
    Learner,
    Schedule,
    Temperature,
    device_of,
    half_precision,
    own_part,
    save_checkpoint,
    training_device,
    unit,
)
from mmdemo.training.losses import LossName, contrastive
from mmdemo.training.pair_data import PairData, TextFeatures
from mmdemo.types import Float32Array

CAPTIONS_A_STEP = 2
"""Captions of each picture in one step; they meet the picture and each other."""
GRID_SHARE = 0.35
"""Part of the grid that the image head sees in a step: it must not hang on one token, and a step takes a third."""
MEMBER_SCALE = 30.0
"""Where the scale of similarities starts; from 14 the members came out 2.6 points worse in the sum of their recalls."""
CAPTION_WEIGHT = 0.3
"""Of the loss between two captions of a picture."""
LONGEST_TEXT_IN_TRAINING = 22
"""Word tokens that a training step reads: one caption in fifty is longer and would make the whole batch slow."""


class Member(nn.Module):
    """A picture pooler and a text adapter that learn to meet.

    Args:
        image: shape of the one.
        english: shape of the other's pooler.
        dropout: of both.
    """

    def __init__(self, image: PoolerShape, english: PoolerShape, dropout: float) -> None:
        super().__init__()
        self.image = SequencePooler(image, dropout)
        self.english = TextAdapter(english, dropout)
        self.temperature = Temperature(MEMBER_SCALE)


class JoinedMember(nn.Module):
    """The joined heads in the place of one member, so that they train as one; the compression stays as it is.

    Args:
        image: the image head.
        english: the English head.
    """

    def __init__(self, image: ImageHead, english: TextHead) -> None:
        super().__init__()
        self.image = ImageMembers(image)
        self.english = english
        self.temperature = Temperature(MEMBER_SCALE)


class ImageMembers(nn.Module):
    """The image head behind its compression.

    Args:
        head: whose members these are.
    """

    def __init__(self, head: ImageHead) -> None:
        super().__init__()
        self.members, self.combine = head.members, head.combine

    def forward(self, tokens: torch.Tensor, places: torch.Tensor | None = None) -> torch.Tensor:
        """Map compressed tokens [B, T, I] to [B, 384], not yet of unit norm."""
        parts = [unit(member(tokens, places=places)) for member in self.members]
        output: torch.Tensor = self.combine(torch.cat(parts, dim=1))
        return output


@dataclass(frozen=True)
class Curve:
    """One epoch in figures."""

    epoch: int
    loss: float
    image_to_text_r1: float
    image_to_text_r10: float
    text_to_image_r1: float
    text_to_image_r10: float
    seconds: float

    @property
    def score(self) -> float:
        """The figure that early stopping follows: the sum of all."""
        return self.image_to_text_r1 + self.image_to_text_r10 + self.text_to_image_r1 + self.text_to_image_r10


@torch.inference_mode()
def embed_pictures(member: nn.Module, tokens: torch.Tensor, batch_size: int = 256) -> Float32Array:
    """Embed compressed tokens [N, 81, I] with a member's pooler as [N, 384] unit norm."""
    with half_precision():
        device = device_of(member)
        parts = [
            unit(member.image(part.to(device).float()).float()).cpu()  # type: ignore[operator]
            for part in tokens.split(batch_size)
        ]
    return torch.cat(parts).numpy()


@torch.inference_mode()
def embed_captions(
    member: nn.Module, texts: TextFeatures, positions: Sequence[int], batch_size: int = 512
) -> Float32Array:
    """Embed texts with a member's adapter as [M, 384] unit norm."""
    found = torch.empty(len(positions), JOINT_WIDTH)
    order = sorted(range(len(positions)), key=lambda i: int(texts.lengths[positions[i]]))  # like lengths: less padding
    for start in range(0, len(order), batch_size):
        part = order[start : start + batch_size]
        with half_precision():
            batch = [item.to(device_of(member)) for item in texts.batch([positions[i] for i in part])]
            vectors = member.english(*batch)  # type: ignore[operator]
        found[part] = unit(vectors.float()).cpu()
    return found.numpy()


def validate(member: nn.Module, data: PairData, epoch: int, loss: float, started: float) -> Curve:
    """Measure a member on pictures it does not learn from."""
    pictures = embed_pictures(member, data.views[0])
    captions = embed_captions(member, data.texts, data.texts_in_order())
    there, back = both_directions(pictures, captions, data.owners())
    return Curve(epoch, loss, there.r1, there.r10, back.r1, back.r10, time.monotonic() - started)


def train_member(
    member: Member | JoinedMember,
    train: PairData,
    validation: PairData,
    schedule: Schedule,
    seed: int,
    checkpoint: Path,
    resume: bool,
    loss_name: LossName = "infonce",
    report: Callable[[Curve], None] = lambda curve: None,
) -> list[Curve]:
    """Train a member until its validation figures stop rising.

    Args:
        member: fresh, or taken from heads to go on from.
        train: pairs to learn from.
        validation: pairs to measure.
        schedule: how long and how fast.
        seed: of order, views, captions and dropout.
        checkpoint: file of the state after each epoch.
        resume: whether to go on from it.
        loss_name: which loss.
        report: told of every epoch.

    Returns:
        The curve; the best running mean of the weights is left in the member.
    """
    count = len(train.captions)
    batch_size = min(schedule.batch_size, count)
    steps_an_epoch = max(count // batch_size, 1)
    member.to(training_device())
    learner = Learner(member, schedule, schedule.epochs * steps_an_epoch)
    curves: list[Curve] = []
    best: dict[str, torch.Tensor] = {}
    if resume and checkpoint.is_file():
        stored = torch.load(checkpoint, weights_only=True)
        learner.restore(stored["learner"])
        curves, best = [Curve(**curve) for curve in stored["curves"]], stored["best"]
    for epoch in range(len(curves), schedule.epochs):
        started = time.monotonic()
        generator = torch.Generator().manual_seed(seed * 10_000 + epoch)
        torch.manual_seed(seed * 10_000 + epoch)
        member.train()
        losses = []
        for positions in torch.randperm(count, generator=generator).split(batch_size)[:steps_an_epoch]:
            loss = _step_loss(member, train, own_part(positions), generator, loss_name, schedule.smoothing)
            learner.step(loss)
            losses.append(float(loss.detach()))
        curves.append(validate(learner.averaged, validation, epoch, float(np.mean(losses)), started))
        report(curves[-1])
        if curves[-1].score >= max(curve.score for curve in curves):
            best = {name: value.clone() for name, value in learner.averaged.state_dict().items()}
        state = {"learner": learner.state(), "curves": [vars(curve) for curve in curves], "best": best}
        save_checkpoint(checkpoint, state)
        if epoch - int(np.argmax([curve.score for curve in curves])) >= schedule.patience:
            break
    member.load_state_dict(best)
    member.cpu().eval()
    return curves


def _step_loss(
    member: Member | JoinedMember,
    data: PairData,
    positions: torch.Tensor,
    generator: torch.Generator,
    name: LossName,
    smoothing: float,
) -> torch.Tensor:
    """Return the loss of some pictures, each in a view and with captions drawn at random."""
    views = torch.randint(len(data.views), (len(positions),), generator=generator)
    grid = data.views[0].shape[1]
    places = torch.randperm(grid, generator=generator)[: round(GRID_SHARE * grid)].sort().values
    tokens = torch.stack(
        [data.views[view][i, places] for view, i in zip(views.tolist(), positions.tolist(), strict=True)]
    )
    chosen = [_drawn(data.captions[i], generator) for i in positions.tolist()]
    texts = data.texts.batch([one for one, _ in chosen] + [other for _, other in chosen], LONGEST_TEXT_IN_TRAINING)
    device = device_of(member)
    with half_precision():
        pictures = member.image(tokens.to(device).float(), places=places.to(device)).float()
        first, second = member.english(*(item.to(device) for item in texts)).float().chunk(2)
    scale, offset = member.temperature.scale(), member.temperature.offset
    options = (scale, offset, positions.to(device), smoothing)
    to_pictures = contrastive(name, pictures, first, *options) + contrastive(name, pictures, second, *options)
    return to_pictures / CAPTIONS_A_STEP + CAPTION_WEIGHT * contrastive(name, first, second, *options)


def _drawn(captions: Sequence[int], generator: torch.Generator) -> tuple[int, int]:
    """Draw two captions of a picture, different ones where there are two."""
    order = torch.randperm(len(captions), generator=generator)
    return captions[int(order[0])], captions[int(order[-1])]

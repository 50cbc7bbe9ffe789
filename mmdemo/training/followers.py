"""Trains the heads that follow the finished English and image heads: the Chinese encoder and the audio head.

Both learn to arrive where the English head, which stays as it is, has put the same meaning.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from mmdemo.backbone.heads import CharacterEncoder, SequencePooler
from mmdemo.backbone.joint_space import pad_sequences
from mmdemo.training.features import Float16Array
from mmdemo.training.loop import Learner, Schedule, Temperature, half_precision, own_part, save_checkpoint, unit
from mmdemo.training.losses import contrastive
from mmdemo.types import Float32Array

UNSEEN_SHARE = 0.03
"""Characters replaced by the unknown one while training, so that rare ones do no harm."""
DISTANCE_WEIGHT = 2.0
"""Of the cosine distance to the target beside the contrastive loss."""
SHORTEST_CROP_TOKENS = 50
"""1 s: the shortest span of a sound that must still be recognised."""


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
    count: int,
    objective: Objective,
    score: Callable[[nn.Module], float],
    schedule: Schedule,
    seed: int,
    checkpoint: Path,
    resume: bool,
    report: Callable[[FollowerCurve], None] = lambda curve: None,
) -> list[FollowerCurve]:
    """Train a head until its validation score stops rising; the best running mean of its weights stays in it.

    Args:
        follower: the head.
        count: of the examples.
        objective: the loss of a batch.
        score: measures a head on what it does not learn from; more is better.
        schedule: how long and how fast.
        seed: of order and dropout.
        checkpoint: file of the state after each epoch.
        resume: whether to go on from it.
        report: told of every epoch.

    Returns:
        The curve.
    """
    batch_size = min(schedule.batch_size, count)
    steps = max(count // batch_size, 1)
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
        for positions in torch.randperm(count, generator=generator).split(batch_size)[:steps]:
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
    follower.eval()
    return curves


@dataclass(frozen=True, eq=False)
class ChineseData:
    """Chinese captions, with the picture each describes and, for translations, the English it came from."""

    ids: torch.Tensor  # [M, T] character numbers
    pictures: torch.Tensor  # [M] the picture of each caption
    targets: torch.Tensor  # [M, 384] unit norm: the English original's embedding, or the mean of its picture's captions
    picture_embeddings: torch.Tensor  # [N, 384] unit norm


def chinese_objective(follower: Follower, data: ChineseData, smoothing: float) -> Objective:
    """Let captions meet their picture and the English of the same meaning."""
    assert isinstance(follower.head, CharacterEncoder)

    def loss(positions: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        ids = data.ids[positions]
        ids = ids[:, : int((ids > 0).sum(dim=1).max())]
        unseen = (torch.rand(ids.shape, generator=generator) < UNSEEN_SHARE) & (ids > 0)
        with half_precision():
            embedded = follower.head(ids.masked_fill(unseen, 1)).float()
        groups = data.pictures[positions]
        options = (follower.temperature.scale(), follower.temperature.offset, groups, smoothing)
        pictures, targets = data.picture_embeddings[groups], data.targets[positions]
        meeting = contrastive("infonce", embedded, pictures, *options) + contrastive(
            "infonce", embedded, targets, *options
        )
        distance = (1 - (unit(embedded) * targets).sum(dim=1)).mean()
        return meeting + DISTANCE_WEIGHT * distance

    return loss


@torch.inference_mode()
def embed_ids(head: nn.Module, ids: torch.Tensor) -> Float32Array:
    """Embed rows of character numbers as [M, 384] unit norm."""
    parts = [unit(head(part[:, : int((part > 0).sum(dim=1).max())])) for part in ids.split(512)]
    return torch.cat(parts).numpy()


@dataclass(frozen=True, eq=False)
class SoundData:
    """Tokens of sounds and the embeddings of the texts that fit each."""

    tokens: Sequence[Float16Array]  # M of [T, 512]
    targets: Sequence[torch.Tensor]  # M of [K, 384] unit norm
    groups: torch.Tensor  # [M]
    croppable: Sequence[bool]  # a part of a named sound is the same sound; a part of a sentence is not the sentence


def audio_objective(follower: Follower, data: SoundData, distractors: torch.Tensor, smoothing: float) -> Objective:
    """Let sounds meet a text that fits them among those of the batch and a number of other captions.

    Args:
        follower: the audio head.
        data: sounds.
        distractors: [P, 384] embeddings of captions, some of which join each batch as wrong answers.
        smoothing: of the targets.
    """
    assert isinstance(follower.head, SequencePooler)

    def loss(positions: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        chosen = positions.tolist()
        tokens = [_cropped(data.tokens[i], generator) if data.croppable[i] else data.tokens[i] for i in chosen]
        padded, mask = pad_sequences(tokens, tokens[0].shape[1])  # type: ignore[arg-type]
        with half_precision():
            embedded = follower.head(padded, mask).float()
        texts = torch.stack(
            [data.targets[i][int(torch.randint(len(data.targets[i]), (), generator=generator))] for i in chosen]
        )
        options = (follower.temperature.scale(), follower.temperature.offset, data.groups[positions], smoothing)
        drawn = distractors[torch.randint(len(distractors), (len(chosen),), generator=generator)]
        meeting = contrastive("infonce", embedded, texts, *options)
        logits = follower.temperature.scale() * unit(embedded) @ torch.cat([texts, drawn]).T  # [B, 2B]
        same = data.groups[positions][:, None] == data.groups[positions][None, :]
        same = torch.cat(
            [same & ~torch.eye(len(chosen), dtype=torch.bool), torch.zeros(len(chosen), len(drawn)).bool()], 1
        )
        wide = nn.functional.cross_entropy(logits.masked_fill(same, -1e4), torch.arange(len(chosen)))
        distance = (1 - (unit(embedded) * texts).sum(dim=1)).mean()
        return meeting + wide + DISTANCE_WEIGHT * distance

    return loss


def _cropped(tokens: Float16Array, generator: torch.Generator) -> Float16Array:
    """Cut a span of a sound, from 1 s to all of it."""
    if len(tokens) <= SHORTEST_CROP_TOKENS:
        return tokens
    length = int(torch.randint(SHORTEST_CROP_TOKENS, len(tokens) + 1, (), generator=generator))
    first = int(torch.randint(len(tokens) - length + 1, (), generator=generator))
    return tokens[first : first + length]


@torch.inference_mode()
def embed_sounds(head: nn.Module, tokens: Sequence[Float16Array]) -> Float32Array:
    """Embed sounds as [M, 384] unit norm."""
    parts = []
    for start in range(0, len(tokens), 64):
        padded, mask = pad_sequences(tokens[start : start + 64], tokens[0].shape[1])  # type: ignore[arg-type]
        parts.append(unit(head(padded, mask)))
    return torch.cat(parts).numpy()

"""Trains the Chinese encoder on native captions, their pictures, and translations of English captions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import torch
from torch import nn

from mmdemo.backbone.chinese_text import CharacterTokenizer, known_characters
from mmdemo.backbone.heads import CharacterEncoder
from mmdemo.evaluation.retrieval_metrics import both_directions
from mmdemo.training.followers import DISTANCE_WEIGHT, Follower, Objective, train_follower
from mmdemo.training.loop import Schedule, device_of, half_precision, unit
from mmdemo.training.losses import contrastive
from mmdemo.training.stages import CHINESE_SHAPE, Run
from mmdemo.types import Float32Array

UNSEEN_SHARE = 0.03
"""Characters replaced by the unknown one while training, so that rare ones do no harm."""


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
        device = device_of(follower)
        ids = data.ids[positions]
        ids = ids[:, : int((ids > 0).sum(dim=1).max())]
        unseen = (torch.rand(ids.shape, generator=generator) < UNSEEN_SHARE) & (ids > 0)
        with half_precision():
            embedded = follower.head(ids.masked_fill(unseen, 1).to(device)).float()
        groups = data.pictures[positions]
        pictures, targets = data.picture_embeddings[groups].to(device), data.targets[positions].to(device)
        options = (follower.temperature.scale(), follower.temperature.offset, groups.to(device), smoothing)
        meeting = contrastive("infonce", embedded, pictures, *options) + contrastive(
            "infonce", embedded, targets, *options
        )
        distance = (1 - (unit(embedded) * targets).sum(dim=1)).mean()
        return meeting + DISTANCE_WEIGHT * distance

    return loss


@torch.inference_mode()
def embed_ids(head: nn.Module, ids: torch.Tensor) -> Float32Array:
    """Embed rows of character numbers as [M, 384] unit norm."""
    parts = [unit(head(part[:, : int((part > 0).sum(dim=1).max())].to(device_of(head)))) for part in ids.split(512)]
    return torch.cat(parts).cpu().numpy()


@dataclass(frozen=True, eq=False)
class ChineseSource:
    """Chinese captions of the pictures of one split, picture by picture."""

    native: Sequence[Sequence[str]]
    translated: Sequence[Sequence[str]]  # each of the English caption in the same place; empty where there is none


def train_chinese(
    train: ChineseSource,
    validation: ChineseSource,
    pictures: Float32Array,
    captions: Sequence[Float32Array],
    validation_pictures: Float32Array,
    schedule: Schedule,
    run: Run,
) -> tuple[CharacterEncoder, str]:
    """Train the Chinese encoder towards the finished space.

    Args:
        train: captions to learn from.
        validation: captions to measure.
        pictures: [N, 384] of the training pictures.
        captions: N of [K, 384], the embeddings of each picture's English captions.
        validation_pictures: [V, 384].
        schedule: how long and how fast.
        run: seed and checkpoints.

    Returns:
        The encoder and the characters it knows.
    """
    texts, owners, targets = [], [], []
    for i, own in enumerate(captions):
        mean = own.mean(axis=0) / max(float(np.linalg.norm(own.mean(axis=0))), 1e-6)
        written = [(text, mean) for text in train.native[i]]
        for text, target in [*written, *zip(train.translated[i], own, strict=False)]:
            texts.append(text)
            owners.append(i)
            targets.append(target)
    characters = known_characters(texts)
    tokenizer = CharacterTokenizer(characters)
    data = ChineseData(
        tokenizer.ids(texts),
        torch.tensor(owners),
        torch.from_numpy(np.stack(targets)),
        torch.from_numpy(pictures),
    )
    torch.manual_seed(run.seed)
    follower = Follower(CharacterEncoder(len(characters) + 2, CHINESE_SHAPE, schedule.dropout))
    held = tokenizer.ids([text for own in validation.native for text in own])
    held_owners = np.repeat(np.arange(len(validation.native)), [len(own) for own in validation.native])

    def score(head: nn.Module) -> float:
        there, back = both_directions(validation_pictures, embed_ids(head, held), held_owners)
        return back.r1 + back.r10

    curves = train_follower(
        follower,
        torch.arange(len(texts)),
        chinese_objective(follower, data, schedule.smoothing),
        score,
        schedule,
        run.seed,
        run.checkpoints / "chinese.pt",
        run.resume,
        run.record("chinese"),
        (data.ids > 0).sum(dim=1),
    )
    run.curves["chinese"] = [asdict(curve) for curve in curves]
    assert isinstance(follower.head, CharacterEncoder)
    return follower.head, characters

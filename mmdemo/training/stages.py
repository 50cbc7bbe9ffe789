"""What the stages of the training share, and the first of them: members of the picture and English heads."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from mmdemo.backbone.heads import ImageHead, TextHead
from mmdemo.backbone.pooling import PoolerShape
from mmdemo.backbone.similarity import Calibration
from mmdemo.training.assembly import assemble, fit_calibration, fit_rotation, shuffled_pairs
from mmdemo.training.image_text import Member, embed_captions, train_member
from mmdemo.training.loop import Schedule, unit
from mmdemo.training.losses import LossName
from mmdemo.training.pair_data import PairData, TextFeatures
from mmdemo.types import Float32Array

IMAGE_SHAPE = PoolerShape(input_width=512, width=384, heads=6, queries=4, positions=81, mean_residual=True)
ENGLISH_SHAPE = PoolerShape(input_width=384, width=256, heads=4, queries=4, layers=1, mean_residual=True)
CHINESE_SHAPE = PoolerShape(input_width=256, width=256, heads=4, queries=4, layers=1, mean_residual=True)
AUDIO_SHAPE = PoolerShape(
    input_width=512, width=256, heads=4, queries=4, layers=1, halvings=3, mean_residual=True, spread_residual=True
)
MEMBER_SCHEDULE = Schedule(epochs=18, batch_size=384)
CHINESE_SCHEDULE = Schedule(epochs=6, batch_size=512, dropout=0.15, average_decay=0.99, patience=4)
AUDIO_SCHEDULE = Schedule(epochs=12, batch_size=64, learning_rate=1e-3, dropout=0.15, average_decay=0.99, patience=6)
HELD_OUT_SHARE = 0.05
"""Of the sounds, kept for early stopping of the audio head and for its calibration."""
HELD_OUT_PICTURES = 0.02
"""Of the training pictures, kept for the calibration: some 120 with ten captions each are enough for two numbers."""


@dataclass(frozen=True)
class Run:
    """What all stages share."""

    seed: int
    checkpoints: Path
    resume: bool
    report: Callable[[str, object], None]
    curves: dict[str, list[dict[str, object]]]

    def record(self, stage: str) -> Callable[[object], None]:
        """Return what tells of an epoch and keeps it for ``curves.json``."""
        self.curves[stage] = []

        def note(curve: object) -> None:
            self.curves[stage].append(asdict(curve))  # type: ignore[call-overload]
            self.report(stage, curve)

        return note


def is_held_out(name: str, share: float = HELD_OUT_SHARE) -> bool:
    """Decide by the hash of its name whether an item is kept for calibration."""
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % 1000 < 1000 * share


def subset(data: PairData, kept: Sequence[int]) -> PairData:
    """Return the pairs of some pictures."""
    chosen = torch.tensor(list(kept))
    return PairData([view[chosen] for view in data.views], data.texts, [data.captions[i] for i in kept])


def train_members(
    train: PairData, validation: PairData, count: int, schedule: Schedule, loss: LossName, run: Run
) -> list[Member]:
    """Train members that differ in nothing but their seed."""
    members = []
    for number in range(count):
        torch.manual_seed(run.seed + number)
        member = Member(IMAGE_SHAPE, ENGLISH_SHAPE, schedule.dropout)
        checkpoint = run.checkpoints / f"member-{number}.pt"
        stage = f"member-{number}"
        curves = train_member(
            member, train, validation, schedule, run.seed + number, checkpoint, run.resume, loss, run.record(stage)
        )
        run.curves[stage] = [asdict(curve) for curve in curves]
        members.append(member)
    return members


def join_members(members: Sequence[Member], compress: nn.Linear, train: PairData) -> tuple[ImageHead, TextHead]:
    """Join members into heads whose vectors keep what all of them say in 384 dimensions."""
    image = ImageHead(IMAGE_SHAPE, compress.in_features, len(members))
    english = TextHead(ENGLISH_SHAPE, len(members))
    assemble(image, english, members, compress)
    texts = train.texts_in_order()[:: max(len(train.captions) // 2000, 1)]
    sample = train.views[0][:: max(len(train.captions) // 2000, 1)]
    with torch.inference_mode():
        pictures = [torch.cat([unit(m.image(part.float())) for part in sample.split(256)]).numpy() for m in members]
    rotation = fit_rotation(pictures, [embed_captions(member, train.texts, texts) for member in members])
    with torch.no_grad():
        image.combine.weight.copy_(rotation)
        english.combine.weight.copy_(rotation)
    return image.eval().requires_grad_(False), english.eval().requires_grad_(False)


@torch.inference_mode()
def picture_vectors(image: ImageHead, tokens: torch.Tensor) -> Float32Array:
    """Embed compressed tokens [N, 81, I] with the joined head as [N, 384] unit norm."""
    found = []
    for part in tokens.split(256):
        sides = [unit(member(part.float())) for member in image.members]
        found.append(unit(image.combine(torch.cat(sides, dim=1))))
    return torch.cat(found).numpy()


@torch.inference_mode()
def text_vectors(english: TextHead, texts: TextFeatures, positions: Sequence[int]) -> Float32Array:
    """Embed texts with the joined head as [M, 384] unit norm."""
    parts = [unit(english(*texts.batch(positions[start : start + 512]))) for start in range(0, len(positions), 512)]
    return torch.cat(parts).numpy()


def calibrate_pictures(pictures: Float32Array, texts: Float32Array, owners: np.ndarray) -> Calibration:
    """Fit the calibration of pictures with texts on pairs that no head learned from."""
    return fit_calibration(*shuffled_pairs(pictures, texts, owners))

"""The stages of the training: members of picture and English heads, then Chinese, then sound, then calibration."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from mmdemo.backbone.chinese_text import CharacterTokenizer, known_characters
from mmdemo.backbone.heads import CharacterEncoder, ImageHead, PoolerShape, SequencePooler, TextHead
from mmdemo.backbone.joint_space import Calibration
from mmdemo.evaluation.retrieval_metrics import both_directions, ranks, recall
from mmdemo.training.assembly import assemble, fit_calibration, fit_rotation, shuffled_pairs
from mmdemo.training.followers import (
    ChineseData,
    Follower,
    SoundData,
    audio_objective,
    chinese_objective,
    embed_ids,
    embed_sounds,
    train_follower,
)
from mmdemo.training.image_text import Member, PairData, TextFeatures, embed_captions, train_member
from mmdemo.training.loop import Schedule, unit
from mmdemo.training.losses import LossName
from mmdemo.training.sources import SoundFeatures
from mmdemo.types import Float32Array

IMAGE_SHAPE = PoolerShape(input_width=512, width=384, heads=6, queries=4, positions=81, mean_residual=True)
ENGLISH_SHAPE = PoolerShape(input_width=384, width=256, heads=4, queries=4, mean_residual=True)
CHINESE_SHAPE = PoolerShape(input_width=256, width=256, heads=4, queries=4, mean_residual=True)
AUDIO_SHAPE = PoolerShape(input_width=512, width=256, heads=4, queries=4, layers=1, halvings=3)
MEMBER_SCHEDULE = Schedule(epochs=14, batch_size=384)
CHINESE_SCHEDULE = Schedule(epochs=4, batch_size=512, dropout=0.15, average_decay=0.99, patience=4)
AUDIO_SCHEDULE = Schedule(epochs=10, batch_size=128, learning_rate=1e-3, dropout=0.15, average_decay=0.99, patience=6)
HELD_OUT_SHARE = 0.05
"""Of the training data, kept for early stopping of the audio head and for the calibration."""


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


def is_held_out(name: str) -> bool:
    """Decide by the hash of its name whether an item is kept for calibration."""
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % 1000 < 1000 * HELD_OUT_SHARE


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

    train_follower(
        follower,
        len(texts),
        chinese_objective(follower, data, schedule.smoothing),
        score,
        schedule,
        run.seed,
        run.checkpoints / "chinese.pt",
        run.resume,
        run.record("chinese"),
    )
    assert isinstance(follower.head, CharacterEncoder)
    return follower.head, characters


def train_audio(
    sounds: SoundFeatures,
    embed: Callable[[Sequence[str]], Float32Array],
    distractors: Float32Array,
    schedule: Schedule,
    run: Run,
) -> tuple[SequencePooler, Calibration]:
    """Train the audio head towards the finished space.

    Args:
        sounds: clips with their texts.
        embed: embeds English texts as [M, 384].
        distractors: [P, 384] embeddings of captions.
        schedule: how long and how fast.
        run: seed and checkpoints.

    Returns:
        The head, and the calibration of sound with text from clips that were held out.
    """
    wording = sorted({text for texts in sounds.texts for text in texts})
    place = {text: i for i, text in enumerate(wording)}
    vectors = embed(wording)
    group_numbers = {group: i for i, group in enumerate(sorted(set(sounds.groups)))}
    named = [group.startswith("sound:") for group in sounds.groups]
    # Of named sounds all groups must be learned, so single clips are held out; of speech, whole sentences.
    held = [is_held_out(f"{i // 3}" if named[i] else group) for i, group in enumerate(sounds.groups)]
    learned = [i for i, out in enumerate(held) if not out]
    kept = [i for i, out in enumerate(held) if out] or learned  # a handful of clips: better than nothing
    data = SoundData(
        [sounds.tokens[i] for i in learned],
        [torch.from_numpy(vectors[[place[text] for text in sounds.texts[i]]]) for i in learned],
        torch.tensor([group_numbers[sounds.groups[i]] for i in learned]),
        [named[i] for i in learned],
    )
    torch.manual_seed(run.seed)
    follower = Follower(SequencePooler(AUDIO_SHAPE, schedule.dropout))
    answers = sorted({sounds.texts[i][0] for i in kept})
    answer_vectors = vectors[[place[text] for text in answers]]
    relevant = np.array([[sounds.texts[i][0] == text for text in answers] for i in kept])

    def score(head: nn.Module) -> float:
        return recall(ranks(embed_sounds(head, [sounds.tokens[i] for i in kept]) @ answer_vectors.T, relevant)).r1

    train_follower(
        follower,
        len(learned),
        audio_objective(follower, data, torch.from_numpy(distractors), schedule.smoothing),
        score,
        schedule,
        run.seed,
        run.checkpoints / "audio.pt",
        run.resume,
        run.record("audio"),
    )
    assert isinstance(follower.head, SequencePooler)
    embedded = embed_sounds(follower.head, [sounds.tokens[i] for i in kept])
    similarity = embedded @ answer_vectors.T
    false = np.sort(np.where(relevant, -np.inf, similarity), axis=1)[:, len(answers) // 2]  # a middling stranger
    true = np.where(relevant, similarity, -np.inf).max(axis=1)
    labels = np.repeat([True, False], len(kept))
    return follower.head, fit_calibration(np.concatenate([true, false]).astype(np.float32), labels)


def calibrate_pictures(pictures: Float32Array, texts: Float32Array, owners: np.ndarray) -> Calibration:
    """Fit the calibration of pictures with texts on pairs that no head learned from."""
    return fit_calibration(*shuffled_pairs(pictures, texts, owners))

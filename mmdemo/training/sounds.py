"""Trains the audio head: speech towards its text, sounds towards what they are called."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import torch
from torch import nn

from mmdemo.backbone.joint_space import pad_sequences
from mmdemo.backbone.pooling import SequencePooler
from mmdemo.backbone.similarity import Calibration
from mmdemo.evaluation.retrieval_metrics import ranks, recall
from mmdemo.training.assembly import fit_calibration
from mmdemo.training.features import Float16Array
from mmdemo.training.followers import DISTANCE_WEIGHT, Follower, Objective, train_follower
from mmdemo.training.loop import Schedule, device_of, half_precision, unit
from mmdemo.training.losses import contrastive
from mmdemo.training.sources import SoundFeatures
from mmdemo.training.stages import AUDIO_SHAPE, Run, is_held_out
from mmdemo.types import Float32Array

SAME_TEXT = 0.98
"""Similarity from which two captions say the same."""
SHORTEST_CROP_TOKENS = 50
"""1 s: the shortest span of a sound that must still be recognised."""
STRANGERS = 10
"""Wrong answers that each held-out sound is compared with for the calibration."""


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
        chosen, device = positions.tolist(), device_of(follower)
        tokens = [_cropped(data.tokens[i], generator) if data.croppable[i] else data.tokens[i] for i in chosen]
        padded, mask = pad_sequences(tokens, tokens[0].shape[1])
        with half_precision():
            embedded = follower.head(padded.to(device), mask.to(device)).float()
        texts = torch.stack(
            [data.targets[i][int(torch.randint(len(data.targets[i]), (), generator=generator))] for i in chosen]
        ).to(device)
        groups = data.groups[positions].to(device)
        options = (follower.temperature.scale(), follower.temperature.offset, groups, smoothing)
        drawn = distractors[torch.randint(len(distractors), (len(chosen),), generator=generator)].to(device)
        meeting = contrastive("infonce", embedded, texts, *options)
        logits = follower.temperature.scale() * unit(embedded) @ torch.cat([texts, drawn]).T  # [B, 2B]
        own = torch.arange(len(chosen), device=device)
        same = (groups[:, None] == groups[None, :]) & (own[:, None] != own[None, :])
        said_too = texts @ drawn.T > SAME_TEXT  # a drawn caption may be the very one that is said
        wide = nn.functional.cross_entropy(logits.masked_fill(torch.cat([same, said_too], dim=1), -1e4), own)
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
        padded, mask = pad_sequences(tokens[start : start + 64], tokens[0].shape[1])
        parts.append(unit(head(padded.to(device_of(head)), mask.to(device_of(head)))))
    return torch.cat(parts).cpu().numpy()


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
    # The towers hear words so well that named sounds need more turns.
    examples = torch.tensor([i for i, named_too in enumerate(data.croppable) for _ in range(1 + named_too)])
    torch.manual_seed(run.seed)
    follower = Follower(SequencePooler(AUDIO_SHAPE, schedule.dropout))
    answers = sorted({sounds.texts[i][0] for i in kept})
    answer_vectors = vectors[[place[text] for text in answers]]
    relevant = np.array([[sounds.texts[i][0] == text for text in answers] for i in kept])

    def score(head: nn.Module) -> float:
        return recall(ranks(embed_sounds(head, [sounds.tokens[i] for i in kept]) @ answer_vectors.T, relevant)).r1

    curves = train_follower(
        follower,
        examples,
        audio_objective(follower, data, torch.from_numpy(distractors), schedule.smoothing),
        score,
        schedule,
        run.seed,
        run.checkpoints / "audio.pt",
        run.resume,
        run.record("audio"),
        torch.tensor([len(data.tokens[i]) for i in examples.tolist()]),
    )
    run.curves["audio"] = [asdict(curve) for curve in curves]
    assert isinstance(follower.head, SequencePooler)
    similarity = embed_sounds(follower.head, [sounds.tokens[i] for i in kept]) @ answer_vectors.T  # [N, A]
    return follower.head, fit_calibration(*balanced_pairs(similarity, relevant))


def balanced_pairs(similarity: Float32Array, relevant: np.ndarray) -> tuple[Float32Array, np.ndarray]:
    """Return similarities of true pairs and of as many false ones, with labels; no randomness.

    Args:
        similarity: [N, A] of sounds and answers.
        relevant: [N, A] which answers are true.
    """
    strangers = min(STRANGERS, relevant.shape[1] - 1)
    true: list[float] = []
    false: list[float] = []
    for i, (row, fits) in enumerate(zip(similarity, relevant, strict=True)):
        wrong = row[~fits]
        if len(wrong):
            true += [float(row[fits].max())] * strangers
            spread = i + np.arange(strangers) * max(len(wrong) // max(strangers, 1), 1)
            false += wrong[spread % len(wrong)].tolist()
    found = np.array(true + false, np.float32)
    return found, np.repeat([True, False], len(true))

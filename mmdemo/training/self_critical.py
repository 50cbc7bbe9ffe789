"""Second stage of the decoder: raise the CIDEr of what it writes itself.

Self-critical training (Rennie et al. 2017): several captions are drawn for a picture, and those that score above the
mean of the others (Luo 2020) become more probable. The end of a caption counts as a word, or captions would break off
behind “in a”. The pictures are shown whole and in the same views as before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from mmdemo.generators.consensus import CiderScorer
from mmdemo.generators.decoder_network import Sight
from mmdemo.generators.search import sample
from mmdemo.training.caption_batches import CaptionBatch, caption_batches
from mmdemo.training.caption_examples import TextBatch
from mmdemo.training.caption_loss import smoothed_loss, text_log_probabilities
from mmdemo.training.caption_stage import CaptionCurve, DecoderTraining, run_stage
from mmdemo.training.caption_validation import words
from mmdemo.training.loop import Learner, Schedule, device_of, half_precision

SAMPLES = 5
"""Captions drawn for a picture and language."""
LIKELIHOOD_SHARE = 0.1
"""Weight of the first stage's loss, which keeps lengths and the words that CIDEr does not see."""
LONGEST = 20
"""Tokens drawn at most."""
KEPT = {"en": 2, "zh": 1, "zh-mt": 1}
"""Captions of people drawn for each picture a step."""
END_WORD = "<end>"


@dataclass(frozen=True, eq=False)
class Rewards:
    """Scorers of both languages over the training pictures."""

    scorers: Mapping[str, CiderScorer]
    training: DecoderTraining

    def score(self, texts: TextBatch, pictures: torch.Tensor) -> torch.Tensor:
        """Return the CIDEr-D [B, S] of drawn texts about the pictures [B]."""
        language = texts.source[:2]
        hypotheses = [
            (*words(self.training.tokenizer.text(row), language), *((END_WORD,) if 1 in row else ()))
            for row in texts.targets.tolist()
        ]
        images = pictures.repeat_interleave(len(hypotheses) // len(pictures)).tolist()
        return torch.from_numpy(self.scorers[language].scores(hypotheses, images)).float().view(len(pictures), -1)


def rewards(training: DecoderTraining) -> Rewards:
    """Build the scorers."""
    scorers = {
        source: CiderScorer(
            [[(*words(text, source), END_WORD) for text in own] for own in training.train.texts[source]]
        )
        for source in ("en", "zh")
    }
    return Rewards(scorers, training)


def _drawn(
    training: DecoderTraining, sight: Sight, pieces: torch.Tensor, source: str, generator: torch.Generator
) -> TextBatch:
    """Draw captions from the network as it is, with no gradient."""
    network, tokenizer = training.network, training.tokenizer
    prompt = tokenizer.prompt(f"caption:{source}") * 2
    with torch.no_grad():
        memory = network.memory(sight, pieces)
        prompts = torch.tensor([prompt] * len(pieces), device=pieces.device)
        ids = sample(network, memory, prompts, SAMPLES, generator, longest=LONGEST).ids.flatten(0, 1)  # [B * S, T]
    inputs = torch.cat([prompts.repeat_interleave(SAMPLES, dim=0), ids[:, :-1]], dim=1)
    targets = torch.cat([torch.zeros_like(ids[:, :1]), ids], dim=1)
    return TextBatch(source, inputs, targets)


def critical_loss(
    training: DecoderTraining, found: Rewards, batch: CaptionBatch, smoothing: float, generator: torch.Generator
) -> tuple[torch.Tensor, float]:
    """Return the loss of one batch in both languages, and the mean reward."""
    network, reader = training.network, training.reader
    device = device_of(network)
    ids, probabilities = batch.label_ids.to(device), batch.label_probabilities.to(device)
    total = torch.zeros((), device=device)
    earned = []
    with half_precision():
        sight = network.sight(batch.compressed.to(device).float(), ids, probabilities)
        for texts in batch.texts:
            pieces = reader.pieces(ids, probabilities, texts.source[:2])
            memory = network.memory(sight, pieces)
            total = total + LIKELIHOOD_SHARE * smoothed_loss(network, memory, texts.to(device), smoothing)
            if texts.source not in found.scorers:
                continue
            network.eval()
            with torch.no_grad():
                seen = network.sight(batch.compressed.to(device).float(), ids, probabilities)
            drawn = _drawn(training, seen, pieces, texts.source, generator)
            network.train()
            reward = found.score(drawn, batch.pictures).to(device)  # [B, S]
            others = (reward.sum(dim=1, keepdim=True) - reward) / (SAMPLES - 1)
            scored = text_log_probabilities(network, memory, drawn).view(len(reward), -1)
            lengths = (drawn.targets > 0).sum(dim=1).float().mean()
            total = total - ((reward - others) * scored).mean() / lengths
            earned.append(float(reward.mean()))
    return total, float(np.mean(earned))


def train_self_critical(
    training: DecoderTraining,
    schedule: Schedule,
    seed: int,
    checkpoint: Path,
    resume: bool,
    report: Callable[[CaptionCurve], None] = lambda curve: None,
) -> list[CaptionCurve]:
    """Go on from the first stage (see `run_stage`; the arguments are those of `train_likelihood`).

    Returns:
        The curve, whose first entry is the network as it came; ``loss`` is the mean reward below zero.
    """
    size = min(schedule.batch_size, len(training.train.names))
    found = rewards(training)

    def learn(learner: Learner, epoch: int) -> float:
        number = seed * 10_000 + epoch
        generator = torch.Generator(device_of(training.network)).manual_seed(number)
        torch.manual_seed(number)
        earned = []
        batches = caption_batches(training.train, training.tokenizer, training.reader, size, number, KEPT, swapped=0.0)
        for batch in batches:
            loss, reward = critical_loss(training, found, batch, schedule.smoothing, generator)
            learner.step(loss)
            earned.append(reward)
        return -float(np.mean(earned))

    return run_stage(training, schedule, checkpoint, resume, report, learn, measured_first=True)

"""Second stage of the decoder: raise the CIDEr of what it writes itself.

Self-critical training (Rennie et al. 2017) over the beams of the search (Cornia et al. 2020, “M²”): of the captions
that the search finds for a picture, those that score above the mean of the others (Luo 2020) become more probable.
Random draws instead of beams made captions worse here: label smoothing leaves a tenth of the probability on words that
mean nothing, so nearly every draw holds one. The end of a caption counts as a word, or captions would break off behind
“in a”. The pictures are shown whole and in the same views as before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from mmdemo.generators.decoder_network import Sight
from mmdemo.generators.search import beam_search
from mmdemo.training.caption_batches import CaptionBatch, caption_batches
from mmdemo.training.caption_examples import TextBatch
from mmdemo.training.caption_loss import smoothed_loss, text_log_probabilities
from mmdemo.training.caption_stage import CaptionCurve, DecoderTraining, run_stage
from mmdemo.training.caption_validation import words
from mmdemo.training.loop import Learner, Schedule, device_of, half_precision
from mmdemo.training.scoring_workers import ScoringWorkers

BEAMS = 5
"""Captions searched for a picture and language."""
REWARDED = ("en",)
"""Languages that are rewarded; the others go on with the first stage's loss. Chinese lost by it (0.841 → 0.804)."""
LIKELIHOOD_SHARE = 0.1
"""Weight of the first stage's loss, which keeps lengths and the words that CIDEr does not see."""
UNREWARDED_SHARE = 0.3
"""The same for languages that have this loss alone."""
LONGEST = 18
"""Tokens written at most."""
KEPT = {"en": 2, "zh": 2, "zh-mt": 1}
"""Captions of people drawn for each picture a step."""
END_WORD = "<end>"


@dataclass(frozen=True, eq=False)
class Rewards:
    """Scorers of the rewarded languages over the training pictures."""

    scorers: Mapping[str, ScoringWorkers]
    training: DecoderTraining

    def score(self, texts: TextBatch, pictures: torch.Tensor) -> torch.Tensor:
        """Return the CIDEr-D [B, K] of found texts about the pictures [B]."""
        language = texts.source[:2]
        hypotheses = [
            (*words(self.training.tokenizer.text(row), language), *((END_WORD,) if 1 in row else ()))
            for row in texts.targets.tolist()
        ]
        images = pictures.repeat_interleave(len(hypotheses) // len(pictures)).tolist()
        return torch.from_numpy(self.scorers[language].scores(hypotheses, images)).float().view(len(pictures), -1)


def rewards(training: DecoderTraining, workers: int) -> Rewards:
    """Build the scorers, of so many processes each."""
    scorers = {
        source: ScoringWorkers(
            [[(*words(text, source), END_WORD) for text in own] for own in training.train.texts[source]], workers
        )
        for source in REWARDED
    }
    return Rewards(scorers, training)


def _searched(training: DecoderTraining, sight: Sight, pieces: torch.Tensor, source: str) -> TextBatch:
    """Search captions with the network as it is, with no gradient."""
    network, tokenizer = training.network, training.tokenizer
    prompt = tokenizer.prompt(f"caption:{source}") * 2
    with torch.no_grad():
        memory = network.memory(sight, pieces)
        prompts = torch.tensor([prompt] * len(pieces), device=pieces.device)
        ids = beam_search(network, memory, prompts, BEAMS, LONGEST).ids.flatten(0, 1)  # [B * K, T]
    ids = F.pad(ids, (0, LONGEST - ids.shape[1]))  # one size of matrices (see `MOST_TOKENS`)
    inputs = torch.cat([prompts.repeat_interleave(BEAMS, dim=0), ids[:, :-1]], dim=1)
    targets = torch.cat([torch.zeros_like(ids[:, :1]), ids], dim=1)
    return TextBatch(source, inputs, targets)


def critical_loss(
    training: DecoderTraining, found: Rewards, batch: CaptionBatch, smoothing: float
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
            share = LIKELIHOOD_SHARE if texts.source in found.scorers else UNREWARDED_SHARE
            total = total + share * smoothed_loss(network, memory, texts.to(device), smoothing)
            if texts.source not in found.scorers:
                continue
            network.eval()
            with torch.no_grad():
                seen = network.sight(batch.compressed.to(device).float(), ids, probabilities)
            own = _searched(training, seen, pieces, texts.source)
            network.train()
            reward = found.score(own, batch.pictures).to(device)  # [B, K]
            others = (reward.sum(dim=1, keepdim=True) - reward) / (BEAMS - 1)
            scored = text_log_probabilities(network, memory, own).view(len(reward), -1)
            lengths = (own.targets > 0).sum(dim=1).float().mean()
            # What is right about an exchanged class, people's captions of the picture cannot tell.
            gained = (reward - others) * ~batch.swapped.to(device)[:, None]
            total = total - (gained * scored).mean() / lengths
            earned.append(float(reward.mean()))
    return total, float(np.mean(earned))


def train_self_critical(
    training: DecoderTraining,
    schedule: Schedule,
    seed: int,
    checkpoint: Path,
    resume: bool,
    report: Callable[[CaptionCurve], None] = lambda curve: None,
    workers: int = 0,
) -> list[CaptionCurve]:
    """Go on from the first stage (see `run_stage`; the arguments are those of `train_likelihood`).

    Args:
        workers: processes that score; 0 to score in this one.

    Returns:
        The curve, whose first entry is the network as it came; ``loss`` is the mean reward below zero.
    """
    size = min(schedule.batch_size, len(training.train.names))
    found = rewards(training, workers)

    def learn(learner: Learner, epoch: int) -> float:
        number = seed * 10_000 + epoch
        torch.manual_seed(number)
        earned = []
        batches = caption_batches(training.train, training.tokenizer, training.reader, size, number, KEPT)
        for batch in batches:
            loss, reward = critical_loss(training, found, batch, schedule.smoothing)
            learner.step(loss)
            earned.append(reward)
        return -float(np.mean(earned))

    curves = run_stage(training, schedule, checkpoint, resume, report, learn, measured_first=True)
    for scorer in found.scorers.values():
        scorer.close()
    return curves

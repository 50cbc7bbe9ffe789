"""The loss of written text: label smoothing over what is written, with what is copied counted in."""

from __future__ import annotations

import torch
from torch.nn import functional as F

from mmdemo.generators.decoder_network import Memory, PromptedDecoder
from mmdemo.training.caption_examples import TextBatch

ROUNDED_TO = 256
"""Tokens scored at once are a multiple of this: new sizes of matrices cost time (see `MOST_TOKENS`)."""


def target_log_probabilities(
    network: PromptedDecoder, memory: Memory, batch: TextBatch
) -> tuple[torch.Tensor, torch.Tensor]:
    """Score the tokens that ought to come next.

    Args:
        network: the decoder.
        memory: of B pictures.
        batch: K texts about each.

    Returns:
        Of the M tokens asked for, row by row: their log-probability [M], and the mean log-probability of the whole
        vocabulary [M], which label smoothing raises.
    """
    hidden, _ = network.hidden(memory, batch.inputs)  # [B * K, T, D]
    asked = batch.targets.flatten().nonzero()[:, 0]
    count = len(asked)
    asked = F.pad(asked, (0, -count % ROUNDED_TO))  # the first token again, cut off below
    targets = batch.targets.flatten()[asked]  # [M]
    write, copy, chosen = network.copied(hidden, memory, batch.inputs)
    rows = len(hidden) // len(memory.pieces)
    pieces = memory.pieces.repeat_interleave(rows, dim=0)[asked // batch.targets.shape[1]]  # [M, L * P]
    written = network.written(hidden.flatten(0, 1)[asked])  # [M, V]
    to_write = write.flatten()[asked] + written.gather(1, targets[:, None])[:, 0]
    fitting = chosen.flatten(0, 1)[asked].exp() * (pieces == targets[:, None])  # [M, L * P]
    to_copy = copy.flatten()[asked] + fitting.sum(dim=1).clamp(min=1e-12).log()
    return torch.logaddexp(to_write, to_copy)[:count], written.mean(dim=1)[:count]


def smoothed_loss(network: PromptedDecoder, memory: Memory, batch: TextBatch, smoothing: float) -> torch.Tensor:
    """Return the mean loss a token (label smoothing: Szegedy et al. 2016)."""
    scored, everywhere = target_log_probabilities(network, memory, batch)
    loss: torch.Tensor = -((1 - smoothing) * scored + smoothing * everywhere).mean()
    return loss


def text_log_probabilities(network: PromptedDecoder, memory: Memory, batch: TextBatch) -> torch.Tensor:
    """Return the sum of log-probabilities [B * K] of each text."""
    scored, _ = target_log_probabilities(network, memory, batch)
    asked = batch.targets > 0
    sums = scored.new_zeros(len(asked)).index_add(0, asked.nonzero()[:, 0], scored)
    return sums

"""The layers of the decoder: attention written out, dropout of whole channels, and one block of the transformer."""

from __future__ import annotations

import math

import torch
from torch import nn
from torch.nn import functional as F

UNSEEN_SCORE = -1e4
"""Score of what may not be attended to: no weight falls on it, and nothing becomes infinite."""


def _causal(length: int, device: torch.device) -> torch.Tensor:
    """Return [T, T], true where a token may look: at itself and those before."""
    return torch.ones(length, length, dtype=torch.bool, device=device).tril()


class SequenceDropout(nn.Module):
    """Drops channels of a whole sequence at once (Gal & Ghahramani 2016), for a twentieth of the random numbers.

    Args:
        share: of the channels.
    """

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """Map [R, T, D] to [R, T, D]."""
        if not self.training or not self.share:
            return tokens
        return tokens * F.dropout(tokens.new_ones(len(tokens), 1, tokens.shape[2]), self.share)


def attend(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, mask: torch.Tensor | None
) -> tuple[torch.Tensor, torch.Tensor]:
    """Attend (Vaswani et al. 2017), written out: PyTorch's fused CPU kernel is four times slower backwards here.

    Args:
        query: [B, N, T, D / N].
        key: [B, N, S, D / N].
        value: [B, N, S, D / N].
        mask: broadcast to [B, N, T, S], true where it may be attended to; None = everywhere.

    Returns:
        [B, N, T, D / N], and the weights [B, N, T, S].
    """
    scores = query @ key.transpose(2, 3) * (1 / math.sqrt(query.shape[3]))
    if mask is not None:
        scores = scores.masked_fill(~mask, UNSEEN_SCORE)
    weights = scores.softmax(dim=3).to(value.dtype)
    return weights @ value, weights


class DecoderLayer(nn.Module):
    """Attention to the text so far, attention to the memory, and a feed-forward network, each on normed input.

    Args:
        width: of the tokens.
        heads: of both attentions.
        dropout: of everything that is added.
    """

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.self_norm = nn.LayerNorm(width)
        self.query_key_value = nn.Linear(width, 3 * width)
        self.self_output = nn.Linear(width, width)
        self.cross_norm = nn.LayerNorm(width)
        self.cross_query = nn.Linear(width, width)
        self.cross_key_value = nn.Linear(width, 2 * width)
        self.cross_output = nn.Linear(width, width)
        self.forward_norm = nn.LayerNorm(width)
        self.feed_forward = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(), SequenceDropout(dropout), nn.Linear(4 * width, width)
        )
        self.drop = SequenceDropout(dropout)

    def memory(self, tokens: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return keys and values [B, N, S, D / N] of the memory's tokens [B, S, D]."""
        keys, values = self.cross_key_value(tokens).unflatten(2, (2, self.heads, -1)).permute(2, 0, 3, 1, 4)
        return keys, values

    def own(
        self, hidden: torch.Tensor, past: tuple[torch.Tensor, torch.Tensor] | None
    ) -> tuple[torch.Tensor, tuple[torch.Tensor, torch.Tensor]]:
        """Attend to the text so far.

        Args:
            hidden: [R, T, D]; T is 1 when there is a past.
            past: keys and values [R, N, T', D / N] of the tokens before.

        Returns:
            [R, T, D], and keys and values with the new ones.
        """
        projected = self.query_key_value(self.self_norm(hidden)).unflatten(2, (3, self.heads, -1))
        query, key, value = projected.permute(2, 0, 3, 1, 4)  # [R, N, T, D / N] each
        if past is not None:
            key, value = torch.cat([past[0], key], dim=2), torch.cat([past[1], value], dim=2)
        # With a past the tokens come one at a time and may look at all of it.
        causal = None if past is not None else _causal(hidden.shape[1], hidden.device)
        attended, _ = attend(query, key, value, causal)  # [R, N, T, D / N]
        output = hidden + self.drop(self.self_output(attended.transpose(1, 2).flatten(2)))
        return output, (key, value)

    def look(
        self, hidden: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, mask: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Attend to the memory and pass through the feed-forward network.

        Args:
            hidden: [B * K, T, D]: K texts about each of B memories.
            keys: [B, N, S, D / N].
            values: likewise.
            mask: [B, S].

        Returns:
            [B * K, T, D], and the attention weights [B, N, K * T, S].
        """
        batch, length = len(keys), hidden.shape[1]
        # The K texts of a memory stand behind each other, so that its keys need not be repeated.
        folded = self.cross_query(self.cross_norm(hidden)).reshape(batch, -1, self.heads, keys.shape[-1])
        attended, weights = attend(folded.transpose(1, 2), keys, values, mask[:, None, None, :])  # [B, N, K * T, D / N]
        added = self.cross_output(attended.transpose(1, 2).reshape(len(hidden), length, -1))
        hidden = hidden + self.drop(added)
        output: torch.Tensor = hidden + self.drop(self.feed_forward(self.forward_norm(hidden)))
        return output, weights

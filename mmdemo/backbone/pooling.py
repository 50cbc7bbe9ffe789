"""What the projection heads are built of: attention over tokens and pooling by learned queries."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F

JOINT_WIDTH = 384
"""Dimensions of the joint space; the text tower's own width, so that English captions start where they are."""


@dataclass(frozen=True)
class PoolerShape:
    """The sizes of a `SequencePooler`."""

    input_width: int
    width: int = 384
    heads: int = 6
    layers: int = 0  # self-attention layers before pooling
    queries: int = 4
    halvings: int = 0  # convolutions of stride 2 before everything else, for sequences as dense as sound
    positions: int = 0  # learned positions of a fixed-length sequence; 0 = sinusoids for any length
    mean_residual: bool = False
    spread_residual: bool = False  # the standard deviation over time, which tells one noise from another


class SelfAttention(nn.Module):
    """Multi-head attention of a masked sequence to itself.

    Args:
        width: of the tokens.
        heads: that the width is split into.
        dropout: of the attention weights.
    """

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.dropout = dropout
        self.query_key_value = nn.Linear(width, 3 * width)
        self.output = nn.Linear(width, width)

    def forward(self, tokens: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
        """Map [B, T, D] to [B, T, D]; the mask [B, T] is true where a token stands."""
        batch, length, _ = tokens.shape
        projected = self.query_key_value(tokens).view(batch, length, 3, self.heads, -1)
        query, key, value = projected.permute(2, 0, 3, 1, 4)  # [B, N, T, D / N] each
        attended = F.scaled_dot_product_attention(
            query,
            key,
            value,
            attn_mask=None if mask is None else mask[:, None, None, :],
            dropout_p=self.dropout if self.training else 0.0,
        )  # [B, N, T, D / N]
        output: torch.Tensor = self.output(attended.transpose(1, 2).flatten(2))
        return output


class AttentionLayer(nn.Module):
    """Self-attention and a feed-forward network, each on normed input and added to it.

    Args:
        width: of the tokens.
        heads: of the attention.
        dropout: of everything that is added.
    """

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(width)
        self.attention = SelfAttention(width, heads, dropout)
        self.forward_norm = nn.LayerNorm(width)
        self.feed_forward = nn.Sequential(
            nn.Linear(width, 2 * width), nn.GELU(), nn.Dropout(dropout), nn.Linear(2 * width, width)
        )
        self.drop = nn.Dropout(dropout)

    def forward(self, tokens: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
        """Map [B, T, D] to [B, T, D]."""
        normed = self.attention_norm(tokens)
        tokens = tokens + self.drop(self.attention(normed, mask))
        output: torch.Tensor = tokens + self.drop(self.feed_forward(self.forward_norm(tokens)))
        return output


class LearnedPool(nn.Module):
    """Attention of learned queries, which need no keys: each is a direction in the token's own space.

    Args:
        width: of the tokens.
        heads: that values are split into.
        queries: each attends on its own; what they find is averaged.
    """

    def __init__(self, width: int, heads: int, queries: int) -> None:
        super().__init__()
        self.heads = heads
        self.score = nn.Linear(width, heads * queries)
        self.value = nn.Parameter(torch.randn(heads, width, width // heads) / math.sqrt(width))
        self.output = nn.Linear(width, width)

    def forward(self, tokens: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
        """Map [B, T, D] to [B, D]."""
        scores = self.score(tokens).float()  # [B, T, N * Q]
        if mask is not None:
            scores = scores.masked_fill(~mask[:, :, None], torch.finfo(scores.dtype).min)
        gathered = scores.softmax(dim=1).to(tokens.dtype).transpose(1, 2) @ tokens  # [B, N * Q, D]
        averaged = gathered.unflatten(1, (self.heads, -1)).mean(dim=2)  # [B, N, D]
        values = torch.einsum("bnd,ndv->bnv", averaged, self.value.to(averaged.dtype))  # [B, N, D / N]
        output: torch.Tensor = self.output(values.flatten(1))
        return output


def sinusoids(length: int, width: int, device: torch.device) -> torch.Tensor:
    """Return the fixed positions of Vaswani et al. 2017, [T, D], for any length."""
    rates = torch.exp(torch.arange(0, width, 2, device=device) * (-math.log(10_000.0) / width))  # [D / 2]
    angles = torch.arange(length, device=device)[:, None] * rates  # [T, D / 2]
    return torch.cat([angles.sin(), angles.cos()], dim=1)


class SequencePooler(nn.Module):
    """Pools a sequence of tokens into one vector of the joint space by learned queries.

    Args:
        shape: sizes.
        dropout: while training.
    """

    def __init__(self, shape: PoolerShape, dropout: float = 0.0) -> None:
        super().__init__()
        self.shape = shape
        self.input_norm = nn.LayerNorm(shape.input_width)
        self.project = nn.Linear(shape.input_width, shape.width)
        self.convolutions = nn.ModuleList(
            nn.Conv1d(shape.width, shape.width, 3, stride=2, padding=1) for _ in range(shape.halvings)
        )
        if shape.positions:
            self.position = nn.Parameter(0.02 * torch.randn(shape.positions, shape.width))
        self.layers = nn.ModuleList(AttentionLayer(shape.width, shape.heads, dropout) for _ in range(shape.layers))
        self.pool_norm = nn.LayerNorm(shape.width)
        self.pool = LearnedPool(shape.width, shape.heads, shape.queries)
        self.output_norm = nn.LayerNorm(shape.width)
        self.output = nn.Sequential(
            nn.Linear(shape.width, 2 * shape.width),
            nn.GELU(),
            nn.Dropout(dropout),
            nn.Linear(2 * shape.width, JOINT_WIDTH),
        )
        self.direct = nn.Linear(shape.width, JOINT_WIDTH)
        if shape.mean_residual:
            self.from_mean = nn.Linear(shape.input_width, JOINT_WIDTH)
        if shape.spread_residual:
            self.from_spread = nn.Linear(shape.input_width, JOINT_WIDTH)
        self.drop = nn.Dropout(dropout)

    def forward(
        self, tokens: torch.Tensor, mask: torch.Tensor | None = None, places: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Pool sequences.

        Args:
            tokens: [B, T, I].
            mask: [B, T] true where a token stands and false on padding; None when nothing is padded.
            places: [T] where the tokens stand among the learned positions, when only some of them are given.

        Returns:
            [B, 384], not yet of unit norm.
        """
        normed = self.input_norm(tokens)
        # Channels drop out of a whole sequence at once: of single values their neighbours would tell.
        dropped = normed * self.drop(normed.new_ones(len(normed), 1, normed.shape[2]))
        hidden = self.project(dropped)  # [B, T, D]
        kept = mask
        for convolution in self.convolutions:
            if kept is not None:  # padding must look like the zeros behind the end
                hidden = hidden * kept[:, :, None]
            hidden = F.gelu(convolution(hidden.transpose(1, 2))).transpose(1, 2)
            kept = None if kept is None else kept[:, ::2]
        length, width = hidden.shape[1:]
        if self.shape.positions:
            hidden = hidden + (self.position if places is None else self.position[places])
        else:
            hidden = hidden + sinusoids(length, width, hidden.device)
        for layer in self.layers:
            hidden = layer(hidden, kept)
        pooled = self.output_norm(self.pool(self.pool_norm(hidden), kept))  # [B, D]
        output: torch.Tensor = self.direct(pooled) + self.output(pooled)
        if self.shape.mean_residual:
            output = output + self.from_mean(_mean(dropped, mask))
        if self.shape.spread_residual:
            variance = _mean(dropped.square(), mask) - _mean(dropped, mask).square()  # [B, I]
            output = output + self.from_spread(variance.clamp(min=1e-4).sqrt())
        return output


def _mean(tokens: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
    if mask is None:
        return tokens.mean(dim=1)
    summed = (tokens * mask[:, :, None]).sum(dim=1)  # [B, I]
    return summed / mask.sum(dim=1, keepdim=True).clamp(min=1)

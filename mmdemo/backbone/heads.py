"""The projection heads: small networks that carry each tower's tokens into the joint space."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from mmdemo.backbone.chinese_text import FIRST_CHARACTER
from mmdemo.backbone.head_files import HEADS
from mmdemo.backbone.pooling import JOINT_WIDTH, PoolerShape, SequencePooler


class TextAdapter(nn.Module):
    """Moves the text tower's sentence vector by what its word tokens add.

    Args:
        shape: of the pooler over word tokens.
        dropout: while training.
    """

    def __init__(self, shape: PoolerShape, dropout: float = 0.0) -> None:
        super().__init__()
        self.pooler = SequencePooler(shape, dropout)
        self.residual = nn.Linear(shape.input_width, JOINT_WIDTH, bias=False)
        with torch.no_grad():
            self.residual.weight.copy_(torch.eye(JOINT_WIDTH))

    def forward(self, pooled: torch.Tensor, tokens: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Map sentences.

        Args:
            pooled: [B, 384] of unit norm.
            tokens: [B, T, 384]; a text without any word has one token of zeros.
            mask: [B, T].

        Returns:
            [B, 384], not yet of unit norm.
        """
        output: torch.Tensor = self.residual(pooled) + self.pooler(tokens, mask)
        return output


class CharacterEncoder(nn.Module):
    """Reads Chinese character by character.

    Args:
        character_count: rows of the embedding; 0 is padding and 1 any character it has never seen.
        shape: of the pooler; its input width is the embedding's.
        dropout: while training.
    """

    def __init__(self, character_count: int, shape: PoolerShape, dropout: float = 0.0) -> None:
        super().__init__()
        self.embedding = nn.Parameter(torch.randn(character_count, shape.input_width))
        self.neighbours = nn.Conv1d(shape.input_width, shape.input_width, 3, padding=1)
        self.pooler = SequencePooler(shape, dropout)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Map [B, T] character ids, 0 behind the end, to [B, 384], not yet of unit norm."""
        mask = ids > 0
        embedded = F.embedding(ids, self.embedding) * mask[:, :, None]  # [B, T, I]
        words = embedded + F.gelu(self.neighbours(embedded.transpose(1, 2))).transpose(1, 2)
        output: torch.Tensor = self.pooler(words, mask)
        return output


class ImageHead(nn.Module):
    """Members trained apart, each on the same compressed grid; their vectors side by side, turned into one.

    Args:
        shape: of each member; its input width is the compressed one.
        token_width: of the image tower.
        members: how many.
        dropout: while training.
    """

    def __init__(self, shape: PoolerShape, token_width: int, members: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.compress = nn.Linear(token_width, shape.input_width)
        self.members = nn.ModuleList(SequencePooler(shape, dropout) for _ in range(members))
        self.combine = nn.Linear(members * JOINT_WIDTH, JOINT_WIDTH, bias=False)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """Map [B, 81, 1280] to [B, 384], not yet of unit norm."""
        compressed = self.compress(compand(tokens))  # [B, T, I]
        parts = [F.normalize(member(compressed), dim=1) for member in self.members]
        output: torch.Tensor = self.combine(torch.cat(parts, dim=1))
        return output


class TextHead(nn.Module):
    """Text adapters trained with the members of the image head, turned by the same rotation.

    Args:
        shape: of each adapter's pooler.
        members: how many.
        dropout: while training.
    """

    def __init__(self, shape: PoolerShape, members: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.members = nn.ModuleList(TextAdapter(shape, dropout) for _ in range(members))
        self.combine = nn.Linear(members * JOINT_WIDTH, JOINT_WIDTH, bias=False)

    def forward(self, pooled: torch.Tensor, tokens: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Map sentences (see `TextAdapter`) to [B, 384], not yet of unit norm."""
        parts = [F.normalize(member(pooled, tokens, mask), dim=1) for member in self.members]
        output: torch.Tensor = self.combine(torch.cat(parts, dim=1))
        return output


def compand(tokens: torch.Tensor) -> torch.Tensor:
    """Tame the long tail of the image tower's activations, none of which is negative."""
    return tokens.clamp(min=0).sqrt()


def build_heads(config: Mapping[str, Any], dropout: float = 0.0) -> dict[str, nn.Module]:
    """Build the heads that a config describes, with random weights.

    Args:
        config: see the model card.
        dropout: while training.

    Raises:
        KeyError: a part is missing.
        TypeError: a part has fields that are not known.
    """
    shapes = {name: PoolerShape(**config[name]["shape"]) for name in HEADS}
    image, english = config["image"], config["english"]
    rows = len(config["chinese"]["characters"]) + FIRST_CHARACTER
    return {
        "image": ImageHead(shapes["image"], image["token_width"], image["members"], dropout),
        "english": TextHead(shapes["english"], english["members"], dropout),
        "chinese": CharacterEncoder(rows, shapes["chinese"], dropout),
        "audio": SequencePooler(shapes["audio"], dropout),
    }

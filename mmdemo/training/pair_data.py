"""Pictures and texts as the towers see them, padded once and ready to be drawn in batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from mmdemo.training.features import Float16Array

LONGEST_TEXT = 40
"""Word tokens that are kept of a text; the longest caption of Flickr8k has 40."""


@dataclass(frozen=True, eq=False)
class TextFeatures:
    """What the text tower made of many texts."""

    pooled: torch.Tensor  # [M, 384] float32
    tokens: torch.Tensor  # [M, T, 384] float16, zeros behind each end
    lengths: torch.Tensor  # [M]

    @classmethod
    def of(cls, pooled: Float16Array, tokens: Sequence[Float16Array]) -> TextFeatures:
        """Pad the tokens of all texts once, so that no step has to."""
        lengths = [min(max(len(row), 1), LONGEST_TEXT) for row in tokens]
        padded = torch.zeros(len(tokens), max(lengths), pooled.shape[1], dtype=torch.float16)
        for target, row in zip(padded, tokens, strict=True):
            target[: min(len(row), LONGEST_TEXT)] = torch.from_numpy(row[:LONGEST_TEXT])
        return cls(torch.from_numpy(pooled.astype(np.float32)), padded, torch.tensor(lengths))

    def batch(
        self, positions: Sequence[int], longest: int = LONGEST_TEXT
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return pooled vectors [B, 384], tokens [B, T, 384] and mask [B, T] of some texts, cut at a length."""
        chosen = torch.tensor(list(positions))
        lengths = self.lengths[chosen]
        width = min(int(lengths.max()), longest)
        mask = torch.arange(width) < lengths[:, None]
        return self.pooled[chosen], self.tokens[chosen, :width].float(), mask


@dataclass(frozen=True, eq=False)
class PairData:
    """Compressed picture tokens in several views and the texts of each picture."""

    views: Sequence[torch.Tensor]  # V of [N, 81, I] float16
    texts: TextFeatures
    captions: Sequence[Sequence[int]]  # N lists of positions among the texts

    def owners(self) -> np.ndarray:
        """Return the picture of each text, in the order in which `texts_in_order` lists them."""
        return np.repeat(np.arange(len(self.captions)), [len(own) for own in self.captions])

    def texts_in_order(self) -> list[int]:
        """Return the positions of all texts, picture by picture."""
        return [position for own in self.captions for position in own]

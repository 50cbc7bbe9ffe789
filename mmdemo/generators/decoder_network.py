"""The prompted decoder: a small transformer that reads grid tokens and label names and writes token by token."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F

from mmdemo.backbone.heads import compand
from mmdemo.backbone.pooling import AttentionLayer, SelfAttention
from mmdemo.generators.decoder_layers import UNSEEN_SCORE, DecoderLayer, SequenceDropout

ANY_TOKEN = -1
"""What the first piece of a name may follow."""


@dataclass(frozen=True)
class DecoderShape:
    """The sizes of a `PromptedDecoder`."""

    vocabulary: int
    width: int = 384
    heads: int = 6
    visual_layers: int = 1
    layers: int = 4
    token_width: int = 1280  # of the image tower
    compressed: int = 512
    positions: int = 81  # grid tokens
    classes: int = 1000  # of the image tower's own classifier
    class_width: int = 384  # of the text tower's vectors of their names
    labels: int = 5  # most probable classes that are read
    pieces: int = 5  # tokens of each label's name at most
    length: int = 64  # tokens of prompt and text at most


@dataclass(frozen=True, eq=False)
class Sight:
    """A picture and its classes as the decoder sees them, in no language yet."""

    tokens: torch.Tensor  # [B, 81 + L, D]
    mask: torch.Tensor  # [B, 81 + L] true where something is to be seen


@dataclass(frozen=True, eq=False)
class Memory:
    """What the decoder attends to, keys and values of every layer computed once."""

    keys: list[torch.Tensor]  # a layer: [B, N, S, D / N]
    values: list[torch.Tensor]
    mask: torch.Tensor  # [B, S] true where something is to be seen
    copy_keys: torch.Tensor  # [B, L * P, D]
    pieces: torch.Tensor  # [B, L * P]

    def select(self, rows: torch.Tensor) -> Memory:
        """Return the memory of some rows, such as of each beam."""
        return Memory(
            [keys[rows] for keys in self.keys],
            [values[rows] for values in self.values],
            self.mask[rows],
            self.copy_keys[rows],
            self.pieces[rows],
        )


class PromptedDecoder(nn.Module):
    """Writes text about a picture, from a prompt that says what is wanted.

    The names of the picture's most probable ImageNet classes are part of what it reads; it can copy their tokens
    (pointer-generator, See, Liu & Manning 2017), so that it can name what no training caption speaks of.

    Args:
        shape: sizes.
        dropout: while training.
    """

    def __init__(self, shape: DecoderShape, dropout: float = 0.0) -> None:
        super().__init__()
        self.shape = shape
        width = shape.width
        self.compress = nn.Linear(shape.token_width, shape.compressed)
        self.classifier = nn.Linear(shape.token_width, shape.classes)
        self.class_vectors = nn.Parameter(torch.zeros(shape.classes, shape.class_width), requires_grad=False)
        self.input_norm = nn.LayerNorm(shape.compressed)
        self.project = nn.Linear(shape.compressed, width)
        self.position = nn.Parameter(0.02 * torch.randn(shape.positions, width))
        self.label_project = nn.Linear(shape.class_width + 1, width)
        self.visual_layers = nn.ModuleList(
            AttentionLayer(width, shape.heads, dropout) for _ in range(shape.visual_layers)
        )
        self.embedding = nn.Parameter(torch.randn(shape.vocabulary, width) / math.sqrt(width))
        self.text_position = nn.Parameter(0.02 * torch.randn(shape.length, width))
        self.piece_position = nn.Parameter(0.02 * torch.randn(shape.pieces, width))
        self.memory_norm = nn.LayerNorm(width)
        self.layers = nn.ModuleList(DecoderLayer(width, shape.heads, dropout) for _ in range(shape.layers))
        self.output_norm = nn.LayerNorm(width)
        self.output_bias = nn.Parameter(torch.zeros(shape.vocabulary))
        self.copy_query = nn.Linear(width, width)
        self.copy_gate = nn.Linear(width, 1)
        self.drop = SequenceDropout(dropout)

    def set_dropout(self, share: float) -> None:
        """Drop another share while training, everywhere."""
        for module in self.modules():
            if isinstance(module, SequenceDropout):
                module.share = share
            elif isinstance(module, nn.Dropout):
                module.p = share
            elif isinstance(module, SelfAttention):
                module.dropout = share

    def _blocks(self) -> list[DecoderLayer]:
        return list(self.layers)  # type: ignore[arg-type]

    def see(self, tokens: torch.Tensor) -> torch.Tensor:
        """Compress the image tower's tokens [B, 81, 1280] to [B, 81, I], by a map that is never trained."""
        compressed: torch.Tensor = self.compress(compand(tokens))
        return compressed

    def sight(
        self,
        compressed: torch.Tensor,
        ids: torch.Tensor,
        probabilities: torch.Tensor,
        places: torch.Tensor | None = None,
    ) -> Sight:
        """Read a picture and its classes.

        Args:
            compressed: [B, 81, I] from `see`.
            ids: [B, L] most probable classes.
            probabilities: [B, L] of them; 0 = not to be read.
            places: [T] where the tokens stand in the grid, when only some of them are given.
        """
        normed = self.input_norm(compressed)
        grid = self.project(self.drop(normed)) + (
            self.position if places is None else self.position[places]
        )  # [B, T, D]
        read = probabilities > 0  # [B, L]
        confidence = probabilities.clamp(min=1e-4).log()[:, :, None]  # [B, L, 1]
        named = self.label_project(torch.cat([self.class_vectors[ids], confidence], dim=2))  # [B, L, D]
        tokens = torch.cat([grid, named.to(grid.dtype)], dim=1)  # [B, T + L, D]
        mask = torch.cat([read.new_ones(len(read), grid.shape[1]), read], dim=1)
        for layer in self.visual_layers:
            tokens = layer(tokens, mask)
        return Sight(tokens, mask)

    def memory(self, sight: Sight, pieces: torch.Tensor) -> Memory:
        """Put what is seen and the names of the classes in one language into keys and values for every layer.

        Args:
            sight: of B pictures.
            pieces: [B, L * P] tokens of the names, 0 = none.
        """
        named = F.embedding(pieces, self.embedding) * math.sqrt(self.shape.width)  # [B, L * P, D]
        owners = sight.tokens[:, -self.shape.labels :].repeat_interleave(self.shape.pieces, dim=1)
        named = named + owners + self.piece_position.repeat(self.shape.labels, 1)
        tokens = self.memory_norm(torch.cat([sight.tokens, named.to(sight.tokens.dtype)], dim=1))  # [B, S, D]
        mask = torch.cat([sight.mask, pieces > 0], dim=1)
        keys, values = zip(*(layer.memory(tokens) for layer in self._blocks()), strict=True)
        return Memory(list(keys), list(values), mask, tokens[:, sight.tokens.shape[1] :], pieces)

    def hidden(
        self, memory: Memory, ids: torch.Tensor, past: list[tuple[torch.Tensor, torch.Tensor]] | None = None
    ) -> tuple[torch.Tensor, list[tuple[torch.Tensor, torch.Tensor]]]:
        """Run the layers.

        Args:
            memory: of B pictures.
            ids: [B * K, T] tokens, K texts about each picture.
            past: keys and values of the tokens before, a layer each.

        Returns:
            [B * K, T, D] normed, and the past with these tokens.
        """
        start = 0 if past is None else past[0][0].shape[2]
        hidden = self.drop(self.embed(ids, start))
        presents = []
        for i, layer in enumerate(self._blocks()):
            hidden, present = layer.own(hidden, None if past is None else past[i])
            hidden, _ = layer.look(hidden, memory.keys[i], memory.values[i], memory.mask)
            presents.append(present)
        return self.output_norm(hidden), presents

    def embed(self, ids: torch.Tensor, start: int = 0) -> torch.Tensor:
        """Return [R, T, D] for tokens [R, T], of which the first stands at a place of the text."""
        embedded = F.embedding(ids, self.embedding) * math.sqrt(self.shape.width)
        return embedded + self.text_position[start : start + ids.shape[1]]

    def attentions(self, memory: Memory, embedded: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """Run the layers over whole texts and keep what they attended to.

        Args:
            memory: of B pictures.
            embedded: [B, T, D] from `embed`, a text about each.

        Returns:
            [B, T, D] normed, and the weights [B, N, T, S] of each layer's attention to the memory.
        """
        hidden, kept = embedded, []
        for i, layer in enumerate(self._blocks()):
            hidden, _ = layer.own(hidden, None)
            hidden, weights = layer.look(hidden, memory.keys[i], memory.values[i], memory.mask)
            kept.append(weights)
        return self.output_norm(hidden), kept

    def written(self, hidden: torch.Tensor) -> torch.Tensor:
        """Return log-probabilities [..., V] of writing each token of the vocabulary by itself."""
        logits = F.linear(hidden, self.embedding.to(hidden.dtype)) + self.output_bias
        return logits.float().log_softmax(dim=-1)

    def copied(
        self, hidden: torch.Tensor, memory: Memory, last: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return log-probabilities of copying.

        Args:
            hidden: [B * K, T, D].
            memory: of B pictures.
            last: [B * K, T] token that each follows; a name is copied in order, or “cheetah” becomes “cheetaeta”.

        Returns:
            Log-probabilities [B * K, T] to write and to copy, and [B * K, T, L * P] which piece is copied.
        """
        batch = len(memory.pieces)
        query = self.copy_query(hidden).reshape(batch, -1, self.shape.width)  # [B, K * T, D]
        scores = (query @ memory.copy_keys.transpose(1, 2)).float() / math.sqrt(self.shape.width)  # [B, K * T, L * P]
        there = memory.pieces > 0  # [B, L * P]
        before = memory.pieces.view(len(memory.pieces), -1, self.shape.pieces).roll(1, dims=2)  # [B, L, P]
        before[:, :, 0] = ANY_TOKEN
        follows = before.flatten(1)[:, None, :]  # [B, 1, L * P]
        allowed = there[:, None, :] & ((follows == last.reshape(batch, -1, 1)) | (follows == ANY_TOKEN))
        chosen = scores.masked_fill(~allowed, UNSEEN_SCORE).log_softmax(dim=-1)
        gate = self.copy_gate(hidden).float().squeeze(-1)  # [B * K, T]
        none = (~there.any(dim=1)).repeat_interleave(len(hidden) // batch)  # [B * K]
        gate = gate.masked_fill(none[:, None], UNSEEN_SCORE)
        return F.logsigmoid(-gate), F.logsigmoid(gate), chosen.reshape(*hidden.shape[:2], -1)

    def log_probabilities(self, hidden: torch.Tensor, memory: Memory, last: torch.Tensor) -> torch.Tensor:
        """Return log-probabilities [B * K, T, V] of the next token, written or copied (see `copied`)."""
        write, copy, chosen = self.copied(hidden, memory, last)
        written = self.written(hidden) + write[..., None]  # [B * K, T, V]
        rows = len(hidden) // len(memory.pieces)
        same = (memory.pieces[:, :, None] == memory.pieces[:, None, :]).float()  # [B, L * P, L * P]
        # A token that stands in several names gets the sum of their shares; only its column changes.
        shares = (chosen + copy[..., None]).exp().reshape(len(same), -1, same.shape[1]) @ same  # [B, K * T, L * P]
        by_copy = shares.clamp(min=1e-12).log().reshape(chosen.shape)
        pieces = memory.pieces.repeat_interleave(rows, dim=0)[:, None, :].expand_as(chosen)
        return written.scatter(2, pieces, torch.logaddexp(written.gather(2, pieces), by_copy))

"""The answering network: the frozen decoder with low-rank changes, and a head over a closed list of answers."""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F

from mmdemo.generators.decoder_network import Memory, PromptedDecoder

NEAREST_SHARPNESS = 20.0
"""By how much a class speaks less for an answer the less their names' vectors agree, exp(20 (cosine - 1)): a name's
own answer counts in full, “tiger” counts 2 % for “cat”."""
FAINTEST = 1e-3
"""Added to that before the logarithm: below, it says nothing."""
UNCHANGED = "cross_key_value"
"""What reads the picture stays the captions' own, like the layers before it: changing it would cost three times the
training, as gradients would have to pass through every token of every picture."""
SPREAD = 0.05
"""Standard deviation of a picture's joint similarity to an answer over pictures, which scales it to about one."""


@dataclass(frozen=True)
class AnswerShape:
    """The sizes of an `AnswerNetwork`."""

    answers: int
    rank: int = 16  # of the change of every matrix
    counters: int = 8  # sums over the grid, for how many
    vector_width: int = 384  # of the text tower's and the joint space's vectors of the answers


@dataclass(frozen=True, eq=False)
class Look:
    """Pictures as the network reads them."""

    grid: torch.Tensor  # [B, T, D] tokens of the grid
    memory: Memory  # with the classes' names


class AdaptedLinear(nn.Module):
    """A frozen linear map and a trained change of low rank (LoRA, Hu et al. 2021).

    Args:
        frozen: the map.
        rank: of the change, which starts at nothing.
    """

    def __init__(self, frozen: nn.Linear, rank: int) -> None:
        super().__init__()
        self.frozen = [frozen]  # in a list: its weights are not this network's
        self.down = nn.Parameter(torch.randn(rank, frozen.in_features) / math.sqrt(frozen.in_features))
        self.up = nn.Parameter(torch.zeros(frozen.out_features, rank))

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """Map [..., I] to [..., O]."""
        changed: torch.Tensor = self.frozen[0](tokens) + F.linear(F.linear(tokens, self.down), self.up)
        return changed


def adapted_copy(network: PromptedDecoder, rank: int) -> tuple[PromptedDecoder, nn.ModuleDict]:
    """Return a decoder that shares a frozen one's weights, with a change of low rank in the maps of the text's layers.

    Args:
        network: stays as it is, and writes captions as before.
        rank: of the changes.

    Returns:
        The changed decoder, and the changes by name.
    """
    shared = {id(value): value for value in (*network.parameters(), *network.buffers())}
    adapted: PromptedDecoder = copy.deepcopy(network, shared)
    changes = nn.ModuleDict()
    for path, module in list(adapted.layers.named_modules()):
        if isinstance(module, nn.Linear) and not path.endswith(UNCHANGED):
            parent, _, name = path.rpartition(".")
            change = AdaptedLinear(module, rank)
            setattr(adapted.layers.get_submodule(parent), name, change)
            changes[path.replace(".", "-")] = change
    return adapted, changes


class AnswerNetwork(nn.Module):
    """Scores the answers of a closed list for questions about pictures.

    What the changed decoder makes of ``<ask> question <answer>`` is compared with a vector of every answer, and with
    what the text tower makes of its words. Two more witnesses speak for an answer as loud as the question lets them:
    the image tower's classes, as far as their names are near the answer's in the text tower's space, and the joint
    space, where the picture is near to some answers.

    Args:
        network: the decoder, which is not changed.
        shape: sizes.
        dropout: before the answers are compared, while training.
    """

    def __init__(self, network: PromptedDecoder, shape: AnswerShape, dropout: float = 0.0) -> None:
        super().__init__()
        width = network.shape.width
        self.shape = shape
        adapted, self.changes = adapted_copy(network, shape.rank)
        self._decoder = [adapted]  # in a list: only the changes are this network's
        self.embedding_change = nn.Parameter(torch.zeros(network.shape.vocabulary, width))
        self.position_change = nn.Parameter(torch.zeros(network.shape.length, width))
        self.answers = nn.Parameter(torch.randn(shape.answers, width) / math.sqrt(width))
        self.answer_bias = nn.Parameter(torch.zeros(shape.answers))
        self.read_norm = nn.LayerNorm(width)
        self.read_drop = nn.Dropout(dropout)
        self.read = nn.Linear(width, width)
        self.meaning = nn.Linear(width, shape.vector_width)
        self.gates = nn.Linear(width, 2)
        self.count_query = nn.Linear(width, width)
        self.count_offset = nn.Parameter(torch.full((shape.counters,), -2.0))
        self.count_key = nn.Linear(width, width)
        self.count_read = nn.Linear(2 * shape.counters, width)
        self.answer_vectors = nn.Parameter(torch.zeros(shape.answers, shape.vector_width), requires_grad=False)
        self.joint_vectors = nn.Parameter(torch.zeros(shape.answers, shape.vector_width), requires_grad=False)
        self.joint_means = nn.Parameter(torch.zeros(shape.answers), requires_grad=False)
        self._near: torch.Tensor | None = None
        nn.init.zeros_(self.count_read.weight)
        nn.init.zeros_(self.count_read.bias)
        nn.init.zeros_(self.gates.weight)

    @property
    def decoder(self) -> PromptedDecoder:
        """The changed decoder."""
        return self._decoder[0]

    def embed(self, ids: torch.Tensor) -> torch.Tensor:
        """Return [R, T, D] for tokens [R, T]."""
        known = self.decoder.embed(ids)
        change = F.embedding(ids, self.embedding_change) * math.sqrt(self.decoder.shape.width)
        return known + change + self.position_change[: ids.shape[1]]

    def look(
        self,
        compressed: torch.Tensor,
        ids: torch.Tensor,
        probabilities: torch.Tensor,
        pieces: torch.Tensor,
        places: torch.Tensor | None = None,
    ) -> Look:
        """Read pictures.

        Args:
            compressed: [B, T, I] from `PromptedDecoder.see`.
            ids: [B, L] most probable classes.
            probabilities: [B, L] of them; 0 = not to be read.
            pieces: [B, L * P] tokens of their names.
            places: [T] where the tokens stand in the grid, when only some of them are given.
        """
        with torch.no_grad():  # nothing in here is changed
            sight = self.decoder.sight(compressed, ids, probabilities, places)
            return Look(sight.tokens[:, : compressed.shape[1]], self.decoder.memory(sight, pieces))

    def hidden(self, look: Look, embedded: torch.Tensor, ends: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """Read questions before pictures.

        Args:
            look: of B pictures.
            embedded: [B * K, T, D] from `embed`, K questions about each picture.
            ends: [B * K] where ``<answer>`` stands.

        Returns:
            [B * K, D] at that place, and each layer's attention [B, N, K * T, S] to the memory.
        """
        hidden, weights = self.decoder.attentions(look.memory, embedded)
        last = hidden[torch.arange(len(hidden), device=hidden.device), ends]  # [B * K, D]
        return last, weights

    def logits(self, last: torch.Tensor, look: Look, evidence: torch.Tensor) -> torch.Tensor:
        """Score every answer.

        Args:
            last: [B * K, D] from `hidden`.
            look: of B pictures.
            evidence: [B, A, 2] from `evidence`.

        Returns:
            [B * K, A].
        """
        rows = len(last) // len(look.grid)
        state = self.read(self.read_drop(self.read_norm(last + self.count(last, look.grid))))  # [B * K, D]
        # Answers that mean much the same share what is learned of them, or one met once would stay unknown.
        meant = F.linear(self.meaning(state), self.answer_vectors)
        scores = (F.linear(state, self.answers) + meant).float() + self.answer_bias
        gates = self.gates(last).float()  # [B * K, 2]
        witnessed = torch.einsum("bae,bke->bka", evidence, gates.unflatten(0, (-1, rows)))
        return scores + witnessed.flatten(0, 1)

    def count(self, last: torch.Tensor, grid: torch.Tensor) -> torch.Tensor:
        """Add up over the grid what a question asks for; attention only averages, which cannot tell two from four.

        Args:
            last: [B * K, D].
            grid: [B, T, D] its tokens, or some of them, which then stand for all.

        Returns:
            [B * K, D] to be added.
        """
        counters, batch = self.shape.counters, len(grid)
        keys = self.count_key(grid).unflatten(2, (counters, -1))  # [B, T, C, D / C]
        queries = self.count_query(last).unflatten(1, (counters, -1)).unflatten(0, (batch, -1))  # [B, K, C, D / C]
        scores = torch.einsum("bgcd,bkcd->bkcg", keys, queries).float() / math.sqrt(keys.shape[3])
        shares = (scores + self.count_offset[:, None]).sigmoid().mean(dim=3).flatten(0, 1)  # [B * K, C]
        sums = shares * self.decoder.shape.positions
        read: torch.Tensor = self.count_read(torch.cat([sums.log1p(), sums / 9], dim=1).to(last.dtype))
        return read

    def evidence(self, classes: torch.Tensor, embeddings: torch.Tensor) -> torch.Tensor:
        """Return what the other two witnesses say.

        Args:
            classes: [B, 1000] probabilities of the image tower's own classifier; zeros say nothing.
            embeddings: [B, 384] of the pictures in the joint space; zeros say nothing.

        Returns:
            [B, A, 2] of which classes speak between 0 and 1 and the joint space in standard deviations.
        """
        shares = classes @ self._nearness()  # [B, A]
        named = 1 - (shares + FAINTEST).log() / math.log(FAINTEST)
        likeness = (embeddings @ self.joint_vectors.T - self.joint_means) / SPREAD
        seen = embeddings.abs().sum(dim=1, keepdim=True) > 0
        return torch.stack([named, likeness * seen], dim=2)

    def _nearness(self) -> torch.Tensor:
        """Return [1000, A], how much each class speaks for each answer; computed once, as neither is trained."""
        if self._near is None:
            near = F.normalize(self.decoder.class_vectors.float(), dim=1) @ self.answer_vectors.T
            self._near = (NEAREST_SHARPNESS * (near - 1)).exp()
        return self._near

    def train(self, mode: bool = True) -> AnswerNetwork:
        """Switch dropout on or off, in the decoder too."""
        super().train(mode)
        self.decoder.train(mode)
        return self

"""The BERT encoder of all-MiniLM-L6-v2 for inference, in plain PyTorch.

The same network in ``transformers`` takes three seconds longer to import and speaks on standard error while it loads.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

UNUSED_TENSORS = ("embeddings.position_ids", "pooler.dense.weight", "pooler.dense.bias")
"""Stand in the published file but take no part in a mean-pooled sentence vector."""


@dataclass(frozen=True)
class EncoderShape:
    """The sizes that ``config.json`` names."""

    width: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    norm_epsilon: float

    @classmethod
    def read(cls, path: Path) -> EncoderShape:
        """Read ``config.json``.

        Raises:
            KeyError: a size is missing.
            ValueError: this is not JSON, or another kind of network.
        """
        config: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if (config["model_type"], config["hidden_act"]) != ("bert", "gelu"):
            raise ValueError(f"{path} describes another network")
        return cls(
            width=config["hidden_size"],
            layers=config["num_hidden_layers"],
            heads=config["num_attention_heads"],
            feed_forward=config["intermediate_size"],
            vocabulary=config["vocab_size"],
            positions=config["max_position_embeddings"],
            token_types=config["type_vocab_size"],
            norm_epsilon=config["layer_norm_eps"],
        )


class EncoderLayer(nn.Module):
    """Self-attention and a feed-forward network, each followed by a layer norm over its sum with the input.

    Args:
        shape: sizes of the network.
    """

    def __init__(self, shape: EncoderShape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.query_key_value = nn.Linear(shape.width, 3 * shape.width)
        self.attention_output = nn.Linear(shape.width, shape.width)
        self.attention_norm = nn.LayerNorm(shape.width, eps=shape.norm_epsilon)
        self.widen = nn.Linear(shape.width, shape.feed_forward)
        self.narrow = nn.Linear(shape.feed_forward, shape.width)
        self.output_norm = nn.LayerNorm(shape.width, eps=shape.norm_epsilon)

    def forward(self, hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Map [B, T, D] to [B, T, D]; the mask [B, 1, 1, T] is true where tokens may be attended to."""
        batch, length, width = hidden.shape
        projected = self.query_key_value(hidden).view(batch, length, 3, self.heads, width // self.heads)
        query, key, value = projected.permute(2, 0, 3, 1, 4)  # [B, N, T, D / N] each
        attended = F.scaled_dot_product_attention(query, key, value, attn_mask=mask)  # [B, N, T, D / N]
        attended = self.attention_output(attended.transpose(1, 2).reshape(batch, length, width))  # [B, T, D]
        hidden = self.attention_norm(hidden + attended)
        output: torch.Tensor = self.output_norm(hidden + self.narrow(F.gelu(self.widen(hidden))))
        return output


class MiniLm(nn.Module):
    """Token ids to contextual token vectors.

    Args:
        shape: sizes of the network.
    """

    def __init__(self, shape: EncoderShape) -> None:
        super().__init__()
        # Not nn.Embedding: drawing its random start costs seconds of imports on the meta device.
        self.words = nn.Parameter(torch.empty(shape.vocabulary, shape.width))
        self.positions = nn.Parameter(torch.empty(shape.positions, shape.width))
        self.token_types = nn.Parameter(torch.empty(shape.token_types, shape.width))
        self.norm = nn.LayerNorm(shape.width, eps=shape.norm_epsilon)
        self.layers = nn.ModuleList(EncoderLayer(shape) for _ in range(shape.layers))

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Encode padded sentences.

        Args:
            ids: [B, T] integer.
            mask: [B, T] true where a token stands, false where padding does.

        Returns:
            [B, T, D]; the vectors of padding mean nothing.
        """
        first_type = self.token_types[0]  # [D]; there is only ever one sentence
        embedded = F.embedding(ids, self.words) + self.positions[: ids.shape[1]] + first_type  # [B, T, D]
        hidden: torch.Tensor = self.norm(embedded)
        for layer in self.layers:
            hidden = layer(hidden, mask[:, None, None, :])
        return hidden


MODULE_NAMES = {
    "attention_output": "attention.output.dense",
    "attention_norm": "attention.output.LayerNorm",
    "widen": "intermediate.dense",
    "narrow": "output.dense",
    "output_norm": "output.LayerNorm",
}
"""Our name of a layer's module → the published one."""


def _renamed(published: dict[str, torch.Tensor], layers: int) -> dict[str, torch.Tensor]:
    """Take every published tensor once, under our names.

    Raises:
        KeyError: one is missing.
        ValueError: some are left over.
    """
    left = {name: tensor for name, tensor in published.items() if name not in UNUSED_TENSORS}
    taken = {
        "words": left.pop("embeddings.word_embeddings.weight"),
        "positions": left.pop("embeddings.position_embeddings.weight"),
        "token_types": left.pop("embeddings.token_type_embeddings.weight"),
    }
    for kind in ("weight", "bias"):
        taken[f"norm.{kind}"] = left.pop(f"embeddings.LayerNorm.{kind}")
        for i in range(layers):
            source = f"encoder.layer.{i}"
            for ours, theirs in MODULE_NAMES.items():
                taken[f"layers.{i}.{ours}.{kind}"] = left.pop(f"{source}.{theirs}.{kind}")
            parts = [left.pop(f"{source}.attention.self.{part}.{kind}") for part in ("query", "key", "value")]
            taken[f"layers.{i}.query_key_value.{kind}"] = torch.cat(parts)
    if left:
        raise ValueError(f"unexpected tensors: {', '.join(left)}")
    return taken


def load_network(folder: Path, device: torch.device) -> MiniLm:
    """Load the published weights strictly.

    Args:
        folder: holds ``config.json`` and ``model.safetensors``.
        device: where the network runs.

    Returns:
        The network on the device; run it in inference mode.

    Raises:
        KeyError, ValueError, RuntimeError, SafetensorError: a file is damaged or holds another network.
        FileNotFoundError: a file is not there.
    """
    from safetensors.torch import load_file

    shape = EncoderShape.read(folder / "config.json")
    with torch.device("meta"):  # no time for random weights that are replaced at once
        network = MiniLm(shape)
    tensors = _renamed(load_file(folder / "model.safetensors"), shape.layers)
    network.load_state_dict(tensors, strict=True, assign=True)
    return network.eval().requires_grad_(False).to(device)

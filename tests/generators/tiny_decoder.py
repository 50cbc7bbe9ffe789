"""A decoder small enough for brute force, with random weights."""

from __future__ import annotations

import torch

from mmdemo.generators.decoder_network import DecoderShape, Memory, PromptedDecoder
from mmdemo.generators.tokenizer import SPECIAL

VOCABULARY = len(SPECIAL) + 6
SHAPE = DecoderShape(
    vocabulary=VOCABULARY,
    width=16,
    heads=2,
    layers=2,
    token_width=12,
    compressed=8,
    positions=9,
    classes=7,
    class_width=5,
    labels=2,
    pieces=2,
    length=16,
)


def tiny_network(seed: int = 0) -> PromptedDecoder:
    """Return a network in evaluation mode whose choices are far from even."""
    torch.manual_seed(seed)
    network = PromptedDecoder(SHAPE).eval().requires_grad_(False)
    network.embedding.mul_(3.0)
    network.class_vectors.normal_()
    return network


def tiny_memory(network: PromptedDecoder, pictures: int = 2, seed: int = 1, labelled: bool = True) -> Memory:
    """Return what the network sees of random pictures."""
    generator = torch.Generator().manual_seed(seed)
    compressed = torch.randn(pictures, SHAPE.positions, SHAPE.compressed, generator=generator)
    ids = torch.randint(SHAPE.classes, (pictures, SHAPE.labels), generator=generator)
    probabilities = torch.tensor([[0.6, 0.0]]).expand(pictures, -1) if labelled else torch.zeros(pictures, 2)
    pieces = torch.randint(len(SPECIAL), VOCABULARY, (pictures, 4), generator=generator)
    pieces = pieces * (probabilities > 0).repeat_interleave(2, dim=1)
    return network.memory(network.sight(compressed, ids, probabilities), pieces)

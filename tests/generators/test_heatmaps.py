"""Heatmaps: one a word, each a distribution, and larger where a word gains from the picture."""

from __future__ import annotations

import numpy as np
import torch

from mmdemo.generators.heatmaps import spans_of_words, token_heatmaps
from tests.generators.tiny_decoder import SHAPE, tiny_memory, tiny_network


def test_each_token_has_a_distribution_over_the_grid() -> None:
    network = tiny_network()
    memory = tiny_memory(network, pictures=1)
    for method in ("attention", "gradient"):
        maps = token_heatmaps(network, memory, [3, 3], [14, 12, 13], method)
        assert maps.shape == (3, SHAPE.positions)
        assert np.all(maps >= 0)
        np.testing.assert_allclose(maps.sum(axis=1), 1.0, atol=1e-5)


def test_attention_is_the_mean_over_heads_and_layers() -> None:
    network = tiny_network()
    memory = tiny_memory(network, pictures=1)
    maps = token_heatmaps(network, memory, [3, 3], [14, 12], "attention")
    embedded = network.embed(torch.tensor([[3, 3, 14]]))
    _, weights = network.attentions(memory, embedded)
    looked = torch.stack([layer[0, :, 1:, : SHAPE.positions].mean(dim=0) for layer in weights]).sum(dim=0)
    expected = (looked / looked.sum(dim=1, keepdim=True)).numpy()
    np.testing.assert_allclose(maps, expected, atol=1e-4)


def test_a_token_s_map_does_not_depend_on_what_follows() -> None:
    network = tiny_network()
    memory = tiny_memory(network, pictures=1)
    short = token_heatmaps(network, memory, [3, 3], [14, 12], "gradient")
    long = token_heatmaps(network, memory, [3, 3], [14, 12, 13, 17], "gradient")
    np.testing.assert_allclose(short, long[:2], atol=1e-5)


def test_words_are_put_together_from_their_tokens() -> None:
    pieces = ["▁a", "▁che", "et", "ah", "▁runs"]
    assert spans_of_words(pieces, "a cheetah runs", "en") == [("a", 0, 1), ("cheetah", 1, 4), ("runs", 4, 5)]


def test_chinese_words_are_phrases_that_spell_the_text() -> None:
    text = "一个女孩在草地上奔跑"
    spans = spans_of_words(list(text), text, "zh")
    assert "".join(word for word, _, _ in spans) == text
    assert [first for _, first, _ in spans[1:]] == [last for _, _, last in spans[:-1]]
    assert all(word == text[first:last] for word, first, last in spans)

"""Beam search against all texts, and sampling against the probabilities."""

from __future__ import annotations

from itertools import pairwise, product

import pytest
import torch

from mmdemo.generators.decoder_network import Memory, PromptedDecoder
from mmdemo.generators.search import LENGTH_PENALTY, beam_search, sample
from mmdemo.generators.tokenizer import END_ID, PADDING_ID, SPECIAL
from tests.generators.tiny_decoder import VOCABULARY, tiny_memory, tiny_network

PROMPT = [3, 3]
WORDS = range(len(SPECIAL), VOCABULARY)


def _log_probability(network: PromptedDecoder, memory: Memory, text: tuple[int, ...]) -> float:
    ids = torch.tensor([[*PROMPT, *text[:-1]]])
    hidden, _ = network.hidden(memory, ids)
    scores = network.log_probabilities(hidden, memory, ids)[0]
    return sum(float(scores[len(PROMPT) - 1 + i, token]) for i, token in enumerate(text))


def _all_texts(longest: int) -> list[tuple[int, ...]]:
    """Every text that ends, and every one that is cut at the longest length."""
    ended = [(*words, END_ID) for n in range(1, longest) for words in product(WORDS, repeat=n)]
    texts = ended + list(product(WORDS, repeat=longest))
    return [text for text in texts if all(first != second for first, second in pairwise(text))]


@pytest.mark.parametrize("seed", range(3))
def test_a_wide_beam_finds_the_best_of_all_texts(seed: int) -> None:
    network = tiny_network(seed)
    memory = tiny_memory(network, pictures=1, seed=seed)
    texts = _all_texts(3)
    scores = {text: _log_probability(network, memory, text) / len(text) ** LENGTH_PENALTY for text in texts}
    best = max(scores, key=lambda text: scores[text])
    found = beam_search(network, memory, torch.tensor([PROMPT]), width=VOCABULARY, longest=3)
    ids = tuple(token for token in found.ids[0, 0].tolist() if token != PADDING_ID)
    assert ids == best
    assert float(found.log_probabilities[0, 0]) == pytest.approx(_log_probability(network, memory, best), abs=1e-4)


def test_the_beams_of_one_picture_do_not_depend_on_its_neighbours() -> None:
    network = tiny_network()
    memory = tiny_memory(network, pictures=3)
    together = beam_search(network, memory, torch.tensor([PROMPT] * 3), width=3, longest=5)
    for row in range(3):
        alone = beam_search(network, memory.select(torch.tensor([row])), torch.tensor([PROMPT]), width=3, longest=5)
        expected = [i for i in alone.ids[0, 0].tolist() if i]
        assert [i for i in together.ids[row, 0].tolist() if i] == expected


def test_nothing_is_said_twice_in_a_row_and_no_three_tokens_come_back() -> None:
    for seed in range(4):
        network = tiny_network(seed)
        network.output_bias[END_ID] = -1e4
        found = beam_search(network, tiny_memory(network, seed=seed), torch.tensor([PROMPT] * 2), 4, longest=14 - 4)
        for row in found.ids.flatten(0, 1).tolist():
            triples = [tuple(row[i : i + 3]) for i in range(len(row) - 2)]
            assert all(first != second for first, second in pairwise(row))
            assert len(set(triples)) == len(triples)


def test_texts_hold_words_then_an_end_then_padding_and_no_prompts() -> None:
    network = tiny_network()
    memory = tiny_memory(network)
    generator = torch.Generator().manual_seed(0)
    prompts = torch.tensor([PROMPT] * 2)
    searched = beam_search(network, memory, prompts, 4, longest=8)
    sampled = sample(network, memory, prompts, 40, generator, longest=8)
    for row in [*searched.ids.flatten(0, 1).tolist(), *sampled.ids.flatten(0, 1).tolist()]:
        words = [token for token in row if token not in (END_ID, PADDING_ID)]
        assert words and all(token >= len(SPECIAL) for token in words)
        end = row.index(END_ID) if END_ID in row else len(row)
        assert row[:end] == words and set(row[end + 1 :]) <= {PADDING_ID}


def test_samples_follow_the_probabilities() -> None:
    network = tiny_network(4)
    memory = tiny_memory(network, pictures=1)
    count = 4000
    found = sample(network, memory, torch.tensor([PROMPT]), count, torch.Generator().manual_seed(0), longest=1)
    hidden, _ = network.hidden(memory, torch.tensor([PROMPT]))
    scores = network.log_probabilities(hidden[:, -1:], memory, torch.tensor([PROMPT[-1:]]))[0, 0]
    expected = scores[list(WORDS)].softmax(dim=0)
    shares = torch.tensor([(found.ids == word).sum() / count for word in WORDS])
    assert float((shares - expected).abs().max()) < 0.03


def test_a_small_nucleus_is_the_most_probable_token() -> None:
    network = tiny_network(4)
    memory = tiny_memory(network, pictures=2)
    prompts = torch.tensor([PROMPT] * 2)
    drawn = sample(network, memory, prompts, 20, torch.Generator().manual_seed(0), nucleus=1e-6, longest=4)
    assert all(bool((texts == texts[0]).all()) for texts in drawn.ids)


def test_the_seed_decides() -> None:
    network = tiny_network()
    memory = tiny_memory(network)
    prompts = torch.tensor([PROMPT] * 2)
    drawn = [sample(network, memory, prompts, 5, torch.Generator().manual_seed(s), longest=6).ids for s in (1, 1, 2)]
    assert torch.equal(drawn[0], drawn[1]) and not torch.equal(drawn[0], drawn[2])

"""The decoder's arithmetic: probabilities, the kept past, folded texts, copying, absent labels."""

from __future__ import annotations

import dataclasses

import torch

from mmdemo.generators.decoder_layers import SequenceDropout, attend
from mmdemo.generators.tokenizer import SPECIAL
from tests.generators.tiny_decoder import SHAPE, VOCABULARY, tiny_memory, tiny_network


def _texts(rows: int, length: int, seed: int = 3) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(len(SPECIAL), VOCABULARY, (rows, length), generator=generator)


def test_probabilities_of_the_next_token_add_up_to_one_with_copying_and_without() -> None:
    network = tiny_network()
    for labelled in (True, False):
        memory = tiny_memory(network, labelled=labelled)
        ids = _texts(2, 5)
        hidden, _ = network.hidden(memory, ids)
        sums = network.log_probabilities(hidden, memory, ids).exp().sum(dim=2)
        torch.testing.assert_close(sums, torch.ones_like(sums), atol=1e-5, rtol=0)


def test_token_by_token_with_the_past_gives_what_the_whole_text_gives() -> None:
    network, ids = tiny_network(), _texts(2, 6)
    memory = tiny_memory(network)
    whole, _ = network.hidden(memory, ids)
    first, past = network.hidden(memory, ids[:, :2])
    parts = [first]
    for i in range(2, 6):
        step, past = network.hidden(memory, ids[:, i : i + 1], past)
        parts.append(step)
    torch.testing.assert_close(torch.cat(parts, dim=1), whole, atol=1e-5, rtol=0)


def test_what_comes_later_changes_nothing_before() -> None:
    network, ids = tiny_network(), _texts(2, 6)
    memory = tiny_memory(network)
    changed = ids.clone()
    changed[:, 4:] = len(SPECIAL)
    before, _ = network.hidden(memory, ids)
    after, _ = network.hidden(memory, changed)
    torch.testing.assert_close(before[:, :4], after[:, :4])


def test_several_texts_about_a_picture_give_what_each_gives_alone() -> None:
    network = tiny_network()
    memory = tiny_memory(network, pictures=2)
    ids = _texts(6, 4)
    together, _ = network.hidden(memory, ids)
    for row in range(6):
        alone, _ = network.hidden(memory.select(torch.tensor([row // 3])), ids[row : row + 1])
        torch.testing.assert_close(together[row], alone[0], atol=1e-5, rtol=0)


def test_a_piece_can_be_copied_however_improbable_it_is_to_write() -> None:
    network = tiny_network()
    memory = tiny_memory(network, pictures=1)
    piece = int(memory.pieces[0, 0])
    network.output_bias[piece] = -1e4
    network.copy_gate.bias.fill_(20.0)
    ids = _texts(1, 3)
    hidden, _ = network.hidden(memory, ids)
    scores = network.log_probabilities(hidden, memory, ids)
    copied = memory.pieces[0][memory.pieces[0] > 0].unique()
    assert float(scores[0, -1, copied].exp().sum()) > 0.99
    network.copy_gate.bias.fill_(-20.0)
    assert float(network.log_probabilities(hidden, memory, ids)[0, -1, piece].exp()) < 1e-6


def test_a_name_is_copied_in_order() -> None:
    network = tiny_network()
    memory = tiny_memory(network, pictures=1)
    first = int(memory.pieces[0, 0])
    other = next(i for i in range(len(SPECIAL), VOCABULARY) if i not in memory.pieces[0].tolist())
    ids = torch.tensor([[3, 3, other, first]])
    hidden, _ = network.hidden(memory, ids)
    _, _, chosen = network.copied(hidden, memory, ids)
    behind_other, behind_first = chosen[0, 2].exp(), chosen[0, 3].exp()
    assert float(behind_other[0]) > 0 and float(behind_first[0]) > 0  # a name may begin anywhere
    assert float(behind_other[1]) == 0 and float(behind_first[1]) > 0


def test_classes_that_are_not_read_do_not_matter() -> None:
    network = tiny_network()
    compressed = torch.randn(1, SHAPE.positions, SHAPE.compressed)
    none = torch.zeros(1, 4, dtype=torch.long)
    found = []
    for ids in (torch.tensor([[0, 1]]), torch.tensor([[5, 6]])):
        memory = network.memory(network.sight(compressed, ids, torch.zeros(1, 2)), none)
        ids = torch.tensor([[3, 14]])
        hidden, _ = network.hidden(memory, ids)
        found.append(network.log_probabilities(hidden, memory, ids))
    torch.testing.assert_close(found[0], found[1])


def test_attention_is_that_of_pytorch() -> None:
    query, key, value = torch.randn(3, 2, 2, 4, 8)
    mask = torch.ones(4, 4, dtype=torch.bool).tril()
    expected = torch.nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
    found, weights = attend(query, key, value, mask)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=0)
    assert float(weights.triu(1).abs().max()) == 0.0


def test_dropout_takes_whole_channels_and_nothing_in_evaluation() -> None:
    torch.manual_seed(0)
    drop = SequenceDropout(0.5)
    tokens = torch.ones(4, 7, 32)
    dropped = drop(tokens)
    assert set(dropped.unique().tolist()) == {0.0, 2.0}
    assert torch.equal(dropped, dropped[:, :1].expand_as(dropped))
    assert torch.equal(drop.eval()(tokens), tokens)


def test_the_size_of_the_shape_that_ships_is_what_the_issue_asks_for() -> None:
    from mmdemo.generators.decoder_network import DecoderShape, PromptedDecoder

    with torch.device("meta"):
        network = PromptedDecoder(dataclasses.replace(DecoderShape(vocabulary=7000)))
    count = sum(weight.numel() for weight in network.parameters())
    assert 10e6 < count < 25e6

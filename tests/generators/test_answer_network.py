"""The answering network: a change of an unchanged decoder."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional as F

from mmdemo.generators.answer_network import FAINTEST, NEAREST_SHARPNESS, SPREAD, AnswerNetwork, AnswerShape
from mmdemo.generators.decoder_network import PromptedDecoder
from tests.generators.tiny_decoder import SHAPE, VOCABULARY, tiny_memory, tiny_network

ANSWERS = 6


@pytest.fixture
def decoder() -> PromptedDecoder:
    return tiny_network()


@pytest.fixture
def network(decoder: PromptedDecoder) -> AnswerNetwork:
    torch.manual_seed(3)
    shape = AnswerShape(ANSWERS, rank=2, counters=2, vector_width=SHAPE.class_width)
    return AnswerNetwork(decoder, shape).eval()


def ask(network: AnswerNetwork, rows: int = 2, each: int = 3) -> tuple[torch.Tensor, torch.Tensor]:
    """Return logits and what the decoder made of the questions."""
    generator = torch.Generator().manual_seed(5)
    compressed = torch.randn(rows, SHAPE.positions, SHAPE.compressed, generator=generator)
    ids = torch.randint(SHAPE.classes, (rows, SHAPE.labels), generator=generator)
    probabilities = torch.full((rows, SHAPE.labels), 0.4)
    pieces = torch.zeros(rows, SHAPE.labels * SHAPE.pieces, dtype=torch.long)
    look = network.look(compressed, ids, probabilities, pieces)
    texts = torch.randint(1, VOCABULARY, (rows * each, 5), generator=generator)
    last, _ = network.hidden(look, network.embed(texts), torch.full((rows * each,), 4))
    evidence = torch.randn(rows, ANSWERS, 2, generator=generator)
    return network.logits(last, look, evidence), last


def changed(network: AnswerNetwork) -> None:
    """Change everything that can be trained."""
    torch.manual_seed(7)
    with torch.no_grad():
        for weight in network.parameters():
            weight.add_(0.3 * torch.randn_like(weight))


def test_an_untrained_change_changes_nothing(decoder: PromptedDecoder, network: AnswerNetwork) -> None:
    memory = tiny_memory(decoder)
    ids = torch.randint(1, VOCABULARY, (2, 5), generator=torch.Generator().manual_seed(1))
    expected, _ = decoder.hidden(memory, ids)
    found, _ = network.decoder.attentions(memory, network.embed(ids))
    assert torch.allclose(found, expected, atol=1e-6)


def test_captions_stay_bit_identical_whatever_is_trained(decoder: PromptedDecoder, network: AnswerNetwork) -> None:
    ids = torch.randint(1, VOCABULARY, (2, 5), generator=torch.Generator().manual_seed(1))
    before, _ = decoder.hidden(tiny_memory(decoder), ids)
    state = {name: value.clone() for name, value in decoder.state_dict().items()}
    logits, _ = ask(network)
    changed(network)
    assert not torch.allclose(ask(network)[0], logits)
    after, _ = decoder.hidden(tiny_memory(decoder), ids)
    assert torch.equal(before, after)
    assert all(torch.equal(state[name], value) for name, value in decoder.state_dict().items())


def test_only_the_changes_are_stored(decoder: PromptedDecoder, network: AnswerNetwork) -> None:
    own = {id(weight) for weight in network.parameters()}
    assert not own & {id(weight) for weight in decoder.parameters()}
    assert not any("frozen" in name for name in network.state_dict())
    changed(network)
    copy = AnswerNetwork(decoder, network.shape).eval()
    copy.load_state_dict(network.state_dict(), strict=True)
    assert torch.equal(ask(copy)[0], ask(network)[0])


def test_a_change_is_of_its_rank(network: AnswerNetwork) -> None:
    changed(network)
    for change in network.changes.values():
        frozen = change.frozen[0]
        full = change(torch.eye(frozen.in_features)) - frozen(torch.eye(frozen.in_features))
        assert torch.linalg.matrix_rank(full, atol=1e-4) == network.shape.rank


def test_everything_trainable_gets_a_gradient_and_the_picture_counts(network: AnswerNetwork) -> None:
    changed(network)
    logits, _ = ask(network)
    logits.square().sum().backward()
    for name, weight in network.named_parameters():
        if weight.requires_grad:
            assert weight.grad is not None, name
            assert weight.grad.abs().sum() > 0, name


@torch.no_grad()
def test_counters_add_up_over_the_grid(network: AnswerNetwork) -> None:
    changed(network)
    generator = torch.Generator().manual_seed(9)
    grid = torch.randn(1, SHAPE.positions, SHAPE.width, generator=generator)
    last = torch.randn(1, SHAPE.width, generator=generator)
    sums = []
    for counter in range(2):
        part = slice(counter * SHAPE.width // 2, (counter + 1) * SHAPE.width // 2)
        query = network.count_query(last)[0, part]
        scores = [float(network.count_key(cell)[part] @ query) / math.sqrt(SHAPE.width / 2) for cell in grid[0]]
        offset = float(network.count_offset[counter])
        sums.append(sum(1 / (1 + math.exp(-score - offset)) for score in scores))
    read = torch.tensor([math.log1p(total) for total in sums] + [total / 9 for total in sums])
    assert torch.allclose(network.count(last, grid)[0], network.count_read(read), atol=1e-4)


def test_classes_and_the_joint_space_speak_for_near_answers(network: AnswerNetwork) -> None:
    with torch.no_grad():
        classes = F.normalize(network.decoder.class_vectors, dim=1)
        network.answer_vectors.copy_(F.normalize(torch.randn(ANSWERS, SHAPE.class_width), dim=1))
        network.answer_vectors[2] = classes[4]
        network.joint_vectors.copy_(torch.eye(ANSWERS, SHAPE.class_width))
        network.joint_means.fill_(0.1)
    posterior = torch.zeros(1, SHAPE.classes)
    posterior[0, 4] = 0.8
    picture = torch.zeros(1, SHAPE.class_width)
    picture[0, 1] = 1.0
    found = network.evidence(posterior, picture)[0]  # [A, 2]
    assert found[:, 0].argmax() == 2
    assert float(found[2, 0]) == pytest.approx(1 - math.log(0.8 + FAINTEST) / math.log(FAINTEST), abs=1e-4)
    assert NEAREST_SHARPNESS > 1
    assert float(found[1, 1]) == pytest.approx(0.9 / SPREAD, rel=1e-4)
    silent = network.evidence(torch.zeros(1, SHAPE.classes), torch.zeros(1, SHAPE.class_width))
    assert torch.allclose(silent, torch.zeros_like(silent), atol=1e-5)

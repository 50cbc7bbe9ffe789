"""The losses against sums written out by hand."""

from __future__ import annotations

import math

import pytest
import torch

from mmdemo.training.losses import contrastive, hardest_triplet, pairwise_sigmoid, symmetric_infonce

GENERATOR = torch.Generator().manual_seed(0)
SIMILARITY = torch.rand(4, 4, generator=GENERATOR) * 2 - 1
SCALE = torch.tensor(5.0)


def test_infonce_is_cross_entropy_both_ways() -> None:
    expected = 0.0
    for matrix in (SIMILARITY.tolist(), SIMILARITY.T.tolist()):
        for i, row in enumerate(matrix):
            expected -= math.log(math.exp(5 * row[i]) / sum(math.exp(5 * value) for value in row)) / 8
    assert float(symmetric_infonce(SIMILARITY, SCALE, torch.eye(4))) == pytest.approx(expected, rel=1e-5)


def test_sigmoid_judges_every_pair() -> None:
    expected = 0.0
    for i in range(4):
        for j in range(4):
            logit = (1 if i == j else -1) * (5 * float(SIMILARITY[i, j]) - 2)
            expected += math.log1p(math.exp(-logit)) / 4
    found = pairwise_sigmoid(SIMILARITY, SCALE, torch.tensor(-2.0), torch.eye(4).bool())
    assert float(found) == pytest.approx(expected, rel=1e-5)


def test_triplet_takes_the_hardest_negative() -> None:
    expected = 0.0
    for matrix in (SIMILARITY.tolist(), SIMILARITY.T.tolist()):
        for i, row in enumerate(matrix):
            hardest = max(value for j, value in enumerate(row) if j != i)
            expected += max(0.2 + hardest - row[i], 0) / 8
    found = hardest_triplet(SIMILARITY, torch.eye(4).bool(), hardest=1)
    assert float(found) == pytest.approx(expected, rel=1e-5)


def test_triplet_takes_the_mean_of_several_hard_negatives() -> None:
    expected = 0.0
    for matrix in (SIMILARITY.tolist(), SIMILARITY.T.tolist()):
        for i, row in enumerate(matrix):
            hard = sorted((value for j, value in enumerate(row) if j != i), reverse=True)[:2]
            expected += sum(max(0.2 + value - row[i], 0) for value in hard) / 16
    found = hardest_triplet(SIMILARITY, torch.eye(4).bool(), hardest=2)
    assert float(found) == pytest.approx(expected, rel=1e-5)


def test_items_of_one_group_are_no_negatives() -> None:
    vectors = torch.eye(4)[[0, 0, 1, 2]]
    options = (torch.tensor(50.0), torch.tensor(0.0))
    apart = contrastive("infonce", vectors, vectors, *options, torch.arange(4))
    together = contrastive("infonce", vectors, vectors, *options, torch.tensor([0, 0, 1, 2]))
    assert float(apart) == pytest.approx(math.log(2) / 2, rel=1e-4)
    assert float(together) == pytest.approx(math.log(2) / 2, rel=1e-4)
    triplet = contrastive("triplet", vectors, vectors, *options, torch.tensor([0, 0, 1, 2]))
    assert float(triplet) == 0.0
    assert float(contrastive("triplet", vectors, vectors, *options, torch.arange(4))) == pytest.approx(0.1 / 3)

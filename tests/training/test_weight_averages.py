"""Averages of weights keep what helps, and captions scored in another process get the same scores."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from mmdemo.generators.consensus import CiderScorer
from mmdemo.training.scoring_workers import ScoringWorkers
from mmdemo.training.weight_averages import Weights, greedy_average, mean_weights

REFERENCES = [
    ["a dog runs fast".split(), "the dog runs".split()],
    ["a man sits down".split()],
    ["two red cars".split()],
]


def _state(value: float) -> Weights:
    return {"weight": torch.full((2, 3), value), "bias": torch.full((3,), -value)}


def test_the_mean_is_that_of_every_weight() -> None:
    mean = mean_weights([_state(1.0), _state(4.0)])
    assert mean["weight"].unique().tolist() == [2.5] and mean["bias"].unique().tolist() == [-2.5]


def test_a_run_that_makes_the_average_worse_is_left_out() -> None:
    def score(weights: Weights) -> float:
        return -abs(float(weights["bias"][0]) + 2.0)  # best at 2

    best, tried = greedy_average([_state(1.0), _state(9.0), _state(2.5)], score)
    assert [one.runs for one in tried] == [(0,), (1,), (2,), (2, 0), (2, 0, 1)]
    assert best["bias"][0] == pytest.approx(-1.75) and max(one.score for one in tried) == score(best)


@pytest.mark.parametrize("workers", [0, 2])
def test_scores_do_not_depend_on_who_scores(workers: int) -> None:
    hypotheses, images = [["a", "dog", "runs"], ["a", "man"], ["two", "red", "cars"]], [0, 1, 2]
    scorer = ScoringWorkers(REFERENCES, workers)
    np.testing.assert_allclose(scorer.scores(hypotheses, images), CiderScorer(REFERENCES).scores(hypotheses, images))
    scorer.close()

"""Averages the weights of several runs that started from the same weights.

"Model soups" (Wortsman et al. 2022): such runs end in one valley, so that the mean of their weights is nearly as good
as all of them asked together, for the cost of one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch

Weights = Mapping[str, torch.Tensor]


@dataclass(frozen=True)
class Averaged:
    """What an average was found to be worth."""

    runs: tuple[int, ...]  # whose weights are in it
    score: float


def mean_weights(states: Sequence[Weights]) -> dict[str, torch.Tensor]:
    """Return the mean of several networks' weights, each [*] as in the first."""
    return {name: torch.stack([state[name].float() for state in states]).mean(dim=0) for name in states[0]}


def greedy_average(states: Sequence[Weights], score: Callable[[Weights], float]) -> tuple[Weights, list[Averaged]]:
    """Average the best run with each other that makes the average better, the better ones first.

    Args:
        states: the weights of R runs.
        score: measures weights on validation data, higher is better.

    Returns:
        The best weights found, and everything that was measured, the runs alone first.
    """
    tried = [Averaged((run,), score(state)) for run, state in enumerate(states)]
    order = sorted(range(len(states)), key=lambda run: -tried[run].score)
    best, best_weights = tried[order[0]], states[order[0]]
    for run in order[1:]:
        runs = (*best.runs, run)
        weights = mean_weights([states[i] for i in runs])
        tried.append(Averaged(runs, score(weights)))
        if tried[-1].score >= best.score:
            best, best_weights = tried[-1], weights
    return best_weights, tried

"""The schedule of the learning rate."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from mmdemo.device import multiplies_bfloat16
from mmdemo.training.loop import Learner, Schedule, half_precision, pace, restarted_pace


def test_the_rate_rises_and_falls() -> None:
    rates = [pace(step, 100) for step in range(101)]
    assert rates.index(max(rates)) == 9 and max(rates) == 1.0
    assert all(a > b for a, b in zip(rates[10:], rates[11:], strict=False))
    assert abs(rates[100] - 0.01) < 1e-9


def test_a_restart_rises_again_and_leaves_the_first_part_as_it_was() -> None:
    bounds = [0, 40, 100]
    assert [restarted_pace(step, bounds) for step in range(40)] == [pace(step, 40) for step in range(40)]
    assert [restarted_pace(40 + step, bounds) for step in range(61)] == [pace(step, 60) for step in range(61)]


def _learner(rate: float) -> Learner:
    torch.manual_seed(0)
    return Learner(nn.Linear(3, 2), Schedule(epochs=2, batch_size=1, learning_rate=rate), 20)


def _train(learner: Learner, steps: int) -> None:
    for _ in range(steps):
        learner.step(learner.network(torch.ones(4, 3)).square().sum())


def test_a_resumed_training_goes_on_as_if_never_stopped() -> None:
    whole, first, second = _learner(1e-2), _learner(1e-2), _learner(1e-2)
    _train(whole, 9)
    _train(first, 5)
    second.restore(first.state())
    _train(second, 4)
    for mine, theirs in zip(whole.averaged.parameters(), second.averaged.parameters(), strict=True):
        torch.testing.assert_close(mine, theirs, rtol=0, atol=0)


def test_a_resumed_training_follows_the_learning_rate_it_is_given() -> None:
    first, second = _learner(1e-2), _learner(1e-3)
    _train(first, 5)
    second.restore(first.state())
    assert second.optimizer.param_groups[0]["lr"] == pytest.approx(first.optimizer.param_groups[0]["lr"] / 10)
    _train(second, 1)
    _train(first, 1)
    assert second.optimizer.param_groups[0]["lr"] == pytest.approx(first.optimizer.param_groups[0]["lr"] / 10)


@pytest.mark.parametrize(
    ("capabilities", "wanted"),
    [
        ({"avx2": True, "amx_bf16": False, "avx512_bf16": False}, torch.float32),
        ({"avx512_bf16": True, "amx_bf16": False}, torch.float32),  # its vectors are slower than those of float32
        ({"avx512_bf16": True, "amx_bf16": True}, torch.bfloat16),
        ({"bf16": True}, torch.bfloat16),
        ({}, torch.float32),
    ],
)
def test_only_processors_with_units_for_it_multiply_in_bfloat16(
    monkeypatch: pytest.MonkeyPatch, capabilities: dict[str, bool], wanted: torch.dtype
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities, raising=False)
    multiplies_bfloat16.cache_clear()
    try:
        with half_precision():
            assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == wanted
    finally:
        multiplies_bfloat16.cache_clear()

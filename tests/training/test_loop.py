"""The schedule of the learning rate."""

from __future__ import annotations

from mmdemo.training.loop import pace, restarted_pace


def test_the_rate_rises_and_falls() -> None:
    rates = [pace(step, 100) for step in range(101)]
    assert rates.index(max(rates)) == 9 and max(rates) == 1.0
    assert all(a > b for a, b in zip(rates[10:], rates[11:], strict=False))
    assert abs(rates[100] - 0.01) < 1e-9


def test_a_restart_rises_again_and_leaves_the_first_part_as_it_was() -> None:
    bounds = [0, 40, 100]
    assert [restarted_pace(step, bounds) for step in range(40)] == [pace(step, 40) for step in range(40)]
    assert [restarted_pace(40 + step, bounds) for step in range(61)] == [pace(step, 60) for step in range(61)]

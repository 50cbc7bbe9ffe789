"""Maps fitted to anchors: rates, cuts, outliers, few anchors, and many in little time."""

from __future__ import annotations

import time

import numpy as np
import pytest

from mmdemo.alignment.anchor_fit import Anchor, fit_anchors, suggested_rates

FILM_RATE = 25 / 23.976


def _anchors(
    count: int, seconds: float, rate: float, jumps: dict[float, float], wrong: float = 0.0, seed: int = 0
) -> tuple[list[Anchor], np.ndarray, np.ndarray]:
    """Make anchors with word-like errors, a share of them wrong altogether; also the old and the true new times."""
    generator = np.random.default_rng(seed)
    old = np.sort(generator.uniform(0.0, seconds, count))
    offset = np.zeros(count)
    for moment, value in jumps.items():
        offset[old >= moment] = value
    true = rate * old + offset
    found = true + generator.laplace(0.0, 0.05, count)
    outliers = generator.random(count) < wrong
    found[outliers] = generator.uniform(0.0, seconds, int(outliers.sum()))
    weights = generator.uniform(0.4, 1.0, count)
    return [Anchor(*row) for row in zip(old.tolist(), found.tolist(), weights.tolist(), strict=True)], old, true


def test_a_shift_is_found_among_wrong_anchors() -> None:
    anchors, old, true = _anchors(60, 60.0, 1.0, {0.0: -7.3}, wrong=0.3)
    fit = fit_anchors(anchors)
    assert len(fit.time_map.pieces) == 1 and fit.time_map.pieces[0].rate == 1.0
    assert np.abs(fit.time_map.apply(old) - true).max() < 0.03
    assert 0.55 < fit.inlier_share < 0.85
    assert fit.residual < 0.1


def test_a_frame_rate_is_found_exactly() -> None:
    anchors, old, true = _anchors(400, 600.0, FILM_RATE, {0.0: -3.1}, wrong=0.3)
    fit = fit_anchors(anchors)
    assert [piece.rate for piece in fit.time_map.pieces] == [FILM_RATE]
    assert np.abs(fit.time_map.apply(old) - true).max() < 0.03


def test_an_odd_rate_is_suggested_by_the_anchors() -> None:
    anchors, old, true = _anchors(2000, 3600.0, 1.0173, {0.0: 5.0}, wrong=0.2)
    fit = fit_anchors(anchors)
    assert fit.time_map.pieces[0].rate == pytest.approx(1.0173, abs=1e-5)
    assert np.abs(fit.time_map.apply(old) - true).max() < 0.03


def test_cuts_and_inserts_with_drift() -> None:
    jumps = {0.0: 2.0, 300.0: 22.0, 700.0: -8.0}
    anchors, old, true = _anchors(500, 1000.0, FILM_RATE, jumps, wrong=0.3)
    fit = fit_anchors(anchors)
    assert [round(piece.offset) for piece in fit.time_map.pieces] == [2, 22, -8]
    assert [round(piece.start / 10) for piece in fit.time_map.pieces[1:]] == [30, 70]
    assert np.mean(np.abs(fit.time_map.apply(old) - true) < 0.05) > 0.99


def test_right_times_stay_right() -> None:
    anchors, _, _ = _anchors(80, 120.0, 1.0, {0.0: 0.0}, wrong=0.2)
    assert fit_anchors(anchors).time_map.is_identity(0.03, 0.0, 120.0)


def test_two_wrong_neighbours_make_no_cut() -> None:
    anchors = [Anchor(float(t), float(t) + (40.0 if t in (20, 21) else 1.0)) for t in range(60)]
    fit = fit_anchors(anchors)
    assert len(fit.time_map.pieces) == 1
    assert [i for i, inside in enumerate(fit.inlier) if not inside] == [20, 21]


def test_weights_decide_between_two_stories() -> None:
    strong = [Anchor(t, t + 1.0, 0.9) for t in np.arange(0.0, 60.0, 4.0)]
    weak = [Anchor(t + 2.0, t + 9.0, 0.2) for t in np.arange(0.0, 60.0, 4.0)]
    assert fit_anchors([*weak, *strong]).time_map.pieces[0].offset == pytest.approx(1.0, abs=0.01)


def test_nothing_to_go_by() -> None:
    nothing = fit_anchors([])
    assert nothing.time_map.is_identity(0.0, 0.0, 100.0) and nothing.inlier == ()
    useless = fit_anchors([Anchor(1.0, float("nan")), Anchor(2.0, 3.0, 0.0)])
    assert useless.inlier == (False, False) and useless.inlier_share == 0.0
    assert fit_anchors([Anchor(5.0, 8.0)]).time_map.apply(5.0) == pytest.approx(8.0)
    same = fit_anchors([Anchor(5.0, 8.0)] * 3)
    assert same.time_map.apply(5.0) == pytest.approx(8.0)


def test_pairs_vote_for_a_rate() -> None:
    old = np.sort(np.random.default_rng(1).uniform(0.0, 600.0, 300))
    assert suggested_rates(old, 0.97 * old + 4.0) == pytest.approx((0.97,))
    assert suggested_rates(np.array([1.0, 2.0]), np.array([1.0, 2.0])) == ()


def test_twenty_thousand_anchors_take_seconds() -> None:
    anchors, old, true = _anchors(20_000, 7200.0, 1.0, {0.0: 1.0, 4000.0: -60.0}, wrong=0.3)
    begin = time.process_time()
    fit = fit_anchors(anchors, rates=(1.0,))
    assert time.process_time() - begin < 5.0
    assert np.mean(np.abs(fit.time_map.apply(old) - true) < 0.05) > 0.999

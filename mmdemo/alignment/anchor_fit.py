"""Fits a time map to anchors, pairs of an old and a new time, many of which may be wrong.

One clock rate and a piecewise-constant offset: candidate offsets come from the anchors themselves, and a Viterbi search
over them pays for every change. The cost of an anchor grows with its distance and is then capped, so that any share of
outliers under about a half is survived as long as they do not agree with each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mmdemo.alignment.offset_search import KNOWN_RATES
from mmdemo.alignment.time_map import TimeMap, map_from_cuts

Float64Array = NDArray[np.float64]

TOLERANCE_SECONDS = 0.25
"""An anchor this far from the map says as little as any other: word times miss by less, wrong matches by more."""
FAR_TOLERANCES = 50.0
NEARER_COST = 0.05
"""Most that an anchor far beyond the tolerance costs on top: of two pieces that miss it, it belongs to the nearer."""
CHANGE_COST = 4.0
"""Good anchors of weight 1 that a new offset must explain better than the old one."""
BIN_SECONDS = 0.1
MOST_OFFSETS = 400
"""Candidate offsets, those with the most anchors; two hours of film have a few dozen cuts at the worst."""
LEAST_PAIR_SECONDS = 20.0
MOST_PAIR_SECONDS = 120.0
MOST_PAIRS = 20_000
LARGEST_RATE_ERROR = 0.06
RATE_BINS_PER_UNIT = 5000
"""Pairs of anchors vote for a clock rate in bins of 0.0002, 12 ms a minute."""
RATE_COST = 1.0
"""Anchors of weight 1 that a clock rate other than 1 must explain better."""
SURE_ERRORS = 3.0
LEAST_DRIFT_SECONDS = 0.06
"""A fitted rate is used where it is this many standard errors, and over the whole file this much, from a known one."""
ROUNDS = 8


@dataclass(frozen=True)
class Anchor:
    """A moment of the old times that was found in the new ones."""

    old: float  # seconds
    new: float  # seconds
    weight: float = 1.0  # how sure it is, 0..1


@dataclass(frozen=True)
class AnchorFit:
    """A map with what speaks for it."""

    time_map: TimeMap
    inlier: tuple[bool, ...]  # one an anchor, in the order given
    inlier_share: float  # of the weight, 0..1
    residual: float  # median distance of the inliers, seconds


@dataclass(frozen=True, eq=False)
class _Anchors:
    old: Float64Array  # [N] ascending
    new: Float64Array  # [N]
    weight: Float64Array  # [N]


@dataclass(frozen=True, eq=False)
class _Path:
    rate: float
    cost: float
    offsets: Float64Array  # [N] seconds, one an anchor


def fit_anchors(
    anchors: Sequence[Anchor],
    rates: Sequence[float] = KNOWN_RATES,
    change_cost: float = CHANGE_COST,
    tolerance: float = TOLERANCE_SECONDS,
) -> AnchorFit:
    """Fit one clock rate and a piecewise-constant offset.

    Args:
        anchors: in any order; those without finite times or with no weight are ignored.
        rates: clock rates (new seconds to an old one) to try besides those that the anchors themselves suggest.
        change_cost: anchors of weight 1 that a further piece must explain.
        tolerance: seconds from the map from which an anchor says as little as any other.

    Returns:
        The map; the identity with no inliers when there are no anchors.
    """
    old, new, weight = (np.array([getattr(a, name) for a in anchors], float) for name in ("old", "new", "weight"))
    usable = np.isfinite(old) & np.isfinite(new) & (weight > 0.0)
    if not usable.any():
        return AnchorFit(TimeMap.identity(), (False,) * len(anchors), 0.0, 0.0)
    order = np.flatnonzero(usable)[np.argsort(old[usable], kind="stable")]
    ordered = _Anchors(old[order], new[order], weight[order])
    tried = [
        _path(ordered, rate, change_cost, tolerance) for rate in (*rates, *suggested_rates(ordered.old, ordered.new))
    ]
    best = min(tried, key=lambda path: path.cost + (RATE_COST if path.rate != 1.0 else 0.0))
    time_map = _polished(ordered, best, rates, tolerance)
    distance = np.abs(time_map.apply(old) - new)
    inlier = usable & (distance <= tolerance)
    share = float(weight[inlier].sum() / weight[usable].sum())
    return AnchorFit(
        time_map, tuple(inlier.tolist()), share, float(np.median(distance[inlier])) if inlier.any() else 0.0
    )


def suggested_rates(old: Float64Array, new: Float64Array) -> tuple[float, ...]:
    """Let pairs of anchors half a minute to two minutes apart vote for a clock rate.

    Args:
        old: [N] ascending seconds.
        new: [N] seconds.

    Returns:
        The median of the fullest bin and its neighbours, or nothing when no pair is far enough apart.
    """
    rounds = max(1, min(40, MOST_PAIRS // max(len(old), 1)))
    slopes: list[Float64Array] = []
    for apart in np.linspace(LEAST_PAIR_SECONDS, MOST_PAIR_SECONDS, rounds):
        partner = np.searchsorted(old, old + apart)
        near = np.flatnonzero(partner < len(old))
        near = near[old[partner[near]] - old[near] <= 2.0 * MOST_PAIR_SECONDS]
        slopes.append((new[partner[near]] - new[near]) / (old[partner[near]] - old[near]))
    found = np.concatenate(slopes)
    found = found[np.abs(found - 1.0) <= LARGEST_RATE_ERROR]
    if not len(found):
        return ()
    votes = np.bincount(((found - 1.0 + LARGEST_RATE_ERROR) * RATE_BINS_PER_UNIT).astype(np.int64))
    fullest = (float(votes.argmax()) + 0.5) / RATE_BINS_PER_UNIT - LARGEST_RATE_ERROR + 1.0
    return (float(np.median(found[np.abs(found - fullest) <= 1.5 / RATE_BINS_PER_UNIT])),)


def _path(anchors: _Anchors, rate: float, change_cost: float, tolerance: float) -> _Path:
    """Choose an offset for each anchor at the least cost of distances and changes."""
    residuals = anchors.new - rate * anchors.old  # [N]
    offsets = _candidates(residuals, anchors.weight)  # [K] ascending
    jumped = np.zeros((len(residuals), len(offsets)), np.bool_)
    origins = np.zeros(len(residuals), np.int64)
    costs = np.zeros(len(offsets))
    for i in range(len(residuals)):
        origins[i] = costs.argmin()
        dearest = costs[origins[i]] + change_cost
        np.greater(costs, dearest, out=jumped[i])
        far = np.abs(offsets - residuals[i]) / tolerance  # [K]
        distance = np.minimum(far, 1.0) + NEARER_COST * np.minimum(far / FAR_TOLERANCES, 1.0)
        costs = np.minimum(costs, dearest) + anchors.weight[i] * distance
    here = int(costs.argmin())
    total = float(costs[here])
    path = np.empty(len(residuals), np.int64)
    for i in range(len(residuals) - 1, -1, -1):
        path[i] = here
        here = int(origins[i]) if jumped[i, here] else here
    return _Path(rate, total, offsets[path])


def _candidates(residuals: Float64Array, weight: Float64Array) -> Float64Array:
    """Return the offsets on a grid near which the most anchors lie, ascending."""
    bins = np.round(residuals / BIN_SECONDS).astype(np.int64)
    values, which = np.unique(bins, return_inverse=True)
    support = np.bincount(which, weights=weight)
    if len(values) > MOST_OFFSETS:
        values = np.sort(values[np.argsort(-support, kind="stable")[:MOST_OFFSETS]])
    return np.asarray(values * BIN_SECONDS, np.float64)


def _polished(anchors: _Anchors, path: _Path, rates: Sequence[float], tolerance: float) -> TimeMap:
    """Fit rate and offsets to the inliers by weighted least squares with outliers weighted down."""
    near_bins = np.abs(np.diff(path.offsets)) > tolerance
    pieces = np.concatenate([[0], np.cumsum(near_bins)])  # [N] which piece
    rate, offsets = _least_squares(anchors, path, pieces, None)
    snapped = _believed_rate(anchors, path, pieces, rate, rates)
    if snapped != rate:
        rate, offsets = _least_squares(anchors, path, pieces, snapped)
    firsts = np.flatnonzero(np.concatenate([[True], np.diff(pieces) > 0]))
    starts = [float(anchors.old[0])]
    for first in firsts[1:]:
        starts.append(max(0.5 * float(anchors.old[first - 1] + anchors.old[first]), np.nextafter(starts[-1], np.inf)))
    return map_from_cuts(rate, offsets.tolist(), starts)


def _least_squares(
    anchors: _Anchors, path: _Path, pieces: NDArray[np.int64], fixed_rate: float | None
) -> tuple[float, Float64Array]:
    """Return the rate (or the one given) and an offset a piece."""
    rate = path.rate if fixed_rate is None else fixed_rate
    count = int(pieces[-1]) + 1
    residual = anchors.new - path.rate * anchors.old - path.offsets
    for _ in range(ROUNDS):
        scale = np.clip(1.5 * np.median(np.abs(residual)), 0.02, TOLERANCE_SECONDS)
        weight = anchors.weight * np.exp(-0.5 * np.square(np.minimum(np.abs(residual) / scale, 6.0)))
        total = np.maximum(np.bincount(pieces, weight, count), 1e-12)
        old_mean = np.bincount(pieces, weight * anchors.old, count) / total  # [pieces]
        new_mean = np.bincount(pieces, weight * anchors.new, count) / total
        t, y = anchors.old - old_mean[pieces], anchors.new - new_mean[pieces]
        power = float(np.sum(weight * t * t))
        if fixed_rate is None and power > 0.0:
            rate = float(np.sum(weight * t * y)) / power
        residual = y - rate * t
    return rate, np.asarray(new_mean - rate * old_mean, np.float64)


def _believed_rate(
    anchors: _Anchors, path: _Path, pieces: NDArray[np.int64], rate: float, rates: Sequence[float]
) -> float:
    """Return 1 or else the nearest known rate, unless the fitted one is certainly another."""
    _, offsets = _least_squares(anchors, path, pieces, rate)
    residual = anchors.new - rate * anchors.old - offsets[pieces]
    inside = np.abs(residual) <= TOLERANCE_SECONDS
    count = np.maximum(np.bincount(pieces[inside], minlength=int(pieces[-1]) + 1), 1)
    means = np.bincount(pieces[inside], anchors.old[inside], len(count)) / count
    power = float(np.sum(np.square(anchors.old[inside] - means[pieces[inside]])))
    error = float(np.std(residual[inside])) / np.sqrt(power) if power > 0.0 else np.inf
    span = float(np.ptp(anchors.old))
    possible = max(SURE_ERRORS * error, LEAST_DRIFT_SECONDS / span if span > 0.0 else np.inf)
    known = [candidate for candidate in (1.0, *rates) if abs(candidate - rate) <= possible]
    if not known:
        return rate
    return 1.0 if 1.0 in known else min(known, key=lambda candidate: abs(candidate - rate))

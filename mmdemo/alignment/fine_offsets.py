"""From a coarse path of offsets to a time map that is right to a few milliseconds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mmdemo.alignment.cue_scores import CueScorer, CueTimes, Float64Array
from mmdemo.alignment.offset_search import KNOWN_RATES, CoarsePath
from mmdemo.alignment.speech_mask import FRAME_SECONDS
from mmdemo.alignment.time_map import TimeMap, map_from_cuts

FINE_REACH_SECONDS = 0.4
JOINED_SECONDS = 0.12
"""Offsets nearer than this are one: nobody cuts a tenth of a second out of a film."""
GROUP_CUES = 6
LEAST_GROUPS = 4
"""Groups of cues whose own offsets tell whether the clock rate is off; fewer cannot."""
SURE_ERRORS = 3.0
"""Standard errors by which the rate must be off before it is believed."""
LEAST_DRIFT_SECONDS = 0.06
"""And by how much the ends of the file would then move apart."""


@dataclass(frozen=True, eq=False)
class _Run:
    """Neighbouring cues with one offset."""

    first: int
    behind: int
    offset: float  # seconds, roughly


def refine(times: CueTimes, scorer: CueScorer, path: CoarsePath) -> TimeMap:
    """Sharpen a path found by `search_offsets`.

    Args:
        times: the cues as given.
        scorer: over the mask of the media.
        path: its offsets, right to a fraction of a second.

    Returns:
        One clock rate, and an offset for each run of cues.
    """
    runs = _runs(path.offsets)
    rate = _refined_rate(times, scorer, path, runs)
    middles = 0.5 * (times.starts + times.ends)
    runs = [
        _Run(run.first, run.behind, run.offset - (rate - path.rate) * float(middles[run.first : run.behind].mean()))
        for run in runs
    ]
    scaled = times.scaled(rate)
    offsets = [_best_offset(scaled, scorer, run) for run in runs]
    joined = _joined(runs, offsets)
    if len(joined) < len(runs):
        runs, offsets = joined, [_best_offset(scaled, scorer, run) for run in joined]
    starts = [float(times.starts[0])]
    for run in runs[1:]:
        latest_end = float(times.ends[: run.first].max())
        begin = float(times.starts[run.first])
        starts.append(0.5 * (min(latest_end, begin) + begin))
    return map_from_cuts(rate, offsets, starts)


def _runs(offsets: Float64Array) -> list[_Run]:
    cuts = np.flatnonzero(np.abs(np.diff(offsets)) > JOINED_SECONDS) + 1
    edges = [0, *cuts.tolist(), len(offsets)]
    return [
        _Run(first, behind, float(np.median(offsets[first:behind])))
        for first, behind in zip(edges[:-1], edges[1:], strict=True)
    ]


def _joined(runs: list[_Run], offsets: list[float]) -> list[_Run]:
    kept = [_Run(runs[0].first, runs[0].behind, offsets[0])]
    for run, offset in zip(runs[1:], offsets[1:], strict=True):
        if abs(offset - kept[-1].offset) <= JOINED_SECONDS:
            kept[-1] = _Run(kept[-1].first, run.behind, 0.5 * (kept[-1].offset + offset))
        else:
            kept.append(_Run(run.first, run.behind, offset))
    return kept


def _best_offset(times: CueTimes, scorer: CueScorer, run: _Run) -> float:
    """Return the offset with the highest summed score near that of a run, between frames by a parabola."""
    reach = round(FINE_REACH_SECONDS / FRAME_SECONDS)
    first = round(run.offset / FRAME_SECONDS) - reach
    total = np.zeros(2 * reach + 1)
    for i in range(run.first, run.behind):
        total += scorer.scores(times, i, first, 2 * reach + 1, 1)
    peak = int(total.argmax())
    between = 0.0
    if 0 < peak < 2 * reach:
        left, middle, right = total[peak - 1 : peak + 2]
        bend = left - 2.0 * middle + right
        between = float(0.5 * (left - right) / bend) if bend < 0.0 else 0.0
    return (first + peak + between) * FRAME_SECONDS


def _refined_rate(times: CueTimes, scorer: CueScorer, path: CoarsePath, runs: list[_Run]) -> float:
    """Return the clock rate with what the offsets of groups of cues drift within their runs, if that is certain."""
    scaled = times.scaled(path.rate)
    moments: list[float] = []
    offsets: list[float] = []
    runs_of: list[int] = []
    for which, run in enumerate(runs):
        for first in range(run.first, run.behind - GROUP_CUES + 1, GROUP_CUES):
            behind = first + GROUP_CUES
            group = _Run(first, behind, float(np.median(path.offsets[first:behind])))
            moments.append(float(np.mean(times.starts[first:behind])))
            offsets.append(_best_offset(scaled, scorer, group))
            runs_of.append(which)
    if len(moments) < LEAST_GROUPS:
        return path.rate
    slope, error, span = _common_slope(np.array(moments), np.array(offsets), np.array(runs_of))
    if abs(slope) * span < LEAST_DRIFT_SECONDS or abs(slope) < SURE_ERRORS * error:
        return path.rate
    rate = path.rate + slope
    known = min(KNOWN_RATES, key=lambda candidate: abs(candidate - rate))
    return known if abs(known - rate) <= SURE_ERRORS * error else rate


def _common_slope(moments: Float64Array, offsets: Float64Array, runs: np.ndarray) -> tuple[float, float, float]:
    """Fit one slope to several runs, each with its own level, with outliers weighted down (Huber).

    Returns:
        Slope, its standard error, and the seconds it was seen over.
    """
    weights = np.ones(len(moments))
    slope = error = 0.0
    t = moments
    for _ in range(10):
        t, y = moments.copy(), offsets.copy()
        for which in np.unique(runs):
            inside = runs == which
            t[inside] -= np.average(moments[inside], weights=weights[inside])
            y[inside] -= np.average(offsets[inside], weights=weights[inside])
        power = float(np.sum(weights * t * t))
        if power <= 0.0:
            return 0.0, np.inf, 0.0
        slope = float(np.sum(weights * t * y)) / power
        residuals = np.abs(y - slope * t)
        scale = max(1.4826 * float(np.median(residuals)), 0.5 * FRAME_SECONDS)
        error = scale / np.sqrt(power)
        weights = np.minimum(1.0, 1.5 * scale / np.maximum(residuals, 1e-9))
    return slope, float(error), float(np.ptp(moments))

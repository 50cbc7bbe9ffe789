"""Puts the clock rate of a map right by where its cues were heard.

Errors of 0.3 s hide a clock rate from voice activity where cues are few: a map at the wrong one, bent here and there,
fits a minute of them nearly as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mmdemo.alignment.cue_places import between_jumps
from mmdemo.alignment.cue_scores import Float64Array
from mmdemo.alignment.heard_cues import SURE_SPOT, HeardCue
from mmdemo.alignment.offset_search import KNOWN_RATES
from mmdemo.alignment.time_map import MapPiece, TimeMap
from mmdemo.types import Cue

FAR_SECONDS = 3.0
LEAST_SPOTS = 5
LEAST_IMPROVEMENT = 0.25
"""Part of the mean distance from where cues were heard that another rate must take away."""
LEAST_RATE_CHANGE = 0.01
"""The rates of 24 and 23.976 pictures a second differ by a thousandth, which no minute of cues tells."""
HEARD_EARLY_SECONDS = 0.12
"""By which cues are heard early at the median (development files)."""


@dataclass(frozen=True, eq=False)
class _Stretch:
    """Cues between two jumps of a map."""

    first: float  # old seconds, of its first cue's middle
    olds: Float64Array  # [S] starts of the cues that were surely heard
    heard: Float64Array  # [S] media seconds
    weights: Float64Array  # [S]

    def offset(self, rate: float) -> float:
        """Return the weighted median of where cues were heard."""
        values = self.heard - rate * self.olds
        order = np.argsort(values)
        reached = np.cumsum(self.weights[order])
        return float(values[order][np.searchsorted(reached, 0.5 * reached[-1])])

    def distance(self, rate: float, offset: float) -> float:
        """Return the weighted sum of the distances at an offset."""
        return float(np.sum(self.weights * np.abs(self.heard - rate * self.olds - offset)))


def with_heard_rate(cues: Sequence[Cue], time_map: TimeMap, spots: Sequence[HeardCue]) -> TimeMap:
    """Return a map at the clock rate that fits best where cues were heard, if it fits much better.

    Args:
        cues: with their old times.
        time_map: settled.
        spots: where each cue was heard, about.

    Returns:
        A map of that rate with one offset between jumps, or the map as it is.
    """
    stretches = [_stretch(cues, time_map, spots, group) for group in between_jumps(cues, time_map)]
    count = sum(len(stretch.olds) for stretch in stretches)
    if count < LEAST_SPOTS or any(len(stretch.olds) == 0 for stretch in stretches):
        return time_map
    totals = {rate: sum(stretch.distance(rate, stretch.offset(rate)) for stretch in stretches) for rate in KNOWN_RATES}
    best = min(KNOWN_RATES, key=lambda rate: totals[rate])
    current = time_map.pieces[0].rate
    now = min(KNOWN_RATES, key=lambda rate: abs(rate - current))
    if abs(best - current) < LEAST_RATE_CHANGE or totals[best] > (1.0 - LEAST_IMPROVEMENT) * totals[now]:
        return time_map
    offsets = [stretch.offset(best) + HEARD_EARLY_SECONDS for stretch in stretches]
    firsts = [time_map.pieces[0].start, *(stretch.first for stretch in stretches[1:])]
    return TimeMap(tuple(MapPiece(first, best, offset) for first, offset in zip(firsts, offsets, strict=True)))


def _stretch(cues: Sequence[Cue], time_map: TimeMap, spots: Sequence[HeardCue], group: Sequence[int]) -> _Stretch:
    sure = [
        i
        for i in group
        if spots[i].confidence >= SURE_SPOT
        and abs(spots[i].start - time_map.apply_span(cues[i].start, cues[i].end)[0]) <= FAR_SECONDS
    ]
    return _Stretch(
        0.5 * (cues[group[0]].start + cues[group[0]].end),
        np.array([cues[i].start for i in sure]),
        np.array([spots[i].start for i in sure]),
        np.array([spots[i].confidence for i in sure]),
    )

"""Cues that are not heard where a map puts them: where else to listen for them, and the map that leads there.

A search for offsets overlooks a cut behind which only two or three cues are left. Those then sound like somebody
else's speech, while the rest of the file is heard clearly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mmdemo.alignment.cue_places import LEAST_WORDS, CuePlace, PlacedCue, cues_in_order, fit_of, map_through, own_pieces
from mmdemo.alignment.cue_scores import Float64Array
from mmdemo.alignment.time_map import TimeMap
from mmdemo.types import Cue, Span

LOST_NATS, LOST_FIT = 1.5, 2.5
"""A word, by which a lost cue is less likely, or fits its place less (see `fit_of`), than most of the file."""
LEAST_SHIFT_SECONDS = 2.0
STEP_SECONDS = 1.0
"""Between the shifts that are tried; a cue is heard with a margin of 1.2 s on either side."""
MOST_SHIFTS, MOST_LISTENED = 60, 4
"""For a run, and cues of it that are heard."""
LEAST_FOUND, MOST_FOUND = 4.0, 4.0
"""Nats a word by which a run is likelier than at most other shifts, times the square root of its number of cues: two of
a hundred wrong places of a single cue have 3.1 or more. One cue says no more than the second."""
LEAST_GAIN = 1.5
"""Nats a word over where the map put it."""
EVEN_SECONDS = 0.1
"""Spread beside which a smaller one says no more."""

Key = tuple[int, float]
"""A cue and the media seconds at which it was heard."""


@dataclass(frozen=True)
class LostRun:
    """Neighbouring cues that are not where the map puts them."""

    cues: tuple[int, ...]  # in the order of time
    shifts: tuple[float, ...]  # seconds by which they may be off, all together


def lost_runs(cues: Sequence[Cue], time_map: TimeMap, heard: Sequence[PlacedCue], duration: float) -> list[LostRun]:
    """Find runs of lost cues that may be somewhere else.

    Args:
        cues: with their old times.
        time_map: settled.
        heard: at `places_of` the two.
        duration: of the media, seconds.
    """
    lost = _lost(cues, _own_hearings(cues, time_map, heard))
    places = [Span(*time_map.apply_span(cue.start, cue.end)) for cue in cues]
    runs: list[LostRun] = []
    run: list[int] = []
    begin = 0.0
    for i in [*cues_in_order(cues), None]:
        if i is not None and i in lost:
            run.append(i)
            continue
        limit = duration if i is None else places[i].start
        if run and len(run) < len(cues):
            runs.append(LostRun(tuple(run), _shifts(begin - places[run[0]].start, limit - places[run[-1]].end)))
        run, begin = [], limit if i is None else max(places[i].end, begin)
    return [one for one in runs if one.shifts]


def _lost(cues: Sequence[Cue], own: Mapping[int, PlacedCue]) -> set[int]:
    """Return the cues that fit their places far worse than most do; few words say no more than how likely they are."""
    if not own:
        return set(range(len(cues)))
    usual = float(np.median([one.likelihood for one in own.values()]))
    usual_fit = float(np.median([fit_of(one) for one in own.values()]))
    return {
        i
        for i in range(len(cues))
        if i not in own
        or (
            own[i].likelihood < usual - LOST_NATS
            if own[i].words < LEAST_WORDS
            else fit_of(own[i]) < usual_fit - LOST_FIT
        )
    }


def _shifts(first: float, last: float) -> tuple[float, ...]:
    """Return the shifts to try between two, with 0 among them where the cues stand."""
    step = max(STEP_SECONDS, (last - first) / MOST_SHIFTS)
    shifts = step * np.arange(np.ceil(first / step), np.floor(last / step) + 1)
    return tuple(shift for shift in shifts.tolist() if abs(shift) >= LEAST_SHIFT_SECONDS)


def search_places(cues: Sequence[Cue], time_map: TimeMap, runs: Sequence[LostRun]) -> Iterator[CuePlace]:
    """Yield places to listen at for lost cues, shift by shift of each run.

    Args:
        cues: with their old times.
        time_map: settled.
        runs: of lost cues.
    """
    pieces = own_pieces(cues, time_map)
    for run in runs:
        for shift in run.shifts:
            for i in run.cues[:MOST_LISTENED]:
                start, end = time_map.apply_span(cues[i].start, cues[i].end)
                yield CuePlace(i, pieces[i], Span(start + shift, end + shift))


def found_again(
    cues: Sequence[Cue],
    time_map: TimeMap,
    runs: Sequence[LostRun],
    heard: Sequence[PlacedCue],
) -> TimeMap:
    """Lead lost cues to where they were found.

    Args:
        cues: with their old times.
        time_map: settled.
        runs: of lost cues.
        heard: at `places_of` cues and map and at `search_places`.

    Returns:
        The map, with a piece of its own for every run that was found.
    """
    by_place = {(one.place.cue, round(one.place.span.start, 3)): one for one in heard}
    pieces = {i: time_map.pieces[piece] for i, piece in enumerate(own_pieces(cues, time_map))}
    for run in runs:
        places = {i: time_map.apply_span(cues[i].start, cues[i].end)[0] for i in run.cues[:MOST_LISTENED]}
        own, *there = (_likelihoods(places, shift, by_place) for shift in (0.0, *run.shifts))
        best = _best_shift(np.stack(there, axis=1), own)
        if best is not None:
            fine = _fine_shift(run.shifts[best], places, by_place)
            pieces |= {i: replace(pieces[i], offset=pieces[i].offset + fine) for i in run.cues}
    return map_through(cues, pieces) if any(piece not in time_map.pieces for piece in pieces.values()) else time_map


def _likelihoods(places: Mapping[int, float], shift: float, heard: Mapping[Key, PlacedCue]) -> Float64Array:
    """Return [R] nats a word of each cue at a shift; NaN where it was not heard."""
    keys = [(i, round(at + shift, 3)) for i, at in places.items()]
    return np.array([heard[key].likelihood if key in heard else np.nan for key in keys])


def _best_shift(there: Float64Array, own: Float64Array) -> int | None:
    """Choose the shift at which a run is likeliest by far.

    Args:
        there: [R, S] nats a word of each cue at each shift; NaN where it was not heard.
        own: [R] where the map put them.
    """
    heard = ~np.isnan(there).all(axis=1)
    if not heard.any():
        return None
    gains = there[heard] - np.nanmedian(there[heard], axis=1, keepdims=True)
    totals = np.nansum(np.clip(gains, -MOST_FOUND, MOST_FOUND), axis=0) / np.count_nonzero(heard)  # [S]
    best = int(totals.argmax())
    over_own = there[heard, best] - own[heard]
    gained = float(np.nanmean(over_own)) if not np.isnan(over_own).all() else LEAST_GAIN
    found = float(totals[best]) * np.count_nonzero(heard) ** 0.5 >= LEAST_FOUND and gained >= LEAST_GAIN
    return best if found else None


def _fine_shift(shift: float, places: Mapping[int, float], heard: Mapping[Key, PlacedCue]) -> float:
    """Return by how much the words of a run are off, heard at a shift: the more evenly they stand, the more they count.

    Args:
        shift: where it was found, seconds.
        places: of its cues by the map, media seconds.
        heard: what was heard where.
    """
    found = [(heard[i, round(at + shift, 3)], at) for i, at in places.items() if (i, round(at + shift, 3)) in heard]
    weights = [1.0 / (one.spread + EVEN_SECONDS) for one, _ in found]
    return float(np.average([one.start - at for one, at in found], weights=weights))


def _own_hearings(cues: Sequence[Cue], time_map: TimeMap, heard: Sequence[PlacedCue]) -> dict[int, PlacedCue]:
    starts = [time_map.apply_span(cue.start, cue.end)[0] for cue in cues]
    return {one.place.cue: one for one in heard if abs(one.place.span.start - starts[one.place.cue]) < 1e-3}

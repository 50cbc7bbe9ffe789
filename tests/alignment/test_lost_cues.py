"""Cues behind a cut that a map overlooked, found by listening for them elsewhere."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest

from mmdemo.alignment.cue_places import CuePlace, PlacedCue, places_of
from mmdemo.alignment.lost_cues import LEAST_SHIFT_SECONDS, MOST_SHIFTS, found_again, lost_runs, search_places
from mmdemo.alignment.time_map import TimeMap
from mmdemo.types import Cue

CUES = tuple(Cue(i, 10.0 * i, 10.0 * i + 4.0, f"line {i}") for i in range(10))
MAP = TimeMap.linear(1.0, 2.0)
DURATION = 160.0


def _hear(places: Iterable[CuePlace], truth: dict[int, float], seed: int = 0, known: bool = True) -> list[PlacedCue]:
    """Hear cues: likely within 1.5 s of their true starts, which their words then tell, and unlikely elsewhere."""
    generator = np.random.default_rng(seed)
    heard = []
    for place in places:
        off = truth[place.cue] - place.span.start
        likely = known and abs(off) <= 1.5
        heard.append(
            PlacedCue(
                place,
                -1.0 if likely else -5.5 + float(generator.uniform(-0.7, 0.7)),
                place.span.start + (off if likely else float(generator.uniform(-1.0, 1.0))),
                0.1 if likely else 0.6,
                6,
            )
        )
    return heard


def _truth(lost: Iterable[int], shift: float) -> dict[int, float]:
    return {i: cue.start + 2.0 + (shift if i in lost else 0.0) for i, cue in enumerate(CUES)}


@pytest.mark.parametrize("lost", [(8, 9), (0, 1), (9,), (5, 6, 7, 8, 9)])
@pytest.mark.parametrize("shift", [11.3, 40.0])
def test_lost_cues_are_led_to_where_they_are_heard(lost: tuple[int, ...], shift: float) -> None:
    cues = tuple(Cue(c.index, c.start + 60.0, c.end + 60.0, c.text) for c in CUES)  # room on both sides
    by = -shift if 0 in lost else shift
    truth = {i: start + 60.0 for i, start in _truth(lost, by).items()}
    heard = _hear(places_of(cues, MAP), truth)
    runs = lost_runs(cues, MAP, heard, DURATION + 60.0)
    assert [run.cues for run in runs] == [lost]
    heard += _hear(search_places(cues, MAP, runs), truth, seed=1)
    found = found_again(cues, MAP, runs, heard)
    assert [found.apply_span(c.start, c.end)[0] for c in cues] == pytest.approx(list(truth.values()), abs=0.05)


def test_what_is_said_nowhere_stays_where_it_is() -> None:
    for seed in range(20):
        truth = _truth((8, 9), 20.0)
        heard = _hear(places_of(CUES, MAP), truth)
        runs = lost_runs(CUES, MAP, heard, DURATION)
        heard += _hear(search_places(CUES, MAP, runs), truth, seed, known=False)
        assert found_again(CUES, MAP, runs, heard) is MAP


def test_only_runs_with_room_beside_them_are_lost() -> None:
    truth = _truth((4, 5), 20.0)
    inside = lost_runs(CUES, MAP, _hear(places_of(CUES, MAP), truth), DURATION)
    places = [MAP.apply(cue.start) for cue in CUES]
    assert [run.cues for run in inside] == [(4, 5)]
    for run in inside:
        assert min(run.shifts) >= places[3] + 4.0 - places[4] and max(run.shifts) <= places[6] - places[5] - 4.0
        assert all(abs(shift) >= LEAST_SHIFT_SECONDS for shift in run.shifts)
    dense = tuple(Cue(c.index, 4.5 * i, 4.5 * i + 4.0, c.text) for i, c in enumerate(CUES))
    own = {i: 4.5 * i + 2.0 + (20.0 if i == 4 else 0.0) for i in range(10)}
    assert lost_runs(dense, MAP, _hear(places_of(dense, MAP), own), DURATION) == []


def test_a_file_that_is_heard_throughout_or_nowhere_has_no_lost_cues() -> None:
    truth = _truth((), 0.0)
    assert lost_runs(CUES, MAP, _hear(places_of(CUES, MAP), truth), DURATION) == []
    assert lost_runs(CUES, MAP, [], DURATION) == []


def test_a_long_recording_is_searched_coarsely() -> None:
    truth = _truth((8, 9), 20.0)
    runs = lost_runs(CUES, MAP, _hear(places_of(CUES, MAP), truth), 7200.0)
    assert all(len(run.shifts) <= MOST_SHIFTS + 1 for run in runs) and runs
    assert len(list(search_places(CUES, MAP, runs))) == sum(2 * len(run.shifts) for run in runs)

"""Cues heard again on both sides of a cut."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest

from mmdemo.alignment.cue_places import (
    DOUBTFUL_CUES,
    CuePlace,
    PlacedCue,
    has_jump,
    is_confirmed,
    other_places,
    places_of,
    settled_map,
    spots_at,
)
from mmdemo.alignment.heard_cues import HeardCue
from mmdemo.alignment.time_map import MapPiece, TimeMap
from mmdemo.types import Cue

CUES = tuple(Cue(i, 10.0 * i, 10.0 * i + 4.0, f"line {i}") for i in range(10))
CUT = TimeMap((MapPiece(0.0, 1.0, 2.0), MapPiece(48.0, 1.0, 22.0)))
"""Cues 0 to 4 belong two seconds later, the others twenty-two."""
MAP_OF_NONE = TimeMap.identity()


def _hear(time_map: TimeMap, behind: int, likely: float = -1.0, unlikely: float = -5.0) -> list[PlacedCue]:
    """Hear cues that belong behind the cut from one of them on."""
    return [
        PlacedCue(place, likely if (place.piece == 1) == (place.cue >= behind) else unlikely, place.span.start, 0.05, 6)
        for place in places_of(CUES, time_map)
    ]


def test_only_cues_beside_a_jump_are_heard_on_both_sides() -> None:
    places = list(places_of(CUES, CUT))
    twice = [cue for cue in range(10) if sum(place.cue == cue for place in places) == 2]
    assert twice == [2, 3, 4, 5, 6, 7] and len(twice) == 2 * DOUBTFUL_CUES
    assert {(place.cue, place.piece, place.span.start) for place in places if place.cue == 4} == {
        (4, 0, 42.0),
        (4, 1, 62.0),
    }
    drifting = TimeMap((MapPiece(0.0, 1.0, 2.0), MapPiece(48.0, 1.0, 2.6)))
    assert [place.piece for place in places_of(CUES, drifting)] == [0] * 5 + [1] * 5
    assert list(places_of((), CUT)) == []
    assert has_jump(CUES, CUT) and not has_jump(CUES, drifting) and not has_jump(CUES[:4], CUT)


@pytest.mark.parametrize("behind", [3, 4, 5, 6, 7])
def test_a_jump_moves_to_where_the_cues_beside_it_are_likeliest(behind: int) -> None:
    settled = settled_map(CUES, CUT, _hear(CUT, behind))
    moved = [settled.apply_span(cue.start, cue.end)[0] - cue.start for cue in CUES]
    assert moved == [2.0] * behind + [22.0] * (10 - behind)


def test_the_best_side_of_every_cue_is_found_among_all_cuts() -> None:
    gains = {2: 1.0, 3: -2.0, 4: 3.0, 5: -0.5, 6: -1.5, 7: 2.5}  # nats that each gains on its other side

    def total(behind: int) -> float:
        other = [cue for cue in gains if (cue >= behind) != (cue >= 5)]
        return sum(gains[cue] - 0.75 for cue in other)

    heard = [
        PlacedCue(place, gains.get(place.cue, 0.0) * ((place.piece == 1) != (place.cue >= 5)), 0.0, 0.0, 6)
        for place in places_of(CUES, CUT)
    ]
    settled = settled_map(CUES, CUT, heard)
    behind = sum(settled.apply(cue.start) - cue.start < 10.0 for cue in CUES)
    assert total(behind) == max(total(k) for k in range(2, 9)) and behind == 4


def test_a_small_gain_and_a_cue_that_was_not_heard_leave_the_map_alone() -> None:
    assert settled_map(CUES, CUT, _hear(CUT, 4, likely=-1.0, unlikely=-1.5)) is CUT
    assert settled_map(CUES, CUT, [one for one in _hear(CUT, 4) if one.place.cue != 4]) is CUT
    assert settled_map(CUES, CUT, []) is CUT


def test_a_piece_without_cues_is_dropped() -> None:
    short = TimeMap((MapPiece(0.0, 1.0, 2.0), MapPiece(78.0, 1.0, 22.0)))
    settled = settled_map(CUES, short, _hear(short, 10))
    assert settled == TimeMap((MapPiece(0.0, 1.0, 2.0),))


def test_the_surer_of_two_hearings_counts_and_only_near_the_map() -> None:
    before = [HeardCue(cue.start + 2.0, cue.end, 0.6) for cue in CUES[:5]] + [HeardCue(5.0, 9.0, 1.0)] * 5

    def spot(spread: float, words: int = 6, piece: int = 0) -> HeardCue:
        offset = 2.1 if piece == 0 else 22.0
        span = next(place.span for place in places_of(CUES, CUT) if (place.cue, place.piece) == (2, piece))
        heard = [PlacedCue(CuePlace(2, piece, span), -1.0, 20.0 + offset, spread, words)]
        return spots_at(CUES, CUT, heard, before)[2]

    assert spot(0.1) == HeardCue(22.1, 26.1, 1.0)
    assert spot(0.1, words=1) == spot(0.45) == spot(0.1, piece=1) == before[2]
    assert spots_at(CUES, CUT, [], before) == tuple(before)
    own = _hear(CUT, 5)
    assert [s.start for s in spots_at(CUES, CUT, own, before)] == [
        cue.start + (2.0 if i < 5 else 22.0) for i, cue in enumerate(CUES)
    ]


def test_pieces_ascend_whatever_was_heard() -> None:
    three = TimeMap((MapPiece(0.0, 1.0, 2.0), MapPiece(28.0, 1.0, 22.0), MapPiece(58.0, 1.0, 42.0)))
    for likely in itertools.product((0.0, 5.0), repeat=3):
        heard = [PlacedCue(place, likely[place.piece], 0.0, 0.1, 6) for place in places_of(CUES, three)]
        starts = [piece.start for piece in settled_map(CUES, three, heard).pieces]
        assert starts == sorted(set(starts))


def _confirmed(gain: float, cues: Sequence[Cue] = CUES, heard: int = 10) -> bool:
    own = [PlacedCue(place, -4.0 + gain, 0.0, 0.1, 6) for place in places_of(cues, CUT) if place.cue < heard]
    others = [PlacedCue(place, -4.0, 0.0, 0.1, 6) for place in other_places(cues, CUT)]
    return is_confirmed(cues, CUT, own, others, 1.0)


def test_a_map_is_confirmed_by_cues_that_are_likelier_there_than_at_each_others_places() -> None:
    assert _confirmed(2.0) and not _confirmed(0.5) and not _confirmed(-3.0)
    assert _confirmed(2.0, heard=6) and not _confirmed(2.0, heard=4)  # most of the file must be heard
    assert _confirmed(3.0, CUES[:3]) and not _confirmed(1.5, CUES[:3])  # few cues must say more
    assert not _confirmed(9.0, CUES[:2]) and not is_confirmed(CUES, CUT, [], [], 1.0)


def test_cues_are_compared_at_places_of_others_with_their_own_lengths() -> None:
    cues = [Cue(i, 10.0 * i, 10.0 * i + 1.0 + i, "") for i in range(6)]
    own = {place.cue: place.span.start for place in places_of(cues, MAP_OF_NONE)}
    for place in other_places(cues, MAP_OF_NONE):
        assert place.span.start in set(own.values()) - {own[place.cue]}
        assert place.span.duration == pytest.approx(1.0 + place.cue)
    assert {place.cue for place in other_places(cues, MAP_OF_NONE)} == set(range(6))
    assert list(other_places(cues[:1], MAP_OF_NONE)) == []

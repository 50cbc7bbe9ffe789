"""Time maps: pieces, jumps, cues that are moved as a whole, and what is shown of them."""

from __future__ import annotations

import numpy as np
import pytest

from mmdemo.alignment.time_map import MapPiece, TimeMap, map_from_cuts

BROKEN = TimeMap((MapPiece(10.0, 1.0, 2.0), MapPiece(60.0, 1.0, 22.0)))
"""Two seconds later, and from old minute 1 on another twenty."""


def test_the_first_piece_holds_for_all_times_before_it() -> None:
    assert BROKEN.apply(0.0) == 2.0
    assert BROKEN.apply(-5.0) == -3.0
    assert BROKEN.apply(60.0) == 82.0
    assert BROKEN.apply(1e6) == 1e6 + 22.0


def test_arrays_map_like_single_times() -> None:
    times = np.array([[0.0, 10.0], [59.999, 60.0]])
    mapped = BROKEN.apply(times)
    assert mapped.shape == times.shape
    assert mapped.tolist() == [[BROKEN.apply(float(t)) for t in row] for row in times]


def test_a_cue_across_a_jump_keeps_its_length() -> None:
    assert BROKEN.apply_span(58.5, 61.0) == (60.5, 63.0)
    assert BROKEN.apply_span(59.5, 61.0) == (81.5, 83.0)


def test_a_rate_stretches() -> None:
    film = TimeMap.linear(25 / 24, -1.0)
    assert film.apply_span(24.0, 48.0) == pytest.approx((24.0, 49.0))


def test_points_show_the_ends_of_the_linear_parts() -> None:
    assert BROKEN.points(0.0, 100.0) == ((0.0, 2.0), (60.0, 62.0), (60.0, 82.0), (100.0, 122.0))
    assert BROKEN.points(70.0, 80.0) == ((70.0, 92.0), (80.0, 102.0))
    assert TimeMap.identity().points(0.0, 0.0) == ((0.0, 0.0), (0.0, 0.0))


def test_points_leave_out_pieces_outside() -> None:
    assert BROKEN.points(0.0, 30.0) == ((0.0, 2.0), (30.0, 32.0))


def test_identity_is_judged_over_the_times_that_matter() -> None:
    drift = TimeMap.linear(1.0001, 0.0)
    assert drift.is_identity(0.02, 0.0, 100.0)
    assert not drift.is_identity(0.02, 0.0, 7200.0)
    assert drift.largest_move(0.0, 7200.0) == pytest.approx(0.72)
    assert not BROKEN.is_identity(2.0, 0.0, 61.0)
    assert TimeMap.identity().is_identity(0.0, -10.0, 1e6)


def test_equal_neighbours_are_joined() -> None:
    joined = map_from_cuts(1.0, [3.0, 3.0, 5.0], [0.0, 50.0, 90.0])
    assert joined.pieces == (MapPiece(0.0, 1.0, 3.0), MapPiece(90.0, 1.0, 5.0))


@pytest.mark.parametrize(
    "pieces",
    [
        (),
        (MapPiece(5.0, 1.0, 0.0), MapPiece(5.0, 1.0, 1.0)),
        (MapPiece(5.0, 1.0, 0.0), MapPiece(4.0, 1.0, 1.0)),
        (MapPiece(0.0, 0.0, 1.0),),
        (MapPiece(0.0, -1.0, 1.0),),
    ],
)
def test_impossible_maps_are_refused(pieces: tuple[MapPiece, ...]) -> None:
    with pytest.raises(ValueError):
        TimeMap(pieces)

"""Cues that stand beside their words are moved to them; others stay."""

from __future__ import annotations

import pytest

from mmdemo.alignment.cue_moves import find_moves
from mmdemo.types import Cue
from tests.alignment.phone_tracks import clear_track

TRACK = clear_track(9.0, ("seven", 5.9), ("cats", 6.4))


@pytest.mark.parametrize(
    ("start", "text", "move"),
    [
        (5.2, "Seven cats", 0.7),
        (6.9, "Seven cats", -1.0),
        (5.98, "Seven cats", 0.0),  # near enough
        (1.0, "Seven cats", 0.0),  # nowhere near
        (5.2, "Nine black dogs", 0.0),
        (5.2, "um seven cats", 0.0),  # an “um” that is written is no guide
        (5.2, "[door]", 0.0),
        (5.2, "ที่นี่", 0.0),
    ],
)
def test_a_cue_moves_to_its_words(start: float, text: str, move: float) -> None:
    assert find_moves(TRACK, [Cue(1, start, start + 1.2, text)]) == pytest.approx((move,), abs=0.02)


def test_cues_in_any_order_and_beyond_the_end() -> None:
    cues = [Cue(1, 20.0, 21.0, "Seven cats"), Cue(2, 5.4, 6.4, "Seven cats"), Cue(3, -3.0, -1.0, "Seven cats")]
    assert find_moves(TRACK, cues) == pytest.approx((0.0, 0.5, 0.0), abs=0.02)
    assert find_moves(TRACK, []) == ()

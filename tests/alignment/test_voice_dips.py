"""Pauses between lines that only the voice shows."""

from __future__ import annotations

import numpy as np

from mmdemo.alignment.pauses import PlacedWord
from mmdemo.alignment.voice_dips import settle_line_breaks

PLACES = (PlacedWord(0, 50), PlacedWord(50, 100), PlacedWord(100, 170), PlacedWord(170, 200))
ENDS = (False, True, False, True)


def _voice(dip: float) -> np.ndarray:
    voice = np.full(200, 0.95, np.float32)
    voice[105:130] = dip
    return voice


def test_lines_that_touch_move_to_the_two_sides_of_the_dip() -> None:
    settled = settle_line_breaks(PLACES, ENDS, _voice(0.2), set())
    assert settled[0] == PLACES[0] and settled[3] == PLACES[3]
    assert abs(settled[1].behind - 105) <= 2 and abs(settled[2].first - 130) <= 4
    assert settled[2].behind == 170


def test_steady_voices_known_edges_and_pauses_stay() -> None:
    assert settle_line_breaks(PLACES, ENDS, _voice(0.9), set()) == PLACES
    assert settle_line_breaks(PLACES, ENDS, _voice(0.2), {100.0}) == PLACES
    apart = (*PLACES[:2], PlacedWord(112, 170), PLACES[3])
    assert settle_line_breaks(apart, ENDS, _voice(0.2), set()) == apart


def test_a_dip_inside_a_line_is_no_pause_between_lines() -> None:
    assert settle_line_breaks(PLACES, (False,) * 3 + (True,), _voice(0.2), set()) == PLACES

"""Clock rates put right by where cues were heard."""

from __future__ import annotations

import numpy as np
import pytest

from mmdemo.alignment.clock_rates import HEARD_EARLY_SECONDS, with_heard_rate
from mmdemo.alignment.heard_cues import HeardCue
from mmdemo.alignment.time_map import MapPiece, TimeMap
from mmdemo.types import Cue

CUES = tuple(Cue(i, 6.0 * i, 6.0 * i + 3.0, f"line {i}") for i in range(12))
FILM = 23.976 / 25


def _spots(rate: float, offsets: list[float], error: float = 0.1, sure: float = 0.9) -> list[HeardCue]:
    """Where cues are heard, a little early, when they belong at a clock rate and at an offset each."""
    errors = np.random.default_rng(0).uniform(-error, error, len(CUES))
    starts = [rate * c.start + o + e - HEARD_EARLY_SECONDS for c, o, e in zip(CUES, offsets, errors, strict=True)]
    return [HeardCue(start, start + 3.0, sure) for start in starts]


@pytest.mark.parametrize("jump", [0.0, 20.0])
def test_a_wrong_rate_gives_way_to_the_one_at_which_cues_are_heard(jump: float) -> None:
    offsets = [2.0] * 6 + [2.0 + jump] * 6
    wrong = TimeMap((MapPiece(0.0, 1.0, 1.2), MapPiece(35.0, 1.0, jump)))
    found = with_heard_rate(CUES, wrong, _spots(FILM, offsets))
    placed = [found.apply_span(cue.start, cue.end)[0] for cue in CUES]
    assert placed == pytest.approx([FILM * c.start + o for c, o in zip(CUES, offsets, strict=True)], abs=0.15)
    assert len(found.pieces) == (2 if jump else 1)
    assert [piece.rate for piece in found.pieces] == pytest.approx([FILM] * len(found.pieces), abs=0.002)


def test_the_right_rate_stays_with_all_its_pieces() -> None:
    drifting = TimeMap((MapPiece(0.0, FILM, 2.0), MapPiece(35.0, FILM, 2.4)))
    assert with_heard_rate(CUES, drifting, _spots(FILM, [2.0] * 12)) is drifting
    near = TimeMap.linear(24 / 23.976, 2.0)  # a thousandth cannot be told
    assert with_heard_rate(CUES, near, _spots(1.0, [2.0] * 12)) is near


def test_few_or_doubtful_or_scattered_cues_say_nothing_about_the_rate() -> None:
    wrong = TimeMap.linear(1.0, 1.0)
    assert with_heard_rate(CUES, wrong, _spots(FILM, [2.0] * 12, sure=0.3)) is wrong
    few = [spot if i < 4 else HeardCue(0.0, 0.0, 0.0) for i, spot in enumerate(_spots(FILM, [2.0] * 12))]
    assert with_heard_rate(CUES, wrong, few) is wrong
    assert with_heard_rate(CUES, wrong, _spots(FILM, [2.0] * 12, error=2.5)) is wrong
    cut = TimeMap((MapPiece(0.0, 1.0, 1.0), MapPiece(50.0, 1.0, 40.0)))  # nobody is heard behind the cut
    assert with_heard_rate(CUES, cut, _spots(FILM, [2.0] * 12)) is cut

"""From offsets right to a fraction of a second to a map right to milliseconds."""

from __future__ import annotations

import numpy as np
import pytest

from mmdemo.alignment.cue_scores import CueScorer, cue_times
from mmdemo.alignment.fine_offsets import refine
from mmdemo.alignment.offset_search import CoarsePath, margin_for
from mmdemo.alignment.time_map import TimeMap
from mmdemo.types import Span
from tests.alignment.spoken_scenes import mask_of, moved, scene

LINES = scene(60, seed=6)


def _refined(given: list[Span], truth: list[Span], offsets: np.ndarray, rate: float = 1.0) -> TimeMap:
    times = cue_times(np.array([line.start for line in given]), np.array([line.end for line in given]))
    mask = mask_of(truth, noise=0.1)
    return refine(times, CueScorer(mask.speech, margin_for(times) + 10_000), CoarsePath(rate, offsets, 0.0))


def test_an_offset_between_frames() -> None:
    found = _refined(moved(LINES, offset=-2.0), LINES, np.full(60, 2.24))
    assert len(found.pieces) == 1 and found.pieces[0].offset == pytest.approx(2.0, abs=0.01)


def test_small_steps_are_one_piece_and_large_ones_two() -> None:
    stairs = np.repeat([0.0, 0.08, -0.08], 20)
    assert len(_refined(LINES, LINES, stairs).pieces) == 1
    truth = [*LINES[:25], *moved(LINES[25:], offset=5.0)]
    found = _refined(LINES, truth, np.repeat([0.1, 4.9], [25, 35]))
    assert [piece.offset for piece in found.pieces] == pytest.approx([0.0, 5.0], abs=0.015)
    assert LINES[24].end <= found.pieces[1].start <= LINES[25].start


def test_pieces_that_turn_out_alike_are_joined() -> None:
    assert len(_refined(LINES, LINES, np.repeat([-0.15, 0.15], 30)).pieces) == 1


def test_a_slow_clock_is_told_from_none() -> None:
    given = moved(LINES, 1.002)
    drift = np.array([line.start for line in LINES]) - np.array([line.start for line in given])
    found = _refined(given, LINES, np.round(drift / 0.08) * 0.08)
    assert [piece.rate for piece in found.pieces] == pytest.approx([1 / 1.002], abs=5e-5)
    assert [piece.rate for piece in _refined(LINES, LINES, np.zeros(60)).pieces] == [1.0]

"""Which offsets are searched, and what the search finds among them."""

from __future__ import annotations

import numpy as np
import pytest

from mmdemo.alignment.cue_scores import CueScorer, CueTimes, cue_times
from mmdemo.alignment.offset_search import (
    MOST_LAGS,
    STEP,
    lag_ranges,
    likely_offsets,
    margin_for,
    score_deviation,
    search_offsets,
)
from mmdemo.types import Span
from tests.alignment.spoken_scenes import mask_of, moved, scene

LINES = scene(40, seed=3)


def _times(lines: list[Span]) -> CueTimes:
    return cue_times(np.array([line.start for line in lines]), np.array([line.end for line in lines]))


def test_short_media_are_searched_throughout() -> None:
    mask = mask_of(LINES)
    (only,) = lag_ranges(_times(LINES), mask)
    values = only.values()
    assert 0 in values and values[0] < -0.7 * len(mask.speech) and values[-1] > 0.7 * len(mask.speech)
    assert only.count <= MOST_LAGS and np.unique(np.diff(values)).tolist() == [STEP]


def test_long_media_are_searched_near_zero_and_where_it_is_likely() -> None:
    lines = scene(700, seed=4)
    mask = mask_of(lines)
    shifted = _times(moved(lines, offset=900.0))
    assert likely_offsets(shifted, mask)[0] == pytest.approx(-90_000, abs=20)
    ranges = lag_ranges(shifted, mask)
    assert len(ranges) >= 2 and sum(part.count for part in ranges) <= MOST_LAGS
    for wanted in (0, -90_000):
        assert any(part.first <= wanted <= part.values()[-1] for part in ranges)
    assert [part.first for part in ranges] == sorted(part.first for part in ranges)


def test_the_path_follows_an_insert() -> None:
    truth = [*LINES[:20], *moved(LINES[20:], offset=12.0)]
    mask, times = mask_of(truth), _times(LINES)
    scorer = CueScorer(mask.speech, margin_for(times))
    path = search_offsets(times, mask, scorer, score_deviation(times, mask, scorer))
    assert path.rate == 1.0 and path.total > 20.0
    assert np.abs(path.offsets - np.repeat([0.0, 12.0], 20)).max() <= 0.08
    wrong = search_offsets(times, mask, scorer, score_deviation(times, mask, scorer), 25 / 24)
    assert wrong.total < 0.6 * path.total


def test_the_search_stays_within_its_margin() -> None:
    mask = mask_of(LINES[:10])
    for lines in (LINES, moved(LINES, offset=-3000.0), moved(LINES, offset=9000.0)):
        times = _times(lines)
        scorer = CueScorer(mask.speech, margin_for(times))
        for rate in (0.95, 1.05):
            found = search_offsets(times, mask, scorer, score_deviation(times, mask, scorer), rate)
            assert len(found.offsets) == len(lines)

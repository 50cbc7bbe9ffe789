"""Times as people type them and as the table shows them."""

import math

import numpy as np
import pytest

from mmdemo.errors import InvalidCue
from mmdemo.subtitles.timestamps import CENTISECOND, MILLISECOND, format_timestamp, parse_timestamp, rounded_times
from mmdemo.types import Cue


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [
        ("00:01:02,345", 62.345),
        ("1:02.5", 62.5),
        ("62.345", 62.345),
        ("  7 ", 7.0),
        ("100:00:00.001", 360_000.001),
        ("0:00", 0.0),
        ("９：０５，５", 545.5),
        ("90", 90.0),
    ],
)
def test_parses_what_people_type(typed: str, seconds: float) -> None:
    assert parse_timestamp(typed) == pytest.approx(seconds, abs=1e-9)


@pytest.mark.parametrize(
    "junk", ["", "abc", "-1", "1:2:3:4", "1:75", "1:60:00", "nan", "inf", "1e3", "1.2.3", "1:", ":5", "5.", "0x10", "Ⅳ"]
)
def test_refuses_junk(junk: str) -> None:
    with pytest.raises(ValueError, match="not a time"):
        parse_timestamp(junk)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(62.345, "00:01:02.345"), (59.9996, "00:01:00.000"), (-3.0, "00:00:00.000"), (360_000.0, "100:00:00.000")],
)
def test_formats_times(seconds: float, shown: str) -> None:
    assert format_timestamp(seconds) == shown


def test_no_time_is_not_formatted() -> None:
    with pytest.raises(ValueError, match="not a time"):
        format_timestamp(math.nan)


def test_typed_and_shown_times_agree_to_the_millisecond() -> None:
    for seconds in np.random.default_rng(0).uniform(0, 9000, 300):
        assert abs(parse_timestamp(format_timestamp(seconds)) - seconds) <= 0.000_501


@pytest.mark.parametrize("step_ms", [MILLISECOND, CENTISECOND])
def test_neighbours_never_overlap_after_rounding(step_ms: int) -> None:
    rng = np.random.default_rng(1)
    bounds = np.sort(rng.uniform(0, 30, 400))
    # Float noise of the size that adding and subtracting offsets leaves behind.
    cues = [Cue(i, a, b + 1e-9, "x") for i, (a, b) in enumerate(zip(bounds[:-1], bounds[1:], strict=True), start=1)]
    times = rounded_times(cues, step_ms)
    assert all(left[1] <= right[0] for left, right in zip(times, times[1:], strict=False))
    assert all(start % step_ms == 0 and end % step_ms == 0 and start <= end for start, end in times)


def test_a_real_overlap_is_kept() -> None:
    assert rounded_times([Cue(1, 0.0, 2.0, "a"), Cue(2, 1.0, 3.0, "b")], MILLISECOND) == [(0, 2000), (1000, 3000)]


@pytest.mark.parametrize(("start", "end"), [(2.0, 1.0), (math.nan, 1.0), (0.0, math.inf)])
def test_times_that_make_no_sense_name_their_row(start: float, end: float) -> None:
    with pytest.raises(InvalidCue) as caught:
        rounded_times([Cue(1, 0.0, 1.0, "a"), Cue(2, start, end, "b")], MILLISECOND)
    assert caught.value.values["row"] == 2

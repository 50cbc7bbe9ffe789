"""Seconds ↔ the clock times that people and subtitle files write; the only place that formats milliseconds."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence

from mmdemo.errors import InvalidCue
from mmdemo.types import Cue, Word

MILLISECOND = 1
CENTISECOND = 10
"""Steps in milliseconds that formats round to: most write milliseconds, ASS and LRC hundredths."""

CLOCK = re.compile(r"(?:(?:(\d{1,4}):)?(\d{1,4}):)?(\d{1,6})(?:\.(\d{1,9}))?", re.ASCII)


def parse_timestamp(text: str) -> float:
    """Read a time that a person typed.

    >>> parse_timestamp("00:01:02,345")
    62.345
    >>> parse_timestamp("1:02.5")
    62.5

    Args:
        text: ``hours:minutes:seconds``, ``minutes:seconds`` or ``seconds``, with a comma or a point before the
            fraction; full-width digits and signs (as Chinese and Japanese keyboards give them) are read too.

    Returns:
        Seconds, never negative.

    Raises:
        ValueError: this is not a time, or its minutes or seconds run past 59 after a larger unit.
    """
    plain = unicodedata.normalize("NFKC", text).strip().replace("。", ".").replace(",", ".")
    match = CLOCK.fullmatch(plain)
    if match is None:
        raise ValueError(f"not a time: {text!r}")
    hours, minutes, seconds, fraction = match.groups()
    if (minutes and int(seconds) > 59) or (hours and int(minutes) > 59):
        raise ValueError(f"not a time, more than 59 minutes or seconds: {text!r}")
    return clock_seconds(hours, minutes, seconds, fraction)


def clock_seconds(hours: str | None, minutes: str | None, seconds: str, fraction: str | None) -> float:
    """Add up the fields of a clock time, each a run of digits.

    Args:
        hours: may be missing, as may ``minutes``.
        minutes: any number; files with 75 seconds in a minute exist and are read as they mean it.
        seconds: whole seconds.
        fraction: the digits after the point: ``5`` is half a second.

    Returns:
        Seconds.
    """
    whole = int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds)
    return float(f"{whole}.{fraction or 0}")


def format_timestamp(seconds: float) -> str:
    """Write a time the way the table of cues shows it.

    >>> format_timestamp(62.345)
    '00:01:02.345'

    Args:
        seconds: negative times count as zero.

    Returns:
        ``HH:MM:SS.mmm``.

    Raises:
        ValueError: the number is not finite.
    """
    if not math.isfinite(seconds):
        raise ValueError(f"not a time: {seconds!r}")
    return format_clock(round(max(seconds, 0.0) * 1000), ".")


def format_clock(time_ms: int, point: str) -> str:
    """Write whole milliseconds as ``HH:MM:SS`` + ``point`` + three digits."""
    seconds, fraction = divmod(time_ms, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{point}{fraction:03d}"


def rounded_times(cues: Sequence[Cue], step_ms: int) -> list[tuple[int, int]]:
    """Round the times of cues to what a format can write, without making neighbours overlap.

    Rounding is monotonic, so only ends that lay past the next start by less than one step (float noise) are cut;
    an overlap that was really there stays.

    Args:
        cues: in the order they will be written.
        step_ms: `MILLISECOND` or `CENTISECOND`.

    Returns:
        (start, end) in milliseconds, one pair a cue; negative times become zero.

    Raises:
        InvalidCue: a time is not finite, or a cue ends before it starts.
    """
    times: list[tuple[int, int]] = []
    for row, cue in enumerate(cues, start=1):
        if not (math.isfinite(cue.start) and math.isfinite(cue.end)) or cue.end < cue.start:
            raise InvalidCue(row=row, value=f"{cue.start} – {cue.end}")
        start, end = (max(round(seconds * 1000 / step_ms), 0) * step_ms for seconds in (cue.start, cue.end))
        times.append((start, end))
    for i in range(len(times) - 1):
        (start, end), next_start = times[i], times[i + 1][0]
        overlap_s = cues[i].end - cues[i + 1].start
        if start <= next_start < end and overlap_s * 1000 < step_ms:
            times[i] = (start, next_start)
    return times


def timed_words(cue: Cue) -> list[Word]:
    """Return the words of a cue whose times can be written: finite, and the end not before the start."""
    return [word for word in cue.words if math.isfinite(word.start) and word.start <= word.end < math.inf]

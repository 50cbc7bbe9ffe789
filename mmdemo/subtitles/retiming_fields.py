"""Where clock times stand in the bytes of a file, and how the same time is written with another value."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass

from mmdemo.subtitles.timestamps import clock_seconds

CLOCK = re.compile(r"(-?)\s*(?:(\d+)\s*:\s*)?(\d+)\s*:\s*(\d+)(?:\s*([.,:])\s*(\d+))?", re.ASCII)
"""All that the parsers of the package take for a clock time."""

MOST_FRACTION_DIGITS = 9
WIDE_UNITS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""How characters are written behind each mark; UTF-32 comes first, as its mark begins with that of UTF-16."""


@dataclass(frozen=True)
class ClockStyle:
    """How a format writes times."""

    fraction_digits: int  # at least; files with more keep them
    point: str  # before the fraction, for times that have none yet
    hours: bool  # an hour or more needs its own field; else the minutes go past 59


@dataclass(frozen=True)
class TimeField:
    """A clock time in a file."""

    begin: int  # character offset in the decoded file, byte-order mark included
    text: str  # as it stands there, ASCII

    @property
    def seconds(self) -> float:
        """What it says."""
        sign, hours, minutes, seconds, _, fraction = _groups(self.text)
        return clock_seconds(hours, minutes, seconds, fraction) * (-1 if sign else 1)

    def step(self, style: ClockStyle) -> float:
        """Return the smallest difference that is written, in seconds."""
        return float(10.0 ** -_digits(self.text, style))


def field_at(line_begin: int, line: str, begin: int, end: int) -> TimeField:
    """Return the time at a place of a line, without the blanks around it.

    Args:
        line_begin: character offset of the line in the file.
        line: without its line end.
        begin: offset in the line.
        end: offset in the line, exclusive.
    """
    text = line[begin:end]
    blanks = len(text) - len(text.lstrip())
    return TimeField(line_begin + begin + blanks, text.strip())


def rewritten(text: str, seconds: float, style: ClockStyle) -> str:
    """Write another time in the way of an old one: its width, its signs, its hours where it had some.

    >>> rewritten("0:00:01.50", 62.345, ClockStyle(2, ".", True))
    '0:01:02.35'

    Args:
        text: the old time.
        seconds: the new one; negative counts as zero.
        style: of the format.

    Returns:
        The new time.
    """
    _, hours, minutes, _, point, _ = _groups(text)
    digits = _digits(text, style)
    whole, fraction = divmod(round(max(seconds, 0.0) * 10**digits), 10**digits)
    tail = f"{whole % 60:02d}{point or style.point}{fraction:0{digits}d}"
    if hours is None and (whole < 3600 or not style.hours):
        return f"{whole // 60:0{len(minutes)}d}:{tail}"
    return f"{whole // 3600:0{len(hours or '00')}d}:{whole // 60 % 60:02d}:{tail}"


def _groups(text: str) -> tuple[str, str | None, str, str, str | None, str | None]:
    match = CLOCK.fullmatch(text)
    assert match is not None, "every pattern of the parsers is narrower than `CLOCK`"
    sign, hours, minutes, seconds, point, fraction = match.groups()
    return sign, hours, minutes, seconds, point, fraction


def _digits(text: str, style: ClockStyle) -> int:
    return min(max(style.fraction_digits, len(_groups(text)[5] or "")), MOST_FRACTION_DIGITS)


def replace_times(data: bytes, encoding: str, edits: Sequence[tuple[TimeField, str]]) -> bytes:
    """Put new times in the place of old ones and leave every other byte as it is, damaged ones too.

    Args:
        data: the file.
        encoding: a codec name of Python.
        edits: each a time with what stands there from now on, ASCII; in any order, none twice.

    Returns:
        The new file.
    """
    unit = next((name for mark, name in WIDE_UNITS if data.startswith(mark)), encoding)
    unit = "utf-8" if encoding == "utf-8-sig" else unit if encoding in ("utf-16", "utf-32") else encoding
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    pieces: list[bytes] = []
    at = decoded = kept = 0  # bytes read, characters they gave, bytes that are in `pieces` or replaced
    for field, new in sorted(edits, key=lambda edit: edit[0].begin):
        old = field.text.encode(unit)
        place = data.find(old, kept)
        while True:
            assert place >= at, "the time stands in the file"
            decoded += len(decoder.decode(data[at:place]))
            at = place
            # The same digits may stand in a text before; decoding up to them tells.
            if decoded == field.begin:
                break
            place = data.find(old, at + 1)
        pieces += [data[kept:at], new.encode(unit)]
        kept = at + len(old)
    return b"".join([*pieces, data[kept:]])

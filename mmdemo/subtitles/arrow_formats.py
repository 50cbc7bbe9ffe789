"""SRT and WebVTT: cues under a line ``start --> end``.

pysubs2 reads both, but loses text here: it drops a last line that is a number ("1984"), takes any line with two
timestamps for a cue, hands notes and cue names of WebVTT to the cue above, leaves ``&amp;`` as it is, skips cues
without milliseconds, and needs minutes for one megabyte of ``<a<a<a…``.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence

from mmdemo.subtitles.timestamps import MILLISECOND, clock_seconds, format_clock, rounded_times
from mmdemo.types import Cue

CLOCK_FIELDS = r"(-?)\s?(?:(\d{1,4})\s?:\s?)?(\d{1,4})\s?:\s?(\d{1,4})(?:\s?[.,:]\s?(\d{1,9}))?"
TIMING_LINE = re.compile(rf"\s*{CLOCK_FIELDS}\s*(?:-{{1,3}}|[–—])\s?>\s*{CLOCK_FIELDS}", re.ASCII)
"""Lenient on purpose: hands and old tools write ``1:02:03``, ``00 : 00 : 01 , 500`` and ``->``."""

SRT_TAG = re.compile(r"</?(?:b|i|u|s|em|strong|font|span|div|p|c|v|lang|ruby|rt)(?:[\s.=/][^<>]*)?>", re.IGNORECASE)
"""Only tags that players know: "a < b" and "<unknown>" are text."""

VTT_TAG = re.compile(r"<[^<>]*>")
LINE_BREAK_TAG = re.compile(r"<br\s?/?>", re.IGNORECASE)
OVERRIDE_TAG = re.compile(r"\{\\[^{}]*\}")
"""Tags of ASS such as ``{\\an8}``, which SRT files carry too."""

VTT_COMMENT_BLOCKS = ("NOTE", "STYLE", "REGION")
ARROW = "-->"
HARMLESS_ARROW = "→"


def has_timing_line(text: str) -> bool:
    """Tell whether any line of a text is ``start --> end``."""
    return any(">" in line and TIMING_LINE.match(line) for line in text.split("\n"))


def parse_srt(text: str) -> list[Cue]:
    """Read SubRip text, whatever is missing or doubled between its cues.

    Args:
        text: line ends are ``\\n``.

    Returns:
        Cues in the order of the file, not yet numbered.
    """
    return [Cue(0, start, end, _srt_text(body)) for start, end, body in _timed_blocks(text, named=False)]


def parse_vtt(text: str) -> list[Cue]:
    """Read WebVTT text; styles, regions, notes and positions are left out.

    Args:
        text: line ends are ``\\n``.

    Returns:
        Cues in the order of the file, not yet numbered.
    """
    return [Cue(0, start, end, _vtt_text(body)) for start, end, body in _timed_blocks(text, named=True)]


def _timed_blocks(text: str, named: bool) -> Iterator[tuple[float, float, list[str]]]:
    """Cut at the timing lines, the one thing that damaged files still have; ``named``: any line may name a cue."""
    lines = text.split("\n")
    timings = [(n, match) for n, line in enumerate(lines) if ">" in line and (match := TIMING_LINE.match(line))]
    number_before = None  # of the cue at hand, as the file counts
    for k, (at, match) in enumerate(timings):
        if k == 0 and at > 0:
            number_before = _cue_number(lines[at - 1])
        stop = timings[k + 1][0] if k + 1 < len(timings) else len(lines)
        if k + 1 < len(timings) and stop - 1 > at:
            above, blank = lines[stop - 1], not lines[stop - 2].strip() and stop - 2 > at
            number = _cue_number(above)
            counted = number is not None and number_before is not None and number == number_before + 1
            number_before = number
            stop -= counted or (blank and bool(above.strip()) and (named or number is not None))
        yield _seconds(match.groups()[:5]), _seconds(match.groups()[5:]), lines[at + 1 : stop]


def _cue_number(line: str) -> int | None:
    digits = line.strip()
    return int(digits) if digits.isdecimal() and len(digits) < 10 else None


def _seconds(fields: Sequence[str | None]) -> float:
    sign, hours, minutes, seconds, fraction = fields
    return clock_seconds(hours, minutes, seconds or "0", fraction) * (-1 if sign else 1)


def _srt_text(body: Sequence[str]) -> str:
    text = LINE_BREAK_TAG.sub("\n", "\n".join(body))
    return OVERRIDE_TAG.sub("", SRT_TAG.sub("", text))


def _vtt_text(body: Sequence[str]) -> str:
    kept: list[str] = []
    blank_above = commented = False
    for line in body:
        if not line.strip():
            blank_above, commented = True, False
            continue
        commented |= blank_above and line.split(maxsplit=1)[0] in VTT_COMMENT_BLOCKS
        blank_above = False
        if not commented:
            kept.append(line)
    return html.unescape(VTT_TAG.sub("", LINE_BREAK_TAG.sub("\n", "\n".join(kept)))).replace("\xa0", " ")


def format_srt(cues: Sequence[Cue]) -> str:
    """Write SubRip text.

    Args:
        cues: in playing order.

    Returns:
        The file; an arrow inside a cue becomes ``→``, since it would start a new one.

    Raises:
        InvalidCue: a time is not finite or runs backwards.
    """
    blocks = []
    for number, (cue, (start, end)) in enumerate(zip(cues, rounded_times(cues, MILLISECOND), strict=True), start=1):
        text = _without_blank_lines(cue.text).replace(ARROW, HARMLESS_ARROW)
        blocks.append(f"{number}\n{format_clock(start, ',')} {ARROW} {format_clock(end, ',')}\n{text}\n")
    return "\n".join(blocks)


def format_vtt(cues: Sequence[Cue], language: str) -> str:
    """Write WebVTT text.

    Args:
        cues: in playing order.
        language: noted in the head of the file when not empty.

    Returns:
        The file, with ``&``, ``<`` and ``>`` written as the standard wants them.

    Raises:
        InvalidCue: a time is not finite or runs backwards.
    """
    blocks = ["WEBVTT\n" + (f"Language: {language}\n" if language else "")]
    for cue, (start, end) in zip(cues, rounded_times(cues, MILLISECOND), strict=True):
        text = html.escape(_without_blank_lines(cue.text), quote=False)
        blocks.append(f"{format_clock(start, '.')} {ARROW} {format_clock(end, '.')}\n{text}\n")
    return "\n".join(blocks)


def _without_blank_lines(text: str) -> str:
    return "\n".join(line for line in text.split("\n") if line.strip())

"""How much text people can read on a screen, in numbers, and where cues go past them."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mmdemo.types import Cue

MAX_LINES = 2
"""Netflix Timed Text Style Guide, General Requirements: two lines at most."""

LINE_WIDTH = 42.0
"""Netflix, English and most alphabets: 42 characters a line."""

FULL_WIDTH_LINE_WIDTH = 16.0
"""Netflix, Simplified Chinese and Korean: 16 characters a line. Japanese has 13 there for hand-made subtitles that
may be condensed; a transcript may not, so it gets 16 too. Latin letters and digits count half."""

CHARACTERS_PER_SECOND = 20.0
"""Netflix, English, programmes for adults."""

CHINESE_CHARACTERS_PER_SECOND = 9.0
"""Netflix, Simplified and Traditional Chinese, programmes for adults."""

JAPANESE_CHARACTERS_PER_SECOND = 9.0
"""As for Chinese. Netflix asks for 4 in translations, half of what is spoken; a transcript cannot leave out half."""

KOREAN_CHARACTERS_PER_SECOND = 12.0
"""Netflix, Korean, programmes for adults."""

MIN_DURATION = 0.8
"""Seconds; Netflix has 5/6 (20 frames of 24), which rounds to this."""

MAX_DURATION = 7.0
"""Seconds; Netflix, General Requirements."""

MIN_GAP = 2 / 24
"""Seconds; Netflix, General Requirements: two frames between cues, so that the eye sees the text change."""

TIME_TOLERANCE = 0.002
"""Seconds; two times rounded to milliseconds may be off by this together, which is no violation."""

ViolationKind = Literal["too_fast", "too_short", "too_long", "line_too_wide", "too_many_lines", "overlap"]


@dataclass(frozen=True)
class ReadingRules:
    """The limits cues are shaped to and judged by."""

    line_width: float = LINE_WIDTH  # characters, or full-width characters
    characters_per_second: float = CHARACTERS_PER_SECOND
    full_width: bool = False  # count narrow characters as half
    max_lines: int = MAX_LINES
    min_duration: float = MIN_DURATION
    max_duration: float = MAX_DURATION
    min_gap: float = MIN_GAP


@dataclass(frozen=True)
class Violation:
    """One rule that one cue does not keep."""

    cue_index: int  # ``Cue.index``
    kind: ViolationKind
    value: float  # characters a second, seconds, characters or lines; seconds shared for ``overlap``
    limit: float


def primary_language(language: str) -> str:
    """Return the first part of a language tag in small letters (``zh-TW`` → ``zh``); Cantonese counts as Chinese."""
    primary = language.lower().replace("_", "-").partition("-")[0]
    return "zh" if primary in ("yue", "cmn") else primary


def rules_for(language: str) -> ReadingRules:
    """Return the reading rules of a language.

    Args:
        language: a language tag such as ``en`` or ``zh-CN``; empty or unknown ones are read like English.

    Returns:
        The limits.
    """
    speeds = {
        "zh": CHINESE_CHARACTERS_PER_SECOND,
        "ja": JAPANESE_CHARACTERS_PER_SECOND,
        "ko": KOREAN_CHARACTERS_PER_SECOND,
    }
    speed = speeds.get(primary_language(language))
    if speed is None:
        return ReadingRules()
    return ReadingRules(line_width=FULL_WIDTH_LINE_WIDTH, characters_per_second=speed, full_width=True)


def text_width(text: str, full_width: bool) -> float:
    """Measure text the way the rules count it.

    >>> text_width("Hello", False), text_width("你好 Bob", True)
    (5.0, 4.0)

    Args:
        text: a line, or lines.
        full_width: count narrow characters as half.

    Returns:
        Characters; a line break counts like the space it stands for, or nothing in full-width text.
    """
    if not full_width:
        return float(len(text))
    if text.isascii():
        return (len(text) - text.count("\n")) / 2
    return sum(_full_width(character) for character in text)


def _full_width(character: str) -> float:
    if character == "\n":
        return 0.0
    # East Asian fonts draw ambiguous signs (…, —, “) as wide as their own.
    return 1.0 if unicodedata.east_asian_width(character) in "WFA" else 0.5


def reading_time(text: str, rules: ReadingRules) -> float:
    """Return the seconds that a text has to stand at least: long enough to be read and to be noticed."""
    return max(text_width(text, rules.full_width) / rules.characters_per_second, rules.min_duration)


def reading_violations(cues: Sequence[Cue], language: str, rules: ReadingRules | None = None) -> tuple[Violation, ...]:
    """List every rule that every cue breaks.

    Args:
        cues: in playing order.
        language: of their text.
        rules: those of the language when None.

    Returns:
        The violations by cue; empty when all is well.
    """
    rules = rules or rules_for(language)
    found = []
    for number, cue in enumerate(cues):
        next_start = cues[number + 1].start if number + 1 < len(cues) else math.inf
        found += [Violation(cue.index, *fault) for fault in _faults(cue, next_start, rules)]
    return tuple(found)


def _faults(cue: Cue, next_start: float, rules: ReadingRules) -> list[tuple[ViolationKind, float, float]]:
    duration = cue.end - cue.start
    lines = cue.text.split("\n")
    widest = max(text_width(line, rules.full_width) for line in lines)
    width = text_width(cue.text, rules.full_width)
    faults: list[tuple[ViolationKind, float, float]] = []
    if width > rules.characters_per_second * (duration + TIME_TOLERANCE):
        faults.append(("too_fast", width / duration if duration > 0 else math.inf, rules.characters_per_second))
    if duration < rules.min_duration - TIME_TOLERANCE:
        faults.append(("too_short", duration, rules.min_duration))
    if duration > rules.max_duration + TIME_TOLERANCE:
        faults.append(("too_long", duration, rules.max_duration))
    if widest > rules.line_width:
        faults.append(("line_too_wide", widest, rules.line_width))
    if len(lines) > rules.max_lines:
        faults.append(("too_many_lines", float(len(lines)), float(rules.max_lines)))
    if cue.end > next_start + TIME_TOLERANCE:
        faults.append(("overlap", cue.end - next_start, 0.0))
    return faults

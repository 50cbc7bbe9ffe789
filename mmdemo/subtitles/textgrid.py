"""TextGrid, the annotation format of Praat, in its long and its short form.

One rule reads both: Praat itself looks only for quoted strings, free-standing numbers and flags, and the words between
them are decoration. That is the whole parser, so no library is taken on for it (praatio would bring a data model of its
own and refuse grids with small overlaps, which this reads).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mmdemo.subtitles.timestamps import MILLISECOND, rounded_times, timed_words
from mmdemo.types import Cue, Word

# The possessive quantifiers keep a missing quote from making the search quadratic.
TOKEN = re.compile(
    r'"(?P<text>(?:[^"]++|"")*+)"|(?<!\S)(?P<number>-?\d{1,15}(?:\.\d{1,30})?(?:[eE][-+]?\d{1,2})?)(?!\S)', re.ASCII
)
LINE_TIER_NAMES = ("line", "sentence", "utterance", "phrase", "segment", "transcript", "cue", "subtitle")
"""What a tier of whole lines is usually called, in any case and as part of a longer name."""

HEADER_TOKENS = 4
"""Name, start, end and size stand between the class of a tier and its first interval."""


@dataclass(frozen=True)
class Tier:
    """One row of a TextGrid, without its empty intervals."""

    name: str
    cues: tuple[Cue, ...]


def is_textgrid(text: str) -> bool:
    """Tell a TextGrid by the two marks in its head."""
    return "ooTextFile" in text[:200] and '"TextGrid"' in text[:400]


def parse_textgrid(text: str) -> list[Cue]:
    """Read the tier that holds lines: the one named so, else the one with the longest intervals.

    Args:
        text: a TextGrid in text form, long or short.

    Returns:
        Cues in the order of the tier, not yet numbered.
    """
    tiers = [tier for tier in _interval_tiers(text) if tier.cues]
    return list(max(tiers, key=_likeness_to_lines).cues) if tiers else []


def _likeness_to_lines(tier: Tier) -> tuple[bool, float]:
    named = any(name in tier.name.lower() for name in LINE_TIER_NAMES)
    return named, sum(cue.end - cue.start for cue in tier.cues) / len(tier.cues)


def _interval_tiers(text: str) -> list[Tier]:
    tokens = list(TOKEN.finditer(text))
    tiers = []
    at = 0
    while at + HEADER_TOKENS < len(tokens):
        if tokens[at]["text"] != "IntervalTier":
            at += 1
            continue
        name = tokens[at + 1]["text"] or ""
        at += 1 + HEADER_TOKENS
        cues = []
        # The declared size is not trusted: intervals go on for as long as start, end, text follow each other.
        while at + 2 < len(tokens):
            start, end, label = tokens[at]["number"], tokens[at + 1]["number"], tokens[at + 2]["text"]
            if start is None or end is None or label is None:
                break
            if label.strip():
                cues.append(Cue(0, float(start), float(end), label.replace('""', '"')))
            at += 3
        tiers.append(Tier(name, tuple(cues)))
    return tiers


def format_textgrid(cues: Sequence[Cue]) -> str:
    """Write a long TextGrid with the tier ``lines`` and, where any cue has words, the tier ``words``.

    Args:
        cues: in playing order; what overlaps is cut, as intervals of one tier cannot overlap.

    Returns:
        The file.

    Raises:
        InvalidCue: a time is not finite or runs backwards.
    """
    tiers = [("lines", _intervals(cues))]
    words = [word for cue in cues for word in timed_words(cue) if word.text.strip()]
    if words:
        tiers.append(("words", _intervals([_as_cue(word) for word in words])))
    end = max((intervals[-1][1] for _, intervals in tiers if intervals), default=0)
    lines = ['File type = "ooTextFile"', 'Object class = "TextGrid"', ""]
    lines += ["xmin = 0", f"xmax = {_decimal(end)}", "tiers? <exists>", f"size = {len(tiers)}", "item []:"]
    for number, (name, intervals) in enumerate(tiers, start=1):
        filled = _with_silences(intervals, end)
        lines += [f"    item [{number}]:", '        class = "IntervalTier"', f'        name = "{name}"']
        lines += ["        xmin = 0", f"        xmax = {_decimal(end)}", f"        intervals: size = {len(filled)}"]
        for place, (start, stop, text) in enumerate(filled, start=1):
            quoted = text.replace('"', '""')
            lines += [f"        intervals [{place}]:", f"            xmin = {_decimal(start)}"]
            lines += [f"            xmax = {_decimal(stop)}", f'            text = "{quoted}"']
    return "\n".join([*lines, ""])


def _as_cue(word: Word) -> Cue:
    return Cue(0, word.start, word.end, word.text.strip())


def _intervals(cues: Sequence[Cue]) -> list[tuple[int, int, str]]:
    """Return (start, end, text) in milliseconds, ascending, each at least one long, none overlapping."""
    intervals: list[tuple[int, int, str]] = []
    times = rounded_times(cues, MILLISECOND)
    for place, (cue, (start, end)) in enumerate(zip(cues, times, strict=True)):
        start = max(start, intervals[-1][1] if intervals else 0)
        if place + 1 < len(times):
            end = min(end, times[place + 1][0])
        intervals.append((start, max(end, start + MILLISECOND), cue.text))
    return intervals


def _with_silences(intervals: Sequence[tuple[int, int, str]], end: int) -> list[tuple[int, int, str]]:
    """Fill the gaps, as the intervals of a tier cover all of its time."""
    filled: list[tuple[int, int, str]] = []
    reached = 0
    for interval in intervals:
        if interval[0] > reached:
            filled.append((reached, interval[0], ""))
        filled.append(interval)
        reached = interval[1]
    if reached < end:
        filled.append((reached, end, ""))
    return filled


def _decimal(time_ms: int) -> str:
    return f"{time_ms // 1000}.{time_ms % 1000:03d}"

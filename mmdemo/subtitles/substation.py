"""ASS and SSA, the formats with styles; only the words and times of their dialogue are taken.

pysubs2 writes the file. It does not read it, because it gives up the whole file for one damaged line and takes the
fields of a line in the usual order even where the file declares another.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import pysubs2

from mmdemo.subtitles.timestamps import CENTISECOND, clock_seconds, rounded_times
from mmdemo.types import Cue

USUAL_FIELDS = ("layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text")
EVENT_TIME = re.compile(r"\s*(-?)(\d{1,4}):(\d{1,4}):(\d{1,4})(?:[.,:](\d{1,9}))?\s*", re.ASCII)
OVERRIDE_BLOCK = re.compile(r"(?<!\\)\{[^{}]*\}")
DRAWING_TAG = re.compile(r"\\p[1-9]")
WORD_JOINER = "\u2060"
"""Put after a backslash that is meant as one, so that no player takes the letter after it for a command."""

ESCAPED_BACKSLASH = re.compile(r"\\(?=[Nnh{}])")
LAST_TIME_MS = 10 * 3600 * 1000 - CENTISECOND
"""The format has one digit for hours."""

NOTICE = "Written by MMDemo"


def is_substation(text: str) -> bool:
    """Tell ASS and SSA by their section heads or, where those are lost, by a line of dialogue."""
    head = text[:4096].lower()
    return "[script info]" in head or "[v4+ styles]" in head or "[v4 styles]" in head or "[events]" in head


def substation_version(text: str) -> str:
    """Return ``ssa`` for version 4.00 and ``ass`` for everything later."""
    return "ssa" if "[v4 styles]" in text.lower() else "ass"


def parse_substation(text: str) -> list[Cue]:
    """Read the dialogue of an ASS or SSA file; comments, drawings and damaged lines are left out.

    Args:
        text: line ends are ``\\n``.

    Returns:
        Cues in the order of the file, not yet numbered.
    """
    fields: Sequence[str] = USUAL_FIELDS
    in_events = True
    cues = []
    for line in text.split("\n"):
        kind, _, rest = line.strip().partition(":")
        if kind.startswith("["):
            in_events = kind.lower() == "[events]"
        elif kind == "Format" and in_events:
            declared = tuple(name.strip().lower() for name in rest.split(","))
            # Only the last field may hold commas, so an order that ends otherwise cannot be meant.
            fields = declared if {"start", "end"} <= set(declared) and declared[-1] == "text" else USUAL_FIELDS
        elif kind == "Dialogue":
            values = dict(zip(fields, rest.split(",", len(fields) - 1), strict=False))
            start, end = EVENT_TIME.fullmatch(values.get("start", "")), EVENT_TIME.fullmatch(values.get("end", ""))
            if start and end:
                cues.append(Cue(0, _seconds(start), _seconds(end), _plain(values.get("text", ""))))
    return cues


def _seconds(match: re.Match[str]) -> float:
    sign, hours, minutes, seconds, fraction = match.groups()
    return clock_seconds(hours, minutes, seconds, fraction) * (-1 if sign else 1)


def _plain(text: str) -> str:
    if any(DRAWING_TAG.search(block) for block in OVERRIDE_BLOCK.findall(text)):
        return ""
    text = OVERRIDE_BLOCK.sub("", text).replace(r"\N", "\n").replace(r"\n", "\n").replace(r"\h", " ")
    return text.replace(r"\{", "{").replace(r"\}", "}").replace("\\" + WORD_JOINER, "\\")


def escaped_text(text: str) -> str:
    """Write plain text so that an ASS player shows it as it is."""
    text = ESCAPED_BACKSLASH.sub(lambda _: "\\" + WORD_JOINER, text)
    return text.replace("{", r"\{").replace("}", r"\}").replace("\n", r"\N")


def format_ass(cues: Sequence[Cue], language: str) -> str:
    """Write an ASS file in its default style.

    Args:
        cues: in playing order.
        language: noted in the head of the file when not empty.

    Returns:
        The file; braces and backslashes of the text are escaped, times past 10 hours stop there.

    Raises:
        InvalidCue: a time is not finite or runs backwards.
    """
    script = pysubs2.SSAFile()
    if language:
        script.info["Language"] = language
    for cue, times_ms in zip(cues, rounded_times(cues, CENTISECOND), strict=True):
        start, end = (min(time_ms, LAST_TIME_MS) for time_ms in times_ms)
        script.append(pysubs2.SSAEvent(start=start, end=end, text=escaped_text(cue.text)))
    return script.to_string("ass", header_notice=NOTICE)

"""Finds the times of a subtitle file, event by event, in the order in which its parser returns the cues."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from mmdemo.subtitles.arrow_formats import TIMING_LINE, parse_srt, parse_vtt
from mmdemo.subtitles.files import UNWANTED
from mmdemo.subtitles.lyrics import OFFSET_TAG, TIME_TAG, parse_lrc
from mmdemo.subtitles.retiming_fields import ClockStyle, TimeField, field_at
from mmdemo.subtitles.substation import EVENT_TIME, USUAL_FIELDS, parse_substation
from mmdemo.types import Cue

LINE_END = re.compile(r"\r\n|\r|\n")
VTT_INNER_TIME = re.compile(r"<((?:\d{1,4}:)?\d{1,4}:\d{1,4}\.\d{1,9})>", re.ASCII)
LRC_INNER_TIME = re.compile(r"<(\d{1,4}:\d{1,4}(?:[.:]\d{1,3})?)>", re.ASCII)
SILENT_KINDS = ("Comment", "Picture", "Sound", "Movie", "Command")
"""Lines of the section of events that have times, but no cue."""


@dataclass(frozen=True)
class Event:
    """One entry of a file with everything in it that is a time."""

    start: float  # media seconds, in order and never negative, as `parse_subtitles` gives them
    end: float
    shown: bool  # has text, so that `parse_subtitles` returns a cue for it
    starts: tuple[TimeField, ...]  # lyrics may have several lines at one time
    ends: tuple[TimeField, ...]  # none in lyrics
    inner: tuple[TimeField, ...] = ()  # of single words


@dataclass(frozen=True)
class TimedText:
    """All times of a file."""

    events: tuple[Event, ...]  # in the order of the parser; behind them those that it does not look at
    style: ClockStyle
    offset: float = 0.0  # seconds by which the file's times lie behind the media's

    def shown_in_order(self) -> list[int]:
        """Return the places of the events that have a cue, in the order of `parse_subtitles`."""
        shown = [place for place, event in enumerate(self.events) if event.shown]
        return sorted(shown, key=lambda place: self.events[place].start)


@dataclass(frozen=True)
class _Line:
    begin: int  # character offset in the decoded file
    text: str  # without its end


def find_times(text: str, format: str) -> TimedText:
    """Find the times of a file.

    Args:
        text: the decoded file with its own line ends, byte-order mark included.
        format: a key of `FINDERS`.

    Returns:
        Its events.
    """
    return FINDERS[format](list(_lines(text)))


def _lines(text: str) -> Iterator[_Line]:
    begin = 1 if text.startswith("\ufeff") else 0
    for match in LINE_END.finditer(text):
        yield _Line(begin, text[begin : match.start()])
        begin = match.end()
    yield _Line(begin, text[begin:])


def _joined(lines: Sequence[_Line]) -> str:
    return "\n".join(line.text for line in lines)


def _event(
    cue: Cue, starts: Sequence[TimeField], ends: Sequence[TimeField] = (), inner: Sequence[TimeField] = ()
) -> Event:
    # Both rules are those of `parse_subtitles`: times are put in order, and what leaves nothing to read is dropped.
    start, end = sorted((max(cue.start, 0.0), max(cue.end, 0.0)))
    shown = bool(UNWANTED.sub("", cue.text).strip())
    return Event(start, end, shown, tuple(starts), tuple(ends), tuple(inner))


def _srt(lines: Sequence[_Line]) -> TimedText:
    return TimedText(tuple(_arrow_events(lines, parse_srt(_joined(lines)), None)), ClockStyle(3, ",", True))


def _vtt(lines: Sequence[_Line]) -> TimedText:
    return TimedText(tuple(_arrow_events(lines, parse_vtt(_joined(lines)), VTT_INNER_TIME)), ClockStyle(3, ".", True))


def _arrow_events(lines: Sequence[_Line], cues: Sequence[Cue], word_time: re.Pattern[str] | None) -> Iterator[Event]:
    timings = [
        (place, match)
        for place, line in enumerate(lines)
        if ">" in line.text and (match := TIMING_LINE.match(line.text))
    ]
    stops = [*(place for place, _ in timings[1:]), len(lines)]
    for (place, match), stop, cue in zip(timings, stops, cues, strict=True):
        head = lines[place]
        start = field_at(head.begin, head.text, match.start(1), max(match.end(4), match.end(5)))
        end = field_at(head.begin, head.text, match.start(6), max(match.end(9), match.end(10)))
        inner = [] if word_time is None else list(_word_times(lines[place + 1 : stop], word_time))
        yield _event(cue, [start], [end], inner)


def _word_times(lines: Sequence[_Line], pattern: re.Pattern[str]) -> Iterator[TimeField]:
    for line in lines:
        for match in pattern.finditer(line.text):
            yield TimeField(line.begin + match.start(1), match[1])


def _substation(lines: Sequence[_Line]) -> TimedText:
    fields: Sequence[str] = USUAL_FIELDS
    in_events = True
    spoken: list[tuple[TimeField, TimeField]] = []
    silent: list[tuple[TimeField, TimeField]] = []
    for line in lines:
        kind, _, rest = line.text.strip().partition(":")
        if kind.startswith("["):
            in_events = kind.lower() == "[events]"
        elif kind == "Format" and in_events:
            declared = tuple(name.strip().lower() for name in rest.split(","))
            fields = declared if {"start", "end"} <= set(declared) and declared[-1] == "text" else USUAL_FIELDS
        elif kind == "Dialogue" or (kind in SILENT_KINDS and in_events):
            times = _event_times(line, fields)
            if times:
                (spoken if kind == "Dialogue" else silent).append(times)
    cues = parse_substation(_joined(lines))
    events = [_event(cue, [start], [end]) for (start, end), cue in zip(spoken, cues, strict=True)]
    events += [_event(Cue(0, start.seconds, end.seconds, ""), [start], [end]) for start, end in silent]
    return TimedText(tuple(events), ClockStyle(2, ".", True))


def _event_times(line: _Line, fields: Sequence[str]) -> tuple[TimeField, TimeField] | None:
    """Return the start and the end of a line of the section of events; None where one of them is damaged."""
    head, colon, values = line.text.rstrip().partition(":")
    at = len(head) + len(colon)
    found: dict[str, TimeField | None] = {}
    for name, value in zip(fields, values.split(",", len(fields) - 1), strict=False):
        found[name] = field_at(line.begin, line.text, at, at + len(value)) if EVENT_TIME.fullmatch(value) else None
        at += len(value) + 1
    start, end = found.get("start"), found.get("end")
    return (start, end) if start and end else None


def _lyrics(lines: Sequence[_Line]) -> TimedText:
    offset = 0.0
    tags: dict[float, list[TimeField]] = {}
    words: dict[float, list[TimeField]] = {}
    for line in lines:
        if match := OFFSET_TAG.match(line.text.strip()):
            offset = int(match[1]) / 1000
        at = len(line.text) - len(line.text.lstrip())
        first: float | None = None
        while match := TIME_TAG.match(line.text, at):
            tag = TimeField(line.begin + at + 1, match[0][1:-1])
            first = tag.seconds if first is None else first
            tags.setdefault(tag.seconds, []).append(tag)
            at = match.end()
        if first is not None:
            words.setdefault(first, []).extend(_word_times([line], LRC_INNER_TIME))
    cues = parse_lrc(_joined(lines))
    events = [_event(cue, tags[time], (), words.get(time, ())) for time, cue in zip(sorted(tags), cues, strict=True)]
    return TimedText(tuple(events), ClockStyle(2, ".", False), offset)


FINDERS: Mapping[str, Callable[[Sequence[_Line]], TimedText]] = MappingProxyType(
    {"srt": _srt, "vtt": _vtt, "ass": _substation, "ssa": _substation, "lrc": _lyrics}
)

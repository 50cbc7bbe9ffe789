"""The file that came in with nothing but its times changed, byte for byte."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from mmdemo.config import Limits
from mmdemo.errors import InvalidCue, UnknownFormat
from mmdemo.subtitles.files import parse_subtitles
from mmdemo.subtitles.retiming_events import FINDERS, Event, TimedText, find_times
from mmdemo.subtitles.retiming_fields import TimeField, replace_times, rewritten
from mmdemo.types import Cue, Span


def can_retime(format: str) -> bool:
    """Tell whether the times of a format can be changed in place.

    Args:
        format: as `parse_subtitles` names it.
    """
    return format in FINDERS


def retimed_file(data: bytes, name: str, cues: Sequence[Cue], limits: Limits | None = None) -> bytes:
    """Give the cues of a file new times and leave everything else in it as it is.

    Encoding, byte-order mark, line ends, numbering, order, tags, styles, positions, notes and the texts stay, even
    where they are damaged. Times that no cue has (comments, drawings, empty entries) move with the nearest cue; an
    empty line of lyrics, which ends the line above it, moves to that cue's end. Times of single words in WebVTT and
    lyrics move with their cue. A time that moves by less than the format can write is not touched.

    Args:
        data: the bytes of the file.
        name: what error messages call it.
        cues: those that `parse_subtitles` returned for it, in that order, with new times; only these are looked at.
        limits: how large a file may be; the defaults of `Limits` when None.

    Returns:
        The bytes of the new file.

    Raises:
        InputError: everything that `parse_subtitles` refuses.
        UnknownFormat: a format whose times cannot be changed in place, see `can_retime`.
        InvalidCue: a time is not finite or runs backwards.
        ValueError: there are more or fewer cues than in the file.
    """
    file = parse_subtitles(data, name, limits)
    if not can_retime(file.format):
        raise UnknownFormat(format=file.format, known=", ".join(FINDERS))
    timed = find_times(data.decode(file.encoding, errors="replace"), file.format)
    order = timed.shown_in_order()
    if not len(order) == len(file.cues) == len(cues):
        raise ValueError(f"{len(cues)} cues for the {len(file.cues)} of “{name}”")
    times = _new_times(timed.events, order, [_checked(row, cue) for row, cue in enumerate(cues, start=1)])
    if file.format == "lrc":
        times = _line_ends(timed.events, times)
    return replace_times(data, file.encoding, list(_edits(timed, times)))


def _checked(row: int, cue: Cue) -> Span:
    if not (math.isfinite(cue.start) and math.isfinite(cue.end)) or cue.end < cue.start:
        raise InvalidCue(row=row, value=f"{cue.start} – {cue.end}")
    return Span(max(cue.start, 0.0), max(cue.end, 0.0))


def _new_times(events: Sequence[Event], order: Sequence[int], cues: Sequence[Span]) -> list[Span]:
    """Return the new time of every event.

    Args:
        events: of the file.
        order: the places of those that have a cue, by old start.
        cues: their new times.
    """
    new = dict(zip(order, cues, strict=True))
    old_starts = [events[place].start for place in order]
    times = []
    for place, event in enumerate(events):
        if place in new:
            times.append(new[place])
            continue
        right = bisect_left(old_starts, event.start)
        near = min(range(max(right - 1, 0), min(right + 1, len(order))), key=lambda k: abs(old_starts[k] - event.start))
        shift = cues[near].start - old_starts[near]
        times.append(Span(max(event.start + shift, 0.0), max(event.end + shift, 0.0)))
    return times


def _line_ends(events: Sequence[Event], times: Sequence[Span]) -> list[Span]:
    """Let an empty line of lyrics stand where the line above it ends, though never behind the line below."""
    result = list(times)
    for place in range(1, len(events)):
        if events[place - 1].shown and not events[place].shown:
            at = times[place - 1].end
            if place + 1 < len(events) and events[place + 1].shown:
                at = max(min(at, times[place + 1].start), times[place - 1].start)
            result[place] = Span(at, at)
    return result


def _edits(timed: TimedText, times: Sequence[Span]) -> Iterator[tuple[TimeField, str]]:
    for event, new in zip(timed.events, times, strict=True):
        fields = [(field, new.start) for field in event.starts] + [(field, new.end) for field in event.ends]
        if not _moved(timed, event, new):
            continue
        fields += [(field, _inner_time(event, new, field.seconds - timed.offset)) for field in event.inner]
        for field, seconds in fields:
            written = seconds + timed.offset
            if _differ(timed, field, field.seconds, written):
                yield field, rewritten(field.text, written, timed.style)


def _moved(timed: TimedText, event: Event, new: Span) -> bool:
    """Tell whether any time changes; a file that has start and end the wrong way round may keep them so if not."""
    started = any(_differ(timed, field, event.start, new.start) for field in event.starts)
    return started or any(_differ(timed, field, event.end, new.end) for field in event.ends)


def _differ(timed: TimedText, field: TimeField, old: float, new: float) -> bool:
    return abs(new - old) >= 0.5 * field.step(timed.style)


def _inner_time(event: Event, new: Span, old: float) -> float:
    """Move the time of a word with its cue: stretched where the end of the cue is known, as it is not in lyrics."""
    if event.ends and event.end > event.start:
        return new.start + (old - event.start) * new.duration / (event.end - event.start)
    return new.start + (old - event.start)

"""LRC, the format of song lyrics: ``[mm:ss.xx]`` before each line, no ends, no line breaks.

No maintained library on the package index both reads and writes it with its ends, hence the few lines here. An end is
written as an empty line at that time, which players understand; a line break as a second line at the same time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mmdemo.subtitles.timestamps import CENTISECOND, clock_seconds, rounded_times
from mmdemo.types import Cue

TIME_TAG = re.compile(r"\[(?:(\d{1,4}):)?(\d{1,4}):(\d{1,4})(?:[.:](\d{1,3}))?\]", re.ASCII)
WORD_TIME_TAG = re.compile(r"<\d{1,4}:\d{1,4}(?:[.:]\d{1,3})?>\s?", re.ASCII)
OFFSET_TAG = re.compile(r"\s*\[offset:\s*([+-]?\d{1,9})\s*\]", re.IGNORECASE | re.ASCII)

LAST_LINE_SECONDS = 5.0
"""How long the last line stands when nothing says when it ends."""


def is_lrc(text: str) -> bool:
    """Tell LRC by its time tags, which most lines open with (heads such as ``[ti:…]`` aside)."""
    lines = [line.strip() for line in text[:100_000].split("\n") if line.strip()]
    timed = sum(TIME_TAG.match(line) is not None for line in lines)
    heads = sum(line.startswith("[") and line.endswith("]") for line in lines if not TIME_TAG.match(line))
    return timed > 0 and timed * 2 >= len(lines) - heads


def parse_lrc(text: str) -> list[Cue]:
    """Read lyrics; each line stands until the next time tag.

    Args:
        text: line ends are ``\\n``; one line may carry several time tags (a refrain), several lines one time.

    Returns:
        Cues by start, not yet numbered.
    """
    offset = 0.0
    lines_at: dict[float, list[str]] = {}
    for line in text.split("\n"):
        line = line.strip()
        if match := OFFSET_TAG.match(line):
            offset = int(match[1]) / 1000
        starts = []
        at = 0
        while match := TIME_TAG.match(line, at):
            hours, minutes, seconds, fraction = match.groups()
            starts.append(clock_seconds(hours, minutes, seconds, fraction))
            at = match.end()
        for start in starts:
            lines_at.setdefault(start, []).append(WORD_TIME_TAG.sub("", line[at:]).strip())
    times = sorted(lines_at)
    ends = [*times[1:], times[-1] + LAST_LINE_SECONDS] if times else []
    return [
        Cue(0, start - offset, end - offset, "\n".join(filter(None, lines_at[start])))
        for start, end in zip(times, ends, strict=True)
    ]


def format_lrc(cues: Sequence[Cue], language: str) -> str:
    """Write lyrics; what overlaps is cut, as the format cannot say it.

    Args:
        cues: in playing order.
        language: noted in the head of the file when not empty.

    Returns:
        The file.

    Raises:
        InvalidCue: a time is not finite or runs backwards.
    """
    lines = [f"[la:{language}]"] if language else []
    times = rounded_times(cues, CENTISECOND)
    for number, (cue, (start, end)) in enumerate(zip(cues, times, strict=True)):
        lines += [f"{_time_tag(start)}{' ' if text.startswith('[') else ''}{text}" for text in cue.text.split("\n")]
        next_start = times[number + 1][0] if number + 1 < len(times) else None
        if end > start and (next_start is None or end < next_start):
            lines.append(_time_tag(end))
    return "\n".join([*lines, ""])


def _time_tag(time_ms: int) -> str:
    minutes, rest = divmod(time_ms // CENTISECOND, 6000)
    return f"[{minutes:02d}:{rest // 100:02d}.{rest % 100:02d}]"

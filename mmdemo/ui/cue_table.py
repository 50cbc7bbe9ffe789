"""Cues ↔ the rows of the editable table, and cues → what the player takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mmdemo.config import settings
from mmdemo.errors import InvalidCue, TooManyCues, UnreadableSubtitles
from mmdemo.subtitles.timestamps import format_timestamp, parse_timestamp
from mmdemo.types import Cue, Word

COLUMNS = 3
"""Start, end, text."""


def rows_of(cues: Sequence[Cue]) -> list[list[str]]:
    """Write cues as rows of start, end and text."""
    return [[format_timestamp(cue.start), format_timestamp(cue.end), cue.text] for cue in cues]


def cues_of(rows: object, before: Sequence[Cue] = ()) -> tuple[Cue, ...]:
    """Read the rows of the table as subtitles.

    Args:
        rows: what the page or a client sent.
        before: the cues the table was made from.

    Returns:
        Cues in the order of their start, numbered from 1.

    Raises:
        InputError: everything that `typed_cues` refuses.
    """
    ordered = sorted(typed_cues(rows, before), key=lambda cue: cue.start)
    return tuple(replace(cue, index=index) for index, cue in enumerate(ordered, start=1))


def typed_cues(rows: object, before: Sequence[Cue] = ()) -> tuple[Cue, ...]:
    """Read the rows of the table in their order.

    A row without text is one that is not written yet: it is left out, whatever its times.

    Args:
        rows: what the page or a client sent.
        before: the cues the table was made from; words and their probabilities come from there.

    Returns:
        Cues in the order of the rows.

    Raises:
        InvalidCue: names the first row whose times make no sense, counted as the table counts.
        TooManyCues: over the limit.
        UnreadableSubtitles: not a table.
    """
    if not isinstance(rows, list) or not all(isinstance(row, list | tuple) for row in rows):
        raise UnreadableSubtitles(name="table")
    limit = settings().limits.subtitle_cues
    if len(rows) > limit:
        raise TooManyCues(count=len(rows), limit=limit)
    known = {(format_timestamp(cue.start), format_timestamp(cue.end), cue.text): cue for cue in before}
    spoken = {cue.text: cue for cue in before if cue.words}
    return tuple(cue for number, row in enumerate(rows, start=1) if (cue := _cue_of(row, number, known, spoken)))


def _cue_of(
    row: Sequence[object], number: int, known: dict[tuple[str, str, str], Cue], spoken: dict[str, Cue]
) -> Cue | None:
    cells = [str(cell) if cell is not None else "" for cell in (*row, "", "", "")[:COLUMNS]]
    start_text, end_text = cells[0].strip(), cells[1].strip()
    text = "\n".join(line.strip() for line in cells[2].splitlines() if line.strip())
    if not text:
        return None
    if same := known.get((start_text, end_text, text)):
        return same
    start = _time_of(start_text, number)
    end = _time_of(end_text, number)
    if end <= start:
        raise InvalidCue(row=number, value=f"{start_text} – {end_text}")
    words = _retimed(spoken[text], start, end) if text in spoken else ()
    return Cue(number, start, end, text, words)


def _time_of(text: str, number: int) -> float:
    try:
        return parse_timestamp(text)
    except ValueError:
        raise InvalidCue(row=number, value=text) from None


def _retimed(cue: Cue, start: float, end: float) -> tuple[Word, ...]:
    """Move the words of a cue along with it, so that a new time does not cost the word probabilities."""
    scale = (end - start) / max(cue.end - cue.start, 1e-6)

    def moved(time: float) -> float:
        return min(max(start + (time - cue.start) * scale, start), end)

    return tuple(replace(word, start=moved(word.start), end=moved(word.end)) for word in cue.words)


def player_subtitles(cues: Sequence[Cue]) -> list[dict[str, object]]:
    """Write cues the way Gradio's players take them.

    Gradio writes a WebVTT file from the list without any escaping: a blank line would end the cue early, an arrow
    would begin another, and ``<`` would begin a tag.

    Args:
        cues: any text; those without text or length are left out.

    Returns:
        ``[{"text": …, "timestamp": [start, end]}, …]``.
    """
    entries: list[dict[str, object]] = []
    for cue in cues:
        lines = [line.strip() for line in cue.text.splitlines()]
        text = "\n".join(line for line in lines if line).replace("-->", "→").replace("<", "‹")
        if text and cue.end > cue.start >= 0:
            entries.append({"text": text, "timestamp": [cue.start, cue.end]})
    return entries


def transcript_text(cues: Sequence[Cue]) -> str:
    """Join the cues to plain text, one a line."""
    return "\n".join(" ".join(cue.text.split()) for cue in cues)

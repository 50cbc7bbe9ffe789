"""What a correction makes of the subtitles on the tab: typed into the table, or moved on the timeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import gradio as gr

from mmdemo.errors import InvalidCue
from mmdemo.types import Cue, Sentence, Word
from mmdemo.ui import pipeline
from mmdemo.ui.subtitle_view import SubtitleView
from mmdemo.ui.texts import TEXTS

SAME_TIME = 1e-3
"""Seconds; the table shows times no finer, so what was not typed comes back rounded."""
CERTAIN = 1.0


def corrected_view(view: SubtitleView, typed: Sequence[Cue], realign: bool) -> SubtitleView:
    """Take over a correction.

    Args:
        view: before it.
        typed: the cues as they are now, in the order of the rows.
        realign: whether the neighbours of a cue with new times follow it.

    Returns:
        The view with the cues in order of time, what is known of their times, and which were corrected.
    """
    if len(typed) != len(view.cues):
        return _with_other_rows(view, typed)
    cues = [_exact(old, new) for old, new in zip(view.cues, typed, strict=True)]
    moved = {i for i, (old, new) in enumerate(zip(view.cues, cues, strict=True)) if _times(old) != _times(new)}
    fixed, certainty = view.corrected | moved, list(view.confidence)
    if realign and moved:
        found = pipeline.realign_around(view.cues, cues, fixed, _certainty(view), heard_words(view), view.language)
        cues = list(found.cues)
        certainty = list(found.confidence) if _tells_times(view) else certainty
    for i, (old, new) in enumerate(zip(view.cues, typed, strict=True)):
        if certainty and (i in moved or old.text != new.text):
            certainty[i] = CERTAIN
    order = sorted(range(len(cues)), key=lambda i: cues[i].start)
    return replace(
        view,
        cues=tuple(replace(cues[i], index=number) for number, i in enumerate(order, start=1)),
        confidence=tuple(certainty[i] for i in order) if certainty else (),
        corrected=frozenset(number for number, i in enumerate(order) if i in fixed),
    )


def moved_view(view: SubtitleView, row: int, start: float, end: float, realign: bool) -> SubtitleView:
    """Take over a move on the timeline.

    Args:
        view: before it.
        row: of the cue.
        start: its new times in seconds.
        end: likewise.
        realign: as above.

    Returns:
        The view, as `corrected_view` returns it.

    Raises:
        InvalidCue: there is no such row, or the cue would end before it starts.
    """
    if not 0 <= row < len(view.cues) or not 0.0 <= start < end < float("inf"):
        raise InvalidCue(row=row + 1, value=f"{start} – {end}")
    cue = view.cues[row]
    # Only the words of a cue that keeps its length still stand where they are said.
    kept = abs((end - start) - (cue.end - cue.start)) < SAME_TIME
    words = tuple(replace(w, start=w.start + start - cue.start, end=w.end + start - cue.start) for w in cue.words)
    new = replace(cue, start=start, end=end, words=words if kept else _inside(cue.words, start, end))
    return corrected_view(view, [*view.cues[:row], new, *view.cues[row + 1 :]], realign)


def moved_row(event: gr.SelectData, view: SubtitleView) -> tuple[int, float, float] | None:
    """Read what the timeline sent.

    Args:
        event: the row, and its new and its old times; or whatever a client sent.
        view: what the page should be showing.

    Returns:
        Row, start and end; None when it is nonsense or speaks of a cue that is not there any more.
    """
    try:
        row, times = int(event.index), [float(time) for time in event.value]
        start, end, old_start, old_end = times
        cue = view.cues[row]
    except (TypeError, ValueError, IndexError):
        return None
    if row < 0 or abs(cue.start - old_start) > SAME_TIME or abs(cue.end - old_end) > SAME_TIME:
        return None
    return row, start, end


def correction_note(previous: SubtitleView, view: SubtitleView) -> Sentence:
    """Say that a correction was taken over, and how many neighbours moved with it."""
    was = {_times(cue) for cue in previous.cues}
    moved = sum(_times(cue) not in was for row, cue in enumerate(view.cues) if row not in view.corrected)
    if not moved:
        return TEXTS["table_saved"]
    return TEXTS["neighbours_moved"].filled(count=moved)


def undone_view(view: SubtitleView, before: SubtitleView) -> SubtitleView:
    """Take back a correction; what else has changed since, such as the player, stays."""
    return replace(view, cues=before.cues, confidence=before.confidence, corrected=before.corrected)


def heard_words(view: SubtitleView) -> tuple[Word, ...]:
    """Return the words whose times were heard and not merely made to fit: those of the cues that are sure."""
    sure = (cue for row, cue in enumerate(view.cues) if row not in view.corrected and not view.is_unsure(row))
    return tuple(word for cue in sure for word in cue.words)


def _inside(words: Sequence[Word], start: float, end: float) -> tuple[Word, ...]:
    """Keep words where they are, within a cue whose edge was moved."""
    return tuple(
        replace(word, start=min(max(word.start, start), end), end=min(max(word.end, start), end)) for word in words
    )


def _certainty(view: SubtitleView) -> tuple[float, ...]:
    """Return how sure the times of the cues are: all, where none was changed by an alignment."""
    return view.confidence if _tells_times(view) else (CERTAIN,) * len(view.cues)


def _tells_times(view: SubtitleView) -> bool:
    """Tell whether the confidence is about times; that of a transcription is about words."""
    return len(view.confidence) == len(view.cues) > 0 and view.outcome in ("aligned", "refused")


def _exact(old: Cue, new: Cue) -> Cue:
    """Undo the rounding of times that were not typed."""
    start = old.start if abs(old.start - new.start) < SAME_TIME else new.start
    return replace(new, start=start, end=old.end if abs(old.end - new.end) < SAME_TIME else new.end)


def _times(cue: Cue) -> tuple[float, float]:
    return cue.start, cue.end


def _with_other_rows(view: SubtitleView, typed: Sequence[Cue]) -> SubtitleView:
    """Take over rows that were added or deleted; nothing else moves."""
    rows = {(*_times(cue), cue.text): row for row, cue in enumerate(view.cues)}
    ordered = sorted(typed, key=lambda cue: cue.start)
    known = [rows.get((*_times(cue), cue.text)) for cue in ordered]
    sure = tuple(CERTAIN if row is None else view.confidence[row] for row in known) if view.confidence else ()
    return replace(
        view,
        cues=tuple(replace(cue, index=number) for number, cue in enumerate(ordered, start=1)),
        confidence=sure,
        corrected=frozenset(i for i, row in enumerate(known) if row is None or row in view.corrected),
    )

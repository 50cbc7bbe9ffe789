"""Moves the words of a window to where an acoustic aligner hears them, where it agrees with what was found before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from mmdemo.alignment.forced_words import HESITATIONS
from mmdemo.alignment.pause_levels import FRAME_SECONDS
from mmdemo.alignment.pause_runs import Run
from mmdemo.alignment.pauses import PlacedWord
from mmdemo.types import Float32Array, Span

MARGIN_FRAMES = 15
"""Sound heard on either side of a stretch, where nothing else is said there."""
LONGEST_STRETCH_FRAMES = 1500
SNAP_FRAMES = 12
"""Edges of pauses are sharper than those of the aligner's words, which hold some of the silence beside them."""
DECAY_FRAMES = 10
"""A voice dies away for about so long after the last phone is heard; a room or steady noise goes on for longer. With 8
recorded captions end 15 ms early in the median, with 12 8 ms, without it 38; at either 94 to 95 % of all development
lines end within 100 ms (a draft of the network)."""
LEAST_PAUSE_FRAMES = 5
"""Before a word whose onset is looked for in the sound. That brings 88 instead of 85 % of the digits of seven quiet
development recordings within 50 ms, 76 instead of 71 % of six beside noise, and as many of other words as before."""
TORN_FRAMES = 60
LEAST_QUIET_SHARE = 0.12
"""Of a window: under music there is less."""


class WordAligner(Protocol):
    """Finds known words in a short stretch of speech."""

    def align(self, samples: Float32Array, words: Sequence[str]) -> tuple[Span, ...]:
        """Return one span a word, in seconds from the first sample, or nothing when they do not fit."""


class ManyLanguageAligner(WordAligner, Protocol):
    """One aligner for several languages."""

    @property
    def languages(self) -> frozenset[str]:
        """ISO 639 codes of the languages it knows."""


@dataclass(frozen=True)
class Trust:
    """How far an aligner is believed against what was found before."""

    touching_frames: int  # lines with a shorter pause between them are aligned together, so that the boundary may move
    most_median_frames: int  # a stretch in which the typical word moves further does not fit its words
    hears_pauses: bool  # words end where it says; else the edges of runs of sound are believed more


BY_SOUND = Trust(touching_frames=15, most_median_frames=20, hears_pauses=False)
BY_PHONES = Trust(touching_frames=150, most_median_frames=100, hears_pauses=True)
"""With the bounds of the other one 90.9 % of the words of 101 development recordings came within 50 ms, with these 94.5
(a draft of the network)."""

Align = Callable[[int, int, Sequence[str]], Sequence[Span]]
"""Finds words between two frames of a window: one span a word, in seconds from the first, or nothing."""


@dataclass(frozen=True)
class SpokenWord:
    """A placed word with what the aligner needs to know of it."""

    place: PlacedWord
    keys: tuple[str, ...]  # as it is spoken: several for a number
    ends_line: bool


def refine_words(
    words: Sequence[SpokenWord],
    runs: Sequence[Run],
    align: Align,
    trust: Trust,
    frames: int,
) -> tuple[PlacedWord, ...]:
    """Refine the places of a window's words.

    Args:
        words: in order.
        runs: of the window, in order.
        align: hears words.
        trust: how far it is believed.
        frames: of the window.

    Returns:
        One place a word, in order, without overlap.
    """
    places = [word.place for word in words]
    for first, behind in _stretches(words, trust.touching_frames):
        heard = _heard(words, places, first, behind, align, frames)
        parts = [(first, behind, heard)]
        if heard is not None and _is_torn(heard, words[first:behind]):
            lines = _lines(words, first, behind)
            parts = [(*line, _heard(words, places, *line, align, frames)) for line in lines]
        for begin, end, found in parts:
            if found is not None:
                places[begin:end] = _believed(found, words[begin:end], places[begin:end], runs, trust, frames)
    return tuple(_ordered(_with_decay(_with_onsets(places, runs), runs) if trust.hears_pauses else places))


def _heard(
    words: Sequence[SpokenWord], places: Sequence[PlacedWord], first: int, behind: int, align: Align, frames: int
) -> list[PlacedWord] | None:
    """Return where the words of a stretch are heard, None where they do not fit."""
    low = 0.0 if first == 0 else places[first - 1].behind
    high = float(frames) if behind == len(words) else places[behind].first
    begin = max(round(places[first].first) - MARGIN_FRAMES, round((low + places[first].first) / 2))
    end = min(round(places[behind - 1].behind) + MARGIN_FRAMES, round((high + places[behind - 1].behind) / 2))
    keys = [key for word in words[first:behind] for key in word.keys]
    spans = align(begin, end, keys)
    return list(_whole_words(spans, words[first:behind], begin)) if len(spans) == len(keys) else None


def _believed(
    heard: list[PlacedWord],
    words: Sequence[SpokenWord],
    before: Sequence[PlacedWord],
    runs: Sequence[Run],
    trust: Trust,
    frames: int,
) -> list[PlacedWord]:
    """Return the words of a stretch where they are heard, as far as that is believed."""
    moved = [abs(new.first - old.first) for new, old in zip(heard, before, strict=True)]
    if float(np.median(moved)) > trust.most_median_frames:
        return list(before)
    ends = [word.ends_line for word in words]
    found = heard if trust.hears_pauses else _snapped(heard, before, ends, runs, frames)
    if HESITATIONS.intersection(words[0].keys[:1]):  # an “uh” sounds like any vowel: it would be found anywhere
        found[0] = replace(found[0], first=before[0].first)
    return found


def _is_torn(heard: Sequence[PlacedWord], words: Sequence[SpokenWord]) -> bool:
    """Tell whether a line that was one is heard on both sides of a pause, as when others crowd it out of its place."""
    return any(
        not word.ends_line and b.first - a.behind > TORN_FRAMES >= following.place.first - word.place.behind
        for word, following, a, b in zip(words[:-1], words[1:], heard[:-1], heard[1:], strict=True)
    )


def _lines(words: Sequence[SpokenWord], first: int, behind: int) -> list[tuple[int, int]]:
    """Return [first, behind) of each line of a stretch."""
    edges = [first, *(i + 1 for i in range(first, behind - 1) if words[i].ends_line), behind]
    return list(zip(edges[:-1], edges[1:], strict=True))


def _with_onsets(words: Sequence[PlacedWord], runs: Sequence[Run]) -> list[PlacedWord]:
    """Let words behind a pause begin where the sound does, if that is near: phones are read from more than a moment."""
    onsets = [b.first for a, b in zip(runs[:-1], runs[1:], strict=True) if a.behind < b.first]
    onsets += [run.first for run in runs[:1] if run.first > 0]
    found: list[PlacedWord] = []
    for word in words:
        said = found[-1].behind if found else -np.inf
        nearest = min(onsets, key=lambda onset: abs(onset - word.first), default=np.inf)
        if word.first - said >= LEAST_PAUSE_FRAMES and abs(nearest - word.first) <= SNAP_FRAMES:
            first = max(float(nearest), said)
            word = PlacedWord(first, max(word.behind, first))
        found.append(word)
    return found


def _with_decay(words: Sequence[PlacedWord], runs: Sequence[Run]) -> list[PlacedWord]:
    """Let words before a pause last to the end of the sound they are in, where that is near."""
    decayed = list(words)
    for i, word in enumerate(words):
        limit = words[i + 1].first if i + 1 < len(words) else np.inf
        for run in runs:
            if run.first < word.behind <= run.behind <= word.behind + DECAY_FRAMES:
                decayed[i] = replace(word, behind=max(word.behind, min(run.behind, limit)))
    return decayed


def _stretches(words: Sequence[SpokenWord], touching_frames: int) -> Iterator[tuple[int, int]]:
    """Yield [first, behind) of the words that are aligned together: lines, or several that touch."""
    first = 0
    for i, word in enumerate(words):
        last = i + 1 == len(words)
        if not last:
            gap = words[i + 1].place.first - word.place.behind
            long = words[i + 1].place.behind - words[first].place.first > LONGEST_STRETCH_FRAMES
            if not (word.ends_line and gap >= touching_frames) and not long:
                continue
        yield first, i + 1
        first = i + 1


def _whole_words(spans: Sequence[Span], words: Sequence[SpokenWord], begin: int) -> Iterator[PlacedWord]:
    at = 0
    for word in words:
        own = spans[at : at + len(word.keys)]
        at += len(word.keys)
        yield PlacedWord(begin + own[0].start / FRAME_SECONDS, begin + own[-1].end / FRAME_SECONDS)


def _snapped(
    heard: Sequence[PlacedWord],
    before: Sequence[PlacedWord],
    ends_line: Sequence[bool],
    runs: Sequence[Run],
    frames: int,
) -> list[PlacedWord]:
    """Give each pause to the boundary next to it, and keep the ends of lines that lay at the edge of a run."""
    words = list(heard)
    starts, ends = _quiet_edges(runs, frames)
    for run, following in zip(runs[:-1], runs[1:], strict=True):
        if following.first > run.behind:
            _give_pause(words, run, following)
    edges = {float(run.first) for run in runs}
    for i in range(1, len(words)):
        settled = before[i].first in edges or before[i].first > before[i - 1].behind
        if ends_line[i - 1] and (settled or abs(words[i].first - before[i].first) > SNAP_FRAMES):
            words[i - 1] = replace(words[i - 1], behind=before[i - 1].behind)
            words[i] = replace(words[i], first=before[i].first)
    words[0] = replace(words[0], first=_outer_edge(words[0].first, before[0].first, starts))
    words[-1] = replace(words[-1], behind=_outer_edge(words[-1].behind, before[-1].behind, ends))
    return _ordered(words)


def _give_pause(words: list[PlacedWord], run: Run, following: Run) -> None:
    distances = [
        max(a.behind - following.first, run.behind - b.first, 0.0) for a, b in zip(words[:-1], words[1:], strict=True)
    ]
    nearest = int(np.argmin(distances)) if distances else -1
    if nearest >= 0 and distances[nearest] <= SNAP_FRAMES:
        words[nearest] = replace(words[nearest], behind=float(run.behind))
        words[nearest + 1] = replace(words[nearest + 1], first=float(following.first))


def _quiet_edges(runs: Sequence[Run], frames: int) -> tuple[list[float], list[float]]:
    """Return where runs begin and end in quiet; none where steady sound fills the pauses, as it hides their edges."""
    if sum(run.behind - run.first for run in runs) > (1.0 - LEAST_QUIET_SHARE) * frames:
        return [], []
    starts = [float(b.first) for a, b in zip(runs[:-1], runs[1:], strict=True) if a.behind < b.first]
    ends = [float(a.behind) for a, b in zip(runs[:-1], runs[1:], strict=True) if a.behind < b.first]
    return starts, ends


def _outer_edge(heard: float, before: float, edges: Sequence[float]) -> float:
    """Return the edge that a stretch begins or ends with: another one than before when the aligner says so."""
    nearest = min(edges, key=lambda edge: abs(edge - heard), default=before)
    return nearest if abs(nearest - heard) <= SNAP_FRAMES < abs(before - heard) else before


def _ordered(words: Sequence[PlacedWord]) -> list[PlacedWord]:
    """Undo overlaps that snapping made."""
    ordered: list[PlacedWord] = []
    at = -np.inf
    for word in words:
        first = max(word.first, at)
        at = max(word.behind, first)
        ordered.append(PlacedWord(first, at))
    return ordered

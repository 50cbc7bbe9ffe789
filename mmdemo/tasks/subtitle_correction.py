"""Corrected subtitles stay where somebody put them, and the others are timed anew around them; no media, no models."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mmdemo.alignment.forced_words import given_words, heard_words, pair_words
from mmdemo.tasks.transcript_alignment import UNSURE_LINE_CONFIDENCE
from mmdemo.types import Cue, Word

CORRECTED_CONFIDENCE = 1.0
KEPT_SHARE = 0.5
"""Of its length a cue keeps at least when a corrected neighbour takes room from it; else it is moved as a whole."""
LEAST_SECONDS = 0.05
"""Of a cue between corrected ones that leave it no room at all."""
MATCHED_SHARE = 0.5
"""Of the words of a cue that must have been heard between the corrected cues for it to be placed by them."""
TOUCHING = 1e-3
"""Seconds by which cues may overlap and still count as one behind the other: files round to milliseconds."""


@dataclass(frozen=True)
class Corrected:
    """Cues after a correction."""

    cues: tuple[Cue, ...]  # in the order of the text
    confidence: tuple[float, ...]  # 0..1, one a cue


@dataclass
class _Place:
    """Where a cue stands; changed step by step."""

    start: float
    end: float
    confidence: float
    follows: bool  # the cue before it ended when it began, so that it must not overlap that one


def realign_around(
    before: Sequence[Cue],
    cues: Sequence[Cue],
    fixed: Collection[int],
    confidence: Sequence[float],
    heard: Sequence[Word] = (),
    language: str = "",
) -> Corrected:
    """Time the cues between corrected ones anew.

    A corrected cue does not move. The others keep their order and never overlap a corrected one. Those that were
    sure stay, unless their place was taken. The unsure ones go where their words were heard between the corrected
    cues, and where they were not heard they move as much as their neighbours: between two anchors by a share of both
    moves, behind the last one by its whole move.

    Args:
        before: the cues before this correction, in the order of the text.
        cues: the same cues in the same order, the corrected ones with their new times.
        fixed: places of the cues that were corrected, now or earlier.
        confidence: in the times of ``before``, 0..1, one a cue.
        heard: words that were recognised, with media times, by start; may be empty.
        language: ISO 639-1 code of the text.

    Returns:
        The cues with their new times; words move with their cue.

    Raises:
        ValueError: the sequences differ in length.
    """
    if not len(before) == len(cues) == len(confidence):
        raise ValueError(f"{len(before)} cues before, {len(cues)} behind, {len(confidence)} confidences")
    anchors = sorted(place for place in fixed if 0 <= place < len(cues))
    places = [
        _Place(cue.start, cue.end, confidence[i], not i or before[i - 1].end <= before[i].start + TOUCHING)
        for i, cue in enumerate(cues)
    ]
    for i in anchors:
        places[i].confidence = CORRECTED_CONFIDENCE
    if anchors:
        unsure = [i not in anchors and confidence[i] < UNSURE_LINE_CONFIDENCE for i in range(len(cues))]
        placed = _place_by_words(cues, places, anchors, unsure, heard, language)
        _follow_neighbours(before, places, [not loose or i in placed for i, loose in enumerate(unsure)])
        for first, stop, low, high in _runs(places, anchors):
            _make_room(places[first:stop], low, high)
    moved = tuple(moved_cue(cue, place.start, place.end) for cue, place in zip(cues, places, strict=True))
    return Corrected(moved, tuple(place.confidence for place in places))


def moved_cue(cue: Cue, start: float, end: float) -> Cue:
    """Give a cue new times and take its words along, stretched as the cue is."""
    if (start, end) == (cue.start, cue.end):
        return cue
    scale = (end - start) / max(cue.end - cue.start, 1e-6)

    def moved(time: float) -> float:
        return min(max(start + (time - cue.start) * scale, start), end)

    words = tuple(replace(word, start=moved(word.start), end=moved(word.end)) for word in cue.words)
    return replace(cue, start=start, end=end, words=words)


def _runs(places: Sequence[_Place], anchors: Sequence[int]) -> list[tuple[int, int, float, float]]:
    """Return the stretches between corrected cues: first cue, the one behind the last, seconds of room."""
    edges = [-1, *anchors, len(places)]
    runs = []
    for left, right in zip(edges, edges[1:], strict=False):
        if right - left > 1:
            low = places[left].end if left >= 0 else 0.0
            high = places[right].start if right < len(places) else float("inf")
            runs.append((left + 1, right, low, high))
    return runs


def _place_by_words(
    cues: Sequence[Cue],
    places: Sequence[_Place],
    anchors: Sequence[int],
    unsure: Sequence[bool],
    heard: Sequence[Word],
    language: str,
) -> set[int]:
    """Put unsure cues where their words were heard; return those that were."""
    placed: set[int] = set()
    for first, stop, low, high in _runs(places, anchors):
        inside = [word for word in heard if low <= (word.start + word.end) / 2 <= high]
        if not inside or not any(unsure[first:stop]):
            continue
        given = given_words([cue.text for cue in cues[first:stop]], language)
        recognised = heard_words([(0, word) for word in inside], language)
        matched: dict[int, list[int]] = {}
        for pair in pair_words(given, recognised):
            matched.setdefault(given[pair.given].line, []).append(pair.heard)
        for line, found in matched.items():
            share = len(found) / sum(len(word.keys) for word in given if word.line == line)
            if unsure[first + line] and share >= MATCHED_SHARE:
                place, words = places[first + line], [recognised[i] for i in found]
                place.start, place.end = words[0].start, max(words[-1].end, words[0].start + LEAST_SECONDS)
                place.confidence = min(1.0, share) * float(np.mean([word.probability for word in words]))
                placed.add(first + line)
    return placed


def _follow_neighbours(before: Sequence[Cue], places: Sequence[_Place], anchored: Sequence[bool]) -> None:
    """Move the cues that nothing places as much as those beside them."""
    old = [time for cue, known in zip(before, anchored, strict=True) if known for time in (cue.start, cue.end)]
    new = [time for place, known in zip(places, anchored, strict=True) if known for time in (place.start, place.end)]
    times, moves = np.array(old), np.array(new) - np.array(old)
    order = np.argsort(times, kind="stable")
    for cue, place, known in zip(before, places, anchored, strict=True):
        if not known:
            # The length stays: a subtitle is not read faster because its neighbour was moved.
            move = float(np.interp(cue.start, times[order], moves[order]))
            place.start, place.end = max(cue.start + move, 0.0), max(cue.end + move, LEAST_SECONDS)


def _make_room(run: Sequence[_Place], low: float, high: float) -> None:
    """Keep a run of cues in order and between two times."""
    floor = low
    for place, following in zip(run, [*run[1:], None], strict=True):
        _push_back(place, max(floor, low))
        floor = place.end - TOUCHING if following and following.follows else place.start
    ceiling = high
    for place in reversed(run):
        _push_forward(place, min(ceiling, high))
        ceiling = place.start + TOUCHING if place.follows else high
    if run[0].start < low or any(place.end - place.start < LEAST_SECONDS / 2 for place in run):
        _squeeze(run, low, high)


def _push_back(place: _Place, floor: float) -> None:
    """Let a cue begin no earlier than this."""
    length = place.end - place.start
    if place.start < floor:
        place.end = place.end if place.end - floor >= KEPT_SHARE * length else floor + length
        place.start = floor


def _push_forward(place: _Place, ceiling: float) -> None:
    """Let a cue end no later than this."""
    length = place.end - place.start
    if place.end > ceiling:
        place.start = place.start if ceiling - place.start >= KEPT_SHARE * length else ceiling - length
        place.end = ceiling


def _squeeze(run: Sequence[_Place], low: float, high: float) -> None:
    """Set cues that have too little room one behind the other, each with its share of it."""
    lengths = np.array([max(place.end - place.start, LEAST_SECONDS) for place in run])
    room = min(max(high - low, LEAST_SECONDS * len(run)), float(lengths.sum()))
    edges = low + room * np.concatenate([[0.0], np.cumsum(lengths) / lengths.sum()])
    for place, start, end in zip(run, edges[:-1], edges[1:], strict=True):
        place.start, place.end = float(start), float(end)

"""Hears cues again at the places where a map puts them, and lets that decide on which side of a cut each belongs.

Forced onto a few seconds of sound, the text of a cue is far likelier where it is said than twenty seconds off, and its
words stand evenly there. Of 133 cues of development files with every fault (cut, music, errors of 0.3 s), 90 % are
likelier at their own place, half of them by 3.7 nats a word; forced onto a whole window some fit a stranger's speech.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mmdemo.alignment.cue_scores import Float64Array
from mmdemo.alignment.heard_cues import HeardCue
from mmdemo.alignment.time_map import MapPiece, TimeMap
from mmdemo.types import Cue, Span

JUMP_SECONDS = 2.0
"""Neighbouring pieces nearer than this put a cue into the same stretch of sound."""
DOUBTFUL_CUES = 3
"""On either side of a jump, whose side is heard."""
MOST_GAIN = 3.0
SIDE_COST = 0.75
"""Nats a word: what one cue may say for the other side, and what it must gain there before the map gives way."""
CLOSE_SECONDS, APART_SECONDS = 0.15, 0.5
"""Median distance of a cue's words from where they should be if it is spoken evenly. Of cues of seven words or
more 97 % are within 0.3 s of their place at less than 0.2 s, once the 0.15 s are taken off by which they are early."""
LEAST_WORDS, SURE_WORDS = 3, 5
"""One word stands evenly anywhere, two or three nearly so: “Mehl, Salz, Wasser” did 0.9 s behind its place."""
EVENNESS_NATS = 3.5
"""What words that stand evenly say beside their likelihood, which is low throughout where Whisper hardly knows a
language: a logistic regression over 2,000 pairs of a right and a wrong place of development cues."""

LEAST_UNLIKELY, MOST_LIKELY = -1.0, 3.0
LEAST_EVIDENCE, LEAST_CONFIRMED = 3.0, 3
"""Nats a word by which cues are likelier at their places than at each other's, each within the first two bounds: their
mean times the square root of their number. Of 28 development files under music 27 had a mean of 1.3 and evidence of 4.1
at the least; of 23 files of other films none had more than 0.6 and 1.8."""


@dataclass(frozen=True)
class CuePlace:
    """Where a piece of a map puts a cue."""

    cue: int
    piece: int
    span: Span  # media seconds


@dataclass(frozen=True)
class PlacedCue:
    """How a cue sounds at a place."""

    place: CuePlace
    likelihood: float  # mean log probability of its words
    start: float  # media seconds, by most of its words; of the first of them, where phones tell
    spread: float  # seconds by which its words lie apart from where they should be
    words: int
    certainty: float | None = None  # 0..1, that it is said there; None: only its evenness tells


def places_of(cues: Sequence[Cue], time_map: TimeMap) -> Iterator[CuePlace]:
    """Yield the places at which to hear cues: all at their own, those beside a jump on its other side too.

    Args:
        cues: with their old times.
        time_map: from old to new times.
    """
    order = cues_in_order(cues)
    own = own_pieces(cues, time_map)
    for at, i in enumerate(order):
        near = {own[j] for j in order[max(at - DOUBTFUL_CUES, 0) : at + DOUBTFUL_CUES + 1]}
        for piece in sorted(near):
            if piece == own[i] or _is_jump(time_map, own[i], piece, cues[i]):
                start, end = (time_map.pieces[piece].apply(t) for t in (cues[i].start, cues[i].end))
                yield CuePlace(i, piece, Span(start, end))


def other_places(cues: Sequence[Cue], time_map: TimeMap) -> Iterator[CuePlace]:
    """Yield places of other cues for each cue, to compare its own with: half of the file and a third of it further on.

    Args:
        cues: with their old times.
        time_map: from old to new times.
    """
    order = cues_in_order(cues)
    own = own_pieces(cues, time_map)
    for at, i in enumerate(order):
        for step in sorted({len(order) // 3, len(order) // 2} - {0}):
            other = cues[order[(at + step) % len(order)]]
            start, _ = time_map.apply_span(other.start, other.end)
            yield CuePlace(i, own[i], Span(start, start + cues[i].end - cues[i].start))


def is_confirmed(
    cues: Sequence[Cue],
    time_map: TimeMap,
    own: Sequence[PlacedCue],
    others: Sequence[PlacedCue],
    least_nats: float,
) -> bool:
    """Tell whether cues are said where a map puts them.

    Args:
        cues: with their old times.
        time_map: from old to new times.
        own: heard at `places_of` the two.
        others: heard at `other_places`.
        least_nats: a word, by which cues must be likelier at their own places, on the average.
    """
    pieces = own_pieces(cues, time_map)
    elsewhere: dict[int, list[float]] = {}
    for one in others:
        elsewhere.setdefault(one.place.cue, []).append(one.likelihood)
    gains = [
        float(np.clip(one.likelihood - np.mean(elsewhere[one.place.cue]), LEAST_UNLIKELY, MOST_LIKELY))
        for one in own
        if one.place.piece == pieces[one.place.cue] and one.place.cue in elsewhere
    ]
    total = sum(gains)
    mean = total / max(len(cues), 1)
    return len(gains) >= LEAST_CONFIRMED and mean >= least_nats and total / len(gains) ** 0.5 >= LEAST_EVIDENCE


def settled_map(cues: Sequence[Cue], time_map: TimeMap, heard: Sequence[PlacedCue]) -> TimeMap:
    """Move the jumps of a map to where the cues beside them are likeliest, as far as that is worth it.

    Args:
        cues: with their old times.
        time_map: from old to new times.
        heard: at `places_of` the two.
    """
    order = cues_in_order(cues)
    own = own_pieces(cues, time_map)
    gains = _gains(own, heard)
    scores = np.full((len(cues), len(time_map.pieces)), -np.inf)  # [C, P]
    for at, i in enumerate(order):
        scores[at, own[i]] = 0.0
        for piece in range(len(time_map.pieces)):
            if (i, piece) in gains:
                scores[at, piece] = np.clip(gains[i, piece], -MOST_GAIN, MOST_GAIN) - SIDE_COST
    chosen = _ascending_path(scores)
    if chosen == [own[i] for i in order]:
        return time_map
    return map_through(cues, {i: time_map.pieces[piece] for i, piece in zip(order, chosen, strict=True)})


def spots_at(
    cues: Sequence[Cue], time_map: TimeMap, heard: Sequence[PlacedCue], before: Sequence[HeardCue]
) -> tuple[HeardCue, ...]:
    """Tell where cues are said, once it is known about where.

    Args:
        cues: with their old times.
        time_map: settled.
        heard: at `places_of` cues.
        before: where each was heard while nothing was known; kept where that is surer.
    """
    spots = list(before)
    for one in heard:
        i = one.place.cue
        cue = cues[i]
        start, _ = time_map.apply_span(cue.start, cue.end)
        if abs(one.place.span.start - start) > JUMP_SECONDS:
            continue
        sure = confidence_of(one)
        if abs(spots[i].start - start) > JUMP_SECONDS or sure >= spots[i].confidence:
            spots[i] = HeardCue(one.start, one.start + cue.end - cue.start, sure)
    return tuple(spots)


def confidence_of(one: PlacedCue) -> float:
    """Tell how surely a cue's words are where they were placed, 0..1."""
    if one.certainty is not None:
        return one.certainty
    close = (APART_SECONDS - one.spread) / (APART_SECONDS - CLOSE_SECONDS)
    enough = (one.words - LEAST_WORDS + 1) / (SURE_WORDS - LEAST_WORDS + 1)
    return float(np.clip(close, 0.0, 1.0) * np.clip(enough, 0.0, 1.0))


def between_jumps(cues: Sequence[Cue], time_map: TimeMap) -> list[list[int]]:
    """Return the positions of cues in order, in groups between jumps of a map; drifting to a next piece is none."""
    order, own = cues_in_order(cues), own_pieces(cues, time_map)
    groups = [order[:1]] if order else []
    for i, j in zip(order, order[1:], strict=False):
        if _is_jump(time_map, own[i], own[j], cues[j]):
            groups.append([])
        groups[-1].append(j)
    return groups


def has_jump(cues: Sequence[Cue], time_map: TimeMap) -> bool:
    """Tell whether a map jumps between two of the cues."""
    return len(between_jumps(cues, time_map)) > 1


def map_through(cues: Sequence[Cue], pieces: Mapping[int, MapPiece]) -> TimeMap:
    """Build the map that puts each cue where its piece does.

    Args:
        cues: with their old times, at least one.
        pieces: by the position of the cue; each begins where it did, if that is between its cues and those before.
    """
    order = cues_in_order(cues)
    found = [pieces[order[0]]]
    for before, i in zip(order, order[1:], strict=False):
        piece = pieces[i]
        if (piece.rate, piece.offset) != (found[-1].rate, found[-1].offset):
            last, first = (0.5 * (cues[j].start + cues[j].end) for j in (before, i))
            start = piece.start if last < piece.start <= first else 0.5 * (last + first)
            found.append(replace(piece, start=start))
    return TimeMap((replace(found[0], start=min(found[0].start, cues[order[0]].start)), *found[1:]))


def fit_of(one: PlacedCue) -> float:
    """Tell how well a cue fits a place, in nats a word: by its likelihood and by how evenly its words stand there."""
    return one.likelihood + EVENNESS_NATS * confidence_of(one)


def cues_in_order(cues: Sequence[Cue]) -> list[int]:
    """Return the positions of cues in the order of their middles, by which maps go."""
    return sorted(range(len(cues)), key=lambda i: (cues[i].start + cues[i].end, i))


def own_pieces(cues: Sequence[Cue], time_map: TimeMap) -> list[int]:
    """Return which piece of a map holds for each cue."""
    return [time_map.pieces.index(time_map.piece_at(0.5 * (cue.start + cue.end))) for cue in cues]


def _is_jump(time_map: TimeMap, one: int, other: int, cue: Cue) -> bool:
    return abs(time_map.pieces[one].apply(cue.start) - time_map.pieces[other].apply(cue.start)) > JUMP_SECONDS


def _gains(own: Sequence[int], heard: Sequence[PlacedCue]) -> Mapping[tuple[int, int], float]:
    """Return by how much a cue fits better where another piece puts it, by cue and piece."""
    here = {one.place.cue: fit_of(one) for one in heard if one.place.piece == own[one.place.cue]}
    return {
        (one.place.cue, one.place.piece): fit_of(one) - here[one.place.cue]
        for one in heard
        if one.place.piece != own[one.place.cue] and one.place.cue in here
    }


def _ascending_path(scores: Float64Array) -> list[int]:
    """Choose a column for each row, never one before that of the row above, at the highest total."""
    total = scores[0]
    origins = []
    for row in scores[1:]:
        best = np.maximum.accumulate(total)
        origins.append(np.maximum.accumulate(np.where(total >= best, np.arange(len(total)), 0)))
        total = best + row
    path = [int(total.argmax())]
    for origin in origins[::-1]:
        path.append(int(origin[path[-1]]))
    return path[::-1]

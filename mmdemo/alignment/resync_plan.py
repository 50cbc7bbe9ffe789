"""Decides what a mistimed subtitle file becomes: which map its cues follow, and which cues get a time of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mmdemo.alignment.anchor_fit import Anchor, AnchorFit, fit_anchors
from mmdemo.alignment.heard_cues import HeardCue
from mmdemo.alignment.mask_correlation import UNCHANGED_SECONDS
from mmdemo.alignment.time_map import TimeMap
from mmdemo.types import Cue

SURE_CUE = 0.35
"""Confidence from which the place where a cue's words were heard counts."""
LEAST_ANCHORS = 3
LEAST_INLIER_SHARE = 0.35
"""Of the anchors' weight: a map that explains less was found by chance."""
CHANGE_ANCHORS = 3.0
"""Cues as surely heard as most that a further piece of the map must explain: where three agree to a fraction of a
second on a place far from that of the others, something was cut or inserted."""
EXACT_INLIER_SHARE = 0.8
ROUGH_TOLERANCE_SECONDS = 0.6
ROUGH_CHANGE_ANCHORS = 1.5
LEAST_ROUGH_SHARE = 0.6
"""Where fewer anchors agree with the map, the file's own times are rough, as when they were set by ear: errors of 0.3 s
are usual then. So wide a tolerance lets more agree by chance, and more must. Errors of 0.3 s leave an anchor 0.6 of its
weight, so that three still outweigh a change; in a short file no side of a cut has more than four."""
KEPT_SECONDS = 0.2
"""A cue this near to where its words were heard stays with the map: word times are no better than that."""
FAR_SECONDS = 8.0
"""A cue this far from the map was heard elsewhere by mistake, such as another place of the same words."""
JITTER_SECONDS = 0.1
"""Median distance of the cues from their map from which the file's own times are worth less than the words'."""
BOTH_ENDS_SECONDS = 0.35
"""Moves of a cue's start and end that differ by more do not confirm each other."""
MAP_CONFIDENCE = 0.5
"""Of a cue that nobody was heard to speak but whose neighbours' map is sure."""
SHORTEST_CUE_SECONDS = 0.05


@dataclass(frozen=True)
class RetimedCues:
    """Cues with new times."""

    cues: tuple[Cue, ...]  # in the order given
    confidence: tuple[float, ...]
    time_map: TimeMap
    moved: int  # cues that got a time of their own


def follow_map(cues: Sequence[Cue], time_map: TimeMap) -> tuple[Cue, ...]:
    """Move every cue by a map; lengths change with the map's rate only, and no cue begins before 0:00."""
    followed = []
    for cue in cues:
        start, end = time_map.apply_span(cue.start, cue.end)
        followed.append(_placed(cue, start, end))
    return tuple(followed)


def move_cues(before: Sequence[Cue], cues: Sequence[Cue], moves: Sequence[float]) -> tuple[Cue, ...]:
    """Move every cue by an amount of its own.

    Args:
        before: as given; cues that overlap there may do so again.
        cues: the same on their map.
        moves: seconds, one a cue.
    """
    moved = [_placed(cue, cue.start + move, cue.end + move) for cue, move in zip(cues, moves, strict=True)]
    return tuple(_without_new_overlaps(before, moved))


def fit_heard(cues: Sequence[Cue], heard: Sequence[HeardCue]) -> AnchorFit | None:
    """Fit a map to where the cues' words were heard.

    Args:
        cues: with their old times.
        heard: one a cue.

    Returns:
        The fit; None when too few cues were heard or they do not agree.
    """
    anchors = [
        Anchor(cue.start, found.start, found.confidence)
        for cue, found in zip(cues, heard, strict=True)
        if found.confidence >= SURE_CUE
    ]
    if len(anchors) < LEAST_ANCHORS:
        return None
    cost = CHANGE_ANCHORS * float(np.median([anchor.weight for anchor in anchors]))
    fit = fit_anchors(anchors, change_cost=cost)
    if fit.inlier_share < EXACT_INLIER_SHARE:
        cost *= ROUGH_CHANGE_ANCHORS / CHANGE_ANCHORS
        rough = fit_anchors(anchors, change_cost=cost, tolerance=ROUGH_TOLERANCE_SECONDS)
        if rough.inlier_share >= max(LEAST_ROUGH_SHARE, fit.inlier_share):
            return rough
    return fit if fit.inlier_share >= LEAST_INLIER_SHARE else None


def retime(cues: Sequence[Cue], heard: Sequence[HeardCue], time_map: TimeMap) -> RetimedCues:
    """Let cues follow a map, and put those that were surely heard beside it where they were heard.

    Args:
        cues: with their old times.
        heard: one a cue.
        time_map: from old to new times.

    Returns:
        Cues in the same order. In a file whose own times are coarse (see `JITTER_SECONDS`) every cue that was heard
        gets the time of its words; in all others only those far from the map do.
    """
    followed = follow_map(cues, time_map)
    moves = own_moves(followed, heard)
    known = [abs(move) for move in moves if move is not None]
    kept = 0.0 if known and float(np.median(known)) > JITTER_SECONDS else KEPT_SECONDS
    placed, beliefs, moved = [], [], 0
    for cue, found, move in zip(followed, heard, moves, strict=True):
        beliefs.append(MAP_CONFIDENCE if move is None else found.confidence)
        if move is None or abs(move) <= kept:
            placed.append(cue)
            continue
        placed.append(_placed(cue, cue.start + move, cue.end + move))
        moved += 1
    return RetimedCues(tuple(_without_new_overlaps(cues, placed)), tuple(beliefs), time_map, moved)


def own_moves(cues: Sequence[Cue], heard: Sequence[HeardCue]) -> list[float | None]:
    """Return by how many seconds each cue stands off from its words; None where they were not surely heard.

    A cue that is off is off at both ends. Where start and end disagree, one of them was misheard, such as behind an
    “um” that stands in the text and was not recognised, and the smaller move is the one to believe.
    """
    sure = [
        found.confidence >= SURE_CUE and abs(found.start - cue.start) < FAR_SECONDS
        for cue, found in zip(cues, heard, strict=True)
    ]
    lingers = [cue.end - found.end for cue, found, known in zip(cues, heard, sure, strict=True) if known]
    linger = (
        float(np.median(lingers)) if len(lingers) >= LEAST_ANCHORS else 0.0
    )  # subtitles stay a little longer than they are spoken
    moves: list[float | None] = []
    for cue, found, known in zip(cues, heard, sure, strict=True):
        at_start, at_end = found.start - cue.start, found.end + linger - cue.end
        agree = abs(at_start - at_end) <= BOTH_ENDS_SECONDS
        moves.append((at_start if agree else min(at_start, at_end, key=abs)) if known else None)
    return moves


def is_unchanged(cues: Sequence[Cue], retimed: Sequence[Cue]) -> bool:
    """Tell whether no cue moved far enough to be worth a new file."""
    return all(
        abs(after.start - before.start) <= UNCHANGED_SECONDS for before, after in zip(cues, retimed, strict=True)
    )


def _placed(cue: Cue, start: float, end: float) -> Cue:
    """Put a cue at another time, its words with it."""
    rate = (end - start) / (cue.end - cue.start) if cue.end > cue.start else 1.0
    words = tuple(
        replace(
            word,
            start=max(start + rate * (word.start - cue.start), 0.0),
            end=max(start + rate * (word.end - cue.start), 0.0),
        )
        for word in cue.words
    )
    start = max(start, 0.0)
    end = max(end, start + min(SHORTEST_CUE_SECONDS, max(cue.end - cue.start, 0.0)))
    return replace(cue, start=start, end=end, words=words)


def _without_new_overlaps(before: Sequence[Cue], after: Sequence[Cue]) -> list[Cue]:
    """End a cue where the next one begins, unless the two overlapped before as well."""
    order = sorted(range(len(after)), key=lambda i: (after[i].start, i))
    result = list(after)
    for i, following in zip(order, order[1:], strict=False):
        overlapped = before[i].end > before[following].start and before[following].end > before[i].start
        if not overlapped and result[i].end > result[following].start > result[i].start:
            result[i] = _ending(result[i], result[following].start)
    return result


def _ending(cue: Cue, end: float) -> Cue:
    """Let a cue end earlier, and its words with it."""
    words = tuple(replace(word, start=min(word.start, end), end=min(word.end, end)) for word in cue.words)
    return replace(cue, end=end, words=words)

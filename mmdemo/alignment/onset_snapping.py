"""Puts cues that were placed by ear on the moments at which somebody begins to speak, as far as that is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mmdemo.alignment.cue_scores import CueScorer, Float64Array, cue_times
from mmdemo.alignment.speech_mask import FRAME_SECONDS, SpeechMask
from mmdemo.types import Span

FARTHEST_SECONDS = 0.7
"""No cue moves farther by voice activity alone: whose onset lies there is anybody's guess."""
STEP_FRAMES = 2
JITTER_SECONDS = 0.12
"""Spread of the cues around speech, as a standard deviation, from which a file's own times are worth less than onsets.
Files that are right stay below 0.08, also under noise and music; those with errors of 0.3 s reach 0.15 to 0.35."""
NEAREST_SHARE, NEAREST_DEVIATION = 0.75, 0.607
"""Of the moves that count for their spread, and the standard deviation of so many of the values of a unit normal
distribution, those nearest to 0."""
LEAST_SPREAD, MOST_SPREAD = 0.1, 0.3
SCORE_SECONDS = 0.35
"""Score that makes an onset e times as likely; a clear one is worth `START_WEIGHT` × `EDGE_SECONDS` = 1.5."""
LEAST_CUES = 6
LEAST_APART_SECONDS = 0.1
"""Starts that differed stay apart by this much: two lines do not begin with one onset."""
MARGIN_SECONDS = 2.0


@dataclass(frozen=True)
class Snapping:
    """By how much each cue is off."""

    moves: tuple[float, ...]  # seconds to add, one a cue in the order given; 0.0 where nothing is known
    spread: float  # standard deviation of the errors, seconds; outliers do not count


def find_onsets(cues: Sequence[Span], mask: SpeechMask) -> Snapping:
    """Find the onset of speech that each cue was meant for.

    The best onsets are chosen for all cues together (Viterbi), so that their order stays.

    Args:
        cues: where the file as a whole fits already, in any order.
        mask: of the media.

    Returns:
        Moves and their spread.
    """
    starts = np.array([cue.start for cue in cues])
    ends = np.array([cue.end for cue in cues])
    reach = round(FARTHEST_SECONDS / FRAME_SECONDS)
    inside = (
        np.isfinite(starts) & np.isfinite(ends) & (starts > -MARGIN_SECONDS) & (ends < mask.duration + MARGIN_SECONDS)
    )
    if np.count_nonzero(inside) < LEAST_CUES:
        return Snapping((0.0,) * len(cues), 0.0)
    times = cue_times(starts[inside], ends[inside])
    longest = float((ends[inside] - starts[inside]).max())
    scorer = CueScorer(mask.speech, round((2 * MARGIN_SECONDS + max(longest, 0.0) + 20.0) / FRAME_SECONDS))
    lags: Float64Array = np.arange(-reach, reach + 1, STEP_FRAMES) * np.float64(FRAME_SECONDS)  # [L] seconds
    scores = np.stack([scorer.scores(times, i, -reach, len(lags), STEP_FRAMES) for i in range(len(times))])  # [C, L]
    free = lags[scores.argmax(axis=1)]
    spread = spread_of_most(free)
    width = float(np.clip(spread, LEAST_SPREAD, MOST_SPREAD))
    prior = -0.5 * np.square((lags - float(np.median(free))) / width)  # [L]
    moves = np.zeros(len(cues))
    order = np.flatnonzero(inside)[np.argsort(starts[inside], kind="stable")]
    moves[order] = _ordered_moves(scores / SCORE_SECONDS + prior, times.starts, lags)
    return Snapping(tuple(moves.tolist()), spread)


def onset_scores(cues: Sequence[Span], mask: SpeechMask) -> tuple[float, ...]:
    """Tell how well each cue stands on an onset of speech, in the scores of `CueScorer`.

    Args:
        cues: with finite times, in any order.
        mask: of the media.
    """
    starts, ends = np.array([cue.start for cue in cues]), np.array([cue.end for cue in cues])
    times = cue_times(starts, ends)
    latest = max(float(times.ends.max(initial=0.0)) - mask.duration, -float(times.starts.min(initial=0.0)), 0.0)
    scorer = CueScorer(mask.speech, round((latest + MARGIN_SECONDS) / FRAME_SECONDS))
    scores = np.zeros(len(cues))
    for i, at in enumerate(np.argsort(starts, kind="stable").tolist()):
        scores[at] = scorer.scores(times, i, 0, 1, 1)[0]
    return tuple(scores.tolist())


def spread_of_most(moves: Float64Array) -> float:
    """Return the standard deviation that most of the moves have, by those nearest to their median.

    The median distance alone says too little about a dozen moves: of 32 files with errors of 0.3 s under music it took
    three for exact ones, where this takes one.

    Args:
        moves: seconds, one at least.
    """
    distances = np.sort(np.abs(moves - np.median(moves)))[: max(round(NEAREST_SHARE * len(moves)), 1)]
    return float(np.sqrt(np.mean(np.square(distances)))) / NEAREST_DEVIATION


def _ordered_moves(scores: Float64Array, starts: Float64Array, lags: Float64Array) -> Float64Array:
    """Choose a move for each cue at the highest total so that starts which ascended still do.

    Args:
        scores: [C, L] log odds.
        starts: [C] ascending seconds.
        lags: [L] ascending seconds.

    Returns:
        [C] seconds.
    """
    step = float(lags[1] - lags[0])
    totals = np.array(scores[0])
    origins = np.zeros(scores.shape, np.int64)
    for i in range(1, len(scores)):
        gap = float(starts[i] - starts[i - 1])
        apart = min(LEAST_APART_SECONDS, gap)
        # Before move k of this cue, the one before it may have moved by lags[k] + gap - apart at the most.
        last = np.clip(np.arange(len(lags)) + int(np.floor((gap - apart) / step + 1e-9)), 0, len(lags) - 1)
        best = np.maximum.accumulate(totals)
        where = np.maximum.accumulate(np.where(totals >= best, np.arange(len(lags)), 0))
        origins[i] = where[last]
        totals = best[last] + scores[i]
    path = np.empty(len(scores), np.int64)
    path[-1] = int(totals.argmax())
    for i in range(len(scores) - 1, 0, -1):
        path[i - 1] = origins[i, path[i]]
    return np.asarray(lags[path], np.float64)

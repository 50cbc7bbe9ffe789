"""Gives every pause to exactly one word boundary, by one dynamic programme over a window.

Cross-attention gives a pause to the word behind it (``../shared/reference/subtitle-alignment.md``). In speech time,
which stands still in pauses, that error vanishes: a pause is a point there, and the programme chooses the boundary that
lies nearest to it, weighs how long the words between two pauses should take, and prefers the ends of lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mmdemo.alignment.pause_levels import FRAME_SECONDS
from mmdemo.alignment.pause_runs import Run, SpeechClock

FloatArray = NDArray[np.float64]

BOUNDARY_SECONDS = 0.1
"""Scale of the error of a boundary found by cross-attention, in speech time; it has long tails (Cauchy)."""
LEAST_SHARED_SECONDS = 0.06
"""Of the time that cross-attention gave a word, so much at least should lie in the run that holds it."""
HEARD_ELSEWHERE_COST = 1.0
"""Of a word in a run that holds nothing of the place where recognition found it. At 0.7 an “uh” is taken into the pause
behind it; at 1.4 whole lists of digits, which recognition hears early, move on by one."""
VOICED = 0.2
"""A run in which somebody is heard."""
EARLY_SHARE = 0.37
EARLY_OFFSET_SECONDS = 0.09
"""Cross-attention leaves a word the earlier, the longer it is. Fitted on two synthetic voices, the words of one placed
by an HMM: with both values in, 45 → 53 % and 48 → 61 % of their words came within 50 ms. No voice was held out."""
LAG_PAUSES = 4
MOST_LAG_SECONDS = 0.3
"""Cross-attention moves on early in lists without punctuation, by as much all along: 0.15 s at the pauses between
spoken digits, nothing in sentences. So many pauses tell by how much."""
COMMON_VARIANCE = 0.12
WORD_VARIANCE = 0.3
"""Variance of the logarithm of how long words take over what is expected: of a speaker, and of each word, which
averages out over several. People stretch words when they hesitate."""
HURRY_FACTOR = 2.0
"""Words are stretched far more easily than shortened."""
LENGTH_OFFSET_SECONDS = 0.05
"""Added to lengths before their logarithm: the edges of runs are no more precise."""
MOST_LENGTH_COST = 10.0
LINE_BREAK_BONUS = 5.0
SENTENCE_BONUS = 1.5
"""In units of log probability: how much likelier a pause is at the end of a line, or behind punctuation."""
PAUSE_SECONDS = 0.6
"""A pause this long earns the whole bonus."""
LONGEST_PAUSE_SECONDS = 10.0
UNPAUSED_LINE_COST = 1.5
"""Of a line that ends without a pause."""
EMPTY_COST = 2.5
EMPTY_COST_A_SECOND = 6.0
MOST_EMPTY_COST = 5.0
"""Of voiced sound that no word takes: speech that was not heard is rare, but then it may be long."""
INNER_PAUSE_COST = 0.5
"""Of a pause inside a line, for each time that it doubles beyond `PAUSE_SECONDS`."""
VOICELESS_COST_A_SECOND = 4.0
"""Of words where no voice is heard."""
SHORTEST_WORD_FRAMES = 3
"""No word is placed shorter than this where there is room."""


@dataclass(frozen=True)
class RoughWord:
    """A word as cross-attention placed it, in seconds from the window's start."""

    start: float
    end: float
    expected: float  # seconds it should take
    ends_line: bool
    ends_sentence: bool
    heard: tuple[float, float] | None = None  # where recognition found it


@dataclass(frozen=True)
class PlacedWord:
    """A word in frames of the window."""

    first: float
    behind: float


def assign_pauses(words: Sequence[RoughWord], runs: Sequence[Run], clock: SpeechClock) -> tuple[PlacedWord, ...]:
    """Place words so that none stretches over a pause.

    Args:
        words: in order.
        runs: of the window, in order.
        clock: of the window.

    Returns:
        One place a word, in order, without overlap.
    """
    if not words:
        return ()
    boundaries = _boundaries(words, clock)  # [N + 1]
    behind = _words_before_runs(words, runs, clock, boundaries)
    lag = _lag(words, runs, clock, boundaries, behind)
    if lag:
        boundaries = _later(boundaries, words, lag)
        behind = _words_before_runs(words, runs, clock, boundaries)
    placed: list[PlacedWord] = []
    for run, first, last in zip(runs, behind[:-1], behind[1:], strict=True):
        placed += _inside(run, boundaries[first : last + 1], clock, words[first:last])
    return tuple(placed)


def _boundaries(words: Sequence[RoughWord], clock: SpeechClock) -> FloatArray:
    """Return [N + 1] the speech times between words."""
    times = np.array([word.start for word in words] + [words[-1].end])
    spoken = clock.at(times / FRAME_SECONDS)
    # Punctuation has tokens of its own, which hold the boundary behind it in place.
    spoken[1:-1] += [
        0.0 if word.ends_sentence else EARLY_SHARE * word.expected - EARLY_OFFSET_SECONDS for word in words[:-1]
    ]
    return np.maximum.accumulate(spoken)


def _lag(
    words: Sequence[RoughWord], runs: Sequence[Run], clock: SpeechClock, boundaries: FloatArray, behind: Sequence[int]
) -> float:
    """Measure on the pauses by how much boundaries come too early here, in seconds of speech; 0.0 when unknown."""
    late = [
        float(clock.elapsed[run.behind] - boundaries[word])
        for run, before, word in zip(runs, behind[:-1], behind[1:], strict=True)
        if before < word < len(words) and not words[word - 1].ends_sentence
    ]
    return float(np.clip(np.median(late), -MOST_LAG_SECONDS, MOST_LAG_SECONDS)) if len(late) >= LAG_PAUSES else 0.0


def _later(boundaries: FloatArray, words: Sequence[RoughWord], lag: float) -> FloatArray:
    """Move boundaries by the lag; punctuation has tokens of its own, which hold the boundary behind it in place."""
    moved = boundaries.copy()
    free = [i for i, word in enumerate(words, start=1) if not word.ends_sentence and i < len(words)]
    moved[free] += lag
    return np.minimum(np.maximum.accumulate(moved), max(boundaries[-1], 0.0))


def _words_before_runs(
    words: Sequence[RoughWord], runs: Sequence[Run], clock: SpeechClock, boundaries: FloatArray
) -> list[int]:
    """Find the cheapest split of the words over the runs: how many words come before each run, and N at the end."""
    expected = np.concatenate([[0.0], np.cumsum([word.expected for word in words])])  # [N + 1]
    count = len(words) + 1
    best = np.full(count, np.inf)
    best[0] = 0.0
    unpaused = _unpaused_lines(words)
    choices: list[NDArray[np.int64]] = []
    for number, run in enumerate(runs):
        silence = _silence_behind(runs, number)
        ends = _end_costs(words, boundaries, float(clock.elapsed[run.behind]), silence)
        starts = _start_costs(boundaries, float(clock.elapsed[run.first]))
        lengths = _length_costs(run, expected) + unpaused + _misplaced(words, run)
        total = best[:, None] + starts[:, None] + ends[None, :] + lengths  # [N + 1, N + 1] words before, words behind
        total[np.tril_indices(count)] = np.inf
        np.fill_diagonal(
            total, best + min((EMPTY_COST + EMPTY_COST_A_SECOND * run.seconds) * run.voice, MOST_EMPTY_COST)
        )
        choices.append(np.argmin(total, axis=0))
        best = np.min(total, axis=0)
    behind = [count - 1]
    for choice in reversed(choices):
        behind.append(int(choice[behind[-1]]))
    return behind[::-1]


def _silence_behind(runs: Sequence[Run], number: int) -> float:
    """Return seconds from the end of a run to the next in which somebody speaks."""
    following = (run.first for run in runs[number + 1 :] if run.voice > VOICED)
    return (next(following, np.inf) - runs[number].behind) * FRAME_SECONDS


def _misplaced(words: Sequence[RoughWord], run: Run) -> FloatArray:
    """Return [N + 1, N + 1] what it costs that words were found outside the run that is to hold them."""
    first, behind = run.first * FRAME_SECONDS, run.behind * FRAME_SECONDS
    shared = np.array([min(word.end, behind) - max(word.start, first) for word in words])  # [N], negative = outside
    missing = np.maximum(LEAST_SHARED_SECONDS - shared, 0.0)
    elsewhere = [word.heard is not None and (word.heard[1] <= first or word.heard[0] >= behind) for word in words]
    each = 0.5 * np.log1p(np.square(missing / BOUNDARY_SECONDS)) + HEARD_ELSEWHERE_COST * np.array(elsewhere)  # [N]
    costs = np.concatenate([[0.0], np.cumsum(each)])  # [N + 1]
    between: FloatArray = costs[None, :] - costs[:, None]
    return between


def _distance_costs(boundaries: FloatArray, at: float) -> FloatArray:
    """Return half of what it costs to put each boundary here; a pause has two edges."""
    costs: FloatArray = 0.5 * np.log1p(np.square((boundaries - at) / BOUNDARY_SECONDS))
    return costs


def _start_costs(boundaries: FloatArray, at: float) -> FloatArray:
    costs = _distance_costs(boundaries, at)
    return costs


def _end_costs(words: Sequence[RoughWord], boundaries: FloatArray, at: float, silence: float) -> FloatArray:
    costs = _distance_costs(boundaries, at)
    bonus = np.array([LINE_BREAK_BONUS * word.ends_line + SENTENCE_BONUS * word.ends_sentence for word in words])
    inner = INNER_PAUSE_COST * np.log2(1.0 + min(silence, LONGEST_PAUSE_SECONDS) / PAUSE_SECONDS)
    costs[1:] += np.where(bonus > 0.0, -bonus * min(silence / PAUSE_SECONDS, 1.0), inner)
    return costs


def _length_costs(run: Run, expected: FloatArray) -> FloatArray:
    """Return [N + 1, N + 1] what it costs that a run holds the words from the row's on to the column's."""
    needed = np.maximum(expected[None, :] - expected[:, None], 0.0)
    steps = np.arange(len(expected))
    count = np.maximum(steps[None, :] - steps[:, None], 1)
    stretch = np.log((run.seconds + LENGTH_OFFSET_SECONDS) / (needed + LENGTH_OFFSET_SECONDS))
    costs = np.square(stretch) / (2.0 * (COMMON_VARIANCE + WORD_VARIANCE / count))
    costs = np.minimum(np.where(stretch < 0.0, HURRY_FACTOR, 1.0) * costs, MOST_LENGTH_COST)
    total: FloatArray = costs + VOICELESS_COST_A_SECOND * (1.0 - run.voice) * needed
    return total


def _unpaused_lines(words: Sequence[RoughWord]) -> FloatArray:
    """Return [N + 1, N + 1] what the line ends cost that lie between the row's words and the column's."""
    ends = np.concatenate([[0.0], np.cumsum([word.ends_line for word in words])])  # [N + 1]
    last = np.array([False, *(word.ends_line for word in words)])  # [N + 1]
    costs: FloatArray = UNPAUSED_LINE_COST * (ends[None, :] - last[None, :] - ends[:, None])
    return costs


def _inside(run: Run, boundaries: FloatArray, clock: SpeechClock, words: Sequence[RoughWord]) -> list[PlacedWord]:
    """Place the words that one run holds: its edges are theirs, between them the boundaries that were found."""
    if not words:
        return []
    elapsed = clock.elapsed[run.first : run.behind + 1]
    edges = run.first + np.interp(boundaries, elapsed, np.arange(len(elapsed)))  # [n + 1]
    edges[0], edges[-1] = run.first, run.behind
    room = min(float(SHORTEST_WORD_FRAMES), (run.behind - run.first) / len(words))
    steps = np.arange(len(edges))
    edges = np.maximum.accumulate(edges - room * steps) + room * steps
    edges = np.minimum(edges, run.behind - room * steps[::-1])
    edges[0] = run.first
    return [PlacedWord(float(a), float(b)) for a, b in zip(edges[:-1], edges[1:], strict=True)]

"""Where cues end: the cheapest cut of a transcript into cues that can be read, found by dynamic programming."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from mmdemo.subtitles.atoms import Atom
from mmdemo.subtitles.break_costs import SENTENCE_END, break_costs
from mmdemo.subtitles.reading_rules import ReadingRules, text_width

# Costs are on the scale of `break_costs`, where breaking at a comma costs 1 and just anywhere 5.
CUE_COST = 2.0
"""Of every cue, so that short sentences share one."""

FULLNESS_COST = 4.0
"""Of a cue that is full to the last character; it grows with the square of the text, which balances neighbours."""

INNER_SENTENCE_COST = 1.0
"""Of every sentence end that a cue runs over."""

LONG_PAUSE = 0.5
"""Seconds of silence from which a cue should rather end."""

LONG_PAUSE_COST = 4.0
"""Of carrying a cue over a pause of that length; it doubles until `DISTANT_PAUSE`."""

DISTANT_PAUSE = 1.0
"""Seconds of silence that no cue carries over."""

LINE_BREAK_WEIGHT = 0.5
"""A bad line break inside a cue hurts half as much as a bad end of a cue."""

HASTE_COST = 2.0
HASTE_SLOPE = 10.0
"""Of a cue that cannot stand as long as reading takes, and of every time it falls short by its own length."""


@dataclass(frozen=True)
class Layout:
    """Atoms with the sums that make the cost of any cue a few additions."""

    rules: ReadingRules
    starts: list[float]  # [N] seconds
    ends: list[float]  # [N] seconds
    widths: list[float]  # [N + 1] width of the running text before each atom, spaces included
    spaces: list[float]  # [N] width of the space before each atom
    breaks: list[float]  # [N] cost of breaking before each atom
    inner: list[float]  # [N + 1] summed cost of running over the boundaries before the atoms so far
    stretches: list[int]  # [N] counts the distant pauses before each atom
    line_stops: list[int]  # [N] where the longest line from each atom stops
    line_begins: list[int]  # [N + 1] where the longest line up to each boundary begins

    def width(self, first: int, stop: int) -> float:
        """Width of the atoms ``first`` … ``stop - 1`` on one line."""
        return self.widths[stop] - self.widths[first] - self.spaces[first]

    def line_breaks(self, first: int, stop: int) -> range:
        """Places where a cue can be broken into two lines that both fit; empty when it cannot."""
        return range(max(self.line_begins[stop], first + 1), min(self.line_stops[first], stop - 1) + 1)


def make_layout(atoms: Sequence[Atom], language: str, rules: ReadingRules) -> Layout:
    """Measure atoms once.

    Args:
        atoms: in order, none wider than a line.
        language: a language tag.
        rules: the limits.

    Returns:
        What `segment` and `wrapping` work on.
    """
    spaces = [text_width(" ", rules.full_width) if atom.spaced else 0.0 for atom in atoms]
    widths = [text_width(atom.text, rules.full_width) for atom in atoms]
    summed = list(accumulate((space + width for space, width in zip(spaces, widths, strict=True)), initial=0.0))
    breaks = break_costs(atoms, language)
    silences = [0.0] + [right.start - left.end for left, right in pairwise(atoms)]
    inner = [_inner_cost(cost, silence) for cost, silence in zip(breaks, silences, strict=True)]
    line_stops, line_begins = _line_reach(summed, spaces, rules.line_width)
    return Layout(
        rules=rules,
        starts=[atom.start for atom in atoms],
        ends=[atom.end for atom in atoms],
        widths=summed,
        spaces=spaces,
        breaks=breaks,
        inner=list(accumulate(inner, initial=0.0)),
        stretches=list(accumulate(int(silence >= DISTANT_PAUSE) for silence in silences)),
        line_stops=line_stops,
        line_begins=line_begins,
    )


def _inner_cost(break_cost: float, silence: float) -> float:
    sentence = INNER_SENTENCE_COST if break_cost == SENTENCE_END else 0.0
    pause = LONG_PAUSE_COST * silence / LONG_PAUSE if silence >= LONG_PAUSE else 0.0
    return sentence + pause


def _line_reach(summed: Sequence[float], spaces: Sequence[float], line_width: float) -> tuple[list[int], list[int]]:
    """Walk two fingers over the text: how far a line reaches from each atom, and from how far it can come."""
    count = len(spaces)
    stops, begins = [0] * count, [0] * (count + 1)
    stop = 0
    for first in range(count):
        stop = max(stop, first + 1)
        while stop < count and summed[stop + 1] - summed[first] - spaces[first] <= line_width:
            stop += 1
        stops[first] = stop
    first = 0
    for stop in range(1, count + 1):
        while first < stop - 1 and summed[stop] - summed[first] - spaces[first] > line_width:
            first += 1
        begins[stop] = first
    return stops, begins


def cue_cost(layout: Layout, first: int, stop: int) -> float:
    """Rate one cue, without the cost of ending there.

    Args:
        layout: of all atoms.
        first: its first atom.
        stop: one past its last atom.

    Returns:
        The cost; infinite when the text does not fit, runs too long or over a distant pause. Then it is infinite for
        every earlier ``first`` too.
    """
    rules = layout.rules
    width = layout.width(first, stop)
    spoken = layout.ends[stop - 1] - layout.starts[first]
    if layout.stretches[first] != layout.stretches[stop - 1] or (spoken > rules.max_duration and stop > first + 1):
        return math.inf
    cost = CUE_COST + FULLNESS_COST * (width / (rules.max_lines * rules.line_width)) ** 2
    if width > rules.line_width:
        places = layout.line_breaks(first, stop)
        if rules.max_lines == 1 or not places:
            return math.inf
        cost += LINE_BREAK_WEIGHT * min(layout.breaks[places.start : places.stop])
    next_start = layout.starts[stop] if stop < len(layout.starts) else math.inf
    needed = max(width / rules.characters_per_second, rules.min_duration)
    lasts = min(max(spoken, min(needed, next_start - rules.min_gap - layout.starts[first])), rules.max_duration)
    if lasts < needed:
        cost += HASTE_COST + HASTE_SLOPE * min((needed - lasts) / needed, 1.0)
    return cost + layout.inner[stop] - layout.inner[first + 1]


def segment(layout: Layout) -> list[int]:
    """Cut a transcript into cues at the least total cost.

    Every cue reaches back a bounded number of atoms, so the time is linear in the length of the transcript.

    Args:
        layout: of all atoms.

    Returns:
        Where each cue stops (one past its last atom), ascending; the last is the number of atoms.
    """
    count = len(layout.starts)
    best = [0.0] + [math.inf] * count  # cost of the first atoms when a cue ends after them
    begins = [0] * (count + 1)
    for stop in range(1, count + 1):
        ending = layout.breaks[stop] if stop < count else 0.0
        for first in range(stop - 1, -1, -1):
            cost = cue_cost(layout, first, stop)
            if cost == math.inf:
                break
            if best[first] + cost + ending < best[stop]:
                best[stop], begins[stop] = best[first] + cost + ending, first
    stops = []
    stop = count
    while stop > 0:
        stops.append(stop)
        stop = begins[stop]
    return stops[::-1]

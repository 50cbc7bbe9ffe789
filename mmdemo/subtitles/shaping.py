"""Recognised speech → cues that read well."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mmdemo.subtitles.atoms import Atom, make_atoms, running_text
from mmdemo.subtitles.reading_rules import ReadingRules, reading_time, rules_for
from mmdemo.subtitles.segmentation import Layout, make_layout, segment
from mmdemo.types import Cue, Segment

ROUNDING_ALLOWANCE = 0.01
"""Seconds added where there is room, so that a cue written in hundredths of a second still keeps the rules."""

SHORTEST_STEP = 1 / 24
"""Seconds between the starts of two cues at the least, for words that the recogniser piled onto one instant."""

IMBALANCE_COST = 4.0
"""Of two lines that differ by a whole line width, on the scale of `break_costs`."""

TOP_HEAVY_COST = 0.25
"""Of a first line longer than the second; Netflix prefers the pyramid that stands on its base."""


def shape_cues(segments: Sequence[Segment], language: str, rules: ReadingRules | None = None) -> tuple[Cue, ...]:
    """Turn recognised speech into cues: where to cut, where to break the line, and when to show.

    A cue starts with its first word. It stays as long as reading takes if the next cue leaves room; where people
    speak faster than people read it does not, which `reading_violations` reports. Cues never overlap.

    Args:
        segments: in order; words carry a leading space where the language writes one.
        language: a language tag such as ``en`` or ``zh``.
        rules: those of the language when None.

    Returns:
        Cues numbered from 1, each with the words it is made of.
    """
    rules = rules or rules_for(language)
    atoms = make_atoms(segments, rules)
    if not atoms:
        return ()
    layout = make_layout(atoms, language, rules)
    stops = segment(layout)
    firsts = [0, *stops[:-1]]
    starts = _spread_apart([layout.starts[first] for first in firsts])
    cues = []
    for number, (first, stop) in enumerate(zip(firsts, stops, strict=True)):
        text = wrapped_text(atoms, layout, first, stop)
        next_start = starts[number + 1] if number + 1 < len(starts) else math.inf
        end = _end_time(starts[number], max(layout.ends[first:stop]), next_start, reading_time(text, rules), rules)
        words = tuple(word for atom in atoms[first:stop] for word in atom.words)
        cues.append(Cue(number + 1, starts[number], end, text, words))
    return tuple(cues)


def _spread_apart(starts: Sequence[float]) -> list[float]:
    spread = [starts[0]]
    for start in starts[1:]:
        spread.append(max(start, spread[-1] + SHORTEST_STEP))
    return spread


def _end_time(start: float, spoken_end: float, next_start: float, needed: float, rules: ReadingRules) -> float:
    """Let a cue stand until it is read, short of the next one; speech itself is never cut for the gap's sake."""
    readable = min(start + needed + ROUNDING_ALLOWANCE, next_start - rules.min_gap)
    wanted = max(spoken_end, readable, start + SHORTEST_STEP)
    return min(wanted, next_start, start + rules.max_duration)


def wrapped_text(atoms: Sequence[Atom], layout: Layout, first: int, stop: int) -> str:
    """Write one cue, on one line if it fits and else on the two that part best.

    Args:
        atoms: all of them.
        layout: of all atoms.
        first: the first atom of the cue.
        stop: one past its last atom.

    Returns:
        The text of the cue, with a line break or without.
    """
    if layout.width(first, stop) <= layout.rules.line_width:
        return running_text(atoms[first:stop])
    place = min(layout.line_breaks(first, stop), key=lambda place: _line_break_cost(layout, first, place, stop))
    return f"{running_text(atoms[first:place])}\n{running_text(atoms[place:stop])}"


def _line_break_cost(layout: Layout, first: int, place: int, stop: int) -> float:
    upper, lower = layout.width(first, place), layout.width(place, stop)
    imbalance = IMBALANCE_COST * abs(upper - lower) / layout.rules.line_width
    return layout.breaks[place] + imbalance + (TOP_HEAVY_COST if upper > lower else 0.0)


def confidence(cue: Cue) -> float:
    """Rate how sure the recogniser was of a cue.

    Args:
        cue: with its words.

    Returns:
        The mean probability of its words, each weighted by how long it is spoken (at least 50 ms, so that words
        without a length count too); 0.0 for a cue without words, as nothing speaks for it.
    """
    weights = [max(word.end - word.start, 0.05) for word in cue.words]
    total = sum(weight * word.probability for weight, word in zip(weights, cue.words, strict=True))
    return total / sum(weights) if weights else 0.0

"""From placed words to timed lines: confidence, and a place for lines that nobody speaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mmdemo.alignment.forced_words import GivenWord
from mmdemo.alignment.line_confidence import line_confidence
from mmdemo.types import Cue, Word

UNSPOKEN_CONFIDENCE = 0.0
UNHEARD_SHARE = 0.6
"""Of its probability a word keeps that was aligned but not heard by itself."""


@dataclass(frozen=True)
class AlignedWord:
    """A given word in media time."""

    start: float
    end: float
    probability: float
    matched: bool


@dataclass(frozen=True)
class TimedLine:
    """A line in media time; one that nobody speaks has confidence 0 and a place between its neighbours."""

    start: float
    end: float
    words: tuple[Word, ...]
    confidence: float  # probability that it begins where it is said
    belief: float  # mean probability of its words, 0..1
    spoken: bool


def timed_lines(
    count: int, given: Sequence[GivenWord], aligned: Mapping[int, AlignedWord], rate: float, duration: float
) -> tuple[TimedLine, ...]:
    """Put the lines together.

    Args:
        count: of lines.
        given: words of the text.
        aligned: those that were placed.
        rate: seconds for each unit of weight.
        duration: of the recording.

    Returns:
        One a line, in order; times ascend.
    """
    spoken: dict[int, list[int]] = {}
    needed: dict[int, float] = {}
    for i, word in enumerate(given):
        needed[word.line] = needed.get(word.line, 0.0) + rate * word.weight
        if i in aligned:
            spoken.setdefault(word.line, []).append(i)
    lines: dict[int, TimedLine] = {line: _spoken_line(words, given, aligned) for line, words in spoken.items()}
    following = [duration] * count
    for line in range(count - 2, -1, -1):
        following[line] = lines[line + 1].start if line + 1 in lines else following[line + 1]
    behind = 0.0
    result: list[TimedLine] = []
    for line in range(count):
        if line not in lines:
            end = max(min(behind + needed.get(line, 0.0), following[line]), behind)
            lines[line] = TimedLine(behind, end, (), UNSPOKEN_CONFIDENCE, UNSPOKEN_CONFIDENCE, False)
        result.append(lines[line])
        behind = max(behind, lines[line].end)
    return tuple(result)


def _spoken_line(words: Sequence[int], given: Sequence[GivenWord], aligned: Mapping[int, AlignedWord]) -> TimedLine:
    timed = tuple(Word(given[i].text, aligned[i].start, aligned[i].end, aligned[i].probability) for i in words)
    beliefs = [aligned[i].probability * (1.0 if aligned[i].matched else UNHEARD_SHARE) for i in words]
    weights = [given[i].weight for i in words]
    sure = line_confidence([aligned[i].probability for i in words], [aligned[i].matched for i in words], weights)
    return TimedLine(timed[0].start, timed[-1].end, timed, sure, float(np.average(beliefs, weights=weights)), True)


def cues_of(texts: Sequence[str], lines: Sequence[TimedLine]) -> tuple[Cue, ...]:
    """Write lines as numbered cues."""
    return tuple(
        Cue(i, line.start, line.end, text, line.words)
        for i, (text, line) in enumerate(zip(texts, lines, strict=True), 1)
    )

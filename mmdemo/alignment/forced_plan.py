"""Merges the given words with what was heard into the sequence that each window is aligned to.

Words heard but not given stay in as fillers, or their neighbours would stretch over them; words given but not heard
stay where speech is left for them, and lines for which none is left are taken for unspoken.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from rapidfuzz import fuzz

from mmdemo.alignment.forced_voice_time import VoiceTime
from mmdemo.alignment.forced_words import HESITATIONS, GivenWord, HeardWord, Pair
from mmdemo.types import Span

LEAST_ROOM = 0.4
"""A line nobody was heard to say is kept when the speech left for it lasts this share of what it should take."""
LEAST_ROOM_SECONDS = 1.0
"""Voice is not measured more precisely: a short word may have been missed anywhere."""
OTHER_WORDS = 3
OTHER_PROBABILITY = 0.6
OTHER_SIMILARITY = 45.0
"""Where so many words were heard with so much confidence, a line less like them than this (0..100) was not said."""
REPLACED_SHARE = 0.5
"""Of a gap: given words that should fill so much of it were misheard there, and there are no fillers beside them."""
MOVED_SECONDS = 1.5
"""Most that is moved over the seam of two windows."""
SEAM_SLACK_SECONDS = 0.3
"""By how much worse words may then fit the voice on the two sides: an “uh” before the pause that a window ends with has
half a second of voice there, which no other word would take."""


@dataclass(frozen=True)
class PlannedWord:
    """A word of the merged sequence: given, or a filler."""

    text: str  # with its leading space where the language writes one
    given: int | None  # position among the given words; None = filler
    window: int
    weight: float
    matched: bool  # given and heard
    heard: Span | None = None  # where it was heard, media seconds


@dataclass(frozen=True)
class _Gap:
    """What lies between two pairs."""

    given: range
    heard: range
    begin: float  # voice seconds
    end: float
    line_before: int  # of the pair before it, -1 at the start of the text
    line_behind: int  # of the pair behind it; -1 at the end


def speaking_rate(given: Sequence[GivenWord], heard: Sequence[HeardWord], pairs: Sequence[Pair]) -> float:
    """Estimate seconds for each unit of weight from the words that were recognised; 0.07 when there are none."""
    words = [heard[pair.heard] for pair in pairs] or list(heard)
    rates = [(word.end - word.start) / word.weight for word in words if word.weight > 0]
    return float(np.clip(np.median(rates), 0.03, 0.2)) if rates else 0.07


def merge_words(
    given: Sequence[GivenWord], heard: Sequence[HeardWord], pairs: Sequence[Pair], rate: float, time: VoiceTime
) -> tuple[PlannedWord, ...]:
    """Merge the given words with the heard ones.

    Args:
        given: of the text.
        heard: of the recording.
        pairs: which are the same.
        rate: seconds for each unit of weight.
        time: of the recording.

    Returns:
        The merged sequence in order; given words that it lacks belong to lines that nobody speaks.
    """
    spoken = time.at([word.start for word in heard]), time.at([word.end for word in heard])
    merged: list[PlannedWord] = []
    for gap, pair in _gaps(given, heard, pairs, spoken, time.total):
        least = merged[-1].window if merged else 0
        most = heard[pair.heard].window if pair else time.window_at(np.inf)
        for at, text, number, weight in _filled(gap, given, heard, spoken, rate):
            window = min(max(time.window_at(at), least), most)
            merged.append(PlannedWord(text, number, window, weight, False))
        if pair:
            word = given[pair.given]
            place = Span(heard[pair.heard].start, heard[pair.heard].end)
            merged.append(PlannedWord(word.text, pair.given, max(most, least), word.weight, True, place))
    return _seams_at_line_ends(merged, given, rate, time)


def _seams_at_line_ends(
    merged: Sequence[PlannedWord], given: Sequence[GivenWord], rate: float, time: VoiceTime
) -> tuple[PlannedWord, ...]:
    """Move unheard words to the other side of a seam when a line then ends there, as windows end in pauses."""
    moved = list(merged)
    for seam in range(1, len(moved)):
        before, behind = moved[seam - 1].window, moved[seam].window
        if before == behind or _line(moved[seam - 1], given) != _line(moved[seam], given):
            continue
        for step, window in ((-1, behind), (1, before)):
            part = _to_line_end(moved, seam, step, given)
            seconds = rate * sum(moved[i].weight for i in part)
            if part and seconds <= MOVED_SECONDS and _may_move(moved, seam, step * seconds, rate, time):
                for i in part:
                    moved[i] = replace(moved[i], window=window)
                break
    return tuple(moved)


def _may_move(words: Sequence[PlannedWord], seam: int, seconds: float, rate: float, time: VoiceTime) -> bool:
    """Tell whether words still fit the voice on both sides of a seam when so many seconds of them change sides.

    Args:
        words: in order.
        seam: position of the first word behind it.
        seconds: that move to the side before the seam; negative: to the side behind it.
        rate: seconds for each unit of weight.
        time: of the recording.
    """
    end = time.window_end(words[seam - 1].window)
    first, behind = seam, seam
    while first > 0 and words[first - 1].heard is None:
        first -= 1
    while behind < len(words) and words[behind].heard is None:
        behind += 1
    known, following = (words[i].heard if 0 <= i < len(words) else None for i in (first - 1, behind))
    before = end - float(time.at([known.end])[0]) if known else 0.0
    after = (float(time.at([following.start])[0]) if following else time.total) - end
    room = np.array([before, after])
    needed = rate * np.array([sum(word.weight for word in part) for part in (words[first:seam], words[seam:behind])])
    moved = needed + np.array([seconds, -seconds])
    return bool(np.abs(room - moved).sum() <= np.abs(room - needed).sum() + SEAM_SLACK_SECONDS)


def _to_line_end(words: Sequence[PlannedWord], seam: int, step: int, given: Sequence[GivenWord]) -> list[int]:
    """Return the words from a seam to the nearest end of a line on one side; none when one of them was heard."""
    first = seam if step > 0 else seam - 1
    line, window = _line(words[first], given), words[first].window
    part: list[int] = []
    i = first
    while 0 <= i < len(words) and _line(words[i], given) == line:
        if words[i].matched or words[i].given is None or words[i].window != window:
            return []
        part.append(i)
        i += step
    return part


def _line(word: PlannedWord, given: Sequence[GivenWord]) -> int:
    return -1 if word.given is None else given[word.given].line


def _gaps(
    given: Sequence[GivenWord],
    heard: Sequence[HeardWord],
    pairs: Sequence[Pair],
    spoken: tuple[np.ndarray, np.ndarray],
    total: float,
) -> Iterator[tuple[_Gap, Pair | None]]:
    """Yield every gap with the pair behind it; the last has none."""
    first_given = first_heard = 0
    begin, line = 0.0, -1
    for pair in pairs:
        if pair.given == first_given - 1:
            # One more word of a year or an amount: it and what was heard in between belong to that.
            first_heard, begin = pair.heard + 1, float(spoken[1][pair.heard])
            continue
        until = float(spoken[0][pair.heard])
        behind = given[pair.given].line
        yield (
            _Gap(
                range(first_given, pair.given), range(first_heard, pair.heard), begin, max(until, begin), line, behind
            ),
            pair,
        )
        first_given, first_heard = pair.given + 1, pair.heard + 1
        begin, line = float(spoken[1][pair.heard]), behind
    yield _Gap(range(first_given, len(given)), range(first_heard, len(heard)), begin, max(total, begin), line, -1), None


def _filled(
    gap: _Gap,
    given: Sequence[GivenWord],
    heard: Sequence[HeardWord],
    spoken: tuple[np.ndarray, np.ndarray],
    rate: float,
) -> list[tuple[float, str, int | None, float]]:
    """Lay a gap's words out in voice time: where, text, given word or None, weight; in order."""
    most = max(gap.end - gap.begin, LEAST_ROOM_SECONDS) / LEAST_ROOM
    left = _fitting([i for i in gap.given if given[i].line == gap.line_before], given, most / rate)
    right = [i for i in gap.given if given[i].line == gap.line_behind != gap.line_before]
    right = _fitting(right[::-1], given, most / rate)[::-1]
    middle = [i for i in gap.given if gap.line_before != given[i].line != gap.line_behind]

    def seconds(words: Sequence[int]) -> float:
        return rate * sum(given[i].weight for i in words)

    middle = _speakable(middle, gap.end - gap.begin - seconds(left) - seconds(right), gap, given, heard, rate)
    words = [*left, *middle, *right]
    room = gap.end - gap.begin
    hesitates = any(key in HESITATIONS for i in words for key in given[i].keys)
    misheard = hesitates and len(gap.heard) <= len(words)
    if words and (not gap.heard or misheard or seconds(words) >= REPLACED_SHARE * room):
        return _spread(words, gap, given)
    laid: list[tuple[float, str, int | None, float]] = []
    first, last = gap.begin, gap.end - seconds(right)
    for at, part in ((gap.begin, [*left, *middle]), (last, right)):
        for i in part:
            laid.append((at + seconds([i]) / 2, given[i].text, i, given[i].weight))
            at += seconds([i])
    first += seconds([*left, *middle])
    for h in gap.heard:
        centre = float(spoken[0][h] + spoken[1][h]) / 2
        if first <= centre <= last:
            laid.append((centre, heard[h].text, None, heard[h].weight))
    laid.sort(key=lambda item: item[0])
    return laid


def _fitting(words: Sequence[int], given: Sequence[GivenWord], most: float) -> list[int]:
    """Return the first words, up to a weight: of a text in one line, whole paragraphs may be missing in the sound."""
    weights = np.cumsum([given[i].weight for i in words])
    return list(words[: int(np.searchsorted(weights, most, side="right"))])


def _spread(words: Sequence[int], gap: _Gap, given: Sequence[GivenWord]) -> list[tuple[float, str, int | None, float]]:
    """Lay words evenly over a gap: what was heard in it, if anything, was them."""
    weights = np.array([given[i].weight for i in words])
    centres = gap.begin + (gap.end - gap.begin) * (np.cumsum(weights) - weights / 2) / weights.sum()
    return [(float(at), given[i].text, i, given[i].weight) for at, i in zip(centres, words, strict=True)]


def _speakable(
    words: Sequence[int], room: float, gap: _Gap, given: Sequence[GivenWord], heard: Sequence[HeardWord], rate: float
) -> list[int]:
    """Return the words of those lines between two pairs that may have been said."""
    lines: dict[int, list[int]] = {}
    for i in words:
        lines.setdefault(given[i].line, []).append(i)
    others = [heard[h] for h in gap.heard]
    sure = len(others) >= OTHER_WORDS and np.mean([word.probability for word in others]) >= OTHER_PROBABILITY
    if sure:
        said = " ".join(word.key for word in others)
        lines = {line: part for line, part in lines.items() if _similar(part, given, said)}
    needed = {line: rate * sum(given[i].weight for i in part) for line, part in lines.items()}
    shortest = sorted(needed, key=lambda line: needed[line])
    fitting = np.flatnonzero(LEAST_ROOM * np.cumsum([needed[line] for line in shortest]) <= room)
    kept = sorted(shortest[: len(fitting)])
    return [i for line in kept for i in lines[line]]


def _similar(words: Sequence[int], given: Sequence[GivenWord], said: str) -> bool:
    text = " ".join(key for i in words for key in given[i].keys)
    return len(words) < OTHER_WORDS or fuzz.partial_ratio(text, said) >= OTHER_SIMILARITY

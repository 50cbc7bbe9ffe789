"""Finds mistimed cues by their phones: near where a map puts them, or anywhere in a recording."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from mmdemo.alignment.cue_places import CuePlace, PlacedCue
from mmdemo.alignment.cue_spotting import ForcedWord, even_start
from mmdemo.alignment.forced_words import GivenWord
from mmdemo.alignment.heard_cues import HeardCue
from mmdemo.alignment.phone_track import PhoneTrack, WordsInStretch
from mmdemo.types import Cue, Span

MARGIN_SECONDS = 1.2
"""On either side of a place: cues that were set by ear are off by 0.6 s at most, and so may their map be."""
EXCHANGED_MARGIN_SECONDS = 0.3
"""The same in a file that fits: beyond lies the speech of the neighbour that a line may have to change places with."""
LEAST_SHARE = 0.5
"""Of a place whose sound must have been encoded, silences left out."""
APART_SECONDS = 1.0
"""Between two places of the same words that are two."""
SLOWEST, SLACK_SECONDS = 1.5, 0.6
"""Of its length in the file, and beside that, which the words of a cue may take."""
WORST_FIT = -8.0
CLEAR_GAIN = 0.5
"""By how much words must fit better than anywhere else: with less they may be said twice."""

PLACED_OFFSET, PLACED_NATS, PLACED_WORDS = 6.3, 4.0, 0.85
"""Evidence that a cue is said at a place: a logistic regression over 867 right and 1,762 wrong places of development
cues under music and with every fault; its Brier score is 0.010. Fit alone tells them apart with an area under the curve
of 0.998, the likelihood of Whisper's decoder with 0.89."""
SPOTTED_OFFSET, SPOTTED_NATS, SPOTTED_GAIN, SPOTTED_WORDS, MOST_GAIN = 0.8, 1.9, 1.75, 0.4, 3.0
"""The same of the best place in a whole recording, by how much better it is than others too: 877 such cues, of which
91 % are found within 0.3 s, and 264 that nobody says. Its Brier score is 0.049."""

Lines = Mapping[int, Sequence[GivenWord]]
"""Words by the position of their cue."""


def phones_at(
    track: PhoneTrack, cues: Sequence[Cue], places: Sequence[CuePlace], lines: Lines
) -> tuple[PlacedCue, ...]:
    """Tell how likely each cue is at places where it may be said.

    Args:
        track: of the recording.
        cues: with their old times.
        places: of cues, in any order.
        lines: words of these cues at least.

    Returns:
        One for each place that was encoded, in any order; without cues of no words, or of words that cannot be read.
    """
    by_cue: dict[int, list[CuePlace]] = {}
    for place in places:
        if lines.get(place.cue) and _is_encoded(track, place.span):
            by_cue.setdefault(place.cue, []).append(place)
    heard: list[PlacedCue] = []
    for i, own in by_cue.items():
        found = track.find(lines[i], [_with_margin(place.span) for place in own])
        heard += [
            _placed(place, one, cues[i], lines[i]) for place, one in zip(own, found, strict=True) if one is not None
        ]
    return tuple(heard)


def _with_margin(span: Span, margin: float = MARGIN_SECONDS) -> Span:
    return Span(span.start - margin, span.end + margin)


def _is_encoded(track: PhoneTrack, span: Span) -> bool:
    around = _with_margin(span)
    return track.known_share(around) * around.duration >= LEAST_SHARE * span.duration


def _placed(place: CuePlace, found: WordsInStretch, cue: Cue, words: Sequence[GivenWord]) -> PlacedCue:
    _, spread = even_start(cue, [ForcedWord(word, at, 1.0) for word, at in zip(words, found.spans, strict=True)])
    certainty = _logistic(PLACED_OFFSET + PLACED_NATS * found.fit + PLACED_WORDS * math.log(len(words)))
    return PlacedCue(place, found.fit, found.spans[0].start, spread, len(words), certainty)


def phones_anywhere(track: PhoneTrack, cues: Sequence[Cue], lines: Lines) -> tuple[HeardCue, ...]:
    """Tell where in a recording each cue is said.

    Args:
        track: of the recording.
        cues: their lengths tell how fast they are spoken, their starts are not looked at.
        lines: their words.

    Returns:
        One a cue; confidence 0 where it cannot be read.
    """
    return tuple(_spotted(track, cue, lines.get(i, ())) for i, cue in enumerate(cues))


def _spotted(track: PhoneTrack, cue: Cue, words: Sequence[GivenWord]) -> HeardCue:
    duration = cue.end - cue.start
    longest = SLOWEST * duration + SLACK_SECONDS
    starts = np.arange(-SLACK_SECONDS, track.duration, longest)
    tried = [one for one in track.find(words, [Span(at, at + 2.0 * longest) for at in starts]) if one is not None]
    if not words or not tried:
        return HeardCue(0.0, 0.0, 0.0)
    best = max(tried, key=lambda one: one.fit)
    start = best.spans[0].start
    others = [one.fit for one in tried if abs(one.spans[0].start - start) > APART_SECONDS]
    gain = min(best.fit - max(others, default=WORST_FIT), MOST_GAIN)
    evidence = SPOTTED_NATS * best.fit + SPOTTED_GAIN * gain + SPOTTED_WORDS * math.log(len(words))
    once = min(gain / CLEAR_GAIN, 1.0)
    return HeardCue(start, start + duration, once * _logistic(SPOTTED_OFFSET + evidence))


def phones_exchanged(
    track: PhoneTrack, lines: Sequence[Sequence[GivenWord]], spans: Sequence[Span], pairs: Sequence[int]
) -> list[float]:
    """Tell what is gained where neighbours change places.

    Args:
        track: of the recording.
        lines: words of each, in the order of time.
        spans: where each stands.
        pairs: the first line of each pair to be tried.

    Returns:
        Nats a pair: by how much better the words of both fit in each other's place, times their number.
    """

    def gain(line: int, there: int) -> float:
        fits = [
            WORST_FIT if one is None else one.fit
            for place in (line, there)
            for one in track.find(lines[line], [_with_margin(spans[place], EXCHANGED_MARGIN_SECONDS)])
        ]
        return len(lines[line]) * (fits[1] - fits[0])

    return [gain(first, first + 1) + gain(first + 1, first) for first in pairs]


def _logistic(evidence: float) -> float:
    return 1.0 / (1.0 + math.exp(-min(max(evidence, -50.0), 50.0)))

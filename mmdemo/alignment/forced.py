"""From forced alignment to timed lines: words to media time, pauses to boundaries, confidence, lines nobody speaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mmdemo.alignment.forced_plan import PlannedWord
from mmdemo.alignment.forced_words import GivenWord
from mmdemo.alignment.line_beginnings import compact_beginnings
from mmdemo.alignment.pause_levels import (
    FRAME_SAMPLES,
    FRAME_SECONDS,
    NOTHING_DB,
    frame_levels,
    window_presence,
    window_voice,
)
from mmdemo.alignment.pause_runs import Run, find_runs
from mmdemo.alignment.pauses import PlacedWord, RoughWord, assign_pauses
from mmdemo.alignment.sample_stream import SampleStream
from mmdemo.alignment.spoken_tokens import spoken_word_tokens
from mmdemo.alignment.voice_dips import settle_line_breaks
from mmdemo.alignment.word_refinement import SpokenWord, WordAligner, refine_words
from mmdemo.types import Cue, EncodedWindow, Float32Array, Word
from mmdemo.word_times import MediaClock, TimedToken

SENTENCE_ENDS = ".?!,;:。？！，、；：…"
UNSPOKEN_CONFIDENCE = 0.0
LOCAL_RATE_RANGE = (0.7, 2.0)
"""How far a window's rate may lie from that of the whole recording."""
UNHEARD_SHARE = 0.6
"""Of its probability a word keeps that was aligned but not heard by itself."""


@dataclass(frozen=True)
class Refinement:
    """Who hears words again, and in which language."""

    aligner: WordAligner
    language: str  # ISO 639-1 code


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
    confidence: float
    spoken: bool


def place_window(
    planned: Sequence[PlannedWord],
    timed: Sequence[TimedToken],
    given: Sequence[GivenWord],
    encoded: EncodedWindow,
    sound: SampleStream | None,
    rate: float,
    refinement: Refinement | None = None,
) -> dict[int, AlignedWord]:
    """Place the words of one window.

    Args:
        planned: the merged sequence of this window.
        timed: the same words as cross-attention placed them.
        given: all words of the text.
        encoded: the window.
        sound: the recording, read up to this window; None when only the encoding is there.
        rate: seconds for each unit of weight.
        refinement: to refine words with, where the language has an aligner.

    Returns:
        Given words by their position; fillers are left out.
    """
    first, voice = window_voice(encoded)
    samples = None if sound is None else sound.read(first * FRAME_SAMPLES, (first + len(voice)) * FRAME_SAMPLES)  # [N]
    level = _presence_level(encoded) if samples is None else frame_levels([samples])[: len(voice)]  # [F, bands]
    runs, clock = find_runs(level, voice[: len(level)])
    origin = first * FRAME_SECONDS
    rough = _rough_words(planned, timed, given, encoded, origin, _local_rate(planned, clock.total, rate))
    placed = assign_pauses(rough, runs, clock)
    ends = [_ends_line(planned, i, given) for i in range(len(planned))]
    placed = settle_line_breaks(placed, ends, voice, {float(run.first) for run in runs})
    if samples is not None and refinement is not None:
        placed = _refined(placed, planned, given, runs, samples, refinement)
    return {
        word.given: AlignedWord(
            origin + place.first * FRAME_SECONDS,
            origin + place.behind * FRAME_SECONDS,
            token.probability,
            word.matched,
        )
        for word, token, place in zip(planned, timed, placed, strict=True)
        if word.given is not None
    }


def _rough_words(
    planned: Sequence[PlannedWord],
    timed: Sequence[TimedToken],
    given: Sequence[GivenWord],
    encoded: EncodedWindow,
    origin: float,
    rate: float,
) -> list[RoughWord]:
    media = MediaClock(encoded.window)
    ends = [_ends_line(planned, i, given) for i in range(len(planned))]
    expected = [rate * word.weight for word in planned]
    return [
        RoughWord(
            media.start(token.start) - origin,
            media.end(token.end) - origin,
            seconds,
            ends_line,
            word.text.strip()[-1:] in SENTENCE_ENDS,
        )
        for word, token, seconds, ends_line in zip(
            planned, compact_beginnings(timed, encoded.voice_activity, expected, ends), expected, ends, strict=True
        )
    ]


def _local_rate(planned: Sequence[PlannedWord], spoken: float, rate: float) -> float:
    """Return the rate at which this window is spoken: all its words in all its speech."""
    weight = sum(word.weight for word in planned)
    return rate * float(np.clip(spoken / (rate * weight), *LOCAL_RATE_RANGE)) if weight > 0 else rate


def _presence_level(encoded: EncodedWindow) -> Float32Array:
    """Return [F, 1] all that is known of a window's level without its sound: what was kept for encoding."""
    return np.where(window_presence(encoded), 0.0, NOTHING_DB).astype(np.float32)[:, None]


def _refined(
    placed: Sequence[PlacedWord],
    planned: Sequence[PlannedWord],
    given: Sequence[GivenWord],
    runs: Sequence[Run],
    samples: Float32Array,
    refinement: Refinement,
) -> tuple[PlacedWord, ...]:
    """Let an acoustic aligner hear the words again."""
    words = [
        SpokenWord(place, _keys(word, given, refinement.language), _ends_line(planned, i, given))
        for i, (place, word) in enumerate(zip(placed, planned, strict=True))
    ]

    def sound_between(first: int, behind: int) -> Float32Array:
        return samples[first * FRAME_SAMPLES : behind * FRAME_SAMPLES]

    return refine_words(words, runs, sound_between, refinement.aligner, len(samples) // FRAME_SAMPLES)


def _keys(word: PlannedWord, given: Sequence[GivenWord], language: str) -> tuple[str, ...]:
    if word.given is not None:
        return given[word.given].keys
    return tuple(token.key for token in spoken_word_tokens([word.text], language))


def _ends_line(planned: Sequence[PlannedWord], i: int, given: Sequence[GivenWord]) -> bool:
    def line(word: PlannedWord) -> int:
        return -1 if word.given is None else given[word.given].line

    return i + 1 == len(planned) or line(planned[i]) != line(planned[i + 1])


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
            lines[line] = TimedLine(behind, end, (), UNSPOKEN_CONFIDENCE, False)
        result.append(lines[line])
        behind = max(behind, lines[line].end)
    return tuple(result)


def _spoken_line(words: Sequence[int], given: Sequence[GivenWord], aligned: Mapping[int, AlignedWord]) -> TimedLine:
    timed = tuple(Word(given[i].text, aligned[i].start, aligned[i].end, aligned[i].probability) for i in words)
    beliefs = [aligned[i].probability * (1.0 if aligned[i].matched else UNHEARD_SHARE) for i in words]
    weights = [given[i].weight for i in words]
    return TimedLine(timed[0].start, timed[-1].end, timed, float(np.average(beliefs, weights=weights)), True)


def cues_of(texts: Sequence[str], lines: Sequence[TimedLine]) -> tuple[Cue, ...]:
    """Write lines as numbered cues."""
    return tuple(
        Cue(i, line.start, line.end, text, line.words)
        for i, (text, line) in enumerate(zip(texts, lines, strict=True), 1)
    )

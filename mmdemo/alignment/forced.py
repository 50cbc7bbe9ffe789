"""From forced alignment to words in media time: pauses go to boundaries, hesitations to nobody."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mmdemo.alignment.filled_pauses import unwritten, without_filled_pauses
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
from mmdemo.alignment.pause_runs import Run, SpeechClock, find_runs
from mmdemo.alignment.pauses import PlacedWord, RoughWord, assign_pauses
from mmdemo.alignment.phone_words import PhoneAligner
from mmdemo.alignment.sample_stream import SampleStream
from mmdemo.alignment.spoken_tokens import spoken_word_tokens
from mmdemo.alignment.timed_lines import AlignedWord
from mmdemo.alignment.unwritten_fillers import believed_fillers, doubtful_beginnings, with_fillers
from mmdemo.alignment.voice_dips import settle_line_breaks
from mmdemo.alignment.word_refinement import BY_PHONES, BY_SOUND, Align, SpokenWord, WordAligner, refine_words
from mmdemo.backbone.spoken_phones import PhoneReader
from mmdemo.backbone.window_parts import tokens_in_time
from mmdemo.types import EncodedWindow, Float32Array, Span
from mmdemo.word_times import MediaClock, TimedToken

SENTENCE_ENDS = ".?!,;:。？！，、；：…"
LOCAL_RATE_RANGE = (0.7, 2.0)
"""How far a window's rate may lie from that of the whole recording."""


Force = Callable[[Sequence[str]], Sequence[TimedToken]]
"""Places words in one window, in packed seconds."""


@dataclass(frozen=True)
class Refinement:
    """Who hears words again, and in which language."""

    aligner: WordAligner | PhoneReader  # reads sound, or tokens of the audio tower
    language: str  # ISO 639-1 code


def place_window(
    planned: Sequence[PlannedWord],
    timed: Sequence[TimedToken],
    given: Sequence[GivenWord],
    encoded: EncodedWindow,
    sound: SampleStream | None,
    rate: float,
    refinement: Refinement | None = None,
    force: Force | None = None,
    filled: NDArray[np.bool_] | None = None,
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
        force: finds by cross-attention where in this window other words are, to try hesitations with; None: they are
            not looked for.
        filled: [T] tokens of the window in which somebody says “um …”; None: that is not known.

    Returns:
        Given words by their position; fillers are left out.
    """
    first, heard = window_voice(encoded)
    unsaid = np.zeros(len(encoded.tokens), np.bool_) if filled is None else unwritten(filled, planned, timed)
    encoded = without_filled_pauses(encoded, unsaid)
    _, voice = window_voice(encoded)
    samples = None if sound is None else sound.read(first * FRAME_SAMPLES, (first + len(voice)) * FRAME_SAMPLES)  # [N]
    level = _presence_level(encoded) if samples is None else frame_levels([samples])[: len(voice)]  # [F, bands]
    runs, clock = find_runs(level, voice[: len(level)], (voice != heard)[: len(level)])
    origin = first * FRAME_SECONDS
    scene = _Scene(encoded, given, runs, clock, origin, rate)
    placed = scene.placed(planned, timed)
    doubtful = doubtful_beginnings(planned, timed, placed, given, runs, rate) if force is not None else ()
    if force is not None and doubtful:
        planned, timed, placed = _with_hesitations(planned, timed, placed, doubtful, scene, force)
    ends = [_ends_line(planned, i, given) for i in range(len(planned))]
    placed = settle_line_breaks(placed, ends, voice, {float(run.first) for run in runs})
    align = None if refinement is None else _aligner(refinement, encoded, samples, unsaid)
    if refinement is not None and align is not None:
        edges = runs if samples is not None else ()  # what was kept for encoding begins before its sound
        placed = _refined(placed, planned, given, edges, align, refinement, len(voice))
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


@dataclass(frozen=True)
class _Scene:
    """A window whose words are to be placed."""

    encoded: EncodedWindow
    given: Sequence[GivenWord]
    runs: tuple[Run, ...]
    clock: SpeechClock
    origin: float  # media seconds of its first frame
    rate: float

    def placed(self, planned: Sequence[PlannedWord], timed: Sequence[TimedToken]) -> tuple[PlacedWord, ...]:
        """Place words by their rough times and the pauses."""
        rate = _local_rate(planned, self.clock.total, self.rate)
        rough = _rough_words(planned, timed, self.given, self.encoded, self.origin, rate)
        return assign_pauses(rough, self.runs, self.clock)


def _with_hesitations(
    planned: Sequence[PlannedWord],
    timed: Sequence[TimedToken],
    placed: tuple[PlacedWord, ...],
    doubtful: Sequence[int],
    scene: _Scene,
    force: Force,
) -> tuple[Sequence[PlannedWord], Sequence[TimedToken], tuple[PlacedWord, ...]]:
    """Let somebody hesitate before lines where that explains what was heard; what does not is left as it was."""
    tried = with_fillers(planned, doubtful)
    believed = believed_fillers(doubtful, timed, tuple(force([word.text for word in tried])))
    if not believed:
        return planned, timed, placed
    words = with_fillers(planned, believed)
    found = tuple(force([word.text for word in words]))
    return words, found, scene.placed(words, found)


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
            None if word.heard is None else (word.heard.start - origin, word.heard.end - origin),
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


def _aligner(
    refinement: Refinement,
    encoded: EncodedWindow,
    samples: Float32Array | None,
    unsaid: NDArray[np.bool_],
) -> Align | None:
    """Return what hears words in a window, None where it would have to read sound that is not there."""
    if isinstance(refinement.aligner, PhoneReader):
        tokens, known = tokens_in_time(encoded, ~unsaid)
        return PhoneAligner(refinement.aligner.likelihoods(tokens, known), refinement.language).align
    if samples is None:
        return None
    reader = refinement.aligner

    def align(begin: int, end: int, words: Sequence[str]) -> Sequence[Span]:
        return reader.align(samples[begin * FRAME_SAMPLES : end * FRAME_SAMPLES], words)

    return align


def _refined(
    placed: Sequence[PlacedWord],
    planned: Sequence[PlannedWord],
    given: Sequence[GivenWord],
    runs: Sequence[Run],
    align: Align,
    refinement: Refinement,
    frames: int,
) -> tuple[PlacedWord, ...]:
    """Let an acoustic aligner hear the words again."""
    words = [
        SpokenWord(place, _keys(word, given, refinement.language), _ends_line(planned, i, given))
        for i, (place, word) in enumerate(zip(placed, planned, strict=True))
    ]
    trust = BY_PHONES if isinstance(refinement.aligner, PhoneReader) else BY_SOUND
    return refine_words(words, runs, align, trust, frames)


def _keys(word: PlannedWord, given: Sequence[GivenWord], language: str) -> tuple[str, ...]:
    if word.given is not None:
        return given[word.given].keys
    return tuple(token.key for token in spoken_word_tokens([word.text], language))


def _ends_line(planned: Sequence[PlannedWord], i: int, given: Sequence[GivenWord]) -> bool:
    def line(word: PlannedWord) -> int:
        return -1 if word.given is None else given[word.given].line

    return i + 1 == len(planned) or line(planned[i]) != line(planned[i + 1])

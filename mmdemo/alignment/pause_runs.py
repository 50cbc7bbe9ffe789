"""Cuts a window into runs of speech, of other sound and of quiet, and counts time in speech alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from mmdemo.alignment.pause_levels import FRAME_SECONDS
from mmdemo.backbone.marked_runs import runs_of
from mmdemo.types import Float32Array

BoolArray = NDArray[np.bool_]

FLOOR_PERCENTILE = 10.0
LOUD_PERCENTILE = 95.0
BELOW_LOUD_DB = 24.0
"""How far speech may lie under the loud parts, each band by itself: the faint “f” before a vowel is no fainter in its
own band, hum and breath are."""
ABOVE_FLOOR_DB = 7.0
FAINT_ABOVE_FLOOR_DB = 3.0
"""How far a frame stands above the local noise floor: anywhere, and next to louder ones."""
MOST_ABOVE_FLOOR = 0.5
"""Share of the range between floor and loud above which nothing counts as quiet: steady sound has no pauses."""
LEAST_RANGE_DB = 8.0
"""Bands that vary less hold nothing but noise, such as the upper one of a telephone: they do not tell sound from quiet,
as long as another one does."""
MOST_FAINT_FRAMES = 20
"""A faint beginning or end of a word, such as its first “f”, is no longer."""
VOICE_PROBABILITY = 0.3
SHORTEST_PAUSE_FRAMES = 12
"""Under 120 ms lie the closures of plosives."""
SHORTEST_RUN_FRAMES = 4
"""A click or a knock is shorter than any word."""
SHORTEST_VOICELESS_FRAMES = 25
"""Silero's frames are 32 ms and it lags: shorter dips inside loud sound are consonants."""
VOICE_REACH_FRAMES = 12
"""Loud frames this near to a voice belong to it: Silero hears a word late and leaves it early."""
VOICE_LEAD_FRAMES = 3
"""Where steady sound hides the beginning, a voice begins so long before Silero is sure of it."""
VOICELESS_WEIGHT = 0.08
"""How fast the speech clock runs in loud sound without a voice; it never stands still there, as Silero misses some
speakers."""


@dataclass(frozen=True)
class Run:
    """A stretch of sound between pauses, in frames of a window."""

    first: int
    behind: int
    voice: float  # how much of it is speech, 0..1

    @property
    def seconds(self) -> float:
        """Its length."""
        return (self.behind - self.first) * FRAME_SECONDS


@dataclass(frozen=True, eq=False)
class SpeechClock:
    """Time counted in speech: it stands still in pauses, so that a pause is one point of it."""

    elapsed: Float32Array  # [F + 1] seconds of speech before each frame

    @property
    def total(self) -> float:
        """Seconds of speech in all."""
        return float(self.elapsed[-1])

    def at(self, frames: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the speech time at positions in frames, which may be broken."""
        return np.interp(frames, np.arange(len(self.elapsed)), self.elapsed)


def loud_frames(level_db: Float32Array, above_floor: float = ABOVE_FLOOR_DB) -> BoolArray:
    """Tell sound from the local noise floor.

    Args:
        level_db: [F, bands] of a window.
        above_floor: how far it must stand out in dB.

    Returns:
        [F] bool.
    """
    if not len(level_db):
        return np.zeros(0, np.bool_)
    floor, loud = np.percentile(level_db, [FLOOR_PERCENTILE, LOUD_PERCENTILE], axis=0)  # [bands] each
    above = np.minimum(above_floor, MOST_ABOVE_FLOOR * (loud - floor))  # [bands]
    told = loud - floor >= LEAST_RANGE_DB if (loud - floor >= LEAST_RANGE_DB).any() else np.ones(len(loud), np.bool_)
    result: BoolArray = (level_db >= np.maximum(floor + above, loud - BELOW_LOUD_DB))[:, told].any(axis=1)
    return result


def _with_faint_edges(level_db: Float32Array) -> BoolArray:
    """Mark loud frames and the faint ones that lead up to them or die away behind them."""
    loud = without_short(loud_frames(level_db), SHORTEST_RUN_FRAMES)
    smooth = uniform_filter1d(level_db, 3, axis=0) if len(level_db) else level_db
    faint = loud_frames(smooth, FAINT_ABOVE_FLOOR_DB) | loud
    extended = loud.copy()
    for first, behind in runs_of(faint):
        inside = np.flatnonzero(loud[first:behind])
        if len(inside):
            begin, end = first + inside[0], first + inside[-1] + 1
            extended[max(first, begin - MOST_FAINT_FRAMES) : min(behind, end + MOST_FAINT_FRAMES)] = True
    return extended


def without_short(marked: BoolArray, frames: int) -> BoolArray:
    """Clear runs of True that are shorter than so many frames."""
    cleaned = marked.copy()
    for first, behind in runs_of(marked):
        if behind - first < frames:
            cleaned[first:behind] = False
    return cleaned


def _bridged(marked: BoolArray, frames: int) -> BoolArray:
    """Close gaps that are shorter than so many frames; what touches an edge of the window is no gap."""
    bridged = marked.copy()
    for first, behind in runs_of(~marked):
        if behind - first < frames and first > 0 and behind < len(marked):
            bridged[first:behind] = True
    return bridged


def _reaching(marked: BoolArray, frames: int) -> BoolArray:
    kernel = np.ones(2 * frames + 1)
    result: BoolArray = np.convolve(marked, kernel, mode="same")[: len(marked)] > 0.5
    return result


def _trimmed(speech: BoolArray, loud: BoolArray) -> BoolArray:
    """Take back the reach of a voice where it ends in steady sound: there is no edge that it could have reached."""
    trimmed = speech.copy()
    for first, behind in runs_of(speech):
        if first > 0 and loud[first - 1]:
            trimmed[first : first + VOICE_REACH_FRAMES - VOICE_LEAD_FRAMES] = False
        if behind < len(loud) and loud[behind]:
            trimmed[behind - VOICE_REACH_FRAMES : behind] = False
    return trimmed


def find_runs(
    level_db: Float32Array, voice: Float32Array, wordless: BoolArray | None = None
) -> tuple[tuple[Run, ...], SpeechClock]:
    """Find the runs of a window and its speech clock.

    Args:
        level_db: [F, bands] of each 10 ms.
        voice: [F] probability of speech.
        wordless: [F] where no word can be, whatever is heard; None: nowhere.

    Returns:
        Runs in order; where a voice begins within steady sound two runs touch. When all is quiet, one run spans it all.
    """
    loud = _bridged(_with_faint_edges(level_db), SHORTEST_PAUSE_FRAMES)
    loud = without_short(loud if wordless is None else loud & ~wordless, SHORTEST_RUN_FRAMES)
    spoken = _reaching(voice > VOICE_PROBABILITY, VOICE_REACH_FRAMES) if len(voice) else np.zeros(0, np.bool_)
    spoken = _bridged(spoken, SHORTEST_VOICELESS_FRAMES)
    speech = without_short(_trimmed(loud & spoken, loud), SHORTEST_RUN_FRAMES)
    other = loud & ~speech
    stretches = [(int(a), int(b), True) for a, b in runs_of(speech)]
    stretches += [(int(a), int(b), False) for a, b in runs_of(other)]
    weight = np.where(speech, 1.0, np.where(other, VOICELESS_WEIGHT, 0.0))  # [F]
    runs = tuple(
        Run(a, b, float(np.clip(voice[a:b].mean(), VOICELESS_WEIGHT, 1.0)) if is_speech else VOICELESS_WEIGHT)
        for a, b, is_speech in sorted(stretches)
    )
    if not runs:
        runs, weight = (Run(0, len(level_db), VOICELESS_WEIGHT),), np.ones(len(level_db))
    elapsed = np.concatenate([[0.0], np.cumsum(weight) * FRAME_SECONDS]).astype(np.float32)
    return runs, SpeechClock(elapsed)

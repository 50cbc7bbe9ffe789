"""Loose words to learn phones from: each by another voice and as loud as it happens, with pauses of any length."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.signal import resample_poly

from mmdemo.evaluation.alignment_sounds import Random, scaled, trimmed
from mmdemo.evaluation.alignment_voices import DIGIT_WORDS, QUIET_SHARE, Voice, say
from mmdemo.media import audio_from_samples
from mmdemo.training.spoken_phone_texts import ReadingMatter
from mmdemo.types import SAMPLE_RATE, Float32Array

DIGIT_SHARE = 0.5
"""Of the words; the others are of a dictionary."""
NARROW_SHARE = 0.5
"""Of the recordings, that hold nothing above 4 kHz, as many old ones do."""
PAUSE_SECONDS = (0.08, 0.5, 3.5)
"""Shortest, usual longest, and longest of the one in five that follow a longer pause."""
LONG_SHARE = 0.2
QUIETEST = -0.9
"""Decimal logarithm of how loud a word may be against the loudest."""
SHORTEST_SAMPLES = SAMPLE_RATE // 20

SpokenWords = list[tuple[float, float, tuple[str, ...]]]
"""Start and end in seconds, phones."""


def read_loose_words(
    choose_voice: Callable[[Random], tuple[Voice, float]],
    phones_of: Callable[[str], tuple[str, ...]],
    matter: ReadingMatter,
    seconds: float,
    random: Random,
) -> tuple[Float32Array, SpokenWords]:
    """Let many voices say a word each, from its first to its last loud sample, until there is enough of it.

    Args:
        choose_voice: returns an English voice and how fast it is played.
        phones_of: how a word sounds.
        matter: where words are taken from.
        seconds: of the recording, at least.
        random: chooses.

    Returns:
        [N] at 16 kHz and its words.

    Raises:
        FileMissing: espeak-ng or a voice is not there.
    """
    waveforms = [np.zeros(int(random.uniform(0.2, 1.0) * SAMPLE_RATE), np.float32)]
    samples = len(waveforms[0])
    words: SpokenWords = []
    while samples < seconds * SAMPLE_RATE:
        text = str(random.choice(DIGIT_WORDS if random.random() < DIGIT_SHARE else matter.words))
        voice, speed = choose_voice(random)
        said = _said(text, voice, speed)
        pause = round(_pause_seconds(random) * SAMPLE_RATE)
        if len(said) < SHORTEST_SAMPLES:
            continue
        words.append((samples / SAMPLE_RATE, (samples + len(said)) / SAMPLE_RATE, phones_of(text)))
        waveforms += [scaled(said) * np.float32(10 ** random.uniform(QUIETEST, 0.0)), np.zeros(pause, np.float32)]
        samples += len(said) + pause
    waveform = np.concatenate(waveforms)
    if random.random() < NARROW_SHARE:
        waveform = resample_poly(resample_poly(waveform, 1, 2), 2, 1).astype(np.float32)[:samples]
    return waveform, words


def _said(text: str, voice: Voice, speed: float) -> Float32Array:
    spoken = say(text, voice).waveform
    loud = trimmed(spoken, QUIET_SHARE * float(np.abs(spoken).max(initial=0.0)))
    return loud if speed == 1.0 else audio_from_samples(loud, round(SAMPLE_RATE * speed), "speed").waveform


def _pause_seconds(random: Random) -> float:
    shortest, usual, longest = PAUSE_SECONDS
    return float(random.uniform(usual, longest) if random.random() < LONG_SHARE else random.uniform(shortest, usual))

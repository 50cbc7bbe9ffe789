"""Sound for alignment cases: music, noise and rooms made by code, and speech laid over them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mmdemo.config import Limits
from mmdemo.media import load_audio
from mmdemo.types import SAMPLE_RATE, Float32Array

Random = np.random.Generator

TELEPHONE_BAND = (300.0, 3400.0)
"""Hertz a telephone passes (ITU-T G.712)."""
MUSIC_RMS = 0.1
HARMONICS = 6
SPEECH_PERCENTILE = 60.0
"""Speech level is taken over the louder 20 ms frames, as pauses would lower it and the music with it."""
FRAME = 320
CHORDS = ((0, 4, 7), (9, 12, 16), (5, 9, 12), (7, 11, 14))
"""Semitones over the key note: I vi IV V."""
LOOP_SECONDS = 24.0
"""Music comes back after this long, as it does in films, and composing two hours takes no longer than this."""
FULL_SCALE = 0.99


def load_sound(path: Path) -> Float32Array:
    """Decode a file to 16 kHz mono [N]."""
    return load_audio(path, Limits()).waveform


def looped(waveform: Float32Array, samples: int) -> Float32Array:
    """Repeat a sound until it has a length."""
    return np.tile(waveform, -(-samples // max(len(waveform), 1)))[:samples]


def trimmed(waveform: Float32Array, quiet: float = 0.003) -> Float32Array:
    """Cut off what is quieter than a share of full scale at both ends, so that first and last sample are speech."""
    loud = np.flatnonzero(np.abs(waveform) > quiet)
    return waveform[loud[0] : loud[-1] + 1] if len(loud) else waveform


def music(seconds: float, random: Random) -> Float32Array:
    """Compose music that never sings: chords, a melody over them and a beat.

    Args:
        seconds: its length.
        random: decides key, tempo, melody and timbre.

    Returns:
        [N] at 16 kHz, with a root mean square of `MUSIC_RMS`.
    """
    if seconds > LOOP_SECONDS:
        return looped(music(LOOP_SECONDS, random), round(seconds * SAMPLE_RATE))
    beat = 60.0 / float(random.uniform(70, 130))
    key = 110.0 * 2 ** (int(random.integers(12)) / 12)
    out = np.zeros(round(seconds * SAMPLE_RATE) + SAMPLE_RATE, np.float32)
    for bar in range(int(seconds / (4 * beat)) + 1):
        chord = CHORDS[bar % len(CHORDS)]
        for step in chord:
            _add_note(out, bar * 4 * beat, 4 * beat, key * 2 ** (step / 12), 0.5, random)
        for quarter in range(4):
            at = (4 * bar + quarter) * beat
            note = key * 2 ** (2 + int(random.choice(chord)) / 12)
            _add_note(out, at, beat * float(random.choice([0.5, 1.0, 2.0])), note, 0.6, random)
            _add_drum(out, at, quarter % 2 == 1, random)
    out = out[: round(seconds * SAMPLE_RATE)]
    return out * np.float32(MUSIC_RMS / max(_rms(out), 1e-9))


def _add_note(out: Float32Array, at: float, seconds: float, hertz: float, gain: float, random: Random) -> None:
    start = round(at * SAMPLE_RATE)
    samples = min(round(seconds * SAMPLE_RATE), max(len(out) - start, 0))
    time = np.arange(samples, dtype=np.float32) / np.float32(SAMPLE_RATE)  # [N] seconds
    tone = np.zeros_like(time)
    bright = float(random.uniform(0.4, 0.8))
    for k in range(1, HARMONICS + 1):
        tone += np.float32(bright**k) * np.sin(np.float32(2 * np.pi * hertz * k) * time)
    envelope = np.minimum(time / np.float32(0.02), 1.0) * np.exp(-time / np.float32(max(seconds, 0.1)))
    out[start : start + samples] += np.float32(gain) * envelope * tone


def _add_drum(out: Float32Array, at: float, snare: bool, random: Random) -> None:
    start = round(at * SAMPLE_RATE)
    time = np.arange(min(3200, max(len(out) - start, 0))) / SAMPLE_RATE  # [N] seconds, 0.2 at most
    noise = random.normal(size=len(time)) if snare else np.sin(2 * np.pi * 60 * time)
    out[start : start + len(time)] += (0.7 * noise * np.exp(-time / 0.04)).astype(np.float32)


def coloured_noise(seconds: float, random: Random, slope: float = 1.0) -> Float32Array:
    """Return noise whose power falls as frequency to a slope: 0 white, 1 pink, 2 brown; [N], RMS `MUSIC_RMS`."""
    samples = round(seconds * SAMPLE_RATE)
    spectrum = np.fft.rfft(random.normal(size=samples))
    spectrum /= np.maximum(np.fft.rfftfreq(samples, 1 / SAMPLE_RATE), 20.0) ** (slope / 2)
    noise = np.fft.irfft(spectrum, samples).astype(np.float32)
    return noise * np.float32(MUSIC_RMS / max(_rms(noise), 1e-9))


def _rms(waveform: Float32Array | NDArray[np.float64]) -> float:
    return float(np.sqrt(np.mean(np.square(waveform)))) if len(waveform) else 0.0


def speech_level(waveform: Float32Array) -> float:
    """Return the root mean square of the louder 20 ms frames."""
    whole = len(waveform) // FRAME * FRAME
    levels = np.sqrt(np.mean(np.square(waveform[:whole].reshape(-1, FRAME)), axis=1))  # [frames]
    return _rms(levels[levels >= np.percentile(levels, SPEECH_PERCENTILE)]) if len(levels) else 0.0


def over(speech: Float32Array, background: Float32Array, decibels: float) -> Float32Array:
    """Lay speech over a background.

    Args:
        speech: [N].
        background: [M], repeated or cut to the length of the speech.
        decibels: how far the speech lies above it.

    Returns:
        [N], within full scale.
    """
    below = looped(background, len(speech))
    gain = speech_level(speech) / max(_rms(below), 1e-9) * 10 ** (-decibels / 20)
    mixed = speech + below * np.float32(gain)
    loudest = float(np.abs(mixed).max(initial=0.0))
    return (mixed / max(loudest / FULL_SCALE, 1.0)).astype(np.float32)


def in_room(waveform: Float32Array, decay: float, random: Random, wet: float = 0.5) -> Float32Array:
    """Reverberate: the direct sound stays where it is, so onsets keep their times.

    Args:
        waveform: [N].
        decay: seconds in which the echo falls by 60 dB.
        random: of the echo.
        wet: energy of the echo against that of the direct sound.

    Returns:
        [N].
    """
    from scipy.signal import fftconvolve

    time = np.arange(round(decay * SAMPLE_RATE)) / SAMPLE_RATE  # [T] seconds
    echo = random.normal(size=len(time)) * 10 ** (-3 * time / decay)
    echo[: round(0.004 * SAMPLE_RATE)] = 0.0  # the nearest wall is over half a metre away
    echo *= np.sqrt(wet / np.sum(np.square(echo)))
    echo[0] = 1.0
    return scaled(fftconvolve(waveform, echo)[: len(waveform)].astype(np.float32))


def through_telephone(waveform: Float32Array) -> Float32Array:
    """Keep the telephone's band; filtered both ways, so that nothing comes later."""
    from scipy.signal import butter, sosfiltfilt

    band = butter(2, TELEPHONE_BAND, "bandpass", fs=SAMPLE_RATE, output="sos")
    return scaled(sosfiltfilt(band, waveform).astype(np.float32))


def scaled(waveform: Float32Array, peak: float = 0.7) -> Float32Array:
    """Bring the loudest sample to a level; silence stays."""
    loudest = float(np.abs(waveform).max(initial=0.0))
    return waveform * np.float32(peak / loudest) if loudest > 0 else waveform

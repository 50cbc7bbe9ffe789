"""Sound in arrays: what a microphone widget or another library hands over."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from mmdemo.config import Limits, settings
from mmdemo.errors import InvalidSamples, NoSamples, UnreadableMedia
from mmdemo.media.files import display_name
from mmdemo.media.probing import check_duration
from mmdemo.media.waveform import SAMPLE_RATES, Resampler
from mmdemo.types import SAMPLE_RATE, Audio, Float32Array


def audio_from_samples(
    samples: NDArray[Any], sample_rate: int, name: str = "recording", limits: Limits | None = None
) -> Audio:
    """Make a recording from an array, as a microphone widget or another library hands it over.

    Args:
        samples: [N], [N, C] or, with at most 8 channels and more samples than that, [C, N]; integers of 8, 16
            or 32 bits use their type's whole range, floats -1..1.
        sample_rate: samples per second.
        name: what to call it.
        limits: the duration limit; None for that of the settings.

    Returns:
        The recording, mono at 16 kHz; its hash is that of its samples.

    Raises:
        NoSamples: the array is empty.
        InvalidSamples: NaN or infinite samples, or a shape or type that is no sound.
        UnreadableMedia: a sample rate no recording has.
        MediaTooLong: past the limit.
    """
    shown = display_name(name)
    mono = _mono(np.asarray(samples), shown)
    if sample_rate not in SAMPLE_RATES:
        raise UnreadableMedia(name=shown)
    check_duration(len(mono) / sample_rate, limits or settings().limits, shown)
    waveform = mono if sample_rate == SAMPLE_RATE else _resampled(mono, int(sample_rate), shown)
    waveform = checked_samples(np.ascontiguousarray(waveform), shown)
    return Audio(waveform, SAMPLE_RATE, shown, hashlib.sha256(waveform.tobytes()).hexdigest())


def checked_samples(block: Float32Array, name: str) -> Float32Array:
    """Refuse what is not a number and clip, in place, what goes beyond full scale, as float formats may.

    Args:
        block: samples f32 [N].
        name: the name to show in the error.

    Returns:
        The same array, -1..1.

    Raises:
        InvalidSamples: NaN or infinite samples.
    """
    if not np.isfinite(block).all():
        raise InvalidSamples(name=name)
    return np.clip(block, -1.0, 1.0, out=block)


def _mono(samples: NDArray[Any], name: str) -> Float32Array:
    if samples.size == 0:
        raise NoSamples(name=name)
    # 64-bit integers have no agreed full scale: guessing it would make silence or noise.
    if samples.ndim not in (1, 2) or samples.dtype.kind not in "uif" or samples.dtype in (np.int64, np.uint64):
        raise InvalidSamples(name=name)
    if samples.ndim == 2 and samples.shape[0] <= 8 < samples.shape[1]:
        samples = samples.T
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite and is refused later
        wide = samples.astype(np.float32)  # [N] or [N, C]
    if samples.dtype.kind == "u":
        half = np.float32(2.0 ** (8 * samples.dtype.itemsize - 1))
        wide = (wide - half) / half
    elif samples.dtype.kind == "i":
        wide /= np.float32(2.0 ** (8 * samples.dtype.itemsize - 1))
    return wide if wide.ndim == 1 else wide.mean(axis=1, dtype=np.float32)


def _resampled(mono: Float32Array, sample_rate: int, name: str) -> Float32Array:
    resampler = Resampler(name)
    pieces: list[Float32Array] = []
    for start in range(0, len(mono), sample_rate):
        frame = AudioFrame.from_ndarray(np.ascontiguousarray(mono[None, start : start + sample_rate]), "flt", "mono")
        frame.sample_rate = sample_rate
        pieces.extend(resampler.push(frame))
    pieces.extend(resampler.flush())
    return np.concatenate(pieces)[:, 0] if pieces else np.zeros(0, np.float32)  # [N]

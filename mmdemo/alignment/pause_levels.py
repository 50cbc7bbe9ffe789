"""How loud a recording is on a 10 ms grid, finer than the audio tower's tokens, so that lines begin where they do."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy.fft import rfft

from mmdemo.backbone.sound_activity import TOKEN_SECONDS, rechunk
from mmdemo.types import SAMPLE_RATE, EncodedWindow, Float32Array

FRAME_SAMPLES = 160
FRAME_SECONDS = FRAME_SAMPLES / SAMPLE_RATE
"""10 ms: the grid on which speech is usually labelled by hand."""
FRAMES_A_TOKEN = round(TOKEN_SECONDS / FRAME_SECONDS)
ANALYSED_SAMPLES = 400
"""25 ms around each frame, as usual in speech analysis: at least two periods of a low voice."""
MARGIN_SAMPLES = (ANALYSED_SAMPLES - FRAME_SAMPLES) // 2
BLOCK_SAMPLES = 30 * SAMPLE_RATE
BAND_EDGES = (90.0, 500.0, 1500.0, 3500.0, 7800.0)
"""Hz. Quiet vowels stand out of hiss in the lower bands, consonants out of hum in the upper ones."""
BANDS = len(BAND_EDGES) - 1
NOTHING_DB = -90.0
"""Level of digital silence."""


def frame_levels(blocks: Iterable[Float32Array]) -> Float32Array:
    """Measure the level of a recording in bands, frame by frame, in constant memory but for the result.

    Args:
        blocks: waveforms at 16 kHz, of any length, one behind the other.

    Returns:
        [F, BANDS] dB relative to full scale, a row for each 10 ms.
    """
    levels: list[Float32Array] = []
    held = np.zeros(MARGIN_SAMPLES, np.float32)
    for block in rechunk(blocks, BLOCK_SAMPLES):
        held = np.concatenate([held, block])
        whole = (len(held) - 2 * MARGIN_SAMPLES) // FRAME_SAMPLES
        levels.append(_levels(held, max(whole, 0)))
        held = held[max(whole, 0) * FRAME_SAMPLES :]
    left = -(-(len(held) - MARGIN_SAMPLES) // FRAME_SAMPLES)
    levels.append(_levels(np.pad(held, (0, ANALYSED_SAMPLES)), left))
    return np.concatenate(levels)


def _levels(samples: Float32Array, count: int) -> Float32Array:
    """Measure so many frames, the first of which begins `MARGIN_SAMPLES` in."""
    if count <= 0:
        return np.zeros((0, BANDS), np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(samples, ANALYSED_SAMPLES)[::FRAME_SAMPLES][:count]  # [F, 400]
    taper = np.hanning(ANALYSED_SAMPLES).astype(np.float32)
    # Scaled so that noise shows the level it has.
    power = np.square(np.abs(rfft(frames * taper, axis=1))) * (2.0 / (ANALYSED_SAMPLES * float(np.sum(taper**2))))
    edges = np.searchsorted(np.fft.rfftfreq(ANALYSED_SAMPLES, 1.0 / SAMPLE_RATE), BAND_EDGES)
    bands = np.add.reduceat(power, edges, axis=1)[:, :BANDS]  # [F, BANDS]
    return np.maximum(10.0 * np.log10(bands + 1e-12), NOTHING_DB).astype(np.float32)


def window_voice(encoded: EncodedWindow) -> tuple[int, Float32Array]:
    """Spread a window's voice activity over the media's frames; the silences that were left out have none.

    Args:
        encoded: the window.

    Returns:
        Position of the first frame in the recording, and [F] probability that somebody speaks.
    """
    window = encoded.window
    first = round(window.start / FRAME_SECONDS)
    voice = np.zeros(round(window.end / FRAME_SECONDS) - first, np.float32)  # [F]
    for piece in window.pieces:
        begin = round(piece.start / FRAME_SECONDS) - first
        part = encoded.voice_activity[piece.first_token : piece.first_token + piece.token_count]
        spread = np.repeat(part, FRAMES_A_TOKEN)[: len(voice) - begin]
        voice[begin : begin + len(spread)] = spread
    return first, voice


def window_presence(encoded: EncodedWindow) -> NDArray[np.bool_]:
    """Mark the frames of a window that were kept for encoding: what is known of its level without the waveform.

    Args:
        encoded: the window.

    Returns:
        [F] bool.
    """
    window = encoded.window
    first = round(window.start / FRAME_SECONDS)
    present = np.zeros(round(window.end / FRAME_SECONDS) - first, np.bool_)  # [F]
    for piece in window.pieces:
        begin = round(piece.start / FRAME_SECONDS) - first
        present[begin : begin + piece.token_count * FRAMES_A_TOKEN] = True
    return present

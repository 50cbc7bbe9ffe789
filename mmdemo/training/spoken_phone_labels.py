"""Which phone is spoken in each frame of a recording whose words have times."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from mmdemo.alignment.pause_levels import FRAME_SECONDS
from mmdemo.backbone.spoken_phones import FRAMES_A_TOKEN, SILENCE, phone_number
from mmdemo.training.spoken_phone_data import SpokenRecording
from mmdemo.types import Float32Array

UNKNOWN = -100
"""Label of frames that nothing is learned from, as PyTorch's losses pass over it."""
QUIET_SHARE = 0.01
LOUD_QUANTILE = 0.95
"""A word is over where it is quieter than this share of the loud frames (40 dB)."""

IntArray = NDArray[np.int64]


def evenly(recording: SpokenRecording) -> IntArray:
    """Give every phone of a word the same time, up to where the word falls silent.

    Args:
        recording: with its words.

    Returns:
        [2T] labels.
    """
    labels = _silent(recording)
    loud = float(np.quantile(recording.level, LOUD_QUANTILE))
    for first, behind, phones in _words(recording):
        last = behind
        while last > first + len(phones) and recording.level[last - 1] < QUIET_SHARE * loud:
            last -= 1
        edges = first + (last - first) * np.arange(len(phones) + 1) // len(phones)
        for phone, a, b in zip(phones, edges[:-1], edges[1:], strict=True):
            labels[a:b] = phone
        labels[last:behind] = SILENCE
    return _where_encoded(labels, recording)


def heard(recording: SpokenRecording, log_probabilities: Float32Array) -> IntArray:
    """Divide every word among its phones, and silence behind them, as a network hears it.

    Args:
        recording: with its words.
        log_probabilities: [2T, P] of the phones.

    Returns:
        [2T] labels.
    """
    labels = _silent(recording)
    for first, behind, phones in _words(recording):
        labels[first:behind] = _divided(log_probabilities[first:behind], np.array([*phones, SILENCE]))
    return _where_encoded(labels, recording)


def _words(recording: SpokenRecording) -> Iterator[tuple[int, int, list[int]]]:
    """Yield first frame, frame behind and phones of the words that are long enough for their phones."""
    for start, end, names in recording.words:
        first, behind = round(start / FRAME_SECONDS), min(round(end / FRAME_SECONDS), len(recording.level))
        if names and behind - first >= len(names):
            yield first, behind, [phone_number(name) for name in names]


def _silent(recording: SpokenRecording) -> IntArray:
    """Return labels of silence, unknown where there are words."""
    labels = np.full(len(recording.level), SILENCE, np.int64)
    for start, end, _ in recording.words:
        labels[round(start / FRAME_SECONDS) : round(end / FRAME_SECONDS)] = UNKNOWN
    return labels


def _divided(log_probabilities: Float32Array, phones: IntArray) -> IntArray:
    """Find the likeliest division of frames into phones in their order; the silence at the end may be left out."""
    emitted = log_probabilities[:, phones]  # [F, S]
    scores = np.full(len(phones), -np.inf)
    scores[0] = emitted[0, 0]
    moved = np.zeros(emitted.shape, np.bool_)
    for frame in range(1, len(emitted)):
        before = np.concatenate([[-np.inf], scores[:-1]])
        moved[frame] = before > scores
        scores = np.maximum(before, scores) + emitted[frame]
    state = len(phones) - (1 if scores[-1] > scores[-2] else 2)
    labels = np.empty(len(emitted), np.int64)
    for frame in range(len(emitted) - 1, -1, -1):
        labels[frame] = phones[state]
        state -= int(moved[frame, state])
    return labels


def _where_encoded(labels: IntArray, recording: SpokenRecording) -> IntArray:
    return np.where(np.repeat(recording.known, FRAMES_A_TOKEN), labels, UNKNOWN)

"""Reads a recording's samples once, from front to back, whatever blocks it comes in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from mmdemo.types import Float32Array


class SampleStream:
    """Returns stretches of a recording in ascending order; what lies before the last one is forgotten.

    Args:
        blocks: waveforms, one behind the other.
    """

    def __init__(self, blocks: Iterable[Float32Array]) -> None:
        self._blocks: Iterator[Float32Array] = iter(blocks)
        self._held: Float32Array = np.zeros(0, np.float32)
        self._first = 0  # position of the first sample held

    def read(self, first: int, behind: int) -> Float32Array:
        """Return samples [first, behind); silence where the recording is over.

        Args:
            first: not before the one of the last call.
            behind: position behind the last one.

        Raises:
            InputError: the sound cannot be decoded.
        """
        parts = [self._held[max(first - self._first, 0) :]]
        begin = max(first, self._first)
        at = self._first + len(self._held)
        while at < behind:
            block = next(self._blocks, None)
            if block is None:
                break
            parts.append(block[max(begin - at, 0) :])
            at += len(block)
        self._held, self._first = np.concatenate(parts), begin
        part = self._held[: behind - begin]
        return np.pad(part, (0, behind - begin - len(part)))

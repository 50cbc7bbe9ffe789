"""Cuts a recording into stretches that overlap, and tells which of them may have music under voices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from mmdemo.backbone.sound_activity import QUIETEST_DB, TOKEN_SAMPLES, levels_db, rechunk
from mmdemo.separation.separator import HOP_SAMPLES
from mmdemo.types import Float32Array

CORE_SAMPLES = 704 * HOP_SAMPLES
MARGIN_SAMPLES = 31 * HOP_SAMPLES
"""16.4 s with 0.7 s on either side make 767 frames, just under a multiple of the network's 64."""
LEAST_AUDIBLE_TOKENS = 50
LOUD_PERCENTILE, QUIET_PERCENTILE = 95.0, 2.0
MOST_DIP_DB = 25.0
"""Between words clean speech falls by 40 dB and more; development cases do by 12 to 20 under music, by 17 to 25 in
noise."""


@dataclass(frozen=True, eq=False)
class Stretch:
    """Some seconds of a recording and a little of what surrounds them."""

    first: int  # sample of the recording at which the core begins
    waveform: Float32Array  # [MARGIN_SAMPLES + N + MARGIN_SAMPLES], zeros beyond the recording

    @property
    def core(self) -> Float32Array:
        """The stretch itself [N]."""
        return core_of(self.waveform)

    @property
    def middle(self) -> Float32Array:
        """A third of it, to look into."""
        third = len(self.waveform) // 3
        return self.waveform[third : len(self.waveform) - third]


def core_of(waveform: Float32Array) -> Float32Array:
    """Cut the surroundings off what was made of a stretch's waveform."""
    return waveform[MARGIN_SAMPLES : len(waveform) - MARGIN_SAMPLES]


def stretches(blocks: Iterable[Float32Array]) -> Iterator[Stretch]:
    """Cut a recording.

    Args:
        blocks: waveforms at 16 kHz, one behind the other.

    Yields:
        Stretches whose cores, put together, are the recording.
    """
    before = np.zeros(MARGIN_SAMPLES, np.float32)
    core: Float32Array | None = None
    first = 0
    for following in rechunk(blocks, CORE_SAMPLES):
        if core is not None:
            yield Stretch(first, np.concatenate([before, core, _exactly(following, MARGIN_SAMPLES)]))
            before, first = core[-MARGIN_SAMPLES:], first + len(core)
        core = following
    if core is not None:
        yield Stretch(first, np.concatenate([before, core, np.zeros(MARGIN_SAMPLES, np.float32)]))


def _exactly(waveform: Float32Array, samples: int) -> Float32Array:
    return np.pad(waveform[:samples], (0, max(samples - len(waveform), 0)))


def never_falls_silent(waveform: Float32Array) -> bool:
    """Tell whether a sound hardly falls between its louder parts, as speech over music does.

    Args:
        waveform: [N] at 16 kHz.
    """
    levels = levels_db(waveform[: len(waveform) // TOKEN_SAMPLES * TOKEN_SAMPLES])  # [T]
    audible = levels[levels > QUIETEST_DB]
    if len(audible) < LEAST_AUDIBLE_TOKENS:
        return False
    quiet, loud = np.percentile(audible, [QUIET_PERCENTILE, LOUD_PERCENTILE])
    return bool(loud - quiet <= MOST_DIP_DB)

"""The separator: a stretch of sound in, the voices in it out, and how much music was taken away."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from mmdemo.config import Settings
from mmdemo.device import choose_threads, multiplies_bfloat16
from mmdemo.errors import WeightsCorrupt, WeightsMissing
from mmdemo.types import SAMPLE_RATE, Float32Array
from mmdemo.weights import VOICE_SEPARATOR, LocatedWeights, locate

if TYPE_CHECKING:  # importing torch takes seconds
    import torch

    from mmdemo.separation.unet import SpectrogramUNet

CHECKPOINT_NAME = "model"
MODEL_ID = "spleeter-2stems"
TRAINED_RATE = 44_100
TRAINED_WINDOW, TRAINED_HOP = 4096, 1024
WINDOW_SAMPLES = round(TRAINED_WINDOW * SAMPLE_RATE / TRAINED_RATE)
HOP_SAMPLES = round(TRAINED_HOP * SAMPLE_RATE / TRAINED_RATE)
"""At 16 kHz the same lengths of time, so that every bin means the frequency that it was trained on."""
LOUDER = TRAINED_WINDOW / WINDOW_SAMPLES
"""A longer window sums up more samples, and the network knows magnitudes as they come."""
TINY = 1e-10
BELOW_VOICES_HERTZ = 200.0
"""The network gives the lowest octave of male speech to the music; it does not count in how much there is."""


@dataclass(frozen=True, eq=False)
class Separated:
    """A stretch without its music."""

    voices: Float32Array  # [N] at 16 kHz
    music_decibels: float  # of what was taken away, against the voices, above `BELOW_VOICES_HERTZ`


class VoiceSeparator:
    """Takes music from under voices with Spleeter's U-Net of voices; the weights are loaded when first needed.

    The share of the voices is taken as that network gives it. Spleeter itself weighs two networks' estimates against
    each other (a Wiener filter), which takes twice the time and leaves voices under music 0.3 dB purer (13.0 instead of
    12.7 dB against the clean recording, development cases).

    Args:
        settings: threads and the folder of the cache.
        device: ``cpu`` or ``cuda``.
        lock: held while a network runs.
    """

    def __init__(self, settings: Settings, device: str, lock: threading.RLock) -> None:
        self._settings = settings
        self._device = device
        self._lock = lock
        self.model_id = MODEL_ID

    @cached_property
    def _weights(self) -> LocatedWeights | None:
        try:
            return locate(VOICE_SEPARATOR, self._settings, hub=False)
        except WeightsMissing:
            return None

    def is_installed(self) -> bool:
        """Tell whether the weights are there; without them sound is worked on as it came.

        Raises:
            WeightsCorrupt: they are not the published bytes.
        """
        with self._lock:
            return self._weights is not None

    @cached_property
    def _network(self) -> SpectrogramUNet:
        import torch

        from mmdemo.separation.tensorflow_checkpoint import read_checkpoint
        from mmdemo.separation.unet import CHANNELS, MOST_INTERLEAVED, SOURCES, network_of_source

        assert self._weights is not None, "the caller asked whether they are installed"
        torch.set_num_threads(choose_threads(self._settings))
        try:
            checkpoint = read_checkpoint(self._weights.folder, CHECKPOINT_NAME)
            interleaved = MOST_INTERLEAVED if self._number == torch.float32 else max(CHANNELS)
            voices = network_of_source(checkpoint, SOURCES.index("vocals"), interleaved)
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise WeightsCorrupt(path=self._weights.folder, command=VOICE_SEPARATOR.install) from error
        placed: SpectrogramUNet = voices.to(self._device, self._number).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        return placed

    @cached_property
    def _number(self) -> torch.dtype:
        """What the network calculates in: bfloat16 takes half of the time where the processor has tiles for it.

        Voices that come out differ by -44 dB then, measured on a development recording under music.
        """
        import torch

        return torch.bfloat16 if self._device == "cpu" and multiplies_bfloat16() else torch.float32

    def separate(self, waveform: Float32Array) -> Separated:
        """Take the music away.

        Args:
            waveform: [N] at 16 kHz; about a second at either end is worse, as its neighbourhood is missing.

        Returns:
            The voices, as long as the waveform.

        Raises:
            WeightsCorrupt: the weights cannot be read.
        """
        import torch

        if not len(waveform):
            return Separated(waveform, 0.0)
        with self._lock, torch.inference_mode():
            window = torch.hann_window(WINDOW_SAMPLES, device=self._device)
            samples = torch.from_numpy(np.pad(waveform, (0, WINDOW_SAMPLES))).to(self._device)
            spectrum = torch.stft(samples, WINDOW_SAMPLES, HOP_SAMPLES, window=window, return_complex=True)  # [F, T]
            mask = self._mask(spectrum.abs() * LOUDER)  # [F, T]
            kept = torch.istft(
                spectrum * mask, WINDOW_SAMPLES, HOP_SAMPLES, window=window, length=len(waveform) + WINDOW_SAMPLES
            )
            decibels = _music_decibels(spectrum, mask)
        voices: Float32Array = kept[: len(waveform)].cpu().numpy()
        return Separated(voices, decibels)

    def _mask(self, magnitude: torch.Tensor) -> torch.Tensor:
        """Return the voices' share of each bin [F, T]."""
        import torch
        from torch.nn import functional

        from mmdemo.separation.unet import GRANULE

        bins, frames = magnitude.shape
        padded = functional.pad(magnitude, (0, -frames % GRANULE, 0, -bins % GRANULE))  # [F', T']
        entering = padded.T[None, None].to(self._number).contiguous(memory_format=torch.channels_last)  # [1, 1, T', F']
        share: torch.Tensor = self._network(entering)[0].float()  # [T', F']
        return share.T[:bins, :frames]


def _music_decibels(spectrum: torch.Tensor, mask: torch.Tensor) -> float:
    import torch

    first = round(BELOW_VOICES_HERTZ * WINDOW_SAMPLES / SAMPLE_RATE)
    power = torch.square(spectrum.abs())[first:]
    voices, music = (float((power * torch.square(share)).sum()) for share in (mask[first:], 1.0 - mask[first:]))
    return 10.0 * float(np.log10((music + TINY) / (voices + TINY)))

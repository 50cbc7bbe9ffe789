"""The audio tower: the encoder of a Whisper, through CTranslate2."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from mmdemo.backbone.sound_activity import TOKEN_SAMPLES
from mmdemo.types import SAMPLE_RATE, Float32Array

MAX_TOKENS = 1500
"""Positions of the encoder: 30 s."""
PADDING_TOKENS = 250
"""Silence behind each window, 5 s where there is room. Whisper was trained with 30 s windows; on 40 spoken captions of
4 s this much gives the same word error rate (5.4 %) as padding to 30 s (5.6 %) in a sixth of the time, and 1 s gives
95 %: the decoder starts over instead of ending."""
ENDING_TOKENS = 100
"""Tokens of that silence which the decoder is shown: with 100 it ends as well as with all, with 50 one clip in forty
starts over."""
LENGTH_STEP = 100
"""Padded lengths are multiples of 2 s: CTranslate2's kernels keep memory for every length they have met, 200 MB in an
hour of windows of any length, 20 MB with these. Steps of 6 s made more word errors."""
FEATURES_PER_TOKEN = 2
"""Log-mel frames (10 ms) under one encoder token; the second convolution has stride 2."""


class AudioTower:
    """Maps up to 28 s of sound to tokens of 20 ms, with as many mel bins as the model has.

    Windows are padded by 5 s and not to Whisper's 30 s: the text is as good, and the time grows with the sound. Both
    were measured with Whisper base alone.

    Args:
        whisper: a loaded ``ctranslate2.models.Whisper``; the speech recogniser shares it.
        width: of its tokens, 512 for base and 1280 for large-v3-turbo.
    """

    width = 512
    model_id = "whisper-base"

    def __init__(self, whisper: Any, width: int = 512) -> None:
        from faster_whisper.feature_extractor import FeatureExtractor

        self.whisper = whisper
        self.width = width
        self._log_mel = FeatureExtractor(feature_size=whisper.n_mels, sampling_rate=SAMPLE_RATE)

    @classmethod
    def load(cls, folder: Path, device: str, threads: int, width: int = 512) -> AudioTower:
        """Load the model from a CTranslate2 folder.

        Args:
            folder: holds ``model.bin`` and its companions.
            device: ``cpu`` (int8 weights, float32 tokens) or ``cuda`` (float16).
            threads: cores for one window.
            width: of its tokens.
        """
        import ctranslate2

        compute_type = "float16" if device == "cuda" else "int8"
        whisper = ctranslate2.models.Whisper(str(folder), device, compute_type=compute_type, intra_threads=threads)
        return cls(whisper, width)

    def encode(self, waveform: Float32Array) -> tuple[Float32Array, Float32Array]:
        """Encode one window.

        Args:
            waveform: [T * 320] samples at 16 kHz, at most 28 s.

        Returns:
            [T, D] tokens of the sound, and [ENDING_TOKENS, D] of the silence behind it.
        """
        import ctranslate2

        count = len(waveform) // TOKEN_SAMPLES
        total = min(-(-(count + PADDING_TOKENS) // LENGTH_STEP) * LENGTH_STEP, MAX_TOKENS)
        assert total >= count + ENDING_TOKENS, "a window leaves room for its ending"
        padded = np.pad(waveform, (0, (total - count) * TOKEN_SAMPLES))
        features = self._log_mel(padded, padding=0)[:, : FEATURES_PER_TOKEN * total]  # [M, F]
        batch = ctranslate2.StorageView.from_array(np.ascontiguousarray(features[None], np.float32))
        tokens = np.array(self.whisper.encode(batch, to_cpu=True), np.float32)[0]  # [T + P, D]
        return tokens[:count], tokens[count : count + ENDING_TOKENS]

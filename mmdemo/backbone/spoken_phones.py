"""Which phone is spoken when, read from the audio tower's tokens: what words are put on the sound with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mmdemo.backbone.audio_tower import AudioTower
from mmdemo.backbone.head_files import TrainedWeights, read_weights_config
from mmdemo.backbone.trained_arrays import load_arrays
from mmdemo.errors import WeightsCorrupt
from mmdemo.types import Float32Array

SHIPPED_FOLDER = Path(__file__).resolve().parents[2] / "assets" / "weights" / "spoken-phones"
WEIGHTS_NAME = "spoken-phones"
MEND = "git checkout -- assets/weights/spoken-phones"
SPOKEN_PHONES = TrainedWeights("reader of phones", MEND, "spoken-phones", (WEIGHTS_NAME,))
TOWER_ID = AudioTower.model_id
"""Of the only tokens that the weights can read."""

PHONES = (
    *("SIL", "AA", "AE", "AH", "AO", "AW", "AY", "B", "CH", "D", "DH", "EH", "ER", "EY", "F", "G", "HH", "IH", "IY"),
    *("JH", "K", "L", "M", "N", "NG", "OW", "OY", "P", "R", "S", "SH", "T", "TH", "UH", "UW", "V", "W", "Y", "Z", "ZH"),
)
"""Silence and the phones of CMUdict."""
SILENCE = 0
FRAMES_A_TOKEN = 2
"""10 ms each: half of a token, so that words begin more precisely than tokens do."""
PRIOR_SHARE = 0.3
"""Of the logarithm of how frequent a phone is, taken off; from 0.0 to 1.0 there is hardly a difference."""


def phone_number(name: str) -> int:
    """Return the position of a phone of CMUdict in `PHONES`, with or without the figure of its stress."""
    return PHONES.index(name.rstrip("012"))


@dataclass(frozen=True, eq=False)
class PhoneReader:
    """A small network over tokens, with a look at the frames beside each."""

    mean: Float32Array  # [W] of the training's tokens
    deviation: Float32Array  # [W]
    hidden: Float32Array  # [W, H]
    hidden_offsets: Float32Array  # [H]
    halves: Float32Array  # [H, 2U]
    halves_offsets: Float32Array  # [2U]
    beside: Float32Array  # [3U, U] frame before, frame, frame behind
    beside_offsets: Float32Array  # [U]
    output: Float32Array  # [U, P]
    output_offsets: Float32Array  # [P]
    frequency: Float32Array  # [P] of each phone in the training

    def log_probabilities(self, tokens: Float32Array) -> Float32Array:
        """Return how probable each phone is in each frame.

        Args:
            tokens: [T, W] of Whisper base's encoder, one behind the other in time.

        Returns:
            [2T, P] natural logarithms.
        """
        scaled = (np.asarray(tokens, np.float32) - self.mean) / self.deviation  # [T, W]
        hidden = np.maximum(scaled @ self.hidden + self.hidden_offsets, 0.0)  # [T, H]
        frames = hidden @ self.halves + self.halves_offsets  # [T, 2U]
        units = np.maximum(frames.reshape(FRAMES_A_TOKEN * len(frames), -1), 0.0)  # [2T, U]
        padded = np.pad(units, ((1, 1), (0, 0)))
        near = np.concatenate([padded[:-2], units, padded[2:]], axis=1)  # [2T, 3U]
        units = units + np.maximum(near @ self.beside + self.beside_offsets, 0.0)
        scores = units @ self.output + self.output_offsets  # [2T, P]
        scores -= scores.max(axis=1, keepdims=True)
        found: Float32Array = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        return found

    def likelihoods(self, tokens: Float32Array, known: NDArray[np.bool_]) -> Float32Array:
        """Return how well each phone explains each frame, silence where nothing was encoded.

        Args:
            tokens: [T, W], one behind the other in time.
            known: [T] those that were encoded.

        Returns:
            [2T, P] log likelihoods, up to a constant of each frame.
        """
        found = (self.log_probabilities(tokens) - PRIOR_SHARE * np.log(self.frequency)).astype(np.float32)
        unknown = ~np.repeat(known, FRAMES_A_TOKEN)
        found[unknown] = -np.inf
        found[unknown, SILENCE] = 0.0
        return found


@lru_cache(maxsize=2)
def load_phone_reader(folder: Path = SHIPPED_FOLDER) -> PhoneReader:
    """Read the weights, once.

    Args:
        folder: holds ``config.json`` and the safetensors file.

    Raises:
        WeightsMissing: a file is not there.
        WeightsCorrupt: a file is damaged or of another tower.
    """
    config, arrays = load_arrays(folder, SPOKEN_PHONES, TOWER_ID)
    try:
        if tuple(config["phones"]) != PHONES:
            raise WeightsCorrupt(path=folder, command=MEND)
        return PhoneReader(**arrays)
    except (KeyError, TypeError) as error:
        raise WeightsCorrupt(path=folder, command=MEND) from error


def read_model_id(folder: Path) -> str:
    """Name the weights of a folder, when they are whole.

    Raises:
        WeightsMissing: a file is not there.
        WeightsCorrupt: a file is damaged or of another tower.
    """
    load_phone_reader(folder)
    return str(read_weights_config(folder, SPOKEN_PHONES)["model_id"])

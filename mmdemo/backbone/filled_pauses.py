"""Tells “um …” and its like from words by the audio tower's tokens: voice that texts seldom write down."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mmdemo.backbone.audio_tower import AudioTower
from mmdemo.backbone.head_files import TrainedWeights, read_weights_config
from mmdemo.backbone.marked_runs import runs_of
from mmdemo.backbone.trained_arrays import load_arrays
from mmdemo.errors import WeightsCorrupt
from mmdemo.types import EncodedWindow, Float32Array

SHIPPED_FOLDER = Path(__file__).resolve().parents[2] / "assets" / "weights" / "filled-pauses"
WEIGHTS_NAME = "filled-pauses"
MEND = "git checkout -- assets/weights/filled-pauses"
FILLED_PAUSES = TrainedWeights("detector of filled pauses", MEND, "filled-pauses", (WEIGHTS_NAME,))
TOWER_ID = AudioTower.model_id
"""Of the only tokens that the weights can read."""
LEAST_PROBABILITY = 0.5
BRIDGED_TOKENS, LEAST_TOKENS = 2, 10
LEAST_MEAN_PROBABILITY = 0.8
"""A filled pause lasts 0.2 s at least, with doubts inside it of 40 ms at most. In 93 minutes of fluent speech, 84
development recordings, four words are taken for one (“No,” twice), with 0.14 s and without the mean 28; of 100 fillers
in four hesitant recordings, in other voices than those of the training, none is missed, and two words are taken."""


@dataclass(frozen=True, eq=False)
class FilledPauseDetector:
    """A network of one hidden layer over single tokens; each token knows its neighbourhood already."""

    mean: Float32Array  # [W] of the training's tokens
    deviation: Float32Array  # [W]
    hidden: Float32Array  # [W, H]
    hidden_offsets: Float32Array  # [H]
    output: Float32Array  # [H]
    output_offset: Float32Array  # [1]

    def probabilities(self, tokens: Float32Array) -> Float32Array:
        """Return how probable it is that a token is part of a filled pause.

        Args:
            tokens: [T, W] of Whisper base's encoder.

        Returns:
            [T] 0..1.
        """
        scaled = (np.asarray(tokens, np.float32) - self.mean) / self.deviation  # [T, W]
        units = np.maximum(scaled @ self.hidden + self.hidden_offsets, 0.0)  # [T, H]
        found: Float32Array = 1.0 / (1.0 + np.exp(-(units @ self.output + self.output_offset[0])))
        return found.astype(np.float32)

    def marks(self, tokens: Float32Array) -> NDArray[np.bool_]:
        """Mark the tokens of filled pauses that are long enough to be some.

        Args:
            tokens: [T, W] of one window.

        Returns:
            [T] bool.
        """
        marked = np.zeros(len(tokens), np.bool_)
        probable = self.probabilities(tokens)
        for first, behind in stretches(probable >= LEAST_PROBABILITY, BRIDGED_TOKENS):
            if behind - first >= LEAST_TOKENS and probable[first:behind].mean() >= LEAST_MEAN_PROBABILITY:
                marked[first:behind] = True
        return marked


def stretches(marked: NDArray[np.bool_], bridged: int = 0) -> list[tuple[int, int]]:
    """Return first and behind of runs of True, gaps of so many False between two of them closed."""
    runs: list[tuple[int, int]] = []
    for first, behind in runs_of(marked).tolist():
        if runs and first - runs[-1][1] <= bridged:
            first = runs.pop()[0]
        runs.append((first, behind))
    return runs


@lru_cache(maxsize=2)
def load_filled_pauses(folder: Path = SHIPPED_FOLDER) -> FilledPauseDetector:
    """Read the weights, once.

    Args:
        folder: holds ``config.json`` and the safetensors file.

    Raises:
        WeightsMissing: a file is not there.
        WeightsCorrupt: a file is damaged or of another tower.
    """
    _, arrays = load_arrays(folder, FILLED_PAUSES, TOWER_ID)
    try:
        return FilledPauseDetector(**arrays)
    except TypeError as error:
        raise WeightsCorrupt(path=folder, command=MEND) from error


def find_filled_pauses(window: EncodedWindow, model_id: str) -> NDArray[np.bool_]:
    """Mark the tokens of a window in which somebody says “um …” or the like.

    Args:
        window: encoded.
        model_id: of the encoder; of another than Whisper base nothing is marked.

    Returns:
        [token_count] bool.

    Raises:
        WeightsMissing: the weights are not there.
        WeightsCorrupt: they are damaged.
    """
    if model_id != TOWER_ID:
        return np.zeros(len(window.tokens), np.bool_)
    return load_filled_pauses().marks(window.tokens)


def read_model_id(folder: Path) -> str:
    """Name the weights of a folder, when they are whole.

    Raises:
        WeightsMissing: a file is not there.
        WeightsCorrupt: a file is damaged or of another tower.
    """
    load_filled_pauses(folder)
    return str(read_weights_config(folder, FILLED_PAUSES)["model_id"])

"""Tells music, speech and mere noise from other sounds, by the audio tower's tokens."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from mmdemo.backbone.audio_tower import AudioTower
from mmdemo.backbone.head_files import CONFIG_FILE
from mmdemo.errors import WeightsCorrupt, WeightsMissing
from mmdemo.types import Float32Array

SoundKind = Literal["event", "music", "noise", "speech"]
SOUND_KINDS: tuple[SoundKind, ...] = get_args(SoundKind)
SHIPPED_FOLDER = Path(__file__).resolve().parents[2] / "assets" / "weights" / "sound-kinds"
WEIGHTS_FILE = "sound-kinds.safetensors"
MEND = "git checkout -- assets/weights/sound-kinds"
COMPONENT = "detector of music and noise"


@dataclass(frozen=True, eq=False)
class SoundKinds:
    """A softmax regression over mean and deviation of a stretch's tokens."""

    mean: Float32Array  # [2 * W] of the training's features
    deviation: Float32Array  # [2 * W]
    weights: Float32Array  # [2 * W, K]
    offsets: Float32Array  # [K]

    def probabilities(self, features: Float32Array) -> Float32Array:
        """Return how probable each of `SOUND_KINDS` is.

        Args:
            features: [B, 2 * W] of `stretch_features`.

        Returns:
            [B, K] rows add up to 1.
        """
        scores = (features - self.mean) / self.deviation @ self.weights + self.offsets  # [B, K]
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        found: Float32Array = (shares / shares.sum(axis=1, keepdims=True)).astype(np.float32)
        return found


def stretch_features(tokens: Float32Array) -> Float32Array:
    """Return mean and standard deviation of the tokens of a stretch, [T, W] to [2 * W]."""
    found: Float32Array = np.concatenate([tokens.mean(axis=0), tokens.std(axis=0)]).astype(np.float32)
    return found


@lru_cache(maxsize=2)
def load_sound_kinds(folder: Path = SHIPPED_FOLDER) -> SoundKinds:
    """Read the weights, once.

    Args:
        folder: holds ``config.json`` and the safetensors file.

    Raises:
        WeightsMissing: a file is not there.
        WeightsCorrupt: a file is damaged or of another tower.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    config_file, weights_file = folder / CONFIG_FILE, folder / WEIGHTS_FILE
    if not (config_file.is_file() and weights_file.is_file()):
        raise WeightsMissing(component=COMPONENT, command=MEND)
    try:
        config = json.loads(config_file.read_text("utf-8"))
        content = weights_file.read_bytes()
        fits = config["sha256"] == hashlib.sha256(content).hexdigest() and config["tower"] == AudioTower.model_id
        if not fits or tuple(config["kinds"]) != SOUND_KINDS:
            raise WeightsCorrupt(path=weights_file, command=MEND)
        return SoundKinds(**{name: np.asarray(array, np.float32) for name, array in load(content).items()})
    except (ValueError, KeyError, TypeError, SafetensorError) as error:
        raise WeightsCorrupt(path=folder, command=MEND) from error


def read_model_id(folder: Path) -> str:
    """Name the weights of a folder by their bytes, when they are whole.

    Raises:
        WeightsMissing: a file is not there.
        WeightsCorrupt: a file is damaged or of another tower.
    """
    load_sound_kinds(folder)
    config = json.loads((folder / CONFIG_FILE).read_text("utf-8"))
    return f"sound-kinds-{config['sha256'][:12]}"

"""Tells pictures that are unlike the photographs the heads and the decoder learned from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mmdemo.backbone.head_files import CONFIG_FILE, read_config
from mmdemo.backbone.head_files import SHIPPED_FOLDER as SHIPPED_HEADS
from mmdemo.errors import FamiliarityOutdated, WeightsCorrupt, WeightsMissing
from mmdemo.types import Encoding, Float32Array

SHIPPED_FOLDER = Path(__file__).resolve().parents[2] / "assets" / "weights" / "familiarity"
WEIGHTS_FILE = "familiarity.safetensors"
MEND = "git checkout -- assets/weights/familiarity"
FIT_AGAIN = "python -m mmdemo.training.familiarity --data ../shared/data --out assets/weights/familiarity"
COMPONENT = "detector of foreign pictures"
FOREIGN = 0.5
"""Probability from which a picture is called foreign; some 4 % of unseen photographs of the familiar kind lie above."""
NEIGHBOURS = 10
JOINT_DISTANCES = ("joint: nearest", "joint: 10 nearest", "joint: Mahalanobis")
TOWER_DISTANCES = ("tower: Mahalanobis", "tower: residual")
CLASSIFIERS = ("joint", "tower", "reach")
"""With the joint space; without it, for heads it was not fitted on; and fitted without the families held out."""


class FamiliarityJudge(Protocol):
    """What tasks ask about a picture."""

    @property
    def threshold(self) -> float:
        """Probability from which a picture is called foreign."""

    def foreign_probability(self, encoding: Encoding) -> float:
        """Return the probability that a picture is unlike what the models learned from."""


@dataclass(frozen=True, eq=False)
class FamiliarPictures:
    """Where the photographs of the training lie, in the joint space and among the image tower's features."""

    joint: Float32Array  # [N, 384] unit norm
    joint_mean: Float32Array  # [384]
    joint_whitening: Float32Array  # [384, 384] after it the embeddings spread equally in every direction
    tower_mean: Float32Array  # [1280] of the square roots of the tokens, averaged over the grid
    tower_directions: Float32Array  # [1280, P] in which they spread most
    tower_spread: Float32Array  # [P] standard deviation along each

    def joint_features(self, embeddings: Float32Array) -> Float32Array:
        """Measure how far embeddings lie from those of the training.

        Args:
            embeddings: [B, 384] unit norm.

        Returns:
            [B, 3 + 384]: `JOINT_DISTANCES`, then the embedding itself.
        """
        similarities = _product(embeddings, self.joint.T)  # [B, N]
        count = min(NEIGHBOURS, similarities.shape[1])
        nearest = np.partition(similarities, -count, axis=1)[:, -count:]  # [B, K]
        whitened = _product(embeddings - self.joint_mean, self.joint_whitening)  # [B, 384]
        distances = [1 - nearest.max(axis=1), 1 - nearest.mean(axis=1), np.linalg.norm(whitened, axis=1)]
        return np.concatenate([np.stack(distances, axis=1), embeddings], axis=1).astype(np.float32)

    def tower_features(self, pooled: Float32Array) -> Float32Array:
        """Measure how far the image tower's features lie from those of the training.

        Args:
            pooled: [B, 1280] from `pooled_tokens`.

        Returns:
            [B, 2 + P]: `TOWER_DISTANCES`, then the features along the directions.
        """
        pooled = pooled - self.tower_mean
        along = _product(pooled, self.tower_directions)  # [B, P]
        scaled = along / self.tower_spread
        rest = np.linalg.norm(pooled - _product(along, self.tower_directions.T), axis=1)
        distances = np.stack([np.linalg.norm(scaled, axis=1), rest], axis=1)
        return np.concatenate([distances, scaled], axis=1).astype(np.float32)


def _product(first: Float32Array, second: Float32Array) -> Float32Array:
    """Multiply matrices on PyTorch's threads: NumPy's spin on for 0.1 s, and the decoder waits for them."""
    import torch

    found: Float32Array = (torch.tensor(first) @ torch.tensor(second)).numpy()
    return found


@dataclass(frozen=True, eq=False)
class Classifier:
    """A logistic regression."""

    weights: Float32Array  # [F]
    offset: float

    def probability(self, features: Float32Array) -> Float32Array:
        """Return [B] probabilities for [B, F] features."""
        scores = np.clip(features @ self.weights + self.offset, -30, 30)
        return np.asarray(1 / (1 + np.exp(-scores)), np.float32)


def pooled_tokens(tokens: NDArray[Any]) -> Float32Array:
    """Average the square roots of grid tokens: [B, 81, 1280] to [B, 1280]; the roots tame a long tail."""
    pooled: Float32Array = np.sqrt(np.maximum(np.asarray(tokens, np.float32), 0)).mean(axis=1)
    return pooled


def read_weights(folder: Path) -> tuple[dict[str, Any], dict[str, Float32Array]]:
    """Read the config and the arrays, float32.

    Raises:
        WeightsMissing: a file is not there.
        WeightsCorrupt: a file is damaged or not the one the config was written for.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    config_file, weights_file = folder / CONFIG_FILE, folder / WEIGHTS_FILE
    if not (config_file.is_file() and weights_file.is_file()):
        raise WeightsMissing(component=COMPONENT, command=MEND)
    try:
        config = json.loads(config_file.read_text("utf-8"))
        content = weights_file.read_bytes()
        if hashlib.sha256(content).hexdigest() != config["sha256"]:
            raise WeightsCorrupt(path=weights_file, command=MEND)
        arrays = {name: np.asarray(array, np.float32) for name, array in load(content).items()}
    except (ValueError, KeyError, TypeError, SafetensorError) as error:
        raise WeightsCorrupt(path=folder, command=MEND) from error
    return config, arrays


class Familiarity:
    """Judges pictures by their encodings; keeps `FamiliarityJudge`.

    Args:
        pictures: the training's.
        classifiers: by name (see `CLASSIFIERS`).
        heads: id of the heads whose embeddings it knows.
    """

    threshold = FOREIGN

    def __init__(self, pictures: FamiliarPictures, classifiers: Mapping[str, Classifier], heads: str) -> None:
        self.pictures = pictures
        self.heads = heads
        self._classifiers = classifiers

    @classmethod
    def load(cls, folder: Path = SHIPPED_FOLDER) -> Familiarity:
        """Load the detector.

        Args:
            folder: holds ``config.json`` and ``familiarity.safetensors``.

        Raises:
            WeightsMissing: a file is not there.
            WeightsCorrupt: a file is damaged.
            FamiliarityOutdated: the shipped detector was fitted for other heads than those that ship.
        """
        config, arrays = read_weights(folder)
        try:
            scales = config["scales"]
            arrays |= {name: arrays[name] * np.float32(scale) for name, scale in scales.items()}
            classifiers = {
                name: Classifier(arrays.pop(f"{name}_weights"), float(config["offsets"][name])) for name in CLASSIFIERS
            }
            pictures, heads = FamiliarPictures(**arrays), str(config["heads"])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise WeightsCorrupt(path=folder, command=MEND) from error
        if folder == SHIPPED_FOLDER:
            shipped = read_config(SHIPPED_HEADS)["model_id"]
            if heads != shipped:
                raise FamiliarityOutdated(path=folder, fitted=heads, shipped=shipped, command=FIT_AGAIN)
        return cls(pictures, classifiers, heads)

    def foreign_probability(self, encoding: Encoding) -> float:
        """Return the probability that a picture is unlike what the models learned from.

        Args:
            encoding: of a picture. Where other heads made its embedding, such as the user's own, the image tower's
                features alone decide.

        Returns:
            0..1; from `FOREIGN` on the picture counts as foreign.
        """
        assert encoding.modality == "image", "only pictures are judged"
        known = encoding.embedding is not None and encoding.model_id.endswith(self.heads)
        embeddings = np.asarray(encoding.embedding, np.float32)[None] if known else None
        return float(self.foreign_probabilities(encoding.tokens[None], embeddings)[0])

    def foreign_probabilities(
        self, tokens: NDArray[Any], embeddings: Float32Array | None, reach: bool = False
    ) -> Float32Array:
        """Judge many pictures.

        Args:
            tokens: [B, 81, 1280] of the image tower.
            embeddings: [B, 384] by the heads it was fitted on; None = the tower's features alone decide.
            reach: by the classifier that never saw the families held out; needs embeddings.

        Returns:
            [B], 0..1.
        """
        features = self.pictures.tower_features(pooled_tokens(tokens))
        if embeddings is None:
            return self._classifiers["tower"].probability(features)
        features = np.concatenate([features, self.pictures.joint_features(embeddings)], axis=1)
        return self._classifiers["reach" if reach else "joint"].probability(features)


def read_model_id(folder: Path) -> str:
    """Return the name of a detector that can be used.

    Raises:
        WeightsError: it cannot.
    """
    Familiarity.load(folder)
    return f"familiarity-{read_weights(folder)[0]['sha256'][:12]}"


class UnknownFamiliarity:
    """A `FamiliarityJudge` for models that do not say what they learned from: it calls nothing foreign.

    The detector above knows the photographs of the local models only. Pictures that a model of the hub describes badly
    are told by nothing but the probability of the caption, which such a model has not calibrated either.
    """

    threshold = 1.0

    def foreign_probability(self, encoding: Encoding) -> float:
        """Return 0: nothing is known."""
        assert encoding.modality == "image", "only pictures are judged"
        return 0.0


class LocalFamiliarity:
    """A `FamiliarityJudge` that loads its weights when first asked.

    Args:
        folder: see `Familiarity.load`.
    """

    threshold = FOREIGN

    def __init__(self, folder: Path = SHIPPED_FOLDER) -> None:
        self._folder = folder

    @cached_property
    def loaded(self) -> Familiarity:
        """The detector."""
        return Familiarity.load(self._folder)

    def foreign_probability(self, encoding: Encoding) -> float:
        """Return the probability that a picture is foreign (see `Familiarity.foreign_probability`)."""
        return self.loaded.foreign_probability(encoding)

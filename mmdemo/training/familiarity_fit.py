"""The numbers behind the detector of foreign pictures: where photographs lie, and the logistic regressions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch

from mmdemo.backbone.familiarity import WEIGHTS_FILE, Classifier, FamiliarPictures, pooled_tokens
from mmdemo.backbone.head_files import CONFIG_FILE
from mmdemo.backbone.joint_space import JointSpace
from mmdemo.training.features import Float16Array
from mmdemo.types import Float32Array
from mmdemo.verified_files import disk_errors, ensure_folder

DIRECTIONS = 192
"""Along which the image tower's pooled features are kept."""
JOINT_SHRINKAGE = 0.05
TOWER_SHRINKAGE = 0.02
"""Part of the spread that is put in every direction alike, as the rarest ones are measured badly."""
PENALTY = 0.03
"""On squared weights, beside the mean loss of a picture."""
GROUP_WEIGHTS = {"clean": 1.0, "spoilt": 0.5, "foreign": 1.5}
FOLDS = 5
FAMILIAR_SHARE = 0.96
"""Of new photographs that shall lie below the threshold."""
CHUNK = 64


@dataclass(frozen=True, eq=False)
class Seen:
    """What the tower and the heads make of some pictures."""

    pooled: Float32Array  # [N, 1280]
    embeddings: Float32Array  # [N, 384]

    def part(self, rows: Sequence[int]) -> Seen:
        """Return some of them."""
        return Seen(self.pooled[list(rows)], self.embeddings[list(rows)])


Groups = dict[str, Seen]


@dataclass(frozen=True, eq=False)
class Fitted:
    """All that is written, the arrays as they are stored."""

    stored: dict[str, np.ndarray]
    scales: dict[str, float]  # of the arrays stored as int8
    classifiers: dict[str, Classifier]


def see(tokens: Float16Array, space: JointSpace) -> Seen:
    """Pool and embed grid tokens [N, 81, 1280], a few at a time."""
    pooled, embeddings = [], []
    for start in range(0, len(tokens), CHUNK):
        part = np.asarray(tokens[start : start + CHUNK], np.float32)
        pooled.append(pooled_tokens(part))
        embeddings.append(space.embed_images(part))
    return Seen(np.concatenate(pooled), np.concatenate(embeddings))


def fit_familiarity(reference: Seen, familiar: Groups, foreign: Groups, held_out: set[str]) -> Fitted:
    """Measure the photographs and fit the classifiers.

    Args:
        reference: photographs that make the statistics.
        familiar: other photographs, "clean" and "spoilt".
        foreign: made-up pictures by family.
        held_out: families that the classifier ``reach`` does not see.
    """
    stored, scales = measure_pictures(reference)
    restored = {name: array.astype(np.float32) * np.float32(scales.get(name, 1)) for name, array in stored.items()}
    pictures = FamiliarPictures(**restored)

    def fit(with_joint: bool, left_out: set[str]) -> Classifier:
        def features(seen: Seen) -> Float32Array:
            tower = pictures.tower_features(seen.pooled)
            joint = pictures.joint_features(seen.embeddings)
            return np.concatenate([tower, joint], axis=1) if with_joint else tower

        chosen = [features(seen) for name, seen in foreign.items() if name not in left_out]
        groups = {name: features(seen) for name, seen in familiar.items()}
        return fit_classifier({**groups, "foreign": np.concatenate(chosen)})

    classifiers = {"joint": fit(True, set()), "tower": fit(False, set()), "reach": fit(True, held_out)}
    return Fitted(stored, scales, classifiers)


def measure_pictures(seen: Seen) -> tuple[dict[str, np.ndarray], dict[str, float]]:
    """Describe where pictures lie, as it is stored.

    Returns:
        The arrays of `FamiliarPictures`, and the scales of those stored as int8.
    """
    joint_mean, tower_mean = seen.embeddings.mean(axis=0), seen.pooled.mean(axis=0)
    joint_spread, joint_directions = _principal(seen.embeddings - joint_mean, JOINT_SHRINKAGE)
    tower_spread, tower_directions = _principal(seen.pooled - tower_mean, 0.0)
    kept = tower_spread[:DIRECTIONS]
    kept = (1 - TOWER_SHRINKAGE) * kept + TOWER_SHRINKAGE * kept.mean()
    scale = float(np.abs(seen.embeddings).max()) / 127
    stored = {
        "joint": np.round(seen.embeddings / scale).astype(np.int8),
        "joint_mean": joint_mean.astype(np.float32),
        "joint_whitening": (joint_directions / np.sqrt(joint_spread)).astype(np.float16),
        "tower_mean": tower_mean.astype(np.float32),
        "tower_directions": np.ascontiguousarray(tower_directions[:, :DIRECTIONS]).astype(np.float16),
        "tower_spread": np.sqrt(kept).astype(np.float32),
    }
    assert set(stored) == {field.name for field in fields(FamiliarPictures)}, "the arrays are those that are loaded"
    return stored, {"joint": scale}


def _principal(centred: Float32Array, shrinkage: float) -> tuple[np.ndarray, np.ndarray]:
    """Return variances, greatest first and shrunk towards their mean, and the directions [D, D] as columns."""
    covariance = centred.T.astype(np.float64) @ centred / max(len(centred) - 1, 1)
    spread, directions = np.linalg.eigh(covariance)
    shrunk = (1 - shrinkage) * np.maximum(spread, 1e-9) + shrinkage * spread.mean()
    return shrunk[::-1], directions[:, ::-1]


def fit_classifier(groups: Mapping[str, Float32Array]) -> Classifier:
    """Fit a logistic regression whose probability is one half where `FAMILIAR_SHARE` of new photographs lie below.

    That point is found on photographs that a regression has not seen: each fifth by one fitted on the other four.

    Args:
        groups: features [N, F] of "clean" and "spoilt" photographs and of "foreign" pictures.
    """
    mean, deviation = groups["clean"].mean(axis=0), np.maximum(groups["clean"].std(axis=0), 1e-3)
    scaled = {name: (features - mean) / deviation for name, features in groups.items()}
    unseen = []
    for fold in range(FOLDS):
        inside = {name: rows[_others(len(rows), fold)] for name, rows in scaled.items()}
        weights, offset = _logistic(inside)
        unseen.append(scaled["clean"][fold::FOLDS] @ weights + offset)
    threshold = np.quantile(np.concatenate(unseen), FAMILIAR_SHARE)
    weights, offset = _logistic(scaled)
    folded = weights / deviation
    return Classifier(folded.astype(np.float32), float(offset - threshold - folded @ mean))


def _others(count: int, fold: int) -> np.ndarray:
    """Return the rows outside a fold; all of them where the fold is all there is."""
    outside = np.arange(count)[np.arange(count) % FOLDS != fold]
    return outside if len(outside) else np.arange(count)


def _logistic(groups: Mapping[str, np.ndarray]) -> tuple[np.ndarray, float]:
    """Return weights [F] and offset of the penalised regression that tells "foreign" from the rest."""
    features = torch.from_numpy(np.concatenate(list(groups.values()))).double()  # [N, F]
    labels = torch.cat([torch.full((len(rows),), float(name == "foreign")) for name, rows in groups.items()]).double()
    total = sum(GROUP_WEIGHTS.values())
    shares = [torch.full((len(rows),), GROUP_WEIGHTS[name] / total / len(rows)) for name, rows in groups.items()]
    importance = torch.cat(shares).double()
    solution = torch.zeros(features.shape[1] + 1, dtype=torch.double, requires_grad=True)
    optimizer = torch.optim.LBFGS([solution], max_iter=300, history_size=20, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        scores = features @ solution[:-1] + solution[-1]
        losses = torch.nn.functional.binary_cross_entropy_with_logits(scores, labels, reduction="none")
        value = (losses * importance).sum() + PENALTY / 2 * solution[:-1].square().sum()
        value.backward()
        return value

    optimizer.step(loss)
    found = solution.detach().numpy()
    return found[:-1], float(found[-1])


def save_familiarity(folder: Path, fitted: Fitted, about: Mapping[str, Any], recipe: Mapping[str, Any]) -> None:
    """Write the detector with everything that tells where it comes from.

    Args:
        folder: created if need be.
        fitted: what was found.
        about: ids of the heads and the tower.
        recipe: settings, seed and data.

    Raises:
        FolderNotWritable: the folder cannot be written.
        DiskFull: the detector does not fit.
    """
    from safetensors.numpy import save

    arrays = fitted.stored | {f"{name}_weights": found.weights for name, found in fitted.classifiers.items()}
    content = save({name: np.ascontiguousarray(array) for name, array in arrays.items()})
    config = {
        "format": 1,
        **about,
        "offsets": {name: found.offset for name, found in fitted.classifiers.items()},
        "scales": fitted.scales,
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    ensure_folder(folder)
    with disk_errors(folder):
        (folder / WEIGHTS_FILE).write_bytes(content)
        for file, described in ((CONFIG_FILE, config), ("recipe.json", recipe)):
            (folder / file).write_text(json.dumps(described, ensure_ascii=False, indent=1) + "\n", "utf-8")

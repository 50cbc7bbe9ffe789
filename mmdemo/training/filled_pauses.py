"""Trains the detector of filled pauses (see `mmdemo.backbone.filled_pauses`).

``python -m mmdemo.training.filled_pauses --data ../shared/data --out assets/weights/filled-pauses`` lets espeak-ng
hesitate in 28 voices, encodes that (its tokens stay in the backbone's cache, so that a run that was stopped goes on
from there) and fits a small network. Every fourth voice is held out and decides when to stop.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from mmdemo.backbone.filled_pauses import (
    FILLED_PAUSES,
    LEAST_PROBABILITY,
    SHIPPED_FOLDER,
    TOWER_ID,
    FilledPauseDetector,
)
from mmdemo.runtime import models
from mmdemo.training.filled_pause_data import (
    FILLED_PAUSE,
    WORD,
    DataRecipe,
    LabelledTokens,
    labelled_tokens,
    sentences,
)
from mmdemo.training.small_weights import save_arrays

LEAST_DEVIATION = 1e-3


@dataclass(frozen=True)
class FitRecipe:
    """How the network is trained."""

    hidden: int = 32
    batch: int = 4096
    rate: float = 3e-3
    decay: float = 0.05
    steps_a_check: int = 200
    most_checks: int = 20
    patience: int = 3  # checks without a lower loss on held-out voices
    seed: int = 0


@dataclass(frozen=True)
class Figures:
    """How well tokens of held-out voices are told."""

    loss: float
    precision: float
    recall: float
    false_words: float  # share of the words' tokens that are taken for a filled pause


def joined(parts: Sequence[LabelledTokens]) -> LabelledTokens:
    """Join the tokens of several voices."""
    return LabelledTokens(
        np.concatenate([part.tokens for part in parts]),
        np.concatenate([part.labels for part in parts]),
        np.concatenate([part.held_out for part in parts]),
    )


def fit(found: LabelledTokens, recipe: FitRecipe) -> tuple[FilledPauseDetector, list[Figures]]:
    """Train on the voices that are not held out, until those that are get no better.

    Args:
        found: of all voices.
        recipe: how.

    Returns:
        The best network of all checks, and the figures of each check.
    """
    torch.manual_seed(recipe.seed)
    train, held = found.tokens[~found.held_out], found.tokens[found.held_out]
    targets = torch.from_numpy((found.labels[~found.held_out] == FILLED_PAUSE).astype(np.float32))  # [N]
    mean, deviation = train.mean(axis=0), train.std(axis=0) + LEAST_DEVIATION
    scaled = torch.from_numpy((train - mean) / deviation)  # [N, W]
    network = nn.Sequential(nn.Linear(scaled.shape[1], recipe.hidden), nn.ReLU(), nn.Linear(recipe.hidden, 1))
    optimiser = torch.optim.AdamW(network.parameters(), lr=recipe.rate, weight_decay=recipe.decay)
    best: FilledPauseDetector | None = None
    curve: list[Figures] = []
    for _ in range(recipe.most_checks):
        for _ in range(recipe.steps_a_check):
            chosen = torch.randint(0, len(scaled), (recipe.batch,))
            loss = functional.binary_cross_entropy_with_logits(network(scaled[chosen])[:, 0], targets[chosen])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        detector = _detector(network, mean, deviation)
        curve.append(figures_of(detector, held, found.labels[found.held_out]))
        losses = [figures.loss for figures in curve]
        if losses[-1] == min(losses):
            best = detector
        elif len(losses) - 1 - int(np.argmin(losses)) >= recipe.patience:
            break
    assert best is not None, "the first check is the best so far"
    return best, curve


def _detector(network: nn.Sequential, mean: np.ndarray, deviation: np.ndarray) -> FilledPauseDetector:
    state = {name: value.detach().numpy().copy() for name, value in network.state_dict().items()}
    hidden = np.ascontiguousarray(state["0.weight"].T)
    return FilledPauseDetector(mean, deviation, hidden, state["0.bias"], state["2.weight"][0], state["2.bias"])


def figures_of(detector: FilledPauseDetector, tokens: np.ndarray, labels: np.ndarray) -> Figures:
    """Measure a detector.

    Args:
        detector: trained.
        tokens: [N, W].
        labels: [N] of `filled_pause_data`.
    """
    found = detector.probabilities(tokens).astype(np.float64)
    wanted = labels == FILLED_PAUSE
    told = found >= LEAST_PROBABILITY
    likelihood = np.log(np.clip(np.where(wanted, found, 1.0 - found), 1e-7, 1.0))
    right = float((told & wanted).sum())
    return Figures(
        loss=float(-likelihood.mean()),
        precision=right / max(float(told.sum()), 1.0),
        recall=right / max(float(wanted.sum()), 1.0),
        false_words=float(told[labels == WORD].mean()) if (labels == WORD).any() else 0.0,
    )


def save(
    detector: FilledPauseDetector, folder: Path, recipe: dict[str, object], curve: Sequence[Figures]
) -> dict[str, object]:
    """Write weights and what they were made from (see `save_arrays`)."""
    config = {"format": 1, "tower": TOWER_ID, "width": len(detector.mean)}
    return save_arrays(folder, FILLED_PAUSES, vars(detector), config, recipe, curve)


def main(arguments: Sequence[str] | None = None) -> int:
    """Train as the command line asks; returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=SHIPPED_FOLDER)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    started, loaded = time.perf_counter(), models()
    data, recipe = DataRecipe(seed=options.seed), FitRecipe(seed=options.seed)
    texts = {language: sentences(options.data, language) for language in sorted({one for _, one in data.voices})}
    parts: list[LabelledTokens] = []
    for part in labelled_tokens(texts, data, loaded.backbone, loaded.separator):
        parts.append(part)
        print(f"{len(parts)} of {len(data.voices)} voices", file=sys.stderr)
    found = joined(parts)
    detector, curve = fit(found, recipe)
    best = min(curve, key=lambda figures: figures.loss)
    digest = data.digest([line for lines in texts.values() for line in lines])
    described: dict[str, object] = {
        "data": {**asdict(data), "hash": digest, "tokens": len(found.labels)},
        "fit": asdict(recipe),
        "held out": asdict(best),
        "seconds": round(time.perf_counter() - started),
    }
    config = save(detector, options.out, described, curve)
    print(json.dumps({"model_id": config["model_id"], "tokens": len(found.labels), **asdict(best)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())

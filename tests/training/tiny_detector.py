"""A detector of foreign pictures fitted on numbers made here: a fit of a second."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from mmdemo.training.familiarity_fit import Fitted, Seen, fit_familiarity, save_familiarity

HEADS = "joint-space-0123456789ab"


def seen(count: int, seed: int, shift: float = 0.0) -> Seen:
    """Return features of made-up pictures, moved away from the photographs by ``shift``."""
    generator = np.random.default_rng(seed)
    pooled = generator.random((count, 1280)).astype(np.float32)
    pooled[:, :40] += shift
    embeddings = generator.standard_normal((count, 384)).astype(np.float32)
    embeddings[:, 0] += 20 - 40 * shift
    return Seen(pooled, embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True))


@cache
def fit() -> Fitted:
    """Fit on photographs here and foreign pictures there."""
    familiar = {"clean": seen(200, 1), "spoilt": seen(20, 2)}
    foreign = {"text_page": seen(20, 3, 1.0), "chart": seen(20, 4, 1.0)}
    return fit_familiarity(seen(200, 0), familiar, foreign, {"chart"})


def write_detector(folder: Path) -> None:
    """Write such a detector."""
    save_familiarity(folder, fit(), {"heads": HEADS, "tower": "efficientnet-lite2"}, {"seed": 0})

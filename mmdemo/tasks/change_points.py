"""Scenes of a clip: where the frames' embeddings change, found by dynamic programming.

The frames of a scene scatter about their mean, so a clip is cut where the scatter that is left, plus a price for every
scene, is least: optimal partitioning (Jackson et al. 2005; Killick et al. 2012 prune it to linear time, which a clip of
some dozen frames does not need) with the cost of a linear kernel on unit vectors (Arlot et al. 2019).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from mmdemo.types import Float32Array, Span


@dataclass(frozen=True)
class SceneRules:
    """What a scene is.

    Measured on frames of 24 slide shows of 12 Flickr8k photographs (2–5 s each, panned, zoomed and shaken, one frame a
    second) and of 16 steady shots of 30–60 s: within a shot 99 % of neighbours have a cosine over 0.90, between
    photographs 99 % under 0.55. Any penalty from 0.1 to 0.5 with nearest means from 0.65 to 0.85 finds all 264 cuts and
    makes no others; without joining alike neighbours these penalties cut the steady shots up to 32 times. At 0.7 a
    single foreign frame in a shot, which makes a shortest scene with its neighbour (cosine 0.71 or more), is joined.
    """

    penalty: float = 0.25  # scatter that one more scene has to save; two frames of cosine c scatter by 1 - c
    nearest_means: float = 0.7  # neighbours whose mean embeddings have at least this cosine are one scene
    min_seconds: float = 1.5  # shorter scenes only where frames lie further apart than this
    sure_step: float = 1.1  # seconds; frames closer than this begin where the picture changes (see `media.video`)


@dataclass(frozen=True)
class Scene:
    """Frames that show the same."""

    first: int  # frame
    behind: int  # one past its last frame
    span: Span


def find_scenes(embeddings: Float32Array, spans: Float32Array, rules: SceneRules | None = None) -> tuple[Scene, ...]:
    """Cut a clip into scenes.

    Args:
        embeddings: [F, D] of unit norm, one a frame.
        spans: [F, 2] seconds that the frames stand for, ascending and without gaps.
        rules: what a scene is.

    Returns:
        Scenes in order, without gaps; none for a clip without frames.
    """
    if not len(embeddings):
        return ()
    rules = rules or SceneRules()
    starts = cut(embeddings, spans, rules)
    starts = join_alike(embeddings, starts, rules.nearest_means)
    times = [_start_time(spans, first, rules) for first in starts] + [float(spans[-1, 1])]
    behinds = [*starts[1:], len(embeddings)]
    return tuple(
        Scene(first, behind, Span(start, end))
        for first, behind, (start, end) in zip(starts, behinds, pairwise(times), strict=True)
    )


def scatter(embeddings: Float32Array) -> float:
    """Return the sum of squared distances of [n, D] unit vectors to their mean: n (1 - |mean|²)."""
    return float(len(embeddings) - (embeddings.sum(axis=0, dtype=np.float64) ** 2).sum() / max(len(embeddings), 1))


def cut(embeddings: Float32Array, spans: Float32Array, rules: SceneRules) -> list[int]:
    """Find the cheapest segmentation: the least scatter plus the penalty for every scene.

    Args:
        embeddings: [F, D] of unit norm.
        spans: [F, 2] seconds.
        rules: penalty and shortest scene.

    Returns:
        The first frame of each scene, ascending from 0.
    """
    count = len(embeddings)
    sums = np.zeros((count + 1, embeddings.shape[1]))  # [F + 1, D]
    np.cumsum(embeddings, axis=0, dtype=np.float64, out=sums[1:])
    allowed = _long_enough(spans, rules)  # [F, F + 1]
    best = np.full(count + 1, np.inf)  # cost of the frames so far when a scene ends after them
    best[0] = 0.0
    begins = [0] * (count + 1)
    for behind in range(1, count + 1):
        sizes = behind - np.arange(behind)  # [behind]
        costs = sizes - ((sums[behind] - sums[:behind]) ** 2).sum(axis=1) / sizes  # [behind]
        totals = np.where(allowed[:behind, behind], best[:behind] + costs + rules.penalty, np.inf)
        begins[behind] = int(np.argmin(totals))
        best[behind] = totals[begins[behind]]
    starts = []
    behind = count
    while behind > 0:
        behind = begins[behind]
        starts.append(behind)
    return starts[::-1]


def _long_enough(spans: Float32Array, rules: SceneRules) -> NDArray[np.bool_]:
    """Tell which runs of frames [first, behind] may be a scene: [F, F + 1]."""
    count = len(spans)
    seconds = np.concatenate([[0.0], spans[:, 1]])[None, :] - spans[:, :1]  # [F, F + 1]
    sizes = np.arange(count + 1)[None, :] - np.arange(count)[:, None]  # [F, F + 1]
    allowed = (sizes >= 1) & (seconds >= rules.min_seconds - 1e-3)
    # The whole clip may always be one scene, so there is always an answer.
    allowed[0, count] = True
    return np.asarray(allowed)


def join_alike(embeddings: Float32Array, starts: list[int], nearest: float) -> list[int]:
    """Join neighbouring scenes whose means are alike, the most alike first.

    In a long scene a slow drift scatters enough to pay for a cut, though both halves show the same.

    Args:
        embeddings: [F, D] of unit norm.
        starts: first frames of the scenes.
        nearest: cosine of two means from which the scenes are one.

    Returns:
        The first frames that are left.
    """
    kept = list(starts)
    while len(kept) > 1:
        bounds = [*kept, len(embeddings)]
        means = np.stack([embeddings[first:behind].mean(axis=0) for first, behind in pairwise(bounds)])  # [S, D]
        means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)
        cosines = (means[1:] * means[:-1]).sum(axis=1)  # [S - 1]
        most = int(np.argmax(cosines))
        if cosines[most] < nearest:
            break
        del kept[most + 1]
    return kept


def _start_time(spans: Float32Array, first: int, rules: SceneRules) -> float:
    """Return when a scene begins: with its first frame, or half-way where the frame before lies far away."""
    start = float(spans[first, 0])
    if first == 0:
        return 0.0  # whatever precedes the first frame that was sampled belongs to the first scene
    before = float(spans[first - 1, 0])
    return start if start - before <= rules.sure_step else (start + before) / 2


def central_frame(embeddings: Float32Array, scene: Scene) -> int:
    """Return the frame of a scene that is nearest to the scene's mean.

    Args:
        embeddings: [F, D] of unit norm, of the whole clip.
        scene: one of it.
    """
    own = embeddings[scene.first : scene.behind]  # [n, D]
    return scene.first + int(np.argmax(own @ own.mean(axis=0)))

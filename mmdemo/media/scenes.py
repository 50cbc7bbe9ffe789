"""Find scene changes between sampled frames, and choose which frames to keep when there are too many."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from mmdemo.types import Float32Array, UInt8Array

THUMBNAIL_SIDE = 32
LAYOUT_SIDE = 8
HISTOGRAM_BINS = 16
LAYOUT_WEIGHT = 0.25

# Measured on 200 cuts between unlike photographs and on pans over them (Flickr8k): the near threshold finds 99 % of
# the cuts and mistakes 1 % of pans by 10 % of the picture's width; the far one 80 % of cuts, 1 % of pans by 20 %.
NEAR_THRESHOLD = 0.16
FAR_THRESHOLD = 0.28
NEAR_SECONDS = 0.5
"""Frames this close together differ less within a scene than frames further apart, between which things move."""
COMPARED_SECONDS = 1.0
"""A frame is also compared with those up to this long before it: a cross-fade has no two unlike neighbours."""
SHORTEST_SCENE = 0.75
"""Seconds; two changes closer together than this are a flash, not two scenes."""


@dataclass(frozen=True, eq=False)
class SampledFrame:
    """A frame that may be kept."""

    time: float  # seconds
    scene: int
    pixels: UInt8Array  # [H, W, 3] RGB


class SceneDetector:
    """Tells for one frame after the other whether it begins a new scene."""

    def __init__(self) -> None:
        self._recent: deque[tuple[float, Float32Array]] = deque()
        self._scene_start = 0.0

    def starts_scene(self, time: float, thumbnail: UInt8Array) -> bool:
        """Compare a frame with those before it in the same scene.

        Args:
            time: seconds, ascending from call to call.
            thumbnail: u8 [32, 32, 3] RGB of the whole frame.

        Returns:
            True for the first frame and for the first one after a cut or fade.
        """
        signature = _signature(thumbnail)
        first = not self._recent
        changed = any(
            float(np.abs(signature - earlier).sum()) > (NEAR_THRESHOLD if time - when < NEAR_SECONDS else FAR_THRESHOLD)
            for when, earlier in self._recent
        )
        starts = first or (changed and time - self._scene_start >= SHORTEST_SCENE)
        if changed or starts:
            self._recent.clear()
        if starts:
            self._scene_start = time
        self._recent.append((time, signature))
        while len(self._recent) > 1 and time - self._recent[0][0] > COMPARED_SECONDS:
            self._recent.popleft()
        return starts


def _signature(thumbnail: UInt8Array) -> Float32Array:
    """Describe a frame so that the L1 distance of two signatures is about 0 for alike and 0.3 for unlike frames."""
    rgb = thumbnail.astype(np.float32)  # [32, 32, 3]
    luma = rgb @ np.array([0.299, 0.587, 0.114], np.float32)  # [32, 32]
    planes = (luma, (rgb[..., 2] - luma) * 0.564 + 128, (rgb[..., 0] - luma) * 0.713 + 128)
    histograms = []
    for plane in planes:
        counts = np.histogram(plane, bins=HISTOGRAM_BINS, range=(0, 256))[0]
        # Smoothing keeps a slight change of light from moving everything into the next bin.
        smooth = np.convolve(counts, [0.25, 0.5, 0.25], "same")
        histograms.append(smooth / max(float(smooth.sum()), 1.0) / (2 * len(planes)))
    cell = THUMBNAIL_SIDE // LAYOUT_SIDE
    layout = rgb.reshape(LAYOUT_SIDE, cell, LAYOUT_SIDE, cell, 3).mean((1, 3)).ravel()  # [8 · 8 · 3]
    return np.concatenate([*histograms, layout * (LAYOUT_WEIGHT / 255 / layout.size)]).astype(np.float32)


def thinned(frames: Sequence[SampledFrame], limit: int) -> list[SampledFrame]:
    """Drop the most crowded frames while reading on, so that memory stays flat; every scene keeps one while it can.

    Args:
        frames: in order of time.
        limit: the most to keep, at least 2.

    Returns:
        At most ``limit`` of them, in order of time.
    """
    kept = list(frames)
    while len(kept) > limit:
        counts = np.bincount([frame.scene for frame in kept])
        gaps = [after.time - before.time for before, after in pairwise(kept)]
        # Nothing lies beyond both ends; a generous gap there keeps the first frame from always being the one to go.
        padded = [2 * gaps[0], *gaps, 2 * gaps[-1]]
        spacings = [(before + after, index) for index, (before, after) in enumerate(pairwise(padded))]
        crowded = [item for item in spacings if counts[kept[item[1]].scene] > 1]
        # With one frame left in every scene, scenes have to go as a whole, the shortest first.
        kept.pop(min(crowded or spacings)[1])
    return kept


def spread(frames: Sequence[SampledFrame], limit: int) -> list[SampledFrame]:
    """Choose the frames to keep for good: one from the middle of each scene, more from long scenes, evenly spaced.

    Args:
        frames: in order of time.
        limit: the most to keep, at least 1; with more scenes than that the longest ones are shown.

    Returns:
        All frames when there are few enough, else ``limit`` of them, in order of time.
    """
    if len(frames) <= limit:
        return list(frames)
    scenes = [[frame for frame in frames if frame.scene == scene] for scene in sorted({f.scene for f in frames})]
    ends = [scene[0].time for scene in scenes[1:]] + [frames[-1].time]
    lengths = [end - scene[0].time for scene, end in zip(scenes, ends, strict=True)]
    shares = [0] * len(scenes)
    for _ in range(limit):
        # The next frame goes to the scene with the longest stretch a frame; first every scene gets one.
        shares[
            max(
                (index for index in range(len(scenes)) if shares[index] < len(scenes[index])),
                key=lambda index: (shares[index] == 0, lengths[index] / (shares[index] + 1)),
            )
        ] += 1
    chosen = []
    for scene, length, share in zip(scenes, lengths, shares, strict=True):
        chosen += _evenly(scene, length, share)
    return chosen


def _evenly(scene: list[SampledFrame], length: float, count: int) -> list[SampledFrame]:
    """Take the frames nearest to the middles of ``count`` equal parts of a scene."""
    left = list(scene)
    taken = []
    for part in range(count):
        middle = scene[0].time + (part + 0.5) * length / count
        nearest = min(left, key=lambda frame: abs(frame.time - middle))
        left.remove(nearest)
        taken.append(nearest)
    return sorted(taken, key=lambda frame: frame.time)

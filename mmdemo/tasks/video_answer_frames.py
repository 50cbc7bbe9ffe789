"""The pictures of an encoded clip as questions need them: frames, scenes, and when something shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mmdemo.backbone.base import Backbone
from mmdemo.runtime import Models
from mmdemo.tasks.change_points import Scene, central_frame, find_scenes
from mmdemo.tasks.qa_kept import Kept
from mmdemo.tasks.qa_presence import SEEN, confirmed_presence, presence
from mmdemo.tasks.video_captioning import frame_encoding
from mmdemo.types import CaptionLanguage, Encoding, Float32Array, Span

HELD_CLIPS = 64
"""Clips whose frame embeddings stay in memory: at most 100 kB each."""
MOST_CONFIRMED = 2
"""Stretches that the generator looks at too; further ones are behind them anyway."""
SHARE_OF_PEAK = 0.6
"""Part of its highest probability from which something still counts as showing."""


@dataclass(frozen=True, eq=False)
class SeenClip:
    """What the joint space knows of a clip's pictures."""

    encoding: Encoding  # of the pictures
    spans: tuple[Span, ...]  # F of them, seconds
    embeddings: Float32Array  # [F, D] unit norm
    scenes: tuple[Scene, ...]

    def frame(self, place: int) -> Encoding:
        """Return a frame as the encoding of a picture."""
        return frame_encoding(self.encoding, place, len(self.spans), self.embeddings[place])

    def scene_at(self, place: int) -> int:
        """Return the number of the scene that a frame is in."""
        return next(number for number, scene in enumerate(self.scenes) if scene.first <= place < scene.behind)

    def central(self, scene: Scene) -> int:
        """Return the frame that stands for a scene."""
        return central_frame(self.embeddings, scene)

    def frame_at(self, seconds: float) -> int:
        """Return the frame that shows at a time."""
        starts = [span.start for span in self.spans]
        return max(int(np.searchsorted(starts, seconds, side="right")) - 1, 0)

    def main_frames(self, count: int) -> list[int]:
        """Return the frames that stand for the longest scenes, the longest first."""
        longest = sorted(self.scenes, key=lambda scene: -scene.span.duration)[:count]
        return [self.central(scene) for scene in longest]


@dataclass(frozen=True)
class Sighting:
    """A stretch of a clip in which something shows."""

    span: Span  # seconds
    frame: int  # in which it shows best
    probability: float  # calibrated


_clips: Kept[str, SeenClip] = Kept(HELD_CLIPS)


def seen_clip(encoding: Encoding, backbone: Backbone) -> SeenClip:
    """Return the frames and scenes of a clip; found once, then kept.

    Args:
        encoding: of video; its soundtrack plays no part.
        backbone: embeds the frames.
    """

    def find() -> SeenClip:
        found = backbone.embed_spans(encoding)
        embeddings = np.stack([embedding for _, embedding in found])  # [F, D]
        times = np.array([[span.start, span.end] for span, _ in found], np.float32)  # [F, 2]
        spans = tuple(span for span, _ in found)
        return SeenClip(encoding, spans, embeddings, find_scenes(embeddings, times))

    return _clips.get_or(backbone, encoding.sha256, find)


def frame_presence(phrase: str, language: CaptionLanguage, clip: SeenClip, backbone: Backbone) -> Float32Array:
    """Return how likely each frame shows what a phrase says: [F], each with its neighbours of the same scene.

    One frame in thirty shows by chance what is not there, two neighbours less often.

    Args:
        phrase: what is looked for.
        language: of it.
        clip: where.
        backbone: embeds the phrase.
    """
    return _smoothed(presence(phrase, language, clip.embeddings, backbone), clip.scenes)


def _smoothed(values: Float32Array, scenes: Sequence[Scene]) -> Float32Array:
    """Average each of [F] values with its neighbours in the same scene, itself counting double."""
    smoothed = np.empty_like(values)
    for scene in scenes:
        own = values[scene.first : scene.behind]
        padded = np.concatenate([own[:1], own, own[-1:]])  # [n + 2]
        smoothed[scene.first : scene.behind] = (padded[:-2] + 2 * padded[1:-1] + padded[2:]) / 4
    return smoothed


def sightings(probabilities: Float32Array, clip: SeenClip) -> tuple[Sighting, ...]:
    """Find when something shows.

    Args:
        probabilities: [F] of `frame_presence`.
        clip: the same.

    Returns:
        Stretches, most probable first; where no frame reaches `SEEN`, those around the highest.
    """
    if not len(probabilities):
        return ()
    peak = float(probabilities.max())
    threshold = max(SEEN, SHARE_OF_PEAK * peak) if peak >= SEEN else SHARE_OF_PEAK * peak
    showing = np.concatenate([[False], probabilities >= threshold, [False]])  # [F + 2]
    edges = np.flatnonzero(np.diff(showing.astype(np.int8)))  # first frames and frames behind, in turn
    runs = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    found = [_sighting(first, behind, probabilities, clip) for first, behind in runs]
    return tuple(sorted(found, key=lambda sighting: -sighting.probability))


def find_sightings(phrase: str, language: CaptionLanguage, clip: SeenClip, models: Models) -> tuple[Sighting, ...]:
    """Find when a clip shows what a phrase says; the generator confirms the best stretches.

    Args:
        phrase: what is looked for; nothing is found for "".
        language: of it.
        clip: where.
        models: backbone and generator.

    Returns:
        Stretches, most probable first.
    """
    if not phrase:
        return ()
    found = sightings(frame_presence(phrase, language, clip, models.backbone), clip)
    confirmed = [
        replace(
            seen, probability=confirmed_presence(phrase, language, clip.frame(seen.frame), seen.probability, models)
        )
        for seen in found[:MOST_CONFIRMED]
    ]
    return tuple(sorted((*confirmed, *found[MOST_CONFIRMED:]), key=lambda seen: -seen.probability))


def _sighting(first: int, behind: int, probabilities: Float32Array, clip: SeenClip) -> Sighting:
    own = probabilities[first:behind]
    opening, closing = clip.scenes[clip.scene_at(first)], clip.scenes[clip.scene_at(behind - 1)]
    # Scenes know better than frames when they change.
    start = opening.span.start if opening.first == first else clip.spans[first].start
    end = closing.span.end if closing.behind == behind else clip.spans[behind - 1].end
    best = np.sort(own)[-max(len(own) // 2, 1) :]
    return Sighting(Span(start, end), first + int(np.argmax(own)), float(best.mean()))

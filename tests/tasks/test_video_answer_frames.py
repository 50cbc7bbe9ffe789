"""When something shows in a clip: stretches of frames by their probabilities."""

from __future__ import annotations

import numpy as np
import pytest

from mmdemo.backbone.base import Backbone
from mmdemo.tasks.change_points import Scene
from mmdemo.tasks.qa_presence import SEEN
from mmdemo.tasks.video_answer_frames import SeenClip, frame_presence, seen_clip, sightings
from mmdemo.types import Encoding, Float32Array, Span
from tests.tasks.picture_backbone import WIDTH, PictureBackbone

RED, GREEN = np.eye(WIDTH, dtype=np.float32)[0], np.eye(WIDTH, dtype=np.float32)[1]


class CountingBackbone(PictureBackbone):
    """Counts how often frames are embedded."""

    embedded = 0

    def embed_spans(self, encoding: Encoding, *rest: float) -> tuple[tuple[Span, Float32Array], ...]:
        self.embedded += 1
        return super().embed_spans(encoding, *rest)


def as_backbone(found: PictureBackbone) -> Backbone:
    """Pass for the whole protocol: sound plays no part here."""
    return found  # type: ignore[return-value]


def clip(frames: int = 12, scene: int = 4) -> SeenClip:
    """A clip of equally long scenes, a frame a second."""
    encoding = Encoding("video", np.zeros((frames * 81, 4), np.float16), np.zeros((0, 2), np.float32), "m", "0" * 64)
    spans = tuple(Span(float(n), n + 1.0) for n in range(frames))
    scenes = tuple(Scene(n, n + scene, Span(float(n), float(n + scene))) for n in range(0, frames, scene))
    embeddings = np.stack([RED if n < scene else GREEN for n in range(frames)])
    return SeenClip(encoding, spans, embeddings, scenes)


def row(*values: float) -> Float32Array:
    return np.array(values, np.float32)


def test_every_stretch_is_found_the_surest_first() -> None:
    likely = row(0.1, 0.1, 0.1, 0.1, 0.9, 0.9, 0.8, 0.9, 0.1, 0.1, 0.6, 0.7)
    found = sightings(likely, clip())
    assert [sighting.span for sighting in found] == [Span(4.0, 8.0), Span(10.0, 12.0)]
    assert found[0].probability == pytest.approx(0.9) and 4 <= found[0].frame < 8
    assert found[1].probability == pytest.approx(0.7) and found[1].frame == 11


def test_what_is_nowhere_sure_is_found_around_its_peak() -> None:
    likely = row(*[0.05] * 8, 0.2, 0.35, 0.4, 0.1)
    (only,) = sightings(likely, clip())
    assert only.span == Span(9.0, 11.0) and only.probability == pytest.approx(0.4) and only.probability < SEEN
    assert sightings(np.zeros(0, np.float32), clip()) == ()


def test_a_stretch_does_not_reach_beyond_its_scenes() -> None:
    within = SeenClip(
        clip().encoding,
        tuple(Span(2.0 * n, 2.0 * n + 2) for n in range(4)),
        np.stack([RED, RED, GREEN, GREEN]),
        (Scene(0, 2, Span(0.0, 3.1)), Scene(2, 4, Span(3.1, 8.0))),
    )
    (only,) = sightings(row(0.9, 0.9, 0.1, 0.1), within)
    assert only.span == Span(0.0, 3.1)
    (only,) = sightings(row(0.1, 0.1, 0.9, 0.9), within)
    assert only.span == Span(3.1, 8.0)


def test_a_single_frame_counts_less_than_two_neighbours() -> None:
    backbone = as_backbone(PictureBackbone(text_vectors=lambda text: RED))
    seen = clip()
    lone = SeenClip(seen.encoding, seen.spans, np.stack([RED if n == 5 else GREEN for n in range(12)]), seen.scenes)
    pair = SeenClip(
        seen.encoding, seen.spans, np.stack([RED if n in (5, 6) else GREEN for n in range(12)]), seen.scenes
    )
    for_one = frame_presence("red", "en", lone, backbone)
    for_two = frame_presence("red", "en", pair, backbone)
    assert for_one.max() < for_two.max() and int(for_one.argmax()) == 5
    edge = SeenClip(seen.encoding, seen.spans, np.stack([RED if n == 4 else GREEN for n in range(12)]), seen.scenes)
    likely = frame_presence("red", "en", edge, backbone)
    assert likely[3] == pytest.approx(likely[0]), "the scene before is not touched"


def test_frames_and_scenes_answer_for_times() -> None:
    seen = clip()
    assert [seen.frame_at(second) for second in (-1.0, 0.0, 3.99, 4.0, 99.0)] == [0, 0, 3, 4, 11]
    assert [seen.scene_at(frame) for frame in (0, 3, 4, 11)] == [0, 0, 1, 2]
    assert seen.main_frames(2) == [0, 4]


def test_a_clip_is_looked_at_once() -> None:
    counting = CountingBackbone()
    backbone = as_backbone(counting)
    tokens = np.repeat(np.eye(4, dtype=np.float16)[:2], 81, axis=0)
    times = np.repeat(np.array([[0.0, 1.0], [1.0, 2.0]], np.float32), 81, axis=0)
    encoding = Encoding("video", tokens, times, "m", "1" * 64)
    assert seen_clip(encoding, backbone) is seen_clip(encoding, backbone) and counting.embedded == 1
    assert seen_clip(encoding, as_backbone(PictureBackbone())) is not seen_clip(encoding, backbone), (
        "another model sees for itself"
    )

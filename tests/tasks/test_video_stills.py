"""Frames of clips are looked at when somebody asks, at the right time, and answers go on without them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mmdemo.runtime import Models
from mmdemo.tasks.change_points import Scene
from mmdemo.tasks.qa_media import Medium
from mmdemo.tasks.video_answer_frames import SeenClip
from mmdemo.tasks.video_stills import still_of
from mmdemo.types import Encoding, Image, Region, Span, Thing, Video, VideoFile
from tests.fakes import fake_models
from tests.media_factory import scene_pictures, write_scenes
from tests.tasks.picture_backbone import WIDTH, PictureBackbone

THING = Thing(16, 0.9, Region(0.0, 0.0, 1.0, 1.0))


class Looking:
    """Notes what it looks at."""

    def __init__(self) -> None:
        self.seen: list[Image] = []

    def things(self, images: list[Image]) -> list[tuple[Thing, ...]]:
        self.seen += images
        return [(THING,)] * len(images)

    def kept(self, sha256: str) -> tuple[Thing, ...] | None:
        return (THING,) if sha256 in {image.sha256 for image in self.seen} else None


def clip_of(frames: int) -> SeenClip:
    spans = np.repeat([[2.5 * n, 2.5 * (n + 1)] for n in range(frames)], 81, axis=0).astype(np.float32)
    encoding = Encoding("video", np.zeros((frames * 81, 4), np.float16), spans, "m", "0" * 64)
    scenes = (Scene(0, frames, Span(0.0, 2.5 * frames)),)
    own = tuple(Span(2.5 * n, 2.5 * (n + 1)) for n in range(frames))
    return SeenClip(encoding, own, np.tile(np.eye(WIDTH, dtype=np.float32)[0], (frames, 1)), scenes)


@pytest.fixture
def looking() -> Looking:
    return Looking()


@pytest.fixture
def models(looking: Looking) -> Models:
    return replace(fake_models(PictureBackbone()), detector=looking)  # type: ignore[arg-type]


def test_the_frame_of_a_file_is_the_one_of_its_time(tmp_path: Path, models: Models, looking: Looking) -> None:
    path = write_scenes(tmp_path / "scenes.mp4", scene_pictures(3), 2.5)
    medium = Medium(0, "video", VideoFile(path, 7.5, None, "scenes.mp4", "0" * 64), None)
    found = still_of(medium, clip_of(3), 1, models)
    assert found.things == (THING,)
    expected = scene_pictures(3)[1].mean(axis=(0, 1))
    assert np.allclose(looking.seen[0].pixels.mean(axis=(0, 1)), expected, atol=6)
    path.unlink()
    assert still_of(medium, clip_of(3), 1, models).things == (THING,), "what was looked at needs no file any more"
    assert len(looking.seen) == 1


def test_frames_in_memory_are_taken_as_they_are(models: Models, looking: Looking) -> None:
    frames = tuple(scene_pictures(2))
    video = Video(frames, (0.0, 2.5), (0.0,), 5.0, None, "clip", "0" * 64)
    assert still_of(Medium(0, "video", video, None), clip_of(2), 1, models).things == (THING,)
    assert looking.seen[0].pixels is frames[1]


def test_without_pixels_the_answer_goes_on(tmp_path: Path, models: Models, looking: Looking) -> None:
    gone = VideoFile(tmp_path / "gone.mp4", 5.0, None, "gone.mp4", "0" * 64)
    for media in (gone, clip_of(2).encoding):
        assert still_of(Medium(0, "video", media, None), clip_of(2), 0, models).things is None
    assert looking.seen == []
    assert still_of(Medium(0, "video", gone, None), clip_of(2), 0, replace(models, detector=None)).things is None

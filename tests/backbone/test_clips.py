"""Clips in steps: the same as at once, stopped when closed, and never encoded twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mmdemo.backbone.local import LocalBackbone
from mmdemo.config import Limits
from mmdemo.evaluation.empty_cache import empty_cache
from mmdemo.evaluation.sample_media import VIDEO_FILE, sample
from mmdemo.media import load_video, open_media, sample_video
from mmdemo.stepwise import run_through, shown_as
from mmdemo.tasks.change_points import find_scenes
from mmdemo.types import VideoFile
from tests.media_factory import scene_pictures, write_scenes


def test_sampling_in_steps_is_sampling_at_once(tmp_path: Path, limits: Limits) -> None:
    path = write_scenes(tmp_path / "clip.mp4", scene_pictures(3), 2.0)
    steps = sample_video(path, limits)
    seconds: list[Any] = []
    video = run_through(shown_as(steps, seconds.append))
    whole = load_video(path, limits)
    assert seconds == sorted(seconds) and seconds[-1] == pytest.approx(5.8, abs=0.3)
    assert (video.frame_times, video.scene_starts) == (whole.frame_times, whole.scene_starts)


@pytest.mark.real
def test_pictures_are_encoded_once_with_or_without_sound(tmp_path: Path, limits: Limits) -> None:
    backbone = LocalBackbone(empty_cache(tmp_path / "cache"))
    media = open_media(sample(VIDEO_FILE), limits)
    assert isinstance(media, VideoFile)
    steps = backbone.encode_frames(media)
    shares = [next(steps) for _ in range(3)]
    steps.close()
    assert shares == sorted(shares) and backbone.statistics().memory_bytes == 0
    pictures = run_through(backbone.encode_frames(media))
    misses = backbone.statistics().misses
    assert run_through(backbone.encode_frames(media)) is pictures
    whole = backbone.encode(media)
    assert whole.tokens is pictures.tokens and (whole.soundtrack is None) == (media.audio is None)
    assert backbone.statistics().misses <= misses + 1, "the soundtrack alone was new"
    frames = backbone.embed_spans(whole)
    scenes = find_scenes(
        np.stack([embedding for _, embedding in frames]),
        np.array([[span.start, span.end] for span, _ in frames], np.float32),
    )
    assert scenes[0].span.start == 0.0 and scenes[-1].behind == len(frames)

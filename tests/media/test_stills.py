"""The frame at a time is the one that shows then, also far from a keyframe."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mmdemo.config import Limits
from mmdemo.errors import InputError
from mmdemo.media import sample_video, still_at
from mmdemo.stepwise import run_through
from tests.media_factory import scene_pictures, write_scenes, write_wav

SECONDS = 2.5
SCENES = 3


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_scenes(tmp_path_factory.mktemp("clips") / "scenes.mp4", scene_pictures(SCENES), SECONDS)


@pytest.mark.parametrize(("seconds", "scene"), [(0.0, 0), (2.3, 0), (2.6, 1), (4.9, 1), (5.2, 2), (6.3, 2), (99.0, 2)])
def test_it_is_the_scene_of_that_time(clip: Path, seconds: float, scene: int) -> None:
    still = still_at(clip, seconds, Limits(), "scenes.mp4")
    # The scene drifts sideways, so colours are compared and not places.
    distances = [
        float(np.abs(still.mean(axis=(0, 1)) - picture.mean(axis=(0, 1))).mean()) for picture in scene_pictures(SCENES)
    ]
    assert int(np.argmin(distances)) == scene
    assert distances[scene] < 5


def test_it_is_what_sampling_saw_at_that_time(clip: Path) -> None:
    video = run_through(sample_video(clip, Limits(), "scenes.mp4"))
    for pixels, seconds in zip(video.frames, video.frame_times, strict=True):
        still = still_at(clip, seconds, Limits(), "scenes.mp4")
        assert still.shape == pixels.shape
        assert float(np.abs(still.astype(float) - pixels).mean()) < 3


def test_large_frames_are_made_smaller(clip: Path) -> None:
    assert max(still_at(clip, 0.0, Limits(), "scenes.mp4", max_side=64).shape) == 64


def test_sound_and_broken_files_get_a_sentence(tmp_path: Path) -> None:
    sound = write_wav(tmp_path / "sound.wav", np.zeros(16_000, np.float32))
    with pytest.raises(InputError):
        still_at(sound, 0.0, Limits(), "sound.wav")
    (tmp_path / "broken.mp4").write_bytes(b"\x00\x00\x00\x18ftypmp42 nothing more")
    with pytest.raises(InputError):
        still_at(tmp_path / "broken.mp4", 0.0, Limits(), "broken.mp4")
    with pytest.raises(OSError):
        still_at(tmp_path / "gone.mp4", 0.0, Limits(), "gone.mp4")

"""Videos: frames at the right times, every scene seen, upright, and never more than the limit."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mmdemo.config import Limits
from mmdemo.errors import MediaTooLong, UnreadableMedia, WrongMediaKind
from mmdemo.media import file_sha256, load_video, video
from mmdemo.media.scenes import SampledFrame, SceneDetector, spread, thinned
from mmdemo.types import UInt8Array, Video
from tests.media_factory import (
    bursts,
    halves,
    scene_pictures,
    tone,
    turn_mp4,
    write_scenes,
    write_video,
    write_wav,
)

LIMITS = Limits()


def scene_of(frame: UInt8Array, pictures: list[UInt8Array]) -> int:
    """Tell which picture a frame shows, by its mean colour."""
    means = np.array([picture.mean((0, 1)) for picture in pictures])
    return int(np.abs(means - frame.mean((0, 1))).sum(1).argmin())


def assert_in_order(loaded: Video) -> None:
    times = list(loaded.frame_times)
    assert len(loaded.frames) == len(times) > 0 and times == sorted(set(times))
    assert loaded.scene_starts[0] == 0.0 and list(loaded.scene_starts) == sorted(set(loaded.scene_starts))


def test_short_video(tmp_path: Path) -> None:
    pictures = scene_pictures(5)
    path = write_scenes(tmp_path / "a.mp4", pictures, 2.0, sound=bursts(10.0, [1.0], 48_000))
    loaded = load_video(path, LIMITS)
    assert_in_order(loaded)
    assert loaded.duration == pytest.approx(10.0, abs=0.1)
    assert loaded.scene_starts == pytest.approx([0, 2, 4, 6, 8], abs=0.26)
    assert {scene_of(frame, pictures) for frame in loaded.frames} == set(range(5))
    assert all(
        scene_of(frame, pictures) == int(time // 2)
        for frame, time in zip(loaded.frames, loaded.frame_times, strict=True)
    )
    assert max(np.diff(loaded.frame_times)) < 1.6
    assert loaded.audio is not None and loaded.audio.duration == pytest.approx(10.0, abs=0.1)
    assert loaded.sha256 == loaded.audio.sha256 == file_sha256(path)
    assert loaded.source == loaded.audio.source == "a.mp4"


@pytest.mark.parametrize("keyframes_only", [False, True])
@pytest.mark.parametrize("limit", [1, 3, 6, 9])
def test_frame_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int, keyframes_only: bool) -> None:
    if keyframes_only:
        monkeypatch.setattr(video, "FULL_DECODE_FRAMES", 50)
    pictures = scene_pictures(6)
    path = write_scenes(tmp_path / "a.mp4", pictures, 2.0, options={"g": "5", "sc_threshold": "0"})
    loaded = load_video(path, Limits(video_frames=limit))
    assert_in_order(loaded)
    assert len(loaded.frames) == limit
    seen = {scene_of(frame, pictures) for frame in loaded.frames}
    assert len(seen) == min(limit, 6)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.mp4", {"codec": "libx264", "options": {"g": "10", "bf": "3"}}),
        ("a.mkv", {"codec": "libx264", "options": {"g": "10", "x264-params": "open-gop=1"}}),
        ("a.webm", {"codec": "libvpx-vp9", "options": {"g": "10", "deadline": "realtime", "cpu-used": "8"}}),
        ("a.ts", {"codec": "libx264", "options": {"g": "10"}}),
        ("a.avi", {"codec": "mpeg4", "options": {"g": "10"}}),
    ],
)
def test_long_video_is_read_by_its_keyframes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, options: dict[str, Any]
) -> None:
    monkeypatch.setattr(video, "FULL_DECODE_FRAMES", 100)
    monkeypatch.setattr(video, "decode_every", None)  # decoding everything would fail
    pictures = scene_pictures(4)
    path = write_scenes(tmp_path / name, pictures, 3.0, **options)
    loaded = load_video(path, LIMITS)
    assert_in_order(loaded)
    assert 8 <= len(loaded.frames) <= 40
    assert loaded.scene_starts == pytest.approx([0, 3, 6, 9], abs=1.01)
    assert [scene_of(frame, pictures) for frame in loaded.frames] == sorted(
        scene_of(frame, pictures) for frame in loaded.frames
    )
    assert {scene_of(frame, pictures) for frame in loaded.frames} == set(range(4))


def test_long_video_with_hardly_a_keyframe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(video, "FULL_DECODE_FRAMES", 20)
    path = write_scenes(tmp_path / "a.mp4", scene_pictures(1), 6.0, options={"g": "1000", "sc_threshold": "0"})
    assert len(load_video(path, LIMITS).frames) >= 5
    monkeypatch.setattr(video, "LINEAR_DECODE_PIXELS", 160 * 96 * 25)  # the first 2.5 seconds
    assert load_video(path, LIMITS).frame_times[-1] < 2.6


def test_cross_fade_is_one_change(tmp_path: Path) -> None:
    first, second = scene_pictures(2)
    mixes = np.concatenate([np.zeros(30), np.linspace(0, 1, 10), np.ones(30)])
    frames = [np.round(first * (1 - mix) + second * mix).astype(np.uint8) for mix in mixes]
    loaded = load_video(write_video(tmp_path / "a.mp4", frames, [index / 10 for index in range(70)]), LIMITS)
    assert len(loaded.scene_starts) == 2 and 3.0 <= loaded.scene_starts[1] <= 4.1


def test_still_scene_is_one_scene_and_not_shown_more_than_once_a_second(tmp_path: Path) -> None:
    loaded = load_video(write_scenes(tmp_path / "a.mp4", scene_pictures(1), 12.0), LIMITS)
    assert loaded.scene_starts == (0.0,)
    assert 9 <= len(loaded.frames) <= 13


def test_single_frame(tmp_path: Path) -> None:
    loaded = load_video(write_video(tmp_path / "a.mp4", scene_pictures(1), [0.0]), LIMITS)
    assert (len(loaded.frames), loaded.frame_times, loaded.scene_starts) == (1, (0.0,), (0.0,))
    assert loaded.audio is None


def test_unsteady_frame_rate(tmp_path: Path) -> None:
    times = [0.0, 0.05, 0.1, 3.0, 3.5, 9.0]
    loaded = load_video(write_video(tmp_path / "a.mkv", scene_pictures(1) * 6, times), LIMITS)
    assert loaded.frame_times == pytest.approx([0.0, 3.0, 9.0], abs=0.01)


def test_telephone_video_is_turned_upright(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", [halves(64, 48)] * 5, [index / 5 for index in range(5)])
    frame = load_video(turn_mp4(path), LIMITS).frames[0]
    assert frame.shape == (64, 48, 3)
    top, bottom = frame[4:20].mean((0, 1)), frame[-20:-4].mean((0, 1))
    assert top[0] > 180 > 80 > top[2] and bottom[2] > 180 > 80 > bottom[0]


def test_oblong_pixels_are_made_square(tmp_path: Path) -> None:
    options: dict[str, Fraction] = {"pixel_aspect": Fraction(16, 11)}
    path = write_video(tmp_path / "a.mp4", [halves(352, 288)] * 3, [0, 0.1, 0.2], **options)  # type: ignore[arg-type]
    assert load_video(path, LIMITS).frames[0].shape == (288, 512, 3)


@pytest.mark.parametrize(("size", "expected"), [((640, 360), (72, 128)), ((360, 640), (128, 72)), ((96, 64), (64, 96))])
def test_longer_side(tmp_path: Path, size: tuple[int, int], expected: tuple[int, int]) -> None:
    path = write_video(tmp_path / "a.mp4", [halves(*size)] * 2, [0, 0.1])
    loaded = load_video(path, LIMITS, max_side=128)
    assert loaded.frames[0].shape == (*expected, 3) and loaded.frames[0].dtype == np.uint8


def test_colours_survive(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", [halves(64, 48)] * 2, [0, 0.1], options={"crf": "1"})
    frame = load_video(path, LIMITS).frames[0].astype(int)
    assert abs(frame[24, 10] - (255, 0, 0)).max() < 25 and abs(frame[24, 54] - (0, 0, 255)).max() < 25


def test_damage_in_the_middle_gives_the_rest(tmp_path: Path) -> None:
    path = write_scenes(tmp_path / "a.mp4", scene_pictures(4), 2.0, options={"g": "10"})
    data = bytearray(path.read_bytes())
    media, end = data.index(b"mdat") + 4, data.index(b"moov")
    middle = slice(media + (end - media) // 2, media + (end - media) * 6 // 10)
    data[middle] = bytes(middle.stop - middle.start)
    path.write_bytes(data)
    loaded = load_video(path, LIMITS)
    assert_in_order(loaded)
    assert loaded.frame_times[0] == 0.0 and loaded.frame_times[-1] > 7.0


def test_nothing_can_be_decoded(tmp_path: Path) -> None:
    path = write_scenes(tmp_path / "a.mp4", scene_pictures(1), 1.0)
    data = bytearray(path.read_bytes())
    media, end = data.index(b"mdat") + 4, data.index(b"moov") - 4
    data[media:end] = b"\xff" * (end - media)
    path.write_bytes(data)
    with pytest.raises(UnreadableMedia):
        load_video(path, LIMITS)


def test_sound_alone_is_no_video(tmp_path: Path) -> None:
    with pytest.raises(WrongMediaKind, match="of the kind “audio”, but this needs video"):
        load_video(write_wav(tmp_path / "a.mp4", tone(1.0)), LIMITS)


def test_undeclared_duration_meets_the_limit(tmp_path: Path) -> None:
    """A recording of a browser declares no duration; its packets are counted before anything is decoded."""
    path = write_scenes(tmp_path / "a.webm", scene_pictures(2), 3.0, codec="libvpx", container_options={"live": "1"})
    assert load_video(path, LIMITS).duration == pytest.approx(6.0, abs=0.2)
    with pytest.raises(MediaTooLong):
        load_video(path, Limits(media_minutes=0.05))


def samples(times: list[float], scenes: list[int]) -> list[SampledFrame]:
    pixels = np.zeros((1, 1, 3), np.uint8)
    return [SampledFrame(time, scene, pixels) for time, scene in zip(times, scenes, strict=True)]


def test_spread_is_even_and_knows_every_scene() -> None:
    times = [float(second) for second in range(100)]
    scenes = [0] * 90 + [1] * 2 + [2] * 8
    chosen = spread(samples(times, scenes), 12)
    assert len(chosen) == 12 and {frame.scene for frame in chosen} == {0, 1, 2}
    first = [frame.time for frame in chosen if frame.scene == 0]
    assert max(np.diff(first)) <= 1.3 * min(np.diff(first))


def test_spread_with_more_scenes_than_room_shows_the_longest() -> None:
    scenes = [0, 1, 1, 1, 2, 3, 3, 4]
    chosen = spread(samples([float(index) for index in range(8)], scenes), 2)
    assert [frame.scene for frame in chosen] == [1, 3]


def test_thinning_on_the_way_stays_even() -> None:
    kept: list[SampledFrame] = []
    for second in range(1_000):
        kept = thinned([*kept, *samples([float(second)], [0])], 32)
    gaps = np.diff([frame.time for frame in kept])
    assert len(kept) == 32 and kept[0].time < 64 and kept[-1].time > 936
    assert gaps.max() <= 130


def test_thinning_spares_single_frames_of_scenes() -> None:
    scenes = [0] * 20 + [1] + [0] * 0 + [2] * 20
    kept = thinned(samples([float(index) for index in range(41)], scenes), 6)
    assert {frame.scene for frame in kept} == {0, 1, 2}


def test_detector_ignores_a_flash_right_after_a_cut() -> None:
    first, second = (np.ascontiguousarray(picture[:32, :32]) for picture in scene_pictures(2))
    detector = SceneDetector()
    shown = [first, first, first, first, second, first, second, second]
    starts = [detector.starts_scene(index / 4, picture) for index, picture in enumerate(shown)]
    assert starts == [True, False, False, False, True, False, False, False]

"""What a browser plays as it is, and what is made of the rest."""

from concurrent.futures import CancelledError
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from mmdemo.config import Limits
from mmdemo.errors import FolderNotWritable, UnreadableMedia
from mmdemo.media import load_audio, load_video, player_ready, probe, transcode_for_player
from mmdemo.media.mp4_boxes import is_truncated_mp4
from tests.media_factory import (
    burst_times,
    bursts,
    halves,
    scene_pictures,
    tone,
    turn_mp4,
    write_scenes,
    write_sound,
    write_video,
    write_wav,
)

LIMITS = Limits()


def convert(path: Path, **options: Any) -> Path:
    """Convert a file that is not ready and check that the result is."""
    info = probe(path, LIMITS)
    out = path.parent / "out.mp4"
    assert transcode_for_player(path, out, info, **options) == out
    converted = probe(out, LIMITS)
    assert player_ready(out, converted) and not is_truncated_mp4(out)
    assert converted.kind == info.kind and converted.has_audio == info.has_audio
    assert sorted(item.name for item in path.parent.iterdir()) == sorted({path.name, "out.mp4"})
    return out


def picture_times(path: Path) -> list[float]:
    with av.open(str(path)) as container:
        return [float(frame.time) for frame in container.decode(video=0)]


@pytest.mark.parametrize(
    ("name", "options", "ready"),
    [
        ("a.mp4", {}, True),
        ("b.mp4", {"pixel_format": "yuv420p10le"}, False),
        ("c.mp4", {"pixel_format": "yuv444p"}, False),
        ("d.mp4", {"codec": "mpeg4"}, False),
        ("e.avi", {"codec": "mpeg4"}, False),
        ("f.mkv", {}, False),
        ("g.mov", {}, False),
        ("h.webm", {"codec": "libvpx"}, True),
        ("i.webm", {"codec": "libvpx-vp9", "options": {"cpu-used": "8", "deadline": "realtime"}}, True),
        ("j.ts", {}, False),
        ("k.mkv", {"codec": "libvpx"}, False),
    ],
)
def test_videos_that_browsers_play(tmp_path: Path, name: str, options: dict[str, Any], ready: bool) -> None:
    path = write_scenes(tmp_path / name, scene_pictures(1), 0.4, **options)
    assert player_ready(path, probe(path, LIMITS)) is ready
    if not ready:
        convert(path)


@pytest.mark.parametrize(
    ("name", "codec", "ready"),
    [
        ("a.mp3", "libmp3lame", True),
        ("b.m4a", "aac", True),
        ("c.ogg", "libopus", True),
        ("d.flac", "flac", True),
        ("e.wav", "pcm_s16le", True),
        ("f.wav", "pcm_s24le", False),
        ("g.wav", "pcm_mulaw", False),
        ("h.mka", "aac", False),
        ("i.webm", "libopus", True),
        ("j.aiff", "pcm_s16be", False),
        ("k.m4a", "alac", False),
    ],
)
def test_sounds_that_browsers_play(tmp_path: Path, name: str, codec: str, ready: bool) -> None:
    path = write_sound(tmp_path / name, bursts(1.0, [0.5], 48_000), 48_000, codec)
    assert player_ready(path, probe(path, LIMITS)) is ready
    if not ready:
        out = convert(path)
        assert burst_times(load_audio(out, LIMITS).waveform) == pytest.approx([0.5], abs=0.03)


def test_pictures_that_browsers_show(tmp_path: Path) -> None:
    from PIL import Image

    for ending, ready in (("jpg", True), ("png", True), ("webp", True), ("tiff", False), ("ppm", False)):
        Image.new("RGB", (8, 8)).save(tmp_path / f"a.{ending}")
        assert player_ready(tmp_path / f"a.{ending}", probe(tmp_path / f"a.{ending}", LIMITS)) is ready


@pytest.mark.parametrize("delay", [0.0, 0.6])
def test_times_stay_what_they_were(tmp_path: Path, delay: float) -> None:
    times = [0.0, 0.1, 0.15, 0.4, 1.0, 1.1, 2.5, 2.6]
    path = write_video(
        tmp_path / "a.mkv",
        scene_pictures(1) * len(times),
        times,
        options={"bf": "0"},
        sound=bursts(2.0, [0.3, 1.7], 48_000),
        sound_delay=delay,
    )
    out = convert(path)
    assert picture_times(out) == pytest.approx(times, abs=0.001)
    assert burst_times(load_audio(out, LIMITS).waveform) == pytest.approx([0.3 + delay, 1.7 + delay], abs=0.005)
    with av.open(str(out)) as container:
        assert container.start_time == 0


def test_large_video_is_scaled_to_even_sizes(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mkv", [halves(642, 482)] * 3, [0, 0.1, 0.2])
    info = probe(convert(path, max_height=101), LIMITS)
    assert (info.width, info.height) == (134, 100)


def test_small_video_keeps_its_size_and_colours(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mkv", [halves(64, 48)] * 3, [0, 0.1, 0.2], pixel_format="yuv444p")
    frame = load_video(convert(path), LIMITS).frames[0].astype(int)
    assert frame.shape == (48, 64, 3)
    assert abs(frame[24, 10] - (255, 0, 0)).max() < 40 and abs(frame[24, 54] - (0, 0, 255)).max() < 40


def test_turned_video_with_oblong_pixels(tmp_path: Path) -> None:
    path = write_video(
        tmp_path / "a.mp4", [halves(64, 48)] * 3, [0, 0.1, 0.2], pixel_format="yuv444p", pixel_aspect=Fraction(2)
    )
    out = convert(turn_mp4(path))
    info = probe(out, LIMITS)
    assert (info.width, info.height) == (48, 128)
    frame = load_video(out, LIMITS).frames[0]
    assert frame[10].mean(0)[0] > 180 > 80 > frame[-10].mean(0)[0]


def test_sound_with_cover_and_broken_numbers(tmp_path: Path) -> None:
    samples = tone(1.0)
    samples[5_000:5_010] = np.nan
    out = convert(write_wav(tmp_path / "a.wav", samples, 16_000, "f32"))
    assert load_audio(out, LIMITS).duration == pytest.approx(1.0, abs=0.05)


def test_index_comes_first(tmp_path: Path) -> None:
    data = convert(write_scenes(tmp_path / "a.avi", scene_pictures(1), 0.4, codec="mpeg4")).read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_cancelling_leaves_nothing_behind(tmp_path: Path) -> None:
    path = write_scenes(tmp_path / "a.avi", scene_pictures(2), 3.0, codec="mpeg4")
    asked: list[int] = []

    def cancelled() -> bool:
        asked.append(len(asked))
        return len(asked) > 20

    with pytest.raises(CancelledError):
        transcode_for_player(path, tmp_path / "out.mp4", probe(path, LIMITS), cancelled=cancelled)
    assert len(asked) == 21
    assert [item.name for item in tmp_path.iterdir()] == ["a.avi"]


def test_failure_leaves_an_older_result_alone(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", np.zeros(0, np.float32))
    (tmp_path / "out.mp4").write_bytes(b"older")
    with pytest.raises(UnreadableMedia):
        transcode_for_player(path, tmp_path / "out.mp4", probe(path, LIMITS))
    assert (tmp_path / "out.mp4").read_bytes() == b"older"
    assert len(list(tmp_path.iterdir())) == 2


def test_folder_that_cannot_be_written(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", tone(0.2))
    with pytest.raises(FolderNotWritable):
        transcode_for_player(path, tmp_path / "nowhere" / "out.mp4", probe(path, LIMITS))

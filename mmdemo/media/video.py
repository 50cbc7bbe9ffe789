"""Videos: frames sampled by time and scene, each with its time, and a handle on the sound."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path

import av

from mmdemo.config import Limits
from mmdemo.errors import InputError, UnreadableMedia, WrongMediaKind
from mmdemo.media.audio import audio_handle
from mmdemo.media.files import StrPath, check_file, display_name
from mmdemo.media.frames import (
    PacketMap,
    TimedFrame,
    decode_every,
    decode_keyframes,
    map_packets,
    to_rgb,
    to_thumbnail,
)
from mmdemo.media.probing import probe
from mmdemo.media.scenes import THUMBNAIL_SIDE, SampledFrame, SceneDetector, spread, thinned
from mmdemo.stepwise import run_through
from mmdemo.types import MediaInfo, Video
from mmdemo.verified_files import file_sha256

CANDIDATE_STEP = 0.25
"""Seconds between the frames that are compared for scene changes."""
FILL_STEP = 1.0
"""Seconds between frames kept within one scene; more would show the same again."""

FULL_DECODE_FRAMES = 6_000
FULL_DECODE_PIXELS = 2e9
"""What is worth decoding frame by frame, ten seconds on two cores at most: three minutes of 360p, thirty seconds of
1080p. Past either bound only keyframes are decoded."""
FEWEST_KEYFRAMES = 8
"""With fewer keyframes than this a long video is decoded from the beginning all the same, up to a bound."""
LINEAR_DECODE_PIXELS = 4e9
KEYFRAMES_PER_FRAME = 4
"""Keyframes decoded for each frame that may be kept, so that scene changes are found between them."""


def load_video(path: StrPath, limits: Limits, name: str | None = None, max_side: int = 512) -> Video:
    """Sample a video: every scene as long as there is room, long scenes once a second, never past the frame limit.

    Short videos are decoded whole, of long ones only keyframes; memory depends on the frame limit alone.

    Args:
        path: a video file.
        limits: size, duration and frame limits.
        name: the name to show, when it is not the file's own.
        max_side: pixels of the longer side of a frame at most.

    Returns:
        Upright frames u8 [H, W, 3] with square pixels, their times, the scenes found between them, and the sound.

    Raises:
        FileMissing: no such file.
        EmptyFile: no bytes.
        FileTooLarge: more bytes than the limit.
        MediaTooLong: more seconds than the limit, declared or found.
        TooManyPixels: frames larger than the limit.
        TruncatedMedia: an MP4 that breaks off.
        UnreadableMedia: no media, or not a single frame can be decoded.
        WrongMediaKind: a picture or sound alone.
    """
    return run_through(sample_video(path, limits, name, max_side))


def sample_video(
    path: StrPath, limits: Limits, name: str | None = None, max_side: int = 512
) -> Generator[float, None, Video]:
    """Sample a video as `load_video` does, but so that it can show progress and stop.

    Yields:
        Seconds of the video that have been looked at.

    Returns:
        What `load_video` returns.
    """
    shown = display_name(path, name)
    info = probe(path, limits, shown)
    if info.kind != "video":
        raise WrongMediaKind(name=shown, kind=info.kind, wanted="video")
    absolute = check_file(path, limits, shown)
    found = map_packets(absolute, limits, shown)
    candidates = _candidates(absolute, limits, shown, info, found)
    frames, scene_starts = yield from _sampled(candidates, limits.video_frames, max_side)
    if not frames:
        raise UnreadableMedia(name=shown)
    sha256 = file_sha256(absolute)
    try:
        audio = audio_handle(absolute, limits, shown, sha256) if info.has_audio else None
    except InputError:  # the pictures are worth having without their sound
        audio = None
    return Video(
        frames=tuple(frame.pixels for frame in frames),
        frame_times=tuple(frame.time for frame in frames),
        scene_starts=tuple(scene_starts),
        duration=max(info.duration, found.end, frames[-1].time),
        audio=audio,
        source=shown,
        sha256=sha256,
    )


def _candidates(path: Path, limits: Limits, name: str, info: MediaInfo, found: PacketMap) -> Iterator[TimedFrame]:
    pixels = max(1, info.width * info.height)
    if found.frame_count <= FULL_DECODE_FRAMES and found.frame_count * pixels <= FULL_DECODE_PIXELS:
        return decode_every(path, limits, name, CANDIDATE_STEP, found.frame_count)
    if found.key_count >= FEWEST_KEYFRAMES:
        return decode_keyframes(path, limits, name, found.end / (KEYFRAMES_PER_FRAME * limits.video_frames))
    return decode_every(path, limits, name, CANDIDATE_STEP, int(LINEAR_DECODE_PIXELS / pixels))


def _sampled(
    candidates: Iterator[TimedFrame], limit: int, max_side: int
) -> Generator[float, None, tuple[list[SampledFrame], list[float]]]:
    detector = SceneDetector()
    kept: list[SampledFrame] = []
    scene_starts: list[float] = []
    for timed in candidates:
        yield timed.time
        try:
            starts = detector.starts_scene(timed.time, to_thumbnail(timed, THUMBNAIL_SIDE))
            if not starts and timed.time - kept[-1].time < FILL_STEP - 1e-3:
                continue
            pixels = to_rgb(timed, max_side)
        except (av.FFmpegError, ValueError):  # a frame of damaged size or an odd pixel format
            continue
        if starts:
            # Whatever precedes the first frame belongs to the first scene.
            scene_starts.append(timed.time if scene_starts else 0.0)
        kept.append(SampledFrame(timed.time, len(scene_starts), pixels))
        kept = thinned(kept, 2 * limit)
    return spread(kept, limit), scene_starts

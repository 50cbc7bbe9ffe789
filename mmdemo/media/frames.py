"""Decode the pictures of a video at chosen moments only: upright, with square pixels, no larger than asked for."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from av.container import InputContainer
from av.packet import Packet
from av.stream import Discard
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from mmdemo.config import Limits
from mmdemo.errors import WrongMediaKind
from mmdemo.media.containers import clock_origin, decoded, open_container, packets, picture_stream
from mmdemo.media.probing import check_duration
from mmdemo.types import UInt8Array

MAX_SQUEEZE = 10.0
"""Pixels are never more than so many times wider than high, or a header is damaged."""


@dataclass(frozen=True)
class PacketMap:
    """What a walk over a video's packets tells without decoding one."""

    frame_count: int
    end: float  # seconds at which the last frame begins
    key_count: int  # frames that can be decoded alone


@dataclass(frozen=True, eq=False)
class TimedFrame:
    """A decoded frame, not yet converted."""

    time: float  # seconds
    frame: VideoFrame
    pixel_aspect: float  # width of a pixel over its height


def map_packets(path: Path, limits: Limits, name: str) -> PacketMap:
    """Walk over the packets of a video: its true length and where it can be entered.

    Args:
        path: a video.
        limits: holds the duration limit.
        name: the name to show in errors.

    Returns:
        The map.

    Raises:
        MediaTooLong: the packets run past the limit, whatever the container declares.
        UnreadableMedia: the file cannot be opened.
    """
    count = keys = 0
    end = 0.0
    with open_container(path, limits, name) as container:
        stream = require_pictures(container, name)
        origin = clock_origin(container)
        for stamp, is_key in _stamps(container, stream):
            count += 1
            keys += is_key
            if stamp is not None and stamp - origin > end:
                end = stamp - origin
                check_duration(end, limits, name)
    return PacketMap(count, end, keys)


def _stamps(container: InputContainer, stream: VideoStream) -> Iterator[tuple[float | None, bool]]:
    """Yield the timestamp in seconds of every frame and whether it is a keyframe."""
    time_base = float(stream.time_base or 0)
    # The index of a whole MP4 lists every frame and spares reading the file; other indexes list some, or lie.
    if "mp4" in container.format.name and 0 < stream.frames == len(stream.index_entries):
        for entry in stream.index_entries:
            yield entry.timestamp * time_base, entry.is_keyframe
        return
    for packet in packets(container, stream):
        if packet.size:
            yield _stamp(packet, time_base), packet.is_keyframe


def _stamp(packet: Packet[Any], time_base: float) -> float | None:
    stamp = packet.pts if packet.pts is not None else packet.dts
    return None if stamp is None else stamp * time_base


def decode_every(path: Path, limits: Limits, name: str, step: float, max_frames: int) -> Generator[TimedFrame]:
    """Decode a video from the beginning and give out a frame every so often.

    Args:
        path: a video.
        limits: holds the duration limit.
        name: the name to show in errors.
        step: seconds between the frames given out.
        max_frames: stop after decoding so many, however many were given out.

    Yields:
        Frames in order of time.

    Raises:
        MediaTooLong: timestamps run past the limit.
        UnreadableMedia: the file cannot be opened.
    """
    due, count = -np.inf, 0
    with open_container(path, limits, name) as container:
        for timed in _decode(container, name, None):
            count += 1
            check_duration(timed.time, limits, name)
            if timed.time >= due:
                # The slack keeps times that fall short of the grid by a rounding error from halving the rate.
                due = timed.time + step - 1e-3
                yield timed
            if count >= max_frames:
                return


def decode_keyframes(path: Path, limits: Limits, name: str, step: float) -> Iterator[TimedFrame]:
    """Decode a keyframe every so often and nothing else.

    Args:
        path: a video.
        limits: as above.
        name: the name to show in errors.
        step: seconds between keyframes at least.

    Yields:
        Frames in order of time.

    Raises:
        UnreadableMedia: the file cannot be opened.
    """
    with open_container(path, limits, name) as container:
        yield from _decode(container, name, step)


def to_rgb(timed: TimedFrame, max_side: int) -> UInt8Array:
    """Convert a frame to upright RGB with square pixels.

    Args:
        timed: a decoded frame.
        max_side: pixels of the longer side at most; small frames are not blown up.

    Returns:
        Pixels u8 [H, W, 3].
    """
    width, height = display_size(timed.frame.width, timed.frame.height, timed.pixel_aspect)
    scale = min(1.0, max_side / max(width, height))
    return _upright(timed.frame, max(1, round(width * scale)), max(1, round(height * scale)))


def to_thumbnail(timed: TimedFrame, side: int) -> UInt8Array:
    """Convert a frame to a small square, whatever its proportions: u8 [side, side, 3]."""
    return _upright(timed.frame, side, side)


def display_size(width: int, height: int, pixel_aspect: float) -> tuple[int, int]:
    """Return the size at which a frame with oblong pixels is shown: one side grows, none shrinks."""
    if not 1 / MAX_SQUEEZE <= pixel_aspect <= MAX_SQUEEZE:
        pixel_aspect = 1.0
    if pixel_aspect >= 1:
        return max(1, round(width * pixel_aspect)), height
    return width, max(1, round(height / pixel_aspect))


def pixel_aspect(stream: VideoStream) -> float:
    """Return the width of a pixel over its height as the container or the codec says, 1.0 when neither does."""
    return float(stream.sample_aspect_ratio or stream.codec_context.sample_aspect_ratio or 1.0)


def _upright(frame: VideoFrame, width: int, height: int) -> UInt8Array:
    small = frame.reformat(width=width, height=height, format="rgb24", interpolation="AREA")
    pixels = small.to_ndarray()  # [H, W, 3]
    turns = round(frame.rotation / 90) % 4
    return np.ascontiguousarray(np.rot90(pixels, turns), dtype=np.uint8)


def require_pictures(container: InputContainer, name: str) -> VideoStream:
    """Return the stream of pictures.

    Raises:
        WrongMediaKind: there is none.
    """
    stream = picture_stream(container)
    if stream is None:
        raise WrongMediaKind(name=name, kind="audio", wanted="video")
    return stream


def _decode(container: InputContainer, name: str, key_step: float | None) -> Iterator[TimedFrame]:
    stream = require_pictures(container, name)
    stream.thread_type = "AUTO"
    if key_step is not None:
        stream.discard = Discard.nonkey  # some demuxers then do not even read what lies between
        stream.codec_context.skip_frame = "NONKEY"
    origin, aspect = clock_origin(container), pixel_aspect(stream)
    time_base = float(stream.time_base or 0)
    frame_seconds = float(1 / (stream.guessed_rate or 25))
    last, due = -frame_seconds, -np.inf
    for packet in packets(container, stream):
        if key_step is not None and packet.size:
            stamp = _stamp(packet, time_base)
            if not packet.is_keyframe or stamp is None or stamp < due:
                continue
            due = stamp + key_step
        for frame in decoded(packet):
            time = last + frame_seconds if frame.time is None else max(0.0, frame.time - origin)
            if time < last:  # a step back in time cannot be put in order without decoding everything first
                continue
            last = time
            yield TimedFrame(time, frame, aspect)

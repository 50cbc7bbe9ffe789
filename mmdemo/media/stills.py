"""One frame of a video at a time, without decoding what lies before it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import av.error

from mmdemo.config import Limits
from mmdemo.errors import UnreadableMedia
from mmdemo.media.containers import clock_origin, decoded, open_container, packets
from mmdemo.media.frames import TimedFrame, pixel_aspect, require_pictures, to_rgb
from mmdemo.types import UInt8Array

SLACK_SECONDS = 1e-3
"""Times that were rounded may fall just short of their frame."""
MOST_DECODED = 600
"""Frames from one keyframe to what is looked for at most; behind them the last one is taken."""


def still_at(path: Path, seconds: float, limits: Limits, name: str, max_side: int = 1024) -> UInt8Array:
    """Decode the frame that shows at a time.

    Args:
        path: a video.
        seconds: from its beginning.
        limits: of the file.
        name: the name to show in errors.
        max_side: pixels of the longer side at most.

    Returns:
        Pixels u8 [H, W, 3], upright.

    Raises:
        UnreadableMedia: the file cannot be opened, or there is no frame to decode.
        WrongMediaKind: it holds no pictures.
        OSError: the file is gone.
    """
    best: TimedFrame | None = None
    with open_container(path, limits, name) as container:
        stream = require_pictures(container, name)
        origin, aspect = clock_origin(container), pixel_aspect(stream)
        # What cannot be sought is decoded from the beginning.
        with suppress(av.error.FFmpegError):
            container.seek(max(int((seconds + origin) * 1_000_000), 0), backward=True)
        count = 0
        for packet in packets(container, stream):
            for frame in decoded(packet):
                count += 1
                time = 0.0 if frame.time is None else frame.time - origin
                if best is not None and time > seconds + SLACK_SECONDS:
                    return to_rgb(best, max_side)
                best = TimedFrame(time, frame, aspect)
                if time >= seconds - SLACK_SECONDS or count >= MOST_DECODED:
                    return to_rgb(best, max_side)
    if best is None:
        raise UnreadableMedia(name=name)
    return to_rgb(best, max_side)

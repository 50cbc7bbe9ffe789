"""Frames of clips with what the detector finds in them, looked at only when somebody asks."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from mmdemo.config import settings
from mmdemo.errors import InputError
from mmdemo.media import still_at
from mmdemo.runtime import Models
from mmdemo.tasks.qa_media import Medium
from mmdemo.tasks.video_answer_frames import SeenClip
from mmdemo.types import Encoding, Image, UInt8Array, Video, VideoFile


def still_of(medium: Medium, clip: SeenClip, frame: int, models: Models) -> Encoding:
    """Return a frame of a clip as an encoded picture, with its things where its pixels are at hand.

    Args:
        medium: the clip.
        clip: encoded.
        frame: which.
        models: of them the detector.
    """
    encoding = clip.frame(frame)
    if models.detector is None:
        return encoding
    kept = models.detector.kept(encoding.sha256)
    if kept is not None:
        return replace(encoding, things=kept)
    # The file may be gone since it was encoded: then the answer does without.
    with suppress(InputError, OSError):
        pixels = _pixels(medium, clip.spans[frame].start, frame)
        if pixels is not None:
            still = Image(pixels, encoding.sha256, encoding.sha256)
            return replace(encoding, things=models.detector.things([still])[0])
    return encoding


def _pixels(medium: Medium, seconds: float, frame: int) -> UInt8Array | None:
    """Return a frame's pixels; None where only the encoding is there."""
    media = medium.media
    if isinstance(media, Video):
        return media.frames[frame] if frame < len(media.frames) else None
    return still_at(media.path, seconds, settings().limits, media.source) if isinstance(media, VideoFile) else None

"""Find out what a file really is, by its content and not by its name."""

from __future__ import annotations

from pathlib import Path

from av.container import InputContainer

from mmdemo.config import Limits
from mmdemo.errors import MediaTooLong, UnreadableMedia
from mmdemo.media.containers import declared_duration, open_container, picture_stream, sound_stream
from mmdemo.media.files import StrPath, check_file, check_size, display_name, rounded_up
from mmdemo.media.pictures import check_pixels, open_picture, upright_size
from mmdemo.types import MediaInfo

TOLERANCE = 1.0
"""Seconds a recording may run over the limit: a file of exactly two hours is a few frames longer."""


def probe(path: StrPath, limits: Limits, name: str | None = None) -> MediaInfo:
    """Open a file just far enough to tell what it is and whether it is within the limits.

    Args:
        path: any file.
        limits: everything past them is refused here, before anything is decoded.
        name: the name to show in errors, when it is not the file's own.

    Returns:
        What the file is; the size of a picture is upright, that of a video as coded; the duration is as declared.

    Raises:
        FileMissing: no such file.
        EmptyFile: no bytes.
        FileTooLarge: more bytes than its kind may have.
        MediaTooLong: declares more seconds than the limit.
        TooManyPixels: a picture or video frames larger than the limit.
        TruncatedMedia: an MP4 or a picture that visibly breaks off.
        UnreadableMedia: no media, a playlist, or damaged.
    """
    shown = display_name(path, name)
    absolute = check_file(path, limits, shown)
    picture = _probe_picture(absolute, limits, shown)
    if picture is not None:
        return picture
    check_size(absolute, limits.media_megabytes, shown)
    with open_container(absolute, limits, shown) as container:
        info = _describe(container, shown)
    check_duration(info.duration, limits, shown)
    if info.kind == "video":
        check_pixels(info.width, info.height, limits, shown)
    return info


def check_duration(seconds: float, limits: Limits, name: str) -> None:
    """Refuse sound or video that runs too long.

    Args:
        seconds: declared or decoded so far.
        limits: holds the limit in minutes.
        name: the name to show in the error.

    Raises:
        MediaTooLong: past the limit.
    """
    if seconds > limits.media_minutes * 60 + TOLERANCE:
        raise MediaTooLong(name=name, minutes=rounded_up(seconds / 60), limit_minutes=f"{limits.media_minutes:g}")


def _probe_picture(path: Path, limits: Limits, name: str) -> MediaInfo | None:
    with open(path, "rb") as file:
        picture = open_picture(file, name)
        if picture is None:
            return None
        check_size(path, limits.image_megabytes, name)
        check_pixels(*picture.size, limits, name)
        width, height = upright_size(picture)
        return MediaInfo("image", 0.0, False, width, height, (picture.format or "").lower(), "", "")


def _describe(container: InputContainer, name: str) -> MediaInfo:
    video, audio = picture_stream(container), sound_stream(container)
    if video is None and audio is None:
        raise UnreadableMedia(name=name)
    return MediaInfo(
        kind="audio" if video is None else "video",
        duration=declared_duration(container),
        has_audio=audio is not None,
        width=video.codec_context.width if video is not None else 0,
        height=video.codec_context.height if video is not None else 0,
        container=container.format.name,
        video_codec=video.codec.canonical_name if video is not None else "",
        audio_codec=audio.codec.canonical_name if audio is not None else "",
    )

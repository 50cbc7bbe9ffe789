"""Handles on files: enough to look an encoding up by, with nothing decoded yet."""

from __future__ import annotations

from mmdemo.config import Limits
from mmdemo.errors import InputError
from mmdemo.media.audio import audio_handle
from mmdemo.media.files import StrPath, check_file, display_name
from mmdemo.media.probing import probe
from mmdemo.types import AudioFile, ImageFile, VideoFile
from mmdemo.verified_files import file_sha256


def open_media(path: StrPath, limits: Limits, name: str | None = None) -> ImageFile | AudioFile | VideoFile:
    """Find out what a file is and return a handle of that kind.

    Args:
        path: a picture, a recording or a video.
        limits: everything past them is refused here.
        name: the name to show, when it is not the file's own.

    Returns:
        The handle; a video whose sound cannot be decoded has none.

    Raises:
        InputError: everything that `probe` refuses, and sound that cannot be decoded.
    """
    shown = display_name(path, name)
    info = probe(path, limits, shown)
    absolute = check_file(path, limits, shown)
    sha256 = file_sha256(absolute)
    if info.kind == "image":
        return ImageFile(absolute, shown, sha256)
    if info.kind == "audio":
        return audio_handle(absolute, limits, shown, sha256)
    try:
        audio = audio_handle(absolute, limits, shown, sha256) if info.has_audio else None
    except InputError:  # the pictures are worth having without their sound
        audio = None
    return VideoFile(absolute, info.duration, audio, shown, sha256)

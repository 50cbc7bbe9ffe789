"""Tell whether every browser plays a file as it is."""

from __future__ import annotations

from pathlib import Path

from av.container import InputContainer

from mmdemo.config import settings
from mmdemo.media.containers import open_container, picture_stream, sound_stream
from mmdemo.media.files import StrPath, display_name
from mmdemo.media.mp4_boxes import has_brand
from mmdemo.types import MediaInfo

PICTURES = frozenset({"jpeg", "mpo", "png", "gif", "webp", "avif", "bmp"})
PIXEL_FORMATS = frozenset({"yuv420p", "yuvj420p"})
"""10-bit and 4:4:4 video decodes on desktops by luck and on telephones hardly ever."""

# family: (video codecs, audio codecs)
PLAYABLE: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "mp4": (frozenset({"h264", "vp9", "av1"}), frozenset({"aac", "mp3", "opus", "flac"})),
    "webm": (frozenset({"vp8", "vp9", "av1"}), frozenset({"opus", "vorbis"})),
    "ogg": (frozenset(), frozenset({"opus", "vorbis", "flac"})),
    "mp3": (frozenset(), frozenset({"mp3"})),
    "flac": (frozenset(), frozenset({"flac"})),
    "wav": (frozenset(), frozenset({"pcm_s16le", "pcm_u8"})),
}
QUICKTIME_BRANDS = frozenset({b"qt  "})


def player_ready(path: StrPath, info: MediaInfo) -> bool:
    """Tell whether a browser's own player can show a file without conversion.

    Args:
        path: the file.
        info: what `probe` found in it.

    Returns:
        False when `transcode_for_player` is needed.

    Raises:
        UnreadableMedia: the file changed since it was probed.
        TruncatedMedia: the file was cut since it was probed.
    """
    if info.kind == "image":
        return info.container in PICTURES
    with open_container(Path(path), settings().limits, display_name(path)) as container:
        playable = PLAYABLE.get(_family(container, Path(path)))
        if playable is None:
            return False
        video, audio = picture_stream(container), sound_stream(container)
        if video is not None and (
            video.codec.canonical_name not in playable[0] or video.codec_context.pix_fmt not in PIXEL_FORMATS
        ):
            return False
        return audio is None or audio.codec.canonical_name in playable[1]


def _family(container: InputContainer, path: Path) -> str:
    """Name the container; FFmpeg has one demuxer for MP4 and QuickTime and one for WebM and Matroska."""
    name = container.format.name
    if "mp4" in name:
        return "quicktime" if has_brand(path, QUICKTIME_BRANDS) else "mp4"
    if "webm" in name:
        with open(path, "rb") as file:
            return "webm" if b"webm" in file.read(64) else "matroska"
    return name

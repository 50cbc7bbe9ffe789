"""Open sound and video containers safely and read their clocks; the only place that calls ``av.open`` to read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Discard, Disposition, Stream
from av.video.stream import VideoStream

from mmdemo.config import Limits
from mmdemo.errors import TruncatedMedia, UnreadableMedia
from mmdemo.media.mp4_boxes import has_brand, is_truncated_mp4

# FFmpeg also "plays" playlists (hls, dash, concat, sdp, image2, …) that make it open other files and addresses.
# Naming the demuxers that read nothing but the file itself keeps a hostile upload from reading the server's disk;
# FFmpeg compares the list before the demuxer sees the file.
SELF_CONTAINED_FORMATS = (
    "mov,matroska,avi,flv,asf,mpegts,mpeg,mpegvideo,m4v,h264,hevc,ivf,obu,dv,mxf,rm,nut,ogg,wav,w64,mp3,flac,aac,"
    "ac3,eac3,dts,dtshd,truehd,aiff,caf,amr,amrnb,amrwb,au,ape,tta,tak,wv,mpc,mpc8,oma,voc,rso,dsf,nsv,gxf,wtv"
)
STILL_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis"})
"""Pictures in MP4 clothing; FFmpeg would show one tile of them as a video."""

MAX_LEADING_DELAY = 10.0
"""Seconds: an MP4 may begin with an empty edit that players wait out; anything longer is an arbitrary clock."""
MAX_READ_ERRORS = 20
GUESSED_DURATION_FORMATS = frozenset({"aac"})
"""FFmpeg extrapolates these from the first few packets, up to many times off."""


def open_container(path: Path, limits: Limits, name: str) -> InputContainer:
    """Open a sound or video file that refers to nothing outside itself.

    Args:
        path: an existing file.
        limits: frames with more pixels than a picture may have are not decoded.
        name: the name to show in errors.

    Returns:
        An open container; the caller closes it.

    Raises:
        TruncatedMedia: an MP4 that breaks off.
        UnreadableMedia: not sound or video, or a playlist.
    """
    if has_brand(path, STILL_BRANDS):
        raise UnreadableMedia(name=name)
    if is_truncated_mp4(path):
        raise TruncatedMedia(name=name)
    max_pixels = {"max_pixels": str(int(limits.image_megapixels * 1e6))}
    options = {"format_whitelist": SELF_CONTAINED_FORMATS, "protocol_whitelist": "file", **max_pixels}
    try:
        container = av.open(str(path), "r", options=options, metadata_errors="replace")
        for stream in container.streams.video:
            if stream.codec_context is not None:
                # Frames may grow in the middle of a stream, after its declared size was found small enough.
                stream.codec_context.options = dict(max_pixels)
        return container
    except (av.FFmpegError, ValueError, OSError):
        raise UnreadableMedia(name=name) from None


def picture_stream(container: InputContainer) -> VideoStream | None:
    """Return the moving pictures of a container; cover art and streams nobody can decode do not count."""
    for stream in container.streams.video:
        if stream.codec_context is None or stream.disposition & Disposition.attached_pic:
            continue
        if stream.codec_context.width > 0 and stream.codec_context.height > 0:
            return stream
    return None


def sound_stream(container: InputContainer) -> AudioStream | None:
    """Return the sound a player would choose, or None when there is none that can be decoded."""
    usable = [stream for stream in container.streams.audio if stream.codec_context is not None]
    preferred = [stream for stream in usable if stream.disposition & Disposition.default]
    return next(iter(preferred or usable), None)


def clock_origin(container: InputContainer) -> float:
    """Return the timestamp, in seconds, that counts as time 0 of the media: what a player shows as 0:00."""
    start = (container.start_time or 0) / av.time_base
    if "mp4" in container.format.name:
        return 0.0 if abs(start) <= MAX_LEADING_DELAY else start
    # Slightly negative starts are encoder delay, which decoders drop by themselves.
    return 0.0 if -1.0 < start <= 0.0 else start


def declared_duration(container: InputContainer, stream: Stream | None = None) -> float:
    """Return the end of the media, or of one of its streams, as the container declares it.

    Args:
        container: an open file.
        stream: one of its streams; None for the whole.

    Returns:
        Seconds from `clock_origin`; 0.0 when the container does not say.
    """
    if container.format.name in GUESSED_DURATION_FORMATS:
        return 0.0
    delay = (container.start_time or 0) / av.time_base - clock_origin(container)
    whole = max(0.0, (container.duration or 0) / av.time_base + max(0.0, delay)) if container.duration else 0.0
    if stream is None:
        return whole
    if stream.duration and stream.time_base:
        start = float((stream.start_time or 0) * stream.time_base) - clock_origin(container)
        return max(0.0, max(0.0, start) + float(stream.duration * stream.time_base))
    return _tagged_duration(stream) or whole


def _tagged_duration(stream: Stream) -> float:
    """Read the DURATION tag that Matroska files carry for each stream (``HH:MM:SS.nnnnnnnnn``)."""
    try:
        hours, minutes, seconds = (float(part) for part in stream.metadata.get("DURATION", "").split(":"))
    except ValueError:
        return 0.0
    total = hours * 3600 + minutes * 60 + seconds
    return total if 0.0 < total < 1e7 else 0.0


def packets(container: InputContainer, *streams: Stream) -> Iterator[Packet[Any]]:
    """Read the packets of some streams to the end, past damage where the format allows it.

    Args:
        container: an open file.
        streams: the streams wanted; the others are not read at all where the format allows it.

    Yields:
        Packets, at the end an empty one for each stream that makes decoders give up what they hold.
    """
    for stream in container.streams:
        if stream not in streams:
            stream.discard = Discard.all
    for _ in range(MAX_READ_ERRORS):
        try:
            yield from container.demux(*streams)
            return
        except av.FFmpegError:
            continue


def decoded(packet: Packet[Any]) -> list[Any]:
    """Decode one packet; a damaged one gives nothing instead of ending everything."""
    try:
        return list(packet.decode())
    except av.FFmpegError:
        return []

"""Write video files: which container holds what, streams copied as they are, and a file that is whole or not there."""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import av
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import Stream

from mmdemo.errors import ContainerCannotHold, OutputDiskFull, OutputNotWritable, UnknownVideoFormat, UnreadableMedia
from mmdemo.media.containers import clock_origin

CONTAINERS: Mapping[str, str] = MappingProxyType({".mp4": "mp4", ".m4v": "mp4", ".mkv": "matroska"})
"""Ending of a file → FFmpeg's name of the container that is written for it."""

UNWRITABLE = frozenset(
    getattr(errno, name) for name in "EACCES EPERM EROFS ENOENT ENOTDIR EISDIR EEXIST ENAMETOOLONG".split()
)
STEP_SECONDS = 0.2
"""Wall time between two reports of progress; also how late a cancel is seen."""


def container_name(path: Path) -> str:
    """Return the container that the ending of a path asks for.

    Raises:
        UnknownVideoFormat: none that is written here.
    """
    name = CONTAINERS.get(path.suffix.lower())
    if name is None:
        raise UnknownVideoFormat(format=path.suffix or path.name, known=", ".join(CONTAINERS))
    return name


@contextmanager
def new_video(path: Path, source_name: str) -> Iterator[OutputContainer]:
    """Open a video file for writing; it appears under its name only when it is complete.

    Args:
        path: where to write; its ending names the container, its folder is made when missing.
        source_name: of the file it is made from, for errors.

    Yields:
        An empty container. When the block raises, or a generator is closed in it, nothing is left behind.

    Raises:
        UnknownVideoFormat: the ending names no container that is written here.
        OutputNotWritable: the file cannot be made.
        OutputDiskFull: no space is left.
        UnreadableMedia: what was read cannot be written, so it is damaged.
    """
    container = container_name(path)
    partial = path.with_name(f".{path.name[:200]}.{os.getpid()}.{time.monotonic_ns()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise OutputNotWritable(path=path)
        with av.open(str(partial), "w", format=container) as target:
            yield target
        os.replace(partial, path)
    except (av.FFmpegError, OSError) as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise OutputDiskFull(path=path) from error
        if error.errno in UNWRITABLE:
            raise OutputNotWritable(path=path) from error
        raise UnreadableMedia(name=source_name) from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


def holds(target: OutputContainer, stream: Stream) -> bool:
    """Tell whether a container can take a stream as it is."""
    context: Any = getattr(stream, "codec_context", None)
    return context is not None and context.codec.canonical_name in target.supported_codecs


class StreamCopies:
    """Copies packets without decoding them, counted from the beginning of the media.

    Args:
        source: what is read.
        target: what is written; no packet may have been written yet.
        streams: of the source.

    Raises:
        ContainerCannotHold: a stream does not go into the target.
    """

    def __init__(self, source: InputContainer, target: OutputContainer, streams: Sequence[Stream]) -> None:
        self._target = target
        self._has_edit_lists = target.format.name == "mp4"
        self._origin = clock_origin(source)
        self._copies: dict[int, Stream] = {}
        self._last: dict[int, int] = {}
        for stream in streams:
            if not holds(target, stream):
                codec = getattr(stream, "codec_context").codec.canonical_name  # noqa: B009
                raise ContainerCannotHold(codec=codec, container=target.format.name)
            copy = target.add_stream_from_template(stream, opaque=True)
            copy.disposition = stream.disposition
            copy.metadata.update({key: value for key, value in stream.metadata.items() if key in KEPT_TAGS})
            self._copies[stream.index] = copy

    def add(self, packet: Packet[Any]) -> float | None:
        """Write one packet.

        Args:
            packet: of one of the streams; the empty one at the end is left out.

        Returns:
            Its time in seconds; None when it was left out.
        """
        stamp = packet.dts if packet.dts is not None else packet.pts
        index = packet.stream.index
        if stamp is None or not packet.size or index not in self._copies:
            return None
        time_base = packet.time_base
        shift = round(self._origin / time_base)
        # What an encoder lets run before the beginning has a place in MP4; Matroska would move everything behind it.
        if not self._has_edit_lists and packet.duration and stamp - shift + packet.duration <= 0:
            return None
        # Muxers take no step back in decoding time, which damaged files have; a tick is not noticed.
        decode_stamp = max(stamp - shift, self._last.get(index, stamp - shift - 1) + 1)
        self._last[index] = decode_stamp
        packet.pts = max(packet.pts - shift if packet.pts is not None else decode_stamp, decode_stamp)
        packet.dts = decode_stamp
        packet.stream = self._copies[index]
        self._target.mux(packet)
        return float(decode_stamp * time_base)


KEPT_TAGS = frozenset({"language", "title"})
"""Of a stream; the others say how the old file was made."""


class Pace:
    """Says when it is time to report progress again, so that callers are not asked at every packet.

    Only work counts: what the caller does with a report may take longer than `STEP_SECONDS`, and would otherwise let
    no more than one packet through between two of them.
    """

    def __init__(self) -> None:
        self._next: float | None = 0.0

    def due(self) -> bool:
        """Tell whether `STEP_SECONDS` of work have passed since the last time this was True."""
        now = time.monotonic()
        if self._next is None:
            self._next = now + STEP_SECONDS
        if now < self._next:
            return False
        self._next = None
        return True

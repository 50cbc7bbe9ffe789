"""Put subtitles into a video file as a track of their own; pictures and sound are copied as they are."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import Disposition, Stream

from mmdemo.config import Limits
from mmdemo.errors import WrongMediaKind
from mmdemo.media.containers import open_container, packets, picture_stream
from mmdemo.media.files import StrPath, check_file, display_name
from mmdemo.media.video_output import Pace, StreamCopies, holds, new_video
from mmdemo.subtitles.files import format_subtitles
from mmdemo.subtitles.language_tags import container_language
from mmdemo.types import Cue

TICK = Fraction(1, 1000)
"""Seconds; both containers write times of subtitles in milliseconds."""
ASS_HEADER = format_subtitles((), "ass").encode()
"""FFmpeg makes the description of a text track in MP4, with its font and colours, from the head of an ASS file."""
LONGEST_TEXT = 65_535
"""Bytes; MP4 counts them in two bytes."""


@dataclass(frozen=True)
class TextTrack:
    """Subtitles that become a track."""

    cues: tuple[Cue, ...]  # by start
    language: str = ""  # ISO 639-1 or 639-2; empty when unknown
    styled: str = ""  # a whole ASS file with its styles, for containers that hold one; empty when there is none


def mux_subtitles(
    path: StrPath, track: TextTrack, out_path: Path, limits: Limits, name: str | None = None
) -> Generator[float, None, int]:
    """Copy a video and give it a track of subtitles.

    Args:
        path: a video file.
        track: the subtitles; cues that overlap are shown together where the container allows one at a time.
        out_path: where to write (.mp4, .m4v or .mkv); nothing stands there until the file is complete.
        limits: everything past them is refused.
        name: the name to show in errors, when it is not the file's own.

    Yields:
        Seconds of the media that are written. Closing the generator stops the work and leaves nothing behind.

    Returns:
        How many subtitle tracks of the video were left out because the new file cannot hold them.

    Raises:
        ContainerCannotHold: pictures or sound do not go into this kind of file.
        WrongMediaKind: there are no moving pictures.
        InputError: everything that `open_container`, `check_file` and `new_video` refuse.
    """
    shown = display_name(path, name)
    pace = Pace()
    with open_container(check_file(path, limits, shown), limits, shown) as source:
        if picture_stream(source) is None:
            raise WrongMediaKind(name=shown, kind="audio", wanted="video")
        with new_video(out_path, shown) as target:
            streams, left_out = _streams(source, target)
            copies = StreamCopies(source, target, streams)
            target.metadata.update(source.metadata)
            texts = _TextStream(target, track)
            reached = 0.0
            for packet in packets(source, *streams):
                time = copies.add(packet)
                if time is not None:
                    texts.write_until(time)
                    reached = max(reached, time)
                    if pace.due():
                        yield reached
            texts.write_until(float("inf"))
    return left_out


def _streams(source: InputContainer, target: OutputContainer) -> tuple[list[Stream], int]:
    """Choose what is copied: the pictures, all sound, and the subtitles that the target holds."""
    pictures = picture_stream(source)
    kept: list[Stream] = [pictures] if pictures is not None else []
    kept += [stream for stream in source.streams.audio if stream.codec_context is not None]
    texts = [stream for stream in source.streams.subtitles if holds(target, stream)]
    return kept + texts, len(source.streams.subtitles) - len(texts)


class _TextStream:
    """Writes the cues between the other packets, each in its turn, so that players find them nearby."""

    def __init__(self, target: OutputContainer, track: TextTrack) -> None:
        self._target = target
        in_matroska = target.format.name == "matroska"
        if in_matroska and track.styled:
            self._packets = _styled_packets(target, track)
        else:
            self._packets = _plain_packets(target, track, in_matroska)
        self._waiting = next(self._packets, None)

    def write_until(self, time: float) -> None:
        """Write every cue that begins before a moment, in seconds."""
        while self._waiting is not None and (self._waiting.pts or 0) * TICK <= time:
            self._target.mux(self._waiting)
            self._waiting = next(self._packets, None)


def _plain_packets(target: OutputContainer, track: TextTrack, in_matroska: bool) -> Iterator[Packet[Any]]:
    stream = target.add_stream("subrip" if in_matroska else "mov_text")
    stream.codec_context.subtitle_header = ASS_HEADER
    stream.time_base = stream.codec_context.time_base = TICK
    _describe(stream, track)
    # Not a generator itself: the stream must exist before the first packet of any other is written.
    return _written(stream, track.cues if in_matroska else one_at_a_time(track.cues), not in_matroska)


def _written(stream: Stream, cues: Sequence[Cue], counted: bool) -> Iterator[Packet[Any]]:
    """Write every cue by hand; FFmpeg's encoders would take braces and backslashes of the text for markup."""
    for cue in cues:
        text = cue.text.encode("utf-8", "replace")[:LONGEST_TEXT]
        packet = Packet(len(text).to_bytes(2, "big") + text if counted else text)
        start, end = round(cue.start / TICK), round(cue.end / TICK)
        packet.stream, packet.time_base = stream, TICK
        packet.pts = packet.dts = start
        packet.duration = max(end - start, 1)
        yield packet


def _styled_packets(target: OutputContainer, track: TextTrack) -> Iterator[Packet[Any]]:
    file = av.open(BytesIO(track.styled.encode()), "r", format="ass")
    template = file.streams.subtitles[0]
    stream = target.add_stream_from_template(template, opaque=True)
    _describe(stream, track)
    return _copied(file, template, stream)


def _copied(file: InputContainer, template: Stream, stream: Stream) -> Iterator[Packet[Any]]:
    with file:
        for packet in file.demux(template):
            if packet.size and packet.pts is not None:
                packet.pts = packet.dts = max(0, round(packet.pts * packet.time_base / TICK))
                packet.duration = max(1, round((packet.duration or 0) * packet.time_base / TICK))
                packet.time_base = TICK
                packet.stream = stream
                yield packet


def _describe(stream: Stream, track: TextTrack) -> None:
    stream.metadata["language"] = container_language(track.language)
    stream.disposition = Disposition.default


def one_at_a_time(cues: Sequence[Cue]) -> list[Cue]:
    """Cut cues that overlap into stretches in which the same lines are shown.

    >>> [(c.start, c.end, c.text) for c in one_at_a_time([Cue(1, 0.0, 2.0, "a"), Cue(2, 1.0, 3.0, "b")])]
    [(0.0, 1.0, 'a'), (1.0, 2.0, 'a\\nb'), (2.0, 3.0, 'b')]

    Args:
        cues: by start.

    Returns:
        Cues by start, none of which overlap.
    """
    edges = sorted({time for cue in cues for time in (cue.start, cue.end)})
    pieces: list[Cue] = []
    shown: list[Cue] = []
    waiting = iter(cues)
    following = next(waiting, None)
    for start, end in pairwise(edges):
        shown = [cue for cue in shown if cue.end > start]
        while following is not None and following.start <= start:
            if following.end > start:
                shown.append(following)
            following = next(waiting, None)
        if shown:
            pieces.append(Cue(len(pieces) + 1, start, end, "\n".join(cue.text for cue in shown)))
    return pieces

"""Make media that every browser plays: H.264 and AAC in MP4, with the times of the original kept."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from concurrent.futures import CancelledError
from contextlib import closing
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from mmdemo.config import MEGABYTE, settings
from mmdemo.errors import DiskFull, FolderNotWritable, UnreadableMedia
from mmdemo.media.audio import TRANSPORT_FORMATS
from mmdemo.media.containers import (
    clock_origin,
    declared_duration,
    decoded,
    open_container,
    packets,
    picture_stream,
    sound_stream,
)
from mmdemo.media.files import StrPath, display_name
from mmdemo.media.frames import TimedFrame, decode_every, display_size
from mmdemo.media.probing import check_duration
from mmdemo.media.waveform import Resampler, Timeline
from mmdemo.types import Float32Array, MediaInfo

VIDEO_CLOCK = 90_000
"""Ticks a second: fine enough to keep any frame rate, steady or not."""
MAX_RATE = Fraction(240)
SOUND_RATE = 48_000
SOUND_BITS_PER_SECOND = 128_000
X264_OPTIONS = {"preset": "fast", "crf": "23"}
UNWRITABLE = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR})


def transcode_for_player(
    path: StrPath,
    out_path: StrPath,
    info: MediaInfo,
    max_height: int = 720,
    cancelled: Callable[[], bool] | None = None,
) -> Path:
    """Convert sound or video to MP4 that browsers play: upright, square pixels, times and frame rate as they were.

    Args:
        path: a sound or video file.
        out_path: where to write; nothing stands there until the conversion is complete.
        info: what `probe` found in the file.
        max_height: pixels; higher video is scaled down.
        cancelled: asked before every packet; the conversion ends when it says True.

    Returns:
        ``out_path``.

    Raises:
        CancelledError: ``cancelled`` said so; nothing is left behind.
        MediaTooLong: the file runs past the limit, whatever it declares.
        UnreadableMedia: nothing in the file can be decoded.
        FolderNotWritable: the folder of ``out_path`` is missing or may not be written.
        DiskFull: no space is left.
    """
    name, target_path = display_name(path), Path(out_path)
    partial = target_path.with_name(target_path.name + ".part")
    try:
        first = _first_picture(Path(path), name) if info.kind == "video" else None
        with open_container(Path(path), settings().limits, name) as source:
            with av.open(str(partial), "w", format="mp4", options={"movflags": "+faststart"}) as target:
                _convert(source, target, first, name, max_height, cancelled or (lambda: False))
        os.replace(partial, target_path)
    except (av.FFmpegError, OSError) as error:
        if error.errno == errno.ENOSPC:
            raise DiskFull(path=target_path.parent, needed_mb=Path(path).stat().st_size // MEGABYTE + 1) from None
        if error.errno in UNWRITABLE:
            raise FolderNotWritable(path=target_path.parent) from None
        raise UnreadableMedia(name=name) from None
    finally:
        partial.unlink(missing_ok=True)
    return target_path


def _first_picture(path: Path, name: str) -> TimedFrame | None:
    """Decode one frame: only frames know how they are turned, and the target's tracks must exist before any data."""
    with closing(decode_every(path, settings().limits, name, 0.0, 1)) as frames:
        return next(frames, None)


def _convert(
    source: InputContainer,
    target: OutputContainer,
    first: TimedFrame | None,
    name: str,
    max_height: int,
    cancelled: Callable[[], bool],
) -> None:
    video, sound = picture_stream(source), sound_stream(source)
    pictures = _PictureTrack(source, target, video, first, max_height) if video is not None and first else None
    waveform = _SoundTrack(source, target, sound, name) if sound is not None else None
    for packet in packets(source, *(stream for stream in (video, sound) if stream is not None)):
        if cancelled():
            raise CancelledError
        for frame in decoded(packet):
            if isinstance(frame, VideoFrame) and pictures is not None:
                pictures.add(frame)
                check_duration(pictures.end, settings().limits, name)
            elif isinstance(frame, AudioFrame) and waveform is not None:
                waveform.add(frame)
                check_duration(waveform.end, settings().limits, name)
    tracks = [track for track in (pictures, waveform) if track is not None]
    for track in tracks:
        track.finish()
    if not any(track.end for track in tracks):
        raise UnreadableMedia(name=name)


class _PictureTrack:
    """Scales, turns and encodes the pictures, each at the time it had."""

    def __init__(
        self, source: InputContainer, target: OutputContainer, stream: VideoStream, first: TimedFrame, max_height: int
    ) -> None:
        self._target = target
        self._origin = clock_origin(source)
        self._frame_seconds = float(1 / (stream.guessed_rate or 25))
        self._last_tick = -1
        self.end = 0.0
        width, height = display_size(first.frame.width, first.frame.height, first.pixel_aspect)
        if round(first.frame.rotation / 90) % 2:
            width, height = height, width
        scale = min(1.0, max_height / height)
        # The rate is a hint, for frames keep their own times; a level of H.264 does not allow any one.
        rate = min(Fraction(stream.guessed_rate or 25), MAX_RATE)
        self._encoder = target.add_stream("libx264", rate=rate, options=dict(X264_OPTIONS))
        self._encoder.width = max(2, 2 * round(width * scale / 2))
        self._encoder.height = max(2, 2 * round(height * scale / 2))
        self._encoder.pix_fmt = "yuv420p"
        self._encoder.codec_context.time_base = self._encoder.time_base = Fraction(1, VIDEO_CLOCK)

    def add(self, frame: VideoFrame) -> None:
        """Encode one frame; frames that do not come after the last one are left out."""
        time = self.end if frame.time is None else frame.time - self._origin
        tick = round(time * VIDEO_CLOCK)
        if tick <= self._last_tick:
            return
        self._last_tick = tick
        self.end = time + self._frame_seconds
        shown = _scaled(frame, self._encoder.width, self._encoder.height)
        shown.pts, shown.time_base = tick, Fraction(1, VIDEO_CLOCK)
        shown.pict_type = 0  # the encoder decides anew where its keyframes are
        self._target.mux(self._encoder.encode(shown))

    def finish(self) -> None:
        """Encode what the encoder still holds."""
        self._target.mux(self._encoder.encode(None))


def _scaled(frame: VideoFrame, width: int, height: int) -> VideoFrame:
    turns = round(frame.rotation / 90) % 4
    if not turns:
        return frame.reformat(width=width, height=height, format="yuv420p", interpolation="BILINEAR")
    if turns % 2:
        width, height = height, width
    pixels = frame.reformat(width=width, height=height, format="rgb24", interpolation="BILINEAR").to_ndarray()
    upright = np.ascontiguousarray(np.rot90(np.asarray(pixels, np.uint8), turns))  # [H, W, 3]
    return VideoFrame.from_ndarray(upright, "rgb24").reformat(format="yuv420p")


class _SoundTrack:
    """Resamples and encodes the sound without gaps, so that it stays with the pictures."""

    def __init__(self, source: InputContainer, target: OutputContainer, stream: AudioStream, name: str) -> None:
        self._target = target
        self._layout = "mono" if stream.codec_context.layout.nb_channels == 1 else "stereo"
        self._encoder = target.add_stream("aac", rate=SOUND_RATE, layout=self._layout)
        self._encoder.bit_rate = SOUND_BITS_PER_SECOND
        self._timeline = Timeline(
            Resampler(name, SOUND_RATE, self._layout),
            SOUND_RATE,
            1 if self._layout == "mono" else 2,
            origin=clock_origin(source),
            declared_end=declared_duration(source, stream),
            transport=source.format.name in TRANSPORT_FORMATS,
        )
        self._samples = 0

    @property
    def end(self) -> float:
        """Seconds encoded so far."""
        return self._samples / SOUND_RATE

    def add(self, frame: AudioFrame) -> None:
        """Encode one frame."""
        for piece in self._timeline.feed(frame):
            self._encode(piece)

    def finish(self) -> None:
        """Encode what is still held back."""
        for piece in self._timeline.finish():
            self._encode(piece)
        self._target.mux(self._encoder.encode(None))

    def _encode(self, piece: Float32Array) -> None:
        clean = np.clip(np.nan_to_num(piece), -1.0, 1.0)  # [N, channels]
        frame = AudioFrame.from_ndarray(clean.reshape(1, -1), "flt", self._layout)
        frame.sample_rate = SOUND_RATE
        frame.pts, frame.time_base = self._samples, Fraction(1, SOUND_RATE)
        self._samples += len(piece)
        self._target.mux(self._encoder.encode(frame))

"""Draw subtitles onto the pictures of a video; the sound is copied as it is."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from av.container import InputContainer, OutputContainer
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from mmdemo.config import Limits
from mmdemo.errors import UnreadableMedia, WrongMediaKind
from mmdemo.media.containers import clock_origin, decoded, open_container, packets, picture_stream
from mmdemo.media.files import StrPath, check_file, display_name
from mmdemo.media.frames import TimedFrame, decode_every, display_size
from mmdemo.media.probing import check_duration
from mmdemo.media.subtitle_drawing import DrawnText, TextDrawer
from mmdemo.media.subtitle_fonts import Font
from mmdemo.media.video_output import Pace, StreamCopies, new_video
from mmdemo.types import Cue, UInt8Array

VIDEO_CLOCK = 90_000
"""Ticks a second: fine enough to keep any frame rate, steady or not."""
MAX_RATE = Fraction(240)
X264_OPTIONS = {"preset": "veryfast", "crf": "20"}
"""Near the quality of what came in, at more than real time on two cores."""
BLACK, WHITE, GREY = 16, 235, 128
"""Of video levels (ITU-R BT.709): brightness of black and white, and both colour channels of either."""
PLANE_FORMAT = "yuv420p"


@dataclass(frozen=True)
class BurnedText:
    """Subtitles that become part of the pictures."""

    cues: tuple[Cue, ...]  # by start
    fonts: tuple[Font, ...]  # that have their letters


def burn_subtitles(
    path: StrPath, text: BurnedText, out_path: Path, limits: Limits, name: str | None = None
) -> Generator[float, None, None]:
    """Copy a video with subtitles drawn onto its pictures: upright, with square pixels, times and frame rate kept.

    Args:
        path: a video file.
        text: the subtitles; cues that overlap are shown one above the other.
        out_path: where to write (.mp4, .m4v or .mkv); nothing stands there until the file is complete.
        limits: everything past them is refused.
        name: the name to show in errors, when it is not the file's own.

    Yields:
        Seconds of the media that are written. Closing the generator stops the work and leaves nothing behind.

    Raises:
        ContainerCannotHold: the sound does not go into this kind of file.
        MediaTooLong: the file runs past the limit, whatever it declares.
        WrongMediaKind: there are no moving pictures.
        UnreadableMedia: not a single picture can be decoded.
        InputError: everything that `open_container`, `check_file` and `new_video` refuse.
    """
    shown = display_name(path, name)
    absolute = check_file(path, limits, shown)
    with closing(decode_every(absolute, limits, shown, 0.0, 1)) as frames:
        first = next(frames, None)
    if first is None:
        raise UnreadableMedia(name=shown)
    pace = Pace()
    with open_container(absolute, limits, shown) as source:
        pictures = picture_stream(source)
        if pictures is None:
            raise WrongMediaKind(name=shown, kind="audio", wanted="video")
        sounds: list[Stream] = [stream for stream in source.streams.audio if stream.codec_context is not None]
        with new_video(out_path, shown) as target:
            track = _BurnedTrack(source, target, pictures, first, text)
            copies = StreamCopies(source, target, sounds)
            target.metadata.update(source.metadata)
            for packet in packets(source, pictures, *sounds):
                copies.add(packet)
                for frame in decoded(packet) if packet.stream.index == pictures.index else ():
                    track.add(frame)
                    check_duration(track.end, limits, shown)
                if pace.due():
                    yield track.end
            track.finish()
    if not track.end:
        raise UnreadableMedia(name=shown)


class _BurnedTrack:
    """Turns, scales, draws upon and encodes the pictures, each at the time it had."""

    def __init__(
        self,
        source: InputContainer,
        target: OutputContainer,
        stream: VideoStream,
        first: TimedFrame,
        text: BurnedText,
    ) -> None:
        stream.thread_type = "AUTO"
        self._target = target
        self._origin = clock_origin(source)
        self._frame_seconds = float(1 / (stream.guessed_rate or 25))
        self._last_tick = -1
        self.end = 0.0
        width, height = display_size(first.frame.width, first.frame.height, first.pixel_aspect)
        if round(first.frame.rotation / 90) % 2:
            width, height = height, width
        width, height = max(2, 2 * round(width / 2)), max(2, 2 * round(height / 2))
        # The rate is a hint, for frames keep their own times; a level of H.264 does not allow any one.
        rate = min(Fraction(stream.guessed_rate or 25), MAX_RATE)
        self._encoder = target.add_stream("libx264", rate=rate, options=dict(X264_OPTIONS))
        self._encoder.width, self._encoder.height = width, height
        self._encoder.pix_fmt = PLANE_FORMAT
        self._encoder.codec_context.time_base = self._encoder.time_base = Fraction(1, VIDEO_CLOCK)
        for name in ("color_primaries", "color_trc", "colorspace"):
            setattr(self._encoder.codec_context, name, getattr(stream.codec_context, name))
        self._drawer = TextDrawer(width, height, text.fonts)
        self._text = _ShownText(text.cues)

    def add(self, frame: VideoFrame) -> None:
        """Draw upon and encode one frame; frames that do not come after the last one are left out."""
        time = self.end if frame.time is None else frame.time - self._origin
        tick = round(time * VIDEO_CLOCK)
        if tick <= self._last_tick:
            return
        self._last_tick = tick
        self.end = time + self._frame_seconds
        shown = self._text.at(time)
        drawn = self._drawer.draw(shown) if shown else None
        planes = upright_planes(frame, self._encoder.width, self._encoder.height)  # [H * 3/2, W]
        if drawn is not None:
            blend(planes, drawn)
        ready = VideoFrame.from_ndarray(planes, PLANE_FORMAT)
        ready.pts, ready.time_base = tick, Fraction(1, VIDEO_CLOCK)
        self._target.mux(self._encoder.encode(ready))

    def finish(self) -> None:
        """Encode what the encoder still holds."""
        self._target.mux(self._encoder.encode(None))


class _ShownText:
    """Tells what is shown at moments that ascend."""

    def __init__(self, cues: Sequence[Cue]) -> None:
        self._waiting = iter(cues)
        self._following = next(self._waiting, None)
        self._shown: list[Cue] = []

    def at(self, time: float) -> str:
        """Return the lines of a moment, the cue that began first above the others; empty when there is none."""
        while self._following is not None and self._following.start <= time:
            self._shown.append(self._following)
            self._following = next(self._waiting, None)
        self._shown = [cue for cue in self._shown if cue.end > time]
        return "\n".join(cue.text for cue in self._shown)


def upright_planes(frame: VideoFrame, width: int, height: int) -> UInt8Array:
    """Convert a frame to upright YUV with half the resolution in colour.

    Args:
        frame: as it was decoded, perhaps turned by quarters.
        width: upright, even.
        height: likewise.

    Returns:
        The three planes one below the other, u8 [H * 3/2, W], in memory of their own.
    """
    turns = round(frame.rotation / 90) % 4
    size = (height, width) if turns % 2 else (width, height)
    lying = frame.reformat(width=size[0], height=size[1], format=PLANE_FORMAT, interpolation="BILINEAR").to_ndarray()
    if not turns:
        return np.ascontiguousarray(lying, np.uint8)
    flat, pixels = lying.reshape(-1), size[0] * size[1]
    upright = [np.rot90(flat[:pixels].reshape(size[1], size[0]), turns)]
    for begin in (pixels, pixels + pixels // 4):
        colour = flat[begin : begin + pixels // 4].reshape(size[1] // 2, size[0] // 2)  # [H/2, W/2]
        upright.append(np.rot90(colour, turns))
    return np.concatenate([plane.reshape(-1) for plane in upright]).reshape(height * 3 // 2, width).astype(np.uint8)


def blend(planes: UInt8Array, drawn: DrawnText) -> None:
    """Lay a drawing over a picture.

    Args:
        planes: [H * 3/2, W] as `upright_planes` returns them; changed in place.
        drawn: within the picture.
    """
    height, width = planes.shape[0] * 2 // 3, planes.shape[1]
    rows, columns = drawn.alpha.shape
    alpha = drawn.alpha.astype(np.uint16)  # [h, w]
    light = BLACK + _share(drawn.white.astype(np.uint16) * (WHITE - BLACK))
    region = planes[drawn.y : drawn.y + rows, drawn.x : drawn.x + columns]
    region[:] = _share(region * (255 - alpha) + light * alpha)
    half = alpha.reshape(rows // 2, 2, columns // 2, 2).sum((1, 3), dtype=np.uint16) // 4  # [h/2, w/2]
    colours = planes[height:].reshape(2, height // 2, width // 2)
    y, x = drawn.y // 2, drawn.x // 2
    patch = colours[:, y : y + rows // 2, x : x + columns // 2]
    patch[:] = _share(patch * (255 - half) + GREY * half)


def _share(sums: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Divide by 255 and round; 255 times 255 still fits into sixteen bits with the half."""
    return (sums + 127) // 255

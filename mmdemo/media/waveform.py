"""Decoded sound frames in, one gapless waveform out, whose sample index is media time."""

from __future__ import annotations

import math
from collections.abc import Iterator

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.filter import Graph

from mmdemo.errors import UnreadableMedia
from mmdemo.types import SAMPLE_RATE, Float32Array

JITTER = 0.05
"""Seconds a timestamp may be off the sample count before it is believed; containers round to milliseconds and worse."""
LONGEST_OVERLAP = 1.0
"""Seconds of sound that is dropped as heard already; a longer step back is a clock that was set anew."""
LONGEST_TRANSPORT_GAP = 10.0
"""Seconds; in transport streams a longer step forward is a clock that was set anew, not a silence."""
SILENCE_PIECE = 10.0
"""Seconds of silence made at once, so that a long gap costs no memory."""
SAMPLE_RATES = range(1_000, 768_001)
"""Rates a recording can have; outside, a header is damaged or means to exhaust the memory."""
MAX_CHANNELS = 64
PULL_SECONDS = 0.5
"""Sound fetched from the filters at once; fetching it frame by frame took half of the whole decoding time."""


class Resampler:
    """Frames of any rate, layout and sample format in, packed float32 of one rate and layout out."""

    def __init__(self, name: str, rate: int = SAMPLE_RATE, layout: str = "mono") -> None:
        self._name = name
        self._rate = rate
        self._layout = layout
        self._graph: Graph | None = None
        self._setup: tuple[int, str, str] | None = None
        self._waiting = 0.0  # seconds pushed since the last pull

    def push(self, frame: AudioFrame) -> Iterator[Float32Array]:
        """Convert one frame; yields arrays [N, channels]."""
        setup = (frame.sample_rate, frame.layout.name, frame.format.name)
        if setup != self._setup:
            yield from self.flush()
            self._graph = self._new_graph(frame)
            self._setup = setup
        assert self._graph is not None
        # Only the order of frames counts here; their times are dealt with by `Timeline`.
        frame.pts = None
        self._graph.push(frame)
        self._waiting += frame.samples / frame.sample_rate
        if self._waiting >= PULL_SECONDS:
            self._waiting = 0.0
            yield from self._pull()

    def flush(self) -> Iterator[Float32Array]:
        """Yield what the filters still hold; the next frame starts afresh."""
        if self._graph is not None:
            self._graph.push(None)
            yield from self._pull()
        self._graph = self._setup = None

    def _pull(self) -> Iterator[Float32Array]:
        assert self._graph is not None
        channels = av.AudioLayout(self._layout).nb_channels
        while True:
            try:
                frame = self._graph.pull()
            except (av.BlockingIOError, av.EOFError):
                return
            packed = np.asarray(frame.to_ndarray(), np.float32)  # [1, N · channels]
            yield packed.reshape(-1, channels)  # [N, channels]

    def _new_graph(self, frame: AudioFrame) -> Graph:
        channels = frame.layout.nb_channels
        if frame.sample_rate not in SAMPLE_RATES or not 0 < channels <= MAX_CHANNELS:
            raise UnreadableMedia(name=self._name)
        graph = Graph()
        nodes = [graph.add_abuffer(sample_rate=frame.sample_rate, format=frame.format.name, layout=frame.layout.name)]
        # Many channels without a known place each (a field recorder's tracks) would be taken for a cinema layout
        # and lose some; their plain mean loses nothing.
        if channels > 2 and frame.layout.name.endswith("channels"):
            mean = "+".join(f"{1 / channels}*c{index}" for index in range(channels))
            nodes.append(graph.add("pan", f"mono|c0={mean}"))
        # Without a limit on the mixing gain FFmpeg adds channels up in float and a full-scale stereo sound clips.
        nodes.append(graph.add("aresample", sample_rate=str(self._rate), rematrix_maxval="1.0"))
        nodes.append(
            graph.add("aformat", sample_fmts="flt", channel_layouts=self._layout, sample_rates=str(self._rate))
        )
        nodes.append(graph.add("abuffersink"))
        graph.link_nodes(*nodes).configure()
        graph.set_audio_frame_size(round(PULL_SECONDS * self._rate))
        return graph


class Timeline:
    """Keeps the sample count and the timestamps together: late sound is padded, doubled sound dropped.

    Args:
        resampler: converts the frames.
        rate: its samples per second.
        channels: its channels.
        origin: timestamp, in seconds, of sample 0.
        declared_end: seconds at which the sound is declared to end, 0.0 when unknown; timestamps far beyond it are
            not believed.
        transport: whether timestamps may jump at will (MPEG transport and program streams).
    """

    def __init__(
        self,
        resampler: Resampler,
        rate: int = SAMPLE_RATE,
        channels: int = 1,
        *,
        origin: float = 0.0,
        declared_end: float = 0.0,
        transport: bool = False,
    ) -> None:
        self._resampler = resampler
        self._rate = rate
        self._channels = channels
        self._origin = origin
        self._believable_end = declared_end + LONGEST_OVERLAP if declared_end > 0 else math.inf
        self._longest_gap = LONGEST_TRANSPORT_GAP if transport else math.inf
        self._end = 0.0  # media time where the sound fed so far ends
        self._emitted = 0  # samples given out
        self._to_drop = 0  # samples to swallow before the next is given out
        self._started = False

    def feed(self, frame: AudioFrame) -> Iterator[Float32Array]:
        """Add one decoded frame; yields arrays [N, channels]."""
        length = frame.samples / frame.sample_rate if frame.sample_rate else 0.0
        start = self._end if frame.time is None else frame.time - self._origin
        step = start - self._end
        tolerance = JITTER if self._started else 0.0
        self._started = True
        if step > tolerance and step <= self._longest_gap and start <= self._believable_end:
            yield from self._silence_until(start)
        elif -LONGEST_OVERLAP < step < -tolerance:
            self._to_drop += round(-step * self._rate)
            self._end = start
        elif abs(step) > JITTER:
            self._origin += step
        self._end += length
        for piece in self._resampler.push(frame):
            yield from self._emit(piece)

    def finish(self) -> Iterator[Float32Array]:
        """Yield what is still held back."""
        for piece in self._resampler.flush():
            yield from self._emit(piece)

    def _silence_until(self, start: float) -> Iterator[Float32Array]:
        yield from self.finish()
        missing = round(start * self._rate) - self._emitted
        while missing > 0:
            count = min(missing, round(SILENCE_PIECE * self._rate))
            missing -= count
            yield from self._emit(np.zeros((count, self._channels), np.float32))
        self._end = start

    def _emit(self, piece: Float32Array) -> Iterator[Float32Array]:
        dropped = min(self._to_drop, len(piece))
        self._to_drop -= dropped
        piece = piece[dropped:]
        self._emitted += len(piece)
        if len(piece):
            yield piece

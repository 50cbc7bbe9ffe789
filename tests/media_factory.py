"""Makes small media files for tests: pictures, sounds and videos, sound and broken ones."""

from __future__ import annotations

import struct
import subprocess
import zlib
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Float32Array = NDArray[np.float32]
UInt8Array = NDArray[np.uint8]

WAV_FORMATS = {"u8": (1, 1), "s16": (1, 2), "s32": (1, 4), "f32": (3, 4), "mulaw": (7, 1)}
"""Sample format → WAVE format tag, bytes a sample."""
VIDEO_CLOCK = 12_800


def scene_pictures(count: int, width: int = 160, height: int = 96, seed: int = 0) -> list[UInt8Array]:
    """Paint pictures that are as unlike each other as photographs of different things: each u8 [H, W, 3]."""
    generator = np.random.default_rng(seed)
    pictures = []
    for index in range(count):
        # A colour of its own for each, so that no two neighbours resemble each other by chance.
        hue = np.array([(index * 85) % 256, (index * 149 + 60) % 256, (index * 211 + 120) % 256], np.float32)
        blobs = generator.uniform(-70, 70, (4, 5, 3)).astype(np.float32)
        small = np.clip(hue + blobs, 0, 255).astype(np.uint8)
        pictures.append(np.asarray(Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)))
    return pictures


def halves(width: int, height: int) -> UInt8Array:
    """Paint a picture that is red on the left and blue on the right: u8 [H, W, 3]."""
    picture = np.zeros((height, width, 3), np.uint8)
    picture[:, : width // 2, 0] = 255
    picture[:, width // 2 :, 2] = 255
    return picture


def write_png_bomb(path: Path, width: int = 40_000, height: int = 40_000) -> Path:
    """Write a valid grey PNG of any size whose pixels are all black; the file stays around a thousandth of them."""
    raw_bytes = (width + 1) * height
    piece_bytes = 1 << 20
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    # A full flush makes the compressed piece independent of what precedes it, so it can simply be repeated.
    piece = compressor.compress(bytes(piece_bytes)) + compressor.flush(zlib.Z_FULL_FLUSH)
    last = zlib.compressobj(9, zlib.DEFLATED, -15)
    tail = last.compress(bytes(raw_bytes % piece_bytes)) + last.flush()
    checksum = (raw_bytes % 65521) << 16 | 1  # Adler-32 of nothing but zeros
    stream = b"\x78\xda" + piece * (raw_bytes // piece_bytes) + tail + struct.pack(">I", checksum)
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
        for kind, data in ((b"IHDR", header), (b"IDAT", stream), (b"IEND", b"")):
            file.write(struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)))
    return path


def tone(seconds: float, frequency: float = 440.0, rate: int = 16_000, amplitude: float = 0.5) -> Float32Array:
    """Make a sine: f32 [N]."""
    times = np.arange(round(seconds * rate)) / rate
    return (amplitude * np.sin(2 * np.pi * frequency * times)).astype(np.float32)


def bursts(seconds: float, starts: Iterable[float], rate: int = 16_000) -> Float32Array:
    """Make silence with 50 ms of 1 kHz at each of some moments, to find times again by: f32 [N]."""
    samples = np.zeros(round(seconds * rate), np.float32)
    for start in starts:
        first = round(start * rate)
        burst = tone(0.05, 1_000.0, rate, 0.8)[: max(0, len(samples) - first)]
        samples[first : first + len(burst)] = burst
    return samples


def burst_times(samples: Float32Array, rate: int = 16_000) -> list[float]:
    """Find the moments at which the bursts of `bursts` begin, in seconds."""
    loud = np.flatnonzero(np.abs(samples) > 0.2)
    if not len(loud):
        return []
    begins = np.concatenate([loud[:1], loud[1:][np.diff(loud) > rate // 50]])
    return [float(begin / rate) for begin in begins]


def write_wav(
    path: Path,
    samples: NDArray[Any],
    rate: int = 16_000,
    sample_format: str = "s16",
    data_bytes: int | None = None,
) -> Path:
    """Write a WAV by hand, so that odd rates, formats and false lengths are possible.

    Args:
        path: where to.
        samples: floats -1..1, [N] or [N, C]; for ``mulaw`` the coded bytes.
        rate: samples per second.
        sample_format: one of `WAV_FORMATS`.
        data_bytes: the length to declare; None for the true one.
    """
    tag, width = WAV_FORMATS[sample_format]
    channels = 1 if samples.ndim == 1 else samples.shape[1]
    if sample_format in ("f32", "mulaw"):
        scaled = samples.astype("<f4" if sample_format == "f32" else np.uint8)
    elif sample_format == "u8":
        scaled = np.round(samples * 127 + 128).astype(np.uint8)
    else:
        top = 2 ** (8 * width - 1) - 1
        scaled = np.round(np.clip(samples.astype(np.float64), -1, 1) * top).astype(f"<i{width}")
    data = scaled.tobytes()
    declared = len(data) if data_bytes is None else data_bytes
    head = struct.pack("<HHIIHH", tag, channels, rate, rate * channels * width, channels * width, 8 * width)
    body = b"WAVEfmt " + struct.pack("<I", len(head)) + head + b"data" + struct.pack("<I", declared) + data
    path.write_bytes(b"RIFF" + struct.pack("<I", min(len(body), 2**32 - 1)) + body)
    return path


def write_sound(
    path: Path,
    samples: Float32Array,
    rate: int = 16_000,
    codec: str = "aac",
    shifts: Sequence[tuple[float, float]] = (),
) -> Path:
    """Encode sound with PyAV; the ending of the path decides the container.

    Args:
        path: where to.
        samples: f32 -1..1, [N] or [N, 2].
        rate: samples per second.
        codec: encoder name.
        shifts: (moment, seconds): from this moment on, timestamps are off by so many seconds.
    """
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=rate, layout="mono" if samples.ndim == 1 else "stereo")
        _encode_sound(container, stream, samples, rate, shifts)
    return path


def _encode_sound(
    container: Any, stream: Any, samples: Float32Array, rate: int, shifts: Sequence[tuple[float, float]] = ()
) -> None:
    layout = "mono" if samples.ndim == 1 else "stereo"
    resampler = av.AudioResampler(stream.format.name, layout, rate)
    step = 1_024
    for first in range(0, len(samples), step):
        chunk = np.ascontiguousarray(samples[first : first + step])
        frame = av.AudioFrame.from_ndarray(chunk.reshape(1, -1), "flt", layout)
        frame.sample_rate, frame.pts, frame.time_base = rate, first, Fraction(1, rate)
        for converted in resampler.resample(frame):
            for packet in stream.encode(converted):
                _mux_shifted(container, packet, shifts)
    for packet in stream.encode(None):
        _mux_shifted(container, packet, shifts)


def _mux_shifted(container: Any, packet: Any, shifts: Sequence[tuple[float, float]]) -> None:
    if packet.pts is not None:
        moment = float(packet.pts * packet.time_base)
        shift = round(sum(seconds for start, seconds in shifts if moment >= start) / packet.time_base)
        packet.pts, packet.dts = packet.pts + shift, packet.pts + shift
    container.mux(packet)


def write_video(
    path: Path,
    pictures: Sequence[UInt8Array],
    times: Sequence[float],
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    options: dict[str, str] | None = None,
    container_options: dict[str, str] | None = None,
    sound: Float32Array | None = None,
    sound_codec: str = "aac",
    sound_delay: float = 0.0,
    pixel_aspect: Fraction | None = None,
) -> Path:
    """Encode a video with PyAV.

    Args:
        path: where to; its ending decides the container.
        pictures: u8 [H, W, 3], one a frame.
        times: seconds, one a frame, ascending.
        codec: encoder name.
        pixel_format: what to encode to.
        options: of the encoder.
        container_options: of the muxer.
        sound: f32 [N] at 48 kHz, or None.
        sound_codec: encoder name.
        sound_delay: seconds by which the sound starts after the pictures.
        pixel_aspect: width of a pixel over its height.
    """
    with av.open(str(path), "w", options=container_options or {}) as container:
        stream: Any = container.add_stream(codec, rate=25, options=options or {})
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = pixel_format
        # AVI and MPEG-4 part 2 know steady rates only.
        clock = 25 if codec == "mpeg4" else VIDEO_CLOCK
        stream.codec_context.time_base = Fraction(1, clock)
        if pixel_aspect is not None:
            stream.codec_context.sample_aspect_ratio = pixel_aspect
        sound_stream: Any = None
        if sound is not None:
            sound_stream = container.add_stream(sound_codec, rate=48_000, layout="mono")
        for picture, time in zip(pictures, times, strict=True):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), "rgb24").reformat(format=pixel_format)
            frame.pts, frame.time_base = round(time * clock), Fraction(1, clock)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if sound is not None:
            _encode_sound(container, sound_stream, sound, 48_000, [(-1.0, sound_delay)])
    return path


def write_scenes(
    path: Path, pictures: Sequence[UInt8Array], seconds: float, rate: float = 10.0, **options: Any
) -> Path:
    """Write a video that shows each picture for so long, drifting slowly sideways as a held camera does."""
    count = round(seconds * rate)
    frames = [np.roll(picture, index // 2, axis=1) for picture in pictures for index in range(count)]
    return write_video(path, frames, [index / rate for index in range(len(frames))], **options)


def turn_mp4(path: Path) -> Path:
    """Mark an MP4 as filmed upright by a telephone: players have to turn it clockwise by a quarter."""
    data = bytearray(path.read_bytes())
    header = data.index(b"tkhd") + 4
    matrix = header + (52 if data[header] == 1 else 40)
    data[matrix : matrix + 36] = struct.pack(">9i", 0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000)
    path.write_bytes(data)
    return path


def with_cover(mp3: Path, picture: bytes) -> Path:
    """Put a JPEG in front of an MP3 as its cover."""
    apic = b"\x00image/jpeg\x00\x03\x00" + picture
    frame = b"APIC" + struct.pack(">I", len(apic)) + b"\x00\x00" + apic
    size = bytes(len(frame) >> shift & 0x7F for shift in (21, 14, 7, 0))
    mp3.write_bytes(b"ID3\x03\x00\x00" + size + frame + mp3.read_bytes())
    return mp3


def cut(source: Path, target: Path, fraction: float) -> Path:
    """Copy the beginning of a file."""
    data = source.read_bytes()
    target.write_bytes(data[: int(len(data) * fraction)])
    return target


def speak(path: Path, text: str, voice: str = "en") -> Path:
    """Have espeak-ng read a text into a WAV (22,050 Hz, mono)."""
    subprocess.run(["espeak-ng", "-v", voice, "-w", str(path), text], check=True, capture_output=True)
    return path

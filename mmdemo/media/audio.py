"""Sound in files: a stream of blocks in constant memory, or a short clip as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from av.container import InputContainer

from mmdemo.config import Limits, settings
from mmdemo.errors import NoAudio, NoSamples, UnreadableMedia, WrongMediaKind
from mmdemo.media.containers import clock_origin, declared_duration, decoded, open_container, packets, sound_stream
from mmdemo.media.files import StrPath, check_file, display_name
from mmdemo.media.probing import check_duration, probe
from mmdemo.media.samples import checked_samples
from mmdemo.media.waveform import Resampler, Timeline
from mmdemo.types import SAMPLE_RATE, Audio, AudioFile, Float32Array
from mmdemo.verified_files import file_sha256

BLOCK_SECONDS = 30.0
TRANSPORT_FORMATS = frozenset({"mpegts", "mpeg"})
MAX_SILENT_TAIL = 1.0
"""Seconds that a decode may fall short of the declared duration before it is worth a warning."""


def open_audio(path: StrPath, limits: Limits, name: str | None = None) -> AudioFile:
    """Check that a file has sound that can be decoded, and return a handle on it.

    Args:
        path: a sound or video file.
        limits: size and duration limits.
        name: the name to show, when it is not the file's own.

    Returns:
        The handle; decode it with `audio_blocks`.

    Raises:
        FileMissing: no such file.
        EmptyFile: no bytes.
        FileTooLarge: more bytes than the limit.
        MediaTooLong: declares more seconds than the limit.
        TooManyPixels: the video's frames are past the limit.
        TruncatedMedia: an MP4 that breaks off.
        UnreadableMedia: no media, or nothing of the sound can be decoded.
        WrongMediaKind: a picture.
        NoAudio: a video without sound.
        NoSamples: the sound has zero length.
    """
    shown = display_name(path, name)
    info = probe(path, limits, shown)
    if info.kind == "image":
        raise WrongMediaKind(name=shown, kind=info.kind, wanted="audio")
    if not info.has_audio:
        raise NoAudio(name=shown)
    absolute = check_file(path, limits, shown)
    return audio_handle(absolute, limits, shown, file_sha256(absolute))


def audio_handle(path: Path, limits: Limits, name: str, sha256: str) -> AudioFile:
    """Return a handle on the sound of a file that `probe` found to have some.

    Args:
        path: the file, absolute.
        limits: as `probe` was given.
        name: the name to show.
        sha256: the file's hash.

    Returns:
        The handle, after its first frame was decoded for a trial.

    Raises:
        NoSamples: the sound has zero length.
        UnreadableMedia: nothing of it can be decoded.
    """
    with open_container(path, limits, name) as container:
        stream = sound_stream(container)
        if stream is None:
            raise NoAudio(name=name)
        duration = declared_duration(container, stream)
        had_bytes = False
        for packet in packets(container, stream):
            had_bytes = had_bytes or packet.size > 0
            if any(frame.samples for frame in decoded(packet)):
                return AudioFile(path, duration, name, sha256)
    raise (UnreadableMedia if had_bytes else NoSamples)(name=name)


def audio_blocks(
    audio: AudioFile, block_seconds: float = BLOCK_SECONDS, limits: Limits | None = None
) -> Iterator[Float32Array]:
    """Decode sound as a stream of 16 kHz mono blocks; memory does not grow with the length.

    Sample n of the blocks put together is heard n / 16,000 seconds after the media's 0:00: a late start and gaps in
    the timestamps become silence, damaged packets are skipped.

    Args:
        audio: a handle from `open_audio`.
        block_seconds: length of every block but the last.
        limits: the duration limit, which undeclared and lying durations meet here; None for those of the settings.

    Yields:
        Samples f32 [block_seconds · 16,000], -1..1; the last block is shorter.

    Raises:
        MediaTooLong: the decode runs past the limit.
        InvalidSamples: NaN or infinite samples.
        NoSamples: the sound has zero length.
        UnreadableMedia: nothing can be decoded.
        TruncatedMedia: the file was cut since it was opened.
    """
    limits = limits or settings().limits
    size = max(1, round(block_seconds * SAMPLE_RATE))
    block: Float32Array = np.empty(size, np.float32)  # [size]
    filled = total = 0
    with open_container(audio.path, limits, audio.source) as container:
        for piece in _pieces(container, audio):
            total += len(piece)
            check_duration(total / SAMPLE_RATE, limits, audio.source)
            while len(piece):
                count = min(size - filled, len(piece))
                block[filled : filled + count] = piece[:count]
                filled += count
                piece = piece[count:]
                if filled == size:
                    yield checked_samples(block, audio.source)
                    block, filled = np.empty(size, np.float32), 0
    if filled:
        yield checked_samples(block[:filled].copy(), audio.source)
    if total == 0:
        raise NoSamples(name=audio.source)


def load_audio(path: StrPath, limits: Limits, max_seconds: float | None = None, name: str | None = None) -> Audio:
    """Read a short recording whole.

    Args:
        path: a sound or video file.
        limits: size and duration limits.
        max_seconds: read no more than this from the beginning; None for everything.
        name: the name to show, when it is not the file's own.

    Returns:
        The recording, mono at 16 kHz.

    Raises:
        InputError: everything that `open_audio` and `audio_blocks` refuse.
    """
    handle = open_audio(path, limits, name)
    wanted = None if max_seconds is None else max(1, round(max_seconds * SAMPLE_RATE))
    blocks: list[Float32Array] = []
    total = 0
    for block in audio_blocks(handle, min(max_seconds or BLOCK_SECONDS, BLOCK_SECONDS), limits):
        blocks.append(block)
        total += len(block)
        if wanted is not None and total >= wanted:
            break
    return Audio(np.concatenate(blocks)[:wanted], SAMPLE_RATE, handle.source, handle.sha256)  # [N]


def missing_seconds(audio: AudioFile, decoded_seconds: float) -> float:
    """Tell how much of the declared sound was not there, so that the caller can warn.

    Args:
        audio: the handle that was decoded.
        decoded_seconds: what `audio_blocks` gave in all.

    Returns:
        Seconds; 0.0 when nothing is known to be missing (under a second, or nothing was declared).
    """
    missing = audio.duration - decoded_seconds
    return missing if missing > MAX_SILENT_TAIL else 0.0


def _pieces(container: InputContainer, audio: AudioFile) -> Iterator[Float32Array]:
    stream = sound_stream(container)
    if stream is None:
        raise NoAudio(name=audio.source)
    timeline = Timeline(
        Resampler(audio.source),
        origin=clock_origin(container),
        declared_end=audio.duration,
        transport=container.format.name in TRANSPORT_FORMATS,
    )
    had_bytes = had_frames = False
    for packet in packets(container, stream):
        had_bytes = had_bytes or packet.size > 0
        for frame in decoded(packet):
            had_frames = True
            for piece in timeline.feed(frame):
                yield piece[:, 0]  # [N]
    for piece in timeline.finish():
        yield piece[:, 0]  # [N]
    if had_bytes and not had_frames:
        raise UnreadableMedia(name=audio.source)

"""One pass over a recording: decode, find silence, cut windows, encode them, store them."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator

import numpy as np

from mmdemo import reasons
from mmdemo.backbone.audio_store import AudioTokenStore, PartialRecording
from mmdemo.backbone.audio_tower import AudioTower
from mmdemo.backbone.audio_windows import PackedWindow, pack_windows
from mmdemo.backbone.sound_activity import TOKEN_SECONDS, SoundActivity
from mmdemo.config import Limits
from mmdemo.media import audio_blocks, missing_seconds
from mmdemo.types import SAMPLE_RATE, Audio, AudioFile, AudioWindow, EncodedWindow, Float32Array, Sentence


def encode_recording(
    audio: Audio | AudioFile, tower: AudioTower, lock: threading.RLock, store: AudioTokenStore, limits: Limits
) -> Generator[EncodedWindow, None, None]:
    """Encode a recording window by window into the store.

    Windows that an earlier, stopped pass left there are taken over; when the generator is closed early, the windows so
    far stay for the next pass.

    Args:
        audio: the recording.
        tower: encodes a window.
        lock: held while it runs.
        store: keeps the tokens.
        limits: bound of the decode.

    Yields:
        Windows in order; after the last one the recording is finished in the store.

    Raises:
        InputError: the sound cannot be decoded.
        FolderNotWritable: the store cannot be written.
        DiskFull: the tokens do not fit.
    """
    heard = _Heard()
    with store.partial(audio.sha256) as partial:
        yield from partial.read()
        blocks = SoundActivity().analyse(heard.count(sound_blocks(audio, limits)))
        for packed in pack_windows(blocks, after_token=_last_token(partial)):
            with lock:
                tokens, ending = tower.encode(packed.waveform)  # [T, D], [P, D]
            encoded = _encoded_window(packed, tokens, ending, partial.token_count)
            partial.append(encoded)
            yield encoded
        store.finish(partial, audio.sha256, heard.seconds, _reasons(audio, heard.seconds))


class _Heard:
    """Counts the samples that stream by."""

    def __init__(self) -> None:
        self.samples = 0

    @property
    def seconds(self) -> float:
        return self.samples / SAMPLE_RATE

    def count(self, blocks: Iterator[Float32Array]) -> Iterator[Float32Array]:
        for block in blocks:
            self.samples += len(block)
            yield block


def sound_blocks(audio: Audio | AudioFile, limits: Limits | None = None) -> Iterator[Float32Array]:
    """Yield a recording's samples f32 [N] at 16 kHz, block by block, within limits (None: those of the settings)."""
    if isinstance(audio, AudioFile):
        return audio_blocks(audio, limits=limits)
    assert audio.sample_rate == SAMPLE_RATE, "media resamples to 16 kHz"
    return iter([audio.waveform])


def _reasons(audio: Audio | AudioFile, decoded_seconds: float) -> tuple[Sentence, ...]:
    if isinstance(audio, AudioFile) and missing_seconds(audio, decoded_seconds) > 0:
        return (reasons.ends_early(decoded_seconds, audio.duration),)
    return ()


def _last_token(partial: PartialRecording) -> int:
    """Return the position in the recording of the last token that an earlier try encoded, or -1."""
    if not partial.windows:
        return -1
    last = partial.windows[-1].pieces[-1]
    return round(last.start / TOKEN_SECONDS) + last.token_count - 1


def _encoded_window(
    packed: PackedWindow, tokens: Float32Array, ending: Float32Array, first_token: int
) -> EncodedWindow:
    window = AudioWindow(packed.start, packed.end, first_token, len(tokens), packed.pieces)
    return EncodedWindow(window, _as_stored(tokens), _as_stored(ending), _as_stored(packed.voice))


def _as_stored(array: Float32Array) -> Float32Array:
    """Round to what the store keeps, so that a first run and a later one from the cache agree to the bit."""
    return array.astype(np.float16).astype(np.float32)

"""Recordings in the hub profile: short windows, each embedded on its own, kept on disk, any span made out of them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from itertools import islice

import numpy as np

from mmdemo.backbone.audio_store import AudioTokenStore
from mmdemo.backbone.base import read_rows
from mmdemo.backbone.joint_space import unit_rows
from mmdemo.backbone.recordings import sound_blocks
from mmdemo.backbone.sound_activity import rechunk
from mmdemo.config import Limits
from mmdemo.types import SAMPLE_RATE, Audio, AudioFile, AudioWindow, EncodedWindow, Encoding, Float32Array, Piece, Span

WINDOW_SECONDS = 2.5
"""The model's tokens are not trained to tell when something is heard, so that sound is embedded in windows of 2 to 4 s;
two of these make a span of the search."""
WINDOW_SAMPLES = round(WINDOW_SECONDS * SAMPLE_RATE)
WINDOWS_AT_ONCE = 8
AUDIBLE_TOKENS = 10
"""A window in which the front end kept less than this (0.2 s) says nothing, unless it is all there is."""
EmbedSounds = Callable[[list[Float32Array]], list[Float32Array]]
"""Waveforms [N] to the means of their tokens [W]."""


def encode_sound_windows(
    audio: Audio | AudioFile, heard: Encoding, embed: EmbedSounds, store: AudioTokenStore, limits: Limits
) -> Generator[float, None, Encoding]:
    """Embed the windows of a recording into a store; what an earlier, stopped pass left there is taken over.

    Args:
        audio: the recording.
        heard: by the front end of speech recognition, which knows where it is silent.
        embed: the model.
        store: keeps one row a window.
        limits: bound of the decode.

    Yields:
        The share that is done, 0..1.

    Returns:
        The windows as tokens [N, W]; `Encoding.windows` says when each is heard.

    Raises:
        InputError: the sound cannot be decoded.
        DiskFull: the rows do not fit.
    """
    found = store.open(audio.sha256)
    if found is not None:
        return found
    with store.partial(audio.sha256) as partial:
        known = {window.start for window in partial.windows}
        wanted = ((start, wave) for start, wave in _audible(audio, heard, limits) if start not in known)
        while batch := list(islice(wanted, WINDOWS_AT_ONCE)):
            rows = embed([wave for _, wave in batch])
            for (start, wave), row in zip(batch, rows, strict=True):
                partial.append(_stored(start, start + len(wave) / SAMPLE_RATE, row, partial.token_count))
            yield min(batch[-1][0] / max(heard.duration, WINDOW_SECONDS), 1.0)
        store.finish(partial, audio.sha256, heard.duration, heard.reasons)
    found = store.open(audio.sha256)
    assert found is not None, "a finished recording is in the store"
    return found


def _audible(audio: Audio | AudioFile, heard: Encoding, limits: Limits) -> Iterator[tuple[float, Float32Array]]:
    """Yield start and samples of the windows in which there is something to hear, or the first if there is nothing."""
    starts = heard.spans[:, 0]  # [T] of the tokens that were kept, ascending
    first: Float32Array | None = None
    silent = True
    for number, wave in enumerate(rechunk(sound_blocks(audio, limits), WINDOW_SAMPLES)):
        start = number * WINDOW_SECONDS
        first = wave if first is None else first
        kept = np.diff(np.searchsorted(starts, [start - 1e-3, start + WINDOW_SECONDS - 1e-3]))[0]
        if kept >= AUDIBLE_TOKENS:
            silent = False
            yield start, wave
    if silent and first is not None:
        yield 0.0, first


def _stored(start: float, end: float, row: Float32Array, number: int) -> EncodedWindow:
    window = AudioWindow(start, end, number, 1, (Piece(0, 1, start),))
    return EncodedWindow(window, row[None], np.zeros((0, len(row)), np.float32), np.ones(1, np.float32))


def span_embeddings(
    windows: Encoding, dimension: int, span_seconds: float, hop_seconds: float
) -> tuple[tuple[Span, Float32Array], ...]:
    """Embed spans of a recording as the mean of the windows under each, weighted by how much of it they fill.

    Args:
        windows: what `encode_sound_windows` returned.
        dimension: of the embeddings.
        span_seconds: length of a span.
        hop_seconds: between the starts of two.

    Returns:
        Spans in order with their [D] unit-norm embeddings, without those that hold no window.
    """
    rows = unit_rows(read_rows(windows.tokens, slice(None))[:, :dimension])  # [N, D]
    times = np.array([[window.start, window.end] for window in windows.windows])  # [N, 2]
    end = max(windows.duration, float(times[:, 1].max()))
    last = max(end - span_seconds, 0.0)
    found = []
    for start in np.append(np.arange(0.0, last, hop_seconds), last):
        behind = min(start + span_seconds, end)
        weights = np.clip(np.minimum(times[:, 1], behind) - np.maximum(times[:, 0], start), 0.0, None)  # [N]
        if weights.sum() > 0:
            mean = unit_rows((weights.astype(np.float32) @ rows)[None])[0]
            found.append((Span(float(start), float(behind)), mean))
    return tuple(found)


def recording_embedding(windows: Encoding, dimension: int) -> Float32Array:
    """Embed a whole recording: the mean over its windows, each by its length, [D] unit norm."""
    rows = unit_rows(read_rows(windows.tokens, slice(None))[:, :dimension])  # [N, D]
    lengths = np.array([window.end - window.start for window in windows.windows], np.float32)
    embedding: Float32Array = unit_rows((lengths @ rows)[None])[0]
    return embedding

"""The protocol that every backbone keeps, and what tasks need to walk through an encoding."""

from __future__ import annotations

import threading
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mmdemo.backbone.similarity import SimilarityScale
from mmdemo.types import (
    Audio,
    AudioFile,
    EncodedWindow,
    Encoding,
    Float32Array,
    Image,
    ImageFile,
    Modality,
    Span,
    Text,
    Video,
    VideoFile,
)

Media = Image | ImageFile | Audio | AudioFile | Video | VideoFile | Text


@dataclass(frozen=True)
class CacheStatistics:
    """What the encode-once cache did since the start."""

    hits: int
    misses: int
    memory_bytes: int
    disk_bytes: int


class Backbone(Protocol):
    """One encoder for all media: media in, `Encoding` out, nothing encoded twice."""

    @property
    def model_id(self) -> str:
        """Name of the towers and their versions; vectors of different ids never mix."""

    @property
    def device(self) -> str:
        """``cpu`` or ``cuda``."""

    @property
    def lock(self) -> threading.RLock:
        """Held while a tower runs, one at a time for the whole process."""

    @property
    def scale(self) -> SimilarityScale:
        """How its similarities are to be read."""

    def encode(self, media: Media | Encoding) -> Encoding:
        """Encode media, or return what is encoded already.

        Args:
            media: a picture, a recording, a clip or a text.

        Returns:
            The encoding, from the cache when the same bytes were encoded before.

        Raises:
            InputError: the media cannot be decoded.
            FolderNotWritable: the cache folder cannot be written.
            DiskFull: the tokens of a long recording do not fit on the disk.
        """

    def encode_images(self, images: Sequence[Image | ImageFile]) -> list[Encoding]:
        """Encode pictures in batches; same order."""

    def encode_frames(self, video: Video | VideoFile) -> Generator[float, None, Encoding]:
        """Encode the pictures of a clip and leave its sound out, in steps, so that it can show progress and stop.

        Args:
            video: the clip.

        Yields:
            The share that is done, 0..1; nothing when it is in the cache.

        Returns:
            The encoding without soundtrack; `encode` then finds these pictures in the cache.

        Raises:
            InputError: the media cannot be decoded.
        """

    def encode_texts(self, texts: Sequence[Text]) -> list[Encoding]:
        """Encode texts in batches; same order."""

    def embed_spans(
        self, encoding: Encoding, span_seconds: float = ..., hop_seconds: float | None = None
    ) -> tuple[tuple[Span, Float32Array], ...]:
        """Embed consecutive spans of a recording, or each frame of a clip, for the search of the best moment.

        Args:
            encoding: of audio or video; pictures and texts have no spans.
            span_seconds: length of a span of sound.
            hop_seconds: from the start of one span to that of the next; None = half a span.

        Returns:
            Spans in order, each with its [D] unit-norm embedding; spans in which nothing is to be heard are left out.
        """

    def match_probability(self, similarity: float, first: Modality, second: Modality) -> float:
        """Return the calibrated probability that two items belong together, such as a picture and a text.

        Args:
            similarity: dot product of their embeddings.
            first: modality of the one.
            second: of the other; the frames of a clip are pictures, its sound is audio.

        Returns:
            0..1.
        """

    def encode_windows(self, audio: Audio | AudioFile) -> Generator[EncodedWindow, None, None]:
        """Encode a recording window by window, so that work on it can start, show progress and stop.

        Args:
            audio: the recording.

        Yields:
            Windows in order, from the cache as far as they are there. When the last one was taken, `encode` finds the
            whole encoding in the cache.

        Raises:
            InputError: the media cannot be decoded.
        """

    def encode_sound(self, audio: Audio | AudioFile) -> Encoding:
        """Encode a recording as `encode` does, but leave its embedding out: speech alone needs no heads.

        Args:
            audio: the recording.

        Raises:
            InputError: the media cannot be decoded.
            FolderNotWritable: the cache folder cannot be written.
            DiskFull: the tokens of a long recording do not fit on the disk.
        """

    def statistics(self) -> CacheStatistics:
        """Return the counters of the cache."""


class Encoders(Protocol):
    """What a backbone has for each kind of media."""

    def encode_images(self, images: Sequence[Image | ImageFile]) -> list[Encoding]:
        """Encode pictures."""

    def encode_texts(self, texts: Sequence[Text]) -> list[Encoding]:
        """Encode texts."""

    def encode_clip(self, video: Video | VideoFile) -> Encoding:
        """Encode a clip with its sound."""

    def encode_recording(self, audio: Audio | AudioFile) -> Encoding:
        """Encode a recording with its embedding."""


def encode_media(media: Media | Encoding, encoders: Encoders) -> Encoding:
    """Give media to the encoder of its kind; what is encoded already stays as it is."""
    if isinstance(media, Encoding):
        return media
    if isinstance(media, Image | ImageFile):
        return encoders.encode_images([media])[0]
    if isinstance(media, Text):
        return encoders.encode_texts([media])[0]
    if isinstance(media, Video | VideoFile):
        return encoders.encode_clip(media)
    return encoders.encode_recording(media)


def made_by(encoding: Encoding, model_id: str) -> bool:
    """Tell whether an encoding's vector may be compared with those of a backbone.

    Args:
        encoding: of anything; its id names the parts that made it.
        model_id: of the backbone, which names all of its parts.
    """
    return all(part in model_id for part in encoding.model_id.split("+"))


def read_windows(encoding: Encoding) -> Generator[EncodedWindow, None, None]:
    """Walk through an encoded recording, one window in memory at a time.

    Args:
        encoding: of audio.

    Yields:
        Its windows in order.
    """
    assert encoding.voice_activity is not None and encoding.endings is not None, "only audio has windows"
    for i, window in enumerate(encoding.windows):
        part = slice(window.first_token, window.first_token + window.token_count)
        tokens = read_rows(encoding.tokens, part)
        ending = read_rows(encoding.endings, slice(i, i + 1))[0]
        yield EncodedWindow(window, tokens, ending, encoding.voice_activity[part])


def read_rows(stored: NDArray[Any], part: slice) -> Float32Array:
    """Copy a part of stored tokens into memory as float32."""
    if isinstance(stored, np.memmap) and stored.filename is not None:
        # A fresh map is dropped with its pages; slices of the long-lived one would pile up in resident memory.
        stored = np.memmap(stored.filename, stored.dtype, "r", shape=stored.shape)
    return np.array(stored[part], np.float32)

"""One pass of a hub model over the pictures of a clip, and its frames found again in the tokens."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence

import numpy as np

from mmdemo.backbone.base import read_rows
from mmdemo.backbone.hub_embedder import Embedded, mean_embedding
from mmdemo.backbone.joint_space import unit_rows
from mmdemo.backbone.small_copies import FRAME_SIDE, small_copy
from mmdemo.config import Limits
from mmdemo.media import sample_video
from mmdemo.stepwise import shown_as
from mmdemo.types import Encoding, Float32Array, Sentence, Span, UInt8Array, Video, VideoFile

READING_SHARE = 0.1
"""Of the work: decoding is fast against a large model."""
EmbedPictures = Callable[[Sequence[UInt8Array]], list[Embedded]]


def encode_clip(
    clip: Video | VideoFile,
    embed: EmbedPictures,
    dimension: int,
    at_once: int,
    limits: Limits,
    model_id: str,
    doubts: tuple[Sentence, ...],
) -> Generator[float, None, Encoding]:
    """Encode the pictures of a clip.

    Args:
        clip: sampled already, or a file.
        embed: the model.
        dimension: of embeddings.
        at_once: frames between two steps.
        limits: bound of the decode.
        model_id: to name in the encoding.
        doubts: likewise.

    Yields:
        The share that is done, 0..1.

    Returns:
        The encoding without soundtrack: frame after frame, each with equally many tokens, [F · T, W] float16.

    Raises:
        InputError: the video cannot be decoded.
    """
    if isinstance(clip, VideoFile):
        steps = sample_video(clip.path, limits, clip.source)
        whole = max(clip.duration, 1e-3)
        video = yield from shown_as(steps, lambda seconds: READING_SHARE * min(seconds / whole, 1.0))
    else:
        video = clip
    found: list[Embedded] = []
    count = len(video.frames)
    while len(found) < count:
        found += embed(video.frames[len(found) : len(found) + at_once])
        yield READING_SHARE + (1 - READING_SHARE) * len(found) / count
    ends = [*video.frame_times[1:], max(video.duration, video.frame_times[-1])]
    spans = np.stack([video.frame_times, ends], axis=1).astype(np.float32)  # [F, 2]
    frames = np.stack([mean_embedding(frame.tokens, dimension) for frame in found])  # [F, D]
    return Encoding(
        modality="video",
        tokens=np.concatenate([frame.tokens for frame in found]).astype(np.float16),  # [F * T, W]
        spans=np.repeat(spans, [len(frame.tokens) for frame in found], axis=0),
        model_id=model_id,
        sha256=video.sha256,
        embedding=unit_rows(frames.mean(axis=0, keepdims=True))[0],
        duration=video.duration,
        pictures=tuple(small_copy(frame, FRAME_SIDE) for frame in video.frames),
        reasons=doubts,
    )


def frame_embeddings(encoding: Encoding, dimension: int) -> tuple[tuple[Span, Float32Array], ...]:
    """Return the time each frame of a clip stands for with its [D] embedding."""
    count = len(encoding.pictures)
    size = len(encoding.tokens) // count
    found = []
    for frame in range(count):
        part = slice(frame * size, (frame + 1) * size)
        start, end = encoding.spans[part.start]
        found.append((Span(float(start), float(end)), mean_embedding(read_rows(encoding.tokens, part), dimension)))
    return tuple(found)

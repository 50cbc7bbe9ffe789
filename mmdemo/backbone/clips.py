"""One pass over the pictures of a clip: sample frames, encode them a few at a time."""

from __future__ import annotations

import threading
from collections.abc import Generator

import numpy as np

from mmdemo.backbone.embedding import mean_embedding
from mmdemo.backbone.image_tower import ImageTower
from mmdemo.backbone.joint_space import JointSpace
from mmdemo.config import Limits
from mmdemo.media import sample_video
from mmdemo.stepwise import shown_as
from mmdemo.types import Encoding, Video, VideoFile

FRAMES_AT_ONCE = 8
"""Between two steps: a third of a second on two idle cores."""
READING_SHARE = 0.5
"""Of the work, roughly: decoding takes as long as the tower."""


def encode_clip(
    clip: Video | VideoFile, tower: ImageTower, space: JointSpace, lock: threading.RLock, limits: Limits, model_id: str
) -> Generator[float, None, Encoding]:
    """Encode the pictures of a clip.

    Args:
        clip: sampled already, or a file.
        tower: encodes frames.
        space: the heads.
        lock: held while they run.
        limits: bound of the decode.
        model_id: to name in the encoding.

    Yields:
        The share that is done, 0..1; closing the generator stops the work.

    Returns:
        The encoding, without soundtrack; frame after frame of 81 tokens [F * 81, 1280] float16.

    Raises:
        InputError: the video cannot be decoded.
    """
    if isinstance(clip, VideoFile):
        reading = sample_video(clip.path, limits, clip.source)
        video = yield from _shares(reading, clip.duration)
    else:
        video = clip
    count = len(video.frames)
    tokens = np.empty((count, tower.grid**2, tower.width), np.float16)  # [F, 81, D]
    embeddings = np.empty((count, space.dimension), np.float32)  # [F, 384]
    for start in range(0, count, FRAMES_AT_ONCE):
        part = slice(start, start + FRAMES_AT_ONCE)
        with lock:
            found = tower.encode(video.frames[part])  # [B, 81, D]
            embeddings[part] = space.embed_images(found)
        tokens[part] = found
        yield READING_SHARE + (1 - READING_SHARE) * min(start + FRAMES_AT_ONCE, count) / count
    ends = [*video.frame_times[1:], max(video.duration, video.frame_times[-1])]
    spans = np.stack([video.frame_times, ends], axis=1).astype(np.float32)  # [F, 2]
    return Encoding(
        modality="video",
        tokens=tokens.reshape(-1, tower.width),  # [F * 81, D]
        spans=np.repeat(spans, tower.grid**2, axis=0),
        model_id=model_id,
        sha256=video.sha256,
        embedding=mean_embedding(embeddings),
        duration=video.duration,
    )


def _shares(reading: Generator[float, None, Video], duration: float) -> Generator[float, None, Video]:
    """Turn the seconds that were read into a share of all the work."""
    return (
        yield from shown_as(reading, lambda seconds: READING_SHARE * min(seconds / duration, 1.0) if duration else 0.0)
    )

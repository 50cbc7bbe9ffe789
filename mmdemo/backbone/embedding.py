"""From tokens to embeddings: whole recordings, their spans, the frames of clips, texts in either language."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

import numpy as np

from mmdemo.backbone.base import read_rows
from mmdemo.backbone.chinese_text import is_chinese
from mmdemo.backbone.image_tower import ImageTower
from mmdemo.backbone.joint_space import JointSpace, unit_rows
from mmdemo.backbone.text_tower import TextTokens
from mmdemo.types import Encoding, Float32Array, Span

SPAN_SECONDS = 5.0
"""Span of sound that a search looks at; of a spoken caption or a bark's length."""
WHOLE_SPAN_SECONDS = 10.0
"""A whole recording is the mean over spans of this length."""
SHORTEST_SPAN_TOKENS = 10
"""A span with less than 0.2 s of sound says nothing, unless it is all there is."""
SPANS_AT_ONCE = 32
FRAMES_AT_ONCE = 32


def embed_texts(texts: Sequence[str], encoded: Sequence[TextTokens], space: JointSpace) -> Float32Array:
    """Embed texts, each by the encoder of its script.

    Args:
        texts: B of them.
        encoded: what the text tower made of them.
        space: the heads.

    Returns:
        [B, 384] unit norm.
    """
    chinese = [i for i, text in enumerate(texts) if is_chinese(text)]
    others = sorted(set(range(len(texts))) - set(chinese))
    embeddings = np.empty((len(texts), space.dimension), np.float32)
    if chinese:
        embeddings[chinese] = space.embed_chinese([texts[i] for i in chinese])
    if others:
        pooled = np.stack([encoded[i].pooled for i in others])
        embeddings[others] = space.embed_english(pooled, [encoded[i].tokens for i in others])
    return embeddings


def mean_embedding(embeddings: Float32Array, weights: Float32Array | None = None) -> Float32Array:
    """Return the renormalised mean of [N, 384] as [384], weighted by [N] if need be."""
    if weights is None:
        weights = np.ones(len(embeddings), np.float32)
    mean: Float32Array = unit_rows((weights @ embeddings)[None])[0]
    return mean


def sound_embeddings(
    encoding: Encoding, space: JointSpace, lock: threading.RLock, span_seconds: float, hop_seconds: float
) -> Iterator[tuple[Span, Float32Array]]:
    """Embed consecutive spans of a recording, a few of them in memory at a time.

    Args:
        encoding: of audio.
        space: the heads.
        lock: held while they run.
        span_seconds: length of a span.
        hop_seconds: between the starts of two.

    Yields:
        Spans in order with their [384] embeddings.
    """
    for batch in _batches(_sound_spans(encoding, span_seconds, hop_seconds)):
        rows = [read_rows(encoding.tokens, part) for _, part in batch]
        with lock:
            embeddings = space.embed_audio(rows)
        yield from zip([span for span, _ in batch], embeddings, strict=True)


def _batches(items: Sequence[tuple[Span, slice]]) -> Iterator[Sequence[tuple[Span, slice]]]:
    for start in range(0, len(items), SPANS_AT_ONCE):
        yield items[start : start + SPANS_AT_ONCE]


def _sound_spans(encoding: Encoding, span_seconds: float, hop_seconds: float) -> list[tuple[Span, slice]]:
    """Cut a recording on a regular grid of media time and find the tokens under each span."""
    starts = encoding.spans[:, 0]  # [T] ascending
    end = max(encoding.duration, float(encoding.spans[-1, 1]))
    last = max(end - span_seconds, 0.0)
    times = np.append(np.arange(0.0, last, hop_seconds), last)
    spans = []
    for start in times:
        first, behind = np.searchsorted(starts, [start - 1e-3, start + span_seconds - 1e-3])
        if behind - first >= SHORTEST_SPAN_TOKENS:
            spans.append((Span(float(start), float(min(start + span_seconds, end))), slice(int(first), int(behind))))
    return spans or [(Span(0.0, end), slice(0, round(span_seconds / 0.02)))]


def recording_embedding(encoding: Encoding, space: JointSpace, lock: threading.RLock) -> Float32Array:
    """Embed a whole recording: the mean over spans of 10 s, each weighted by the sound in it, renormalised.

    Args:
        encoding: of audio.
        space: the heads.
        lock: held while they run.

    Returns:
        [384] unit norm.
    """
    starts = encoding.spans[:, 0]
    total = np.zeros(space.dimension, np.float32)
    for span, embedding in sound_embeddings(encoding, space, lock, WHOLE_SPAN_SECONDS, WHOLE_SPAN_SECONDS):
        total += embedding * max(int(np.diff(np.searchsorted(starts, [span.start, span.end]))[0]), 1)
    return mean_embedding(total[None])


def frame_embeddings(
    encoding: Encoding, space: JointSpace, lock: threading.RLock
) -> tuple[tuple[Span, Float32Array], ...]:
    """Embed each frame of a clip.

    Args:
        encoding: of video.
        space: the heads.
        lock: held while they run.

    Returns:
        The time each frame stands for with its [384] embedding.
    """
    grid = ImageTower.grid**2
    found: list[tuple[Span, Float32Array]] = []
    for first in range(0, len(encoding.tokens), grid * FRAMES_AT_ONCE):
        part = slice(first, first + grid * FRAMES_AT_ONCE)
        tokens = read_rows(encoding.tokens, part).reshape(-1, grid, ImageTower.width)  # [F, 81, D]
        spans = encoding.spans[part][::grid]  # [F, 2]
        with lock:
            embeddings = space.embed_images(tokens)
        found += [
            (Span(float(span[0]), float(span[1])), embedding) for span, embedding in zip(spans, embeddings, strict=True)
        ]
    return tuple(found)

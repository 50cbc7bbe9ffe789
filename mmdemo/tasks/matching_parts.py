"""How alike two items are in the joint space, and which of their parts make them so."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from mmdemo import reasons
from mmdemo.backbone.base import Backbone, read_rows
from mmdemo.tasks.indexing import whole_embedding
from mmdemo.types import Encoding, Float32Array, Sentence, Span

WINDOW = 3
"""Side, in cells of the grid, of the square that is looked at alone."""


@dataclass(frozen=True)
class Moment:
    """A stretch of a recording, or a frame of a clip, held against the other item."""

    span: Span  # seconds
    similarity: float


@dataclass(frozen=True, eq=False)
class Parts:
    """What of an item fits another; one of the three is there."""

    grid: Float32Array | None = None  # [H, W] from `region_similarities`, rows from the top
    moments: tuple[Moment, ...] = ()  # in order
    heard: tuple[Moment, ...] = ()  # of a clip's sound
    reason: Sentence | None = None  # why there are no parts


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two items held against each other."""

    similarity: float  # cosine of the two wholes
    probability: float | None  # calibrated; None for kinds of pairs that it was not calibrated on
    first: Parts
    second: Parts


def compare(first: Encoding, second: Encoding, backbone: Backbone) -> Comparison:
    """Hold two items against each other as wholes and part by part.

    Args:
        first: with its embedding.
        second: likewise.
        backbone: that made both.

    Returns:
        The similarity with the parts of each that fit the other as a whole.
    """
    similarity = float(whole_embedding(first) @ whole_embedding(second))
    probability = None
    if (first.modality == "text") != (second.modality == "text"):  # what the calibration was made on
        probability = backbone.match_probability(similarity, first.modality, second.modality)
    parts = (parts_of(one, whole_embedding(other), backbone) for one, other in ((first, second), (second, first)))
    return Comparison(similarity, probability, *parts)


def parts_of(encoding: Encoding, query: Float32Array, backbone: Backbone) -> Parts:
    """Find out which parts of an item are near something.

    Args:
        encoding: of the item.
        query: [D] unit norm.
        backbone: embeds parts.

    Returns:
        Regions of a picture, spans of a sound, frames of a clip; a reason where there is nothing to tell apart.
    """
    if encoding.modality == "text":
        return Parts(reason=reasons.text_is_compared_whole())
    if encoding.modality == "image":
        grid = region_similarities(encoding, query, backbone)
        return Parts(reason=reasons.picture_has_no_grid()) if grid is None else Parts(grid=grid)
    found = _moments(encoding, query, backbone)
    heard = () if encoding.soundtrack is None else _moments(encoding.soundtrack, query, backbone)
    if len(found) < 2 and len(heard) < 2:
        return Parts(reason=reasons.too_short_for_parts())
    return Parts(moments=found, heard=heard)


def _moments(encoding: Encoding, query: Float32Array, backbone: Backbone) -> tuple[Moment, ...]:
    return tuple(Moment(span, float(vector @ query)) for span, vector in backbone.embed_spans(encoding))


def region_similarities(encoding: Encoding, query: Float32Array, backbone: Backbone) -> Float32Array | None:
    """Tell how much each region of a picture makes it like something.

    Each square is shown to the joint space alone, the rest as grey as the picture's mean token, and is taken away in
    the same manner (occlusion, Zeiler & Fergus 2014). The squares go through the heads as the frames of a clip would,
    which is all that the protocol of a backbone needs to offer for it. `mmdemo.evaluation.matching_regions` measures
    it.

    Args:
        encoding: of a picture.
        query: [D] unit norm.
        backbone: embeds frames.

    Returns:
        [H, W] similarity of a cell's squares alone less that of the picture without them; None where tokens stand on no
        grid.
    """
    side = math.isqrt(len(encoding.tokens))
    if side < WINDOW or side * side != len(encoding.tokens) or len(np.unique(encoding.spans, axis=0)) < side * side:
        return None
    tokens = read_rows(encoding.tokens, slice(None)).reshape(side, side, -1)  # [S, S, W]
    places = range(side - WINDOW + 1)
    squares = [(slice(row, row + WINDOW), slice(column, column + WINDOW)) for row in places for column in places]
    grey = tokens.mean(axis=(0, 1))  # [W]
    alone, without = np.empty((2, len(squares), *tokens.shape), np.float32)  # [F, S, S, W]
    alone[:], without[:] = grey, tokens
    for frame, rest, square in zip(alone, without, squares, strict=True):
        frame[square], rest[square] = tokens[square], grey
    found = _frame_similarities(np.concatenate([alone, without]), encoding, query, backbone)
    total, count = np.zeros((2, side, side), np.float32)
    for similarity, missing, square in zip(found[: len(squares)], found[len(squares) :], squares, strict=True):
        total[square] += similarity - missing
        count[square] += 1
    regions: Float32Array = total / count
    return regions


def _frame_similarities(
    frames: Float32Array, encoding: Encoding, query: Float32Array, backbone: Backbone
) -> list[float]:
    """Return how like something each of some grids [F, S, S, W] is, as if they were the frames of a clip."""
    times = np.repeat(np.arange(len(frames) + 1, dtype=np.float32), 2)[1:-1].reshape(-1, 2)  # [F, 2]
    spans = np.repeat(times, len(encoding.tokens), axis=0)
    tokens = frames.reshape(-1, frames.shape[-1])
    clip = replace(encoding, modality="video", tokens=tokens, spans=spans, embedding=None)
    return [float(vector @ query) for _, vector in backbone.embed_spans(clip)]

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mmdemo.backbone.image_tower import grid_boxes
from mmdemo.tasks.matching_parts import compare, parts_of
from mmdemo.text import text_of
from mmdemo.types import AudioFile, Encoding, Float32Array, Span
from tests.tasks.word_backbone import WIDTH, WordBackbone, word_vector


class GridBackbone(WordBackbone):
    """A frame's embedding is the sum of its tokens."""

    def embed_spans(self, encoding: Encoding, span_seconds: float = 5.0) -> tuple[tuple[Span, Float32Array], ...]:
        if encoding.modality != "video" or encoding.duration:
            return super().embed_spans(encoding, span_seconds)
        starts = encoding.spans[:, 0]
        frames = [encoding.tokens[starts == start].sum(axis=0) for start in np.unique(starts)]
        return tuple(
            (Span(float(n), n + 1.0), frame / max(float(np.linalg.norm(frame)), 1e-6)) for n, frame in enumerate(frames)
        )


def picture(side: int = 9) -> Encoding:
    """A lion in the upper right corner, grass elsewhere."""
    tokens = np.tile(word_vector("grass"), (side, side, 1))
    tokens[:2, -2:] = 3 * word_vector("lion")
    flat = tokens.reshape(-1, WIDTH).astype(np.float32)
    return Encoding("image", flat, grid_boxes(side), "words", "p", embedding=word_vector("grass"))


def test_the_region_that_shows_it_is_the_brightest() -> None:
    lion = GridBackbone().encode(text_of("lion"))
    found = compare(picture(), lion, GridBackbone())
    assert found.first.grid is not None and found.first.grid.shape == (9, 9)
    row, column = np.unravel_index(found.first.grid.argmax(), (9, 9))
    assert row <= 1 and column >= 7
    assert found.probability is not None and found.second.reason is not None and "whole" in found.second.reason.en


def test_what_cannot_be_taken_apart_says_why() -> None:
    backbone, query = GridBackbone(), word_vector("lion")
    no_grid = replace(picture(), tokens=picture().tokens[:80], spans=picture().spans[:80])
    one_place = replace(picture(), spans=np.zeros((81, 4), np.float32))  # towers that keep no regular grid
    for encoding in (no_grid, one_place):
        parts = parts_of(encoding, query, backbone)
        assert parts.grid is None and parts.reason is not None and "grid" in parts.reason.en
    short = backbone.encode(AudioFile(Path("lion.wav"), 4.0, "lion.wav", "a"))
    assert parts_of(short, query, backbone).reason is not None


def test_seconds_of_a_sound_and_pairs_without_a_calibration() -> None:
    backbone = WordBackbone()
    bells = backbone.encode(AudioFile(Path("bells.wav"), 20.0, "bells.wav", "b"))
    found = compare(bells, backbone.encode(text_of("part2")), backbone)
    best = max(found.first.moments, key=lambda moment: moment.similarity)
    assert (best.span.start, len(found.first.moments)) == (10.0, 4)
    assert compare(bells, bells, backbone).probability is None, "calibrated for pairs with a text"
    assert compare(bells, bells, backbone).similarity == pytest.approx(1.0, abs=1e-5)

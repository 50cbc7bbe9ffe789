"""How alike two parts look, and where they are."""

from __future__ import annotations

import numpy as np
import pytest

from mmdemo.backbone.image_tower import grid_boxes
from mmdemo.backbone.similarity import LOCAL_SCALE
from mmdemo.tasks.several_evidence import MediumEvidence
from mmdemo.tasks.several_parts import compare_parts, likeness, part_of
from mmdemo.types import Encoding, Evidence, Float32Array, Region
from tests.fakes import fake_models


def picture(corner: Float32Array, rest: Float32Array) -> Encoding:
    """A picture whose upper left third, where the fake generator looks, shows one thing, and the rest another."""
    tokens = np.tile(rest, (9, 9, 1))
    tokens[:3, :3] = corner
    return Encoding("image", tokens.reshape(81, -1), grid_boxes(9), "m", "0" * 64)


ONE, OTHER = np.eye(8, dtype=np.float32)[0], np.eye(8, dtype=np.float32)[1]


def compared(first: Encoding, second: Encoding | None) -> tuple[tuple[MediumEvidence, ...], float | None]:
    pictures = (first, second)
    found = [MediumEvidence(n, 0.9, Evidence(n, "whole", 0.9), shown) for n, shown in enumerate(pictures)]
    return compare_parts("dog", "en", found, fake_models())


def test_the_parts_are_compared_and_not_the_pictures() -> None:
    _, alike = compared(picture(ONE, OTHER), picture(ONE, -OTHER))
    assert alike == pytest.approx(1.0)
    _, alike = compared(picture(ONE, OTHER), picture(OTHER, OTHER))
    assert alike == 0.0


def test_the_regions_are_cited() -> None:
    found, _ = compared(picture(ONE, OTHER), picture(ONE, OTHER))
    assert {piece.evidence.kind for piece in found} == {"region"}
    assert found[0].evidence.region == Region(0.0, 0.0, 3 / 9, 3 / 9)


def test_sound_has_no_parts() -> None:
    found, alike = compared(picture(ONE, OTHER), None)
    assert alike is None and [piece.evidence.kind for piece in found] == ["whole", "whole"]


def test_likeness_rises_with_the_cosine() -> None:
    turned = [np.float32(np.cos(angle)) * ONE + np.float32(np.sin(angle)) * OTHER for angle in (0.0, 0.6, 1.0, 1.5)]
    values = [likeness(ONE, part, LOCAL_SCALE) for part in turned]
    assert values == sorted(values, reverse=True) and values[0] == 1.0 and values[-1] == 0.0
    assert part_of(picture(ONE, OTHER), np.full((9, 9), 1 / 81, np.float32))[1] == pytest.approx(72 / 81)

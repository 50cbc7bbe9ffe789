from __future__ import annotations

from itertools import repeat

import numpy as np
import pytest

from mmdemo.evaluation.matching_regions import Looked, brightest_quarter, look, mosaics, threshold_rows
from tests.tasks.test_matching_parts import GridBackbone, picture


def test_four_pictures_make_a_mosaic_row_by_row() -> None:
    shades = [np.full((10, 20, 3), shade, np.uint8) for shade in (10, 20, 30, 40)]
    (made,) = mosaics(iter(shades))
    assert made.shape == (448, 448, 3)
    corners = [made[row, column, 0] for row in (0, -1) for column in (0, -1)]
    assert corners == [10, 20, 30, 40]


@pytest.mark.parametrize(("cell", "quarter"), [((0, 1), 0), ((2, 8), 1), ((7, 0), 2), ((8, 8), 3)])
def test_the_quarter_of_the_brightest_cell(cell: tuple[int, int], quarter: int) -> None:
    regions = np.zeros((9, 9), np.float32)
    regions[cell] = 1.0
    assert brightest_quarter(regions) == quarter


def test_what_is_drawn_at_each_spread_and_how_much_of_it_is_right() -> None:
    own = [Looked(0.01, False), Looked(0.05, True), Looked(0.09, False), Looked(0.11, True)]
    rows = {row.spread: row for row in threshold_rows(own, [Looked(0.03, False), Looked(0.13, True)])}
    assert (rows[0.0].drawn, rows[0.0].right, rows[0.0].drawn_for_others) == (1.0, 0.5, 1.0)
    assert (rows[0.1].drawn, rows[0.1].right, rows[0.1].drawn_for_others) == (0.25, 1.0, 0.5)
    assert np.isnan(rows[0.12].right)


class MosaicBackbone(GridBackbone):
    """Sees a lion in the second quarter of every picture."""

    def encode_images(self, images):  # type: ignore[no-untyped-def]
        return [picture() for _ in images]


def test_a_caption_is_right_when_its_own_quarter_is_the_brightest() -> None:
    captions = [*repeat("lion", 4), *repeat("part9", 4)]
    pixels = np.zeros((448, 448, 3), np.uint8)
    own, others = look([pixels, pixels], captions, MosaicBackbone())
    assert [one.right for one in own[:4]] == [False, True, False, False]
    assert own[0].spread > 0.1 and len(others) == 8

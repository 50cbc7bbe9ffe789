"""The rectangle of a heatmap."""

from __future__ import annotations

import numpy as np
import pytest

from mmdemo.tasks.heatmap_regions import strongest_region
from mmdemo.types import Region


def _weights(cells: dict[tuple[int, int], float], rest: float = 0.0) -> np.ndarray:
    weights = np.full((9, 9), rest, np.float32)
    for place, value in cells.items():
        weights[place] = value
    return weights / weights.sum()


def test_the_strongest_cells_that_hang_together_are_boxed() -> None:
    region, share = strongest_region(_weights({(0, 0): 1.0, (1, 1): 0.8, (8, 8): 0.9}))
    assert region == Region(0.0, 0.0, pytest.approx(2 / 9), pytest.approx(2 / 9))
    assert share == pytest.approx(1.8 / 2.7)


def test_rows_run_from_the_top_and_columns_from_the_left() -> None:
    region, _ = strongest_region(_weights({(2, 7): 1.0}))
    assert (region.x0, region.y0) == (pytest.approx(7 / 9), pytest.approx(2 / 9))
    assert (region.x1, region.y1) == (pytest.approx(8 / 9), pytest.approx(3 / 9))


def test_weak_cells_stay_outside() -> None:
    region, share = strongest_region(_weights({(4, 4): 1.0, (4, 5): 0.49}))
    assert region.x1 - region.x0 == pytest.approx(1 / 9)
    assert share == pytest.approx(1 / 1.49)


def test_a_region_of_nearly_everything_is_everything() -> None:
    assert strongest_region(np.full((9, 9), 1 / 81, np.float32)) == (Region(0.0, 0.0, 1.0, 1.0), 1.0)

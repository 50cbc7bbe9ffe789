"""How sure a line is: more so the likelier, the more recognised and the more numerous its words."""

from __future__ import annotations

import numpy as np
import pytest

from mmdemo.alignment.line_confidence import line_confidence


def test_the_score_is_that_of_the_regression() -> None:
    found = line_confidence([0.5, 0.8], [True, False], [1.0, 3.0])
    mean = (np.log(0.5) + 3 * np.log(0.8)) / 4
    score = 2.66 + 0.54 * mean + 0.29 * np.log(0.5) + 1.05 * 0.25 + 0.48 * np.log(2)
    assert found == pytest.approx(1 / (1 + np.exp(-score)))


def test_everything_that_speaks_for_a_line_raises_it() -> None:
    plain = line_confidence([0.5, 0.5], [False, False], [1.0, 1.0])
    assert plain < line_confidence([0.5, 0.9], [False, False], [1.0, 1.0])
    assert plain < line_confidence([0.5, 0.5], [False, True], [1.0, 1.0])
    assert plain < line_confidence([0.5, 0.5, 0.5], [False] * 3, [1.0] * 3)
    assert line_confidence([0.5, 0.9], [False] * 2, [1.0] * 2) < line_confidence([0.9, 0.5], [False] * 2, [1.0] * 2)


def test_a_line_that_was_neither_recognised_nor_likely_is_doubtful() -> None:
    assert line_confidence([0.0, 0.01, 0.0], [False] * 3, [1.0] * 3) < 0.3
    assert line_confidence([0.95] * 8, [True] * 8, [1.0] * 8) > 0.97

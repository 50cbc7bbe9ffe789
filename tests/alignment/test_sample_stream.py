"""Samples read once from front to back."""

from __future__ import annotations

import numpy as np
import pytest

from mmdemo.alignment.sample_stream import SampleStream


@pytest.mark.parametrize("size", [1, 3, 7, 100])
def test_stretches_are_what_slices_of_the_whole_would_be(size: int) -> None:
    whole = np.arange(1, 41, dtype=np.float32)
    stream = SampleStream(whole[i : i + size] for i in range(0, 40, size))
    for first, behind in ((0, 5), (5, 9), (7, 20), (30, 31), (31, 40)):
        assert stream.read(first, behind).tolist() == whole[first:behind].tolist()


def test_behind_the_end_there_is_silence() -> None:
    stream = SampleStream([np.ones(4, np.float32)])
    assert stream.read(2, 6).tolist() == [1.0, 1.0, 0.0, 0.0]
    assert stream.read(8, 10).tolist() == [0.0, 0.0]

"""Subtitles put on the times of others, without media."""

from __future__ import annotations

import numpy as np
import pytest

from mmdemo.tasks.reference_resync import resync_to_reference
from mmdemo.types import Cue


def _cues(seed: int, count: int = 60) -> list[Cue]:
    random = np.random.default_rng(seed)
    starts = np.cumsum(random.uniform(1.8, 7.0, count))
    return [Cue(i, float(s), float(s + random.uniform(0.8, 1.7)), f"line {i}") for i, s in enumerate(starts, start=1)]


def test_shifted_subtitles_take_the_times_of_the_reference() -> None:
    right = _cues(0)
    late = [Cue(cue.index, cue.start + 4.2, cue.end + 4.2, "une ligne") for cue in right]
    outcome, alignment = resync_to_reference(late, right, "fr")
    assert outcome == "aligned" and alignment.language == "fr"
    assert [cue.start for cue in alignment.cues] == pytest.approx([cue.start for cue in right], abs=0.03)
    assert {cue.text for cue in alignment.cues} == {"une ligne"}
    assert alignment.time_map[0][1] - alignment.time_map[0][0] == pytest.approx(-4.2, abs=0.03)


def test_right_subtitles_are_returned_as_they_came() -> None:
    right = _cues(1)
    outcome, alignment = resync_to_reference(right, right)
    assert outcome == "unchanged" and alignment.cues == tuple(right) and not alignment.time_map


def test_subtitles_of_another_film_are_left_alone() -> None:
    outcome, alignment = resync_to_reference(_cues(2), _cues(3))
    assert outcome == "refused" and alignment.cues == tuple(_cues(2))
    assert set(alignment.confidence) == {0.0} and alignment.reasons

"""Scores read from running sums against scores counted frame by frame."""

from __future__ import annotations

import numpy as np
import pytest

from mmdemo.alignment.cue_scores import (
    EDGE_SECONDS,
    END_WEIGHT,
    LONGEST_CUE_SECONDS,
    SHORTEST_CUE_SECONDS,
    START_WEIGHT,
    SURE_SILENCE,
    SURE_SPEECH,
    CueScorer,
    cue_times,
)


def _counted(mask: np.ndarray, start: int, end: int, behind: int, lag: int) -> float:
    """Add up the same boxes frame by frame; outside the mask nobody speaks."""
    speech = np.clip((mask - SURE_SILENCE) / (SURE_SPEECH - SURE_SILENCE), 0.0, 1.0)
    mean = float(speech.mean())
    edge = round(EDGE_SECONDS / 0.01)

    def box(first: int, last: int) -> float:
        inside = [float(speech[t]) if 0 <= t < len(speech) else 0.0 for t in range(first + lag, last + lag)]
        return 0.01 * (sum(inside) - mean * len(inside))

    contrast = START_WEIGHT * (box(start, start + edge) - box(start - edge, start))
    contrast += END_WEIGHT * (box(end - behind, end) - box(end, end + behind))
    return box(start, end) + contrast


def test_scores_are_what_counting_gives() -> None:
    mask = np.random.default_rng(0).uniform(0.0, 1.0, 900).astype(np.float32)
    times = cue_times(np.array([2.0, 4.1, 6.0]), np.array([3.5, 5.9, 7.0]))
    scorer = CueScorer(mask, 2000)
    for i, (start, end, behind) in enumerate([(200, 350, 25), (410, 590, 10), (600, 700, 25)]):
        found = scorer.scores(times, i, -900, 12, 150)
        expected = [_counted(mask, start, end, behind, lag) for lag in range(-900, 900, 150)]
        assert found == pytest.approx(expected, abs=2e-3)


def test_cues_are_ordered_and_given_usable_lengths() -> None:
    times = cue_times(np.array([50.0, 10.0, 20.0]), np.array([90.0, 9.0, 20.05]))
    assert times.starts.tolist() == [10.0, 20.0, 50.0]
    assert (times.ends - times.starts) == pytest.approx([SHORTEST_CUE_SECONDS] * 2 + [LONGEST_CUE_SECONDS])
    assert len(times) == 3 and times.behind.tolist() == [EDGE_SECONDS] * 3


def test_overlapping_cues_leave_no_room_behind() -> None:
    times = cue_times(np.array([0.0, 1.0, 3.1]), np.array([3.0, 2.0, 4.0]))
    assert times.behind == pytest.approx([0.0, 0.1, EDGE_SECONDS])
    assert times.scaled(2.0).starts == pytest.approx([0.0, 2.0, 6.2])


def test_no_cues_and_no_mask() -> None:
    assert len(cue_times(np.zeros(0), np.zeros(0))) == 0
    times = cue_times(np.array([1.0]), np.array([2.0]))
    assert not CueScorer(np.zeros(0, np.float32), 500).scores(times, 0, 0, 10, 1).any()

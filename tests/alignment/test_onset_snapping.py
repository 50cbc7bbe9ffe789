"""Onsets of speech for cues that were placed by ear."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from mmdemo.alignment.onset_snapping import FARTHEST_SECONDS, JITTER_SECONDS, _ordered_moves, find_onsets
from mmdemo.alignment.speech_mask import SpeechMask
from mmdemo.types import Span
from tests.alignment.spoken_scenes import mask_of, scene

LINES = scene(40)
MASK = mask_of(LINES)


def _jittered(deviation: float, seed: int = 1) -> list[Span]:
    errors = np.random.default_rng(seed).normal(0.0, deviation, len(LINES)).clip(-2 * deviation, 2 * deviation)
    return [Span(line.start + e, line.end + e) for line, e in zip(LINES, errors.tolist(), strict=True)]


def test_cues_placed_by_ear_come_to_where_speech_begins() -> None:
    cues = _jittered(0.3)
    found = find_onsets(cues, MASK)
    assert found.spread > JITTER_SECONDS
    before = np.array([cue.start - line.start for cue, line in zip(cues, LINES, strict=True)])
    after = before + np.array(found.moves)
    assert np.mean(np.abs(before) <= 0.3) < 0.8
    assert np.mean(np.abs(after) <= 0.1) >= 0.95
    assert float(np.abs(found.moves).max()) <= FARTHEST_SECONDS


def test_cues_that_are_right_hardly_spread() -> None:
    assert find_onsets(LINES, MASK).spread < 0.5 * JITTER_SECONDS
    assert find_onsets(_jittered(0.03), MASK).spread < JITTER_SECONDS


def test_the_order_given_does_not_matter() -> None:
    cues = _jittered(0.25)
    order = np.random.default_rng(0).permutation(len(cues)).tolist()
    straight, mixed = find_onsets(cues, MASK), find_onsets([cues[i] for i in order], MASK)
    assert [straight.moves[i] for i in order] == list(mixed.moves)


def test_cues_outside_the_media_stay_and_too_few_tell_nothing() -> None:
    cues = [*_jittered(0.3), Span(9_000.0, 9_002.0), Span(-500.0, -499.0), Span(float("nan"), 1.0)]
    assert find_onsets(cues, MASK).moves[-3:] == (0.0, 0.0, 0.0)
    few = find_onsets(cues[:4], MASK)
    assert few.moves == (0.0,) * 4 and few.spread == 0.0
    assert find_onsets(cues, SpeechMask(np.zeros(0, np.float32))).spread == 0.0


@pytest.mark.parametrize("seed", range(8))
def test_the_best_moves_in_order_are_those_that_brute_force_finds(seed: int) -> None:
    random = np.random.default_rng(seed)
    lags = np.arange(-3, 4) * 0.1
    starts = np.cumsum(random.choice([0.0, 0.1, 0.2, 0.5], 4))
    scores = random.normal(size=(4, len(lags)))

    def fits(moves: tuple[int, ...]) -> bool:
        new = starts + lags[list(moves)]
        gaps = np.minimum(np.diff(starts), 0.1)
        return bool(np.all(np.diff(new) >= gaps - 1e-9))

    allowed = [moves for moves in product(range(len(lags)), repeat=4) if fits(moves)]
    best = max(allowed, key=lambda moves: sum(scores[i, k] for i, k in enumerate(moves)))
    assert _ordered_moves(scores, starts, lags).tolist() == pytest.approx(lags[list(best)].tolist())

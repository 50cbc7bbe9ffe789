"""Meaning as evidence for where cues belong."""

from __future__ import annotations

import numpy as np
import pytest

from mmdemo.alignment.cue_scores import CueScorer, cue_times
from mmdemo.alignment.mask_correlation import correlate_mask
from mmdemo.alignment.meaning_scores import Meanings, MeaningScorer, standard_likeness
from mmdemo.types import Span
from tests.alignment.spoken_scenes import mask_of, moved, scene

LINES = scene(24, seed=4)
MASK = mask_of(LINES)


def _meanings(clearness: float, seed: int = 0) -> Meanings:
    """Cues as like to what is really said there as translations are."""
    noise = np.random.default_rng(seed).normal(size=(len(LINES), len(LINES)))
    return Meanings(standard_likeness(noise + clearness * np.eye(len(LINES))), tuple(LINES))


def test_what_a_cue_or_passage_shares_with_all_others_tells_nothing() -> None:
    random = np.random.default_rng(0)
    own = random.normal(size=(6, 9))
    common = own + random.normal(size=(6, 1)) * 5 + random.normal(size=(1, 9)) * 5
    assert standard_likeness(common) == pytest.approx(standard_likeness(own))
    assert standard_likeness(own).std() == pytest.approx(1.0)
    assert standard_likeness(np.zeros((3, 0))).shape == (3, 0)
    assert np.all(standard_likeness(np.ones((3, 4))) == 0.0)


def test_a_row_is_the_likeness_of_what_is_said_under_the_cue() -> None:
    passages = (Span(1.0, 3.0), Span(3.0, 4.0), Span(6.0, 9.0))
    likeness = np.array([[2.0, -0.5, 9.0]])
    times = cue_times(np.array([2.0]), np.array([4.0]))
    base = CueScorer(MASK.speech, 2_000)
    scorer = MeaningScorer(base, Meanings(likeness, passages), 0.5)
    found = scorer.scores(times, 0, -300, 8, 100) - base.scores(times, 0, -300, 8, 100)
    frames = np.zeros(2_000)
    for value, span in zip([2.0, -0.5, 3.0], passages, strict=True):  # 9 is cut off at 3
        frames[round(100 * span.start) : round(100 * span.end)] = value
    wanted = [0.5 * frames[max(200 + lag, 0) : max(400 + lag, 0)].sum() / 200 for lag in range(-300, 500, 100)]
    assert found.tolist() == pytest.approx(wanted, abs=0.01)


def test_meaning_decides_where_rough_times_leave_voice_activity_in_doubt() -> None:
    errors = np.random.default_rng(2).uniform(-0.6, 0.6, len(LINES)).tolist()
    cues = [Span(line.start + 7.3 + e, line.end + 7.3 + e) for line, e in zip(LINES, errors, strict=True)][:10]
    alone = correlate_mask(cues, MASK)
    meant = Meanings(_meanings(4.0).likeness[:10], tuple(LINES))
    both = correlate_mask(cues, MASK, meanings=meant)
    assert both.decision == "aligned" and both.evidence > alone.evidence
    assert both.time_map.apply(20.0) == pytest.approx(12.7, abs=0.6)


def test_meaning_finds_cuts() -> None:
    cues = moved(LINES[:12], offset=2.0) + moved(LINES[12:], offset=33.0)
    fit = correlate_mask(cues, MASK, meanings=_meanings(4.0))
    assert fit.decision == "aligned"
    starts = [fit.time_map.apply_span(cue.start, cue.end)[0] for cue in cues]
    assert starts == pytest.approx([line.start for line in LINES], abs=0.1)


@pytest.mark.parametrize("seed", range(6))
def test_another_film_stays_undecided_whatever_it_means(seed: int) -> None:
    other = scene(24, seed=50 + seed)
    assert correlate_mask(other, MASK, meanings=_meanings(0.0, seed)).decision == "undecided"


def test_the_order_given_does_not_matter() -> None:
    order = np.random.default_rng(5).permutation(len(LINES)).tolist()
    cues = [moved(LINES, offset=5.0)[i] for i in order]
    fit = correlate_mask(cues, MASK, meanings=_meanings(4.0).of(order))
    assert fit.evidence == pytest.approx(
        correlate_mask(moved(LINES, offset=5.0), MASK, meanings=_meanings(4.0)).evidence
    )

"""Mistimed cues put right by speech alone, and what cannot be put right left alone."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
import pytest

from mmdemo.alignment.mask_correlation import MaskFit, correlate_mask, speech_shares
from mmdemo.alignment.speech_mask import SpeechMask
from mmdemo.alignment.time_map import TimeMap
from mmdemo.types import Span
from tests.alignment.spoken_scenes import mask_of, moved, scene

LINES = scene(60)
MASK = mask_of(LINES)


def _errors(fit: MaskFit, given: Sequence[Span], truth: Sequence[Span]) -> np.ndarray:
    starts = [fit.time_map.apply_span(cue.start, cue.end)[0] for cue in given]
    errors: np.ndarray = np.abs(np.array(starts) - np.array([line.start for line in truth]))
    return errors


@pytest.mark.parametrize(
    ("rate", "offset"),
    [(1.0, 7.3), (1.0, -0.5), (1.0, 95.0), (25 / 23.976, 0.0), (24 / 25, -3.0), (23.976 / 24, 4.0), (1.0007, 2.0)],
)
def test_shifts_and_rates_are_undone(rate: float, offset: float) -> None:
    given = moved(LINES, rate, offset)
    fit = correlate_mask(given, MASK)
    assert fit.decision == "aligned" and fit.trouble == ""
    assert len(fit.time_map.pieces) == 1
    assert _errors(fit, given, LINES).max() < 0.04


def test_a_correct_file_stays() -> None:
    fit = correlate_mask(LINES, MASK)
    assert fit.decision == "unchanged"
    assert fit.time_map == TimeMap.identity()
    assert fit.found.is_identity(0.03, 0.0, 200.0)
    assert min(fit.support) > 0.5


def test_lines_that_appear_early_and_linger_stay() -> None:
    generator = np.random.default_rng(3)
    given = [Span(line.start - generator.uniform(0.0, 0.2), line.end + generator.uniform(0.0, 0.9)) for line in LINES]
    assert correlate_mask(given, MASK).decision == "unchanged"


def test_inserted_speech_moves_what_follows() -> None:
    inserted = moved(scene(7, seed=9), offset=LINES[29].end)
    shift = 22.0
    truth = [*LINES[:30], *moved(LINES[30:], offset=shift)]
    mask = mask_of(sorted([*truth, *(line for line in inserted if line.end < LINES[30].start + shift)], key=_start))
    fit = correlate_mask(LINES, mask)
    assert [round(piece.offset, 1) for piece in fit.time_map.pieces] == [0.0, shift]
    assert LINES[29].end <= fit.time_map.pieces[1].start <= LINES[30].start
    assert _errors(fit, LINES, truth).max() < 0.04


def test_a_cut_and_dropped_lines() -> None:
    truth = [*LINES[:20], *moved(LINES[26:], offset=-15.0)]
    heard = mask_of(truth)
    fit = correlate_mask(LINES, heard)
    given = [*LINES[:20], *LINES[26:]]
    assert np.mean(_errors(fit, given, truth) < 0.04) > 0.95
    generator = np.random.default_rng(4)
    kept = [line for line in LINES if generator.random() > 0.3]
    fit = correlate_mask(moved(kept, offset=-3.1), MASK)
    assert _errors(fit, moved(kept, offset=-3.1), kept).max() < 0.04


def test_all_faults_at_once() -> None:
    generator = np.random.default_rng(5)
    chosen = [i for i in range(60) if generator.random() > 0.3]
    jitter = generator.normal(0.0, 0.1, 60)
    given = [moved([LINES[i]], 25 / 23.976, -3.1 + jitter[i])[0] for i in chosen]
    truth = [LINES[i] if i < 30 else moved([LINES[i]], offset=20.0)[0] for i in chosen]
    whole = [*LINES[:30], *moved(LINES[30:], offset=20.0)]
    fit = correlate_mask(given, mask_of(whole, noise=0.45))
    assert fit.decision == "aligned"
    assert np.mean(_errors(fit, given, truth) < 0.3) >= 0.95


@pytest.mark.parametrize("seed", range(1, 5))
def test_the_subtitles_of_another_film_are_not_believed(seed: int) -> None:
    fit = correlate_mask(scene(30 + 5 * seed, seed=100 + seed), MASK)
    assert (fit.decision, fit.trouble) == ("undecided", "chance")
    assert fit.time_map == TimeMap.identity()


def test_no_speech_and_noise_are_not_believed() -> None:
    assert correlate_mask(LINES, SpeechMask(np.zeros(20_000, np.float32))).trouble == "no_speech"
    assert correlate_mask(LINES, SpeechMask(np.zeros(0, np.float32))).trouble == "no_speech"
    some = LINES[:25]
    noise = np.random.default_rng(0).uniform(0.0, 0.6, 9_000).astype(np.float32)
    assert correlate_mask(some, SpeechMask(noise)).decision == "undecided"
    assert correlate_mask(some, SpeechMask(np.ones(9_000, np.float32))).decision == "undecided"


def test_evenly_spaced_cues_are_ambiguous() -> None:
    even = [Span(4.0 * i + 1.0, 4.0 * i + 3.0) for i in range(40)]
    fit = correlate_mask(moved(even, offset=2.0), mask_of(even, seconds=164.0))
    assert fit.decision == "undecided"


def test_odd_files_give_a_result() -> None:
    assert correlate_mask([], MASK).trouble == "no_cues"
    assert correlate_mask(LINES[:2], MASK).trouble == "no_cues"
    odd = [Span(float("nan"), 1.0), Span(-50.0, -49.0), Span(3.0, 3.0), Span(9.0, 2.0), Span(5.0, float("inf"))]
    assert len(correlate_mask([*odd, Span(5.0, 9e5), Span(4e5, 4e5 + 2)], MASK).support) == 7
    shuffled = [LINES[i] for i in np.random.default_rng(1).permutation(60)]
    assert correlate_mask([*shuffled, *odd[:1]], MASK).decision == "unchanged"


def test_subtitles_of_the_whole_film_fit_a_clip() -> None:
    clip = SpeechMask(MASK.speech[6_000:16_000])
    fit = correlate_mask(LINES, clip)
    inside = [line for line in LINES if 61.0 < line.start and line.end < 159.0]
    assert _errors(fit, inside, moved(inside, offset=-60.0)).max() < 0.05


def test_support_is_the_share_of_speech() -> None:
    mask = SpeechMask(np.repeat([0.0, 1.0, 0.0], 100).astype(np.float32))
    cues = [Span(1.0, 2.0), Span(0.5, 1.5), Span(5.0, 6.0), Span(1.5, 1.5)]
    assert speech_shares(cues, mask, TimeMap.identity()) == pytest.approx((1.0, 0.5, 0.0, 0.0))
    assert speech_shares(cues[:1], mask, TimeMap.linear(1.0, 0.5)) == pytest.approx((0.5,))


def test_a_long_film_takes_seconds() -> None:
    lines = scene(250, seed=7)
    mask = mask_of(lines)
    begin = time.process_time()
    fit = correlate_mask(moved(lines, 24 / 25, 200.0), mask)
    assert _errors(fit, moved(lines, 24 / 25, 200.0), lines).max() < 0.05
    assert time.process_time() - begin < 0.006 * mask.duration


def _start(line: Span) -> float:
    return line.start

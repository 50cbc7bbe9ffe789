"""Which cues follow the map and which get a time of their own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mmdemo.alignment.heard_cues import HeardCue
from mmdemo.alignment.resync_plan import fit_heard, follow_map, is_unchanged, retime
from mmdemo.alignment.time_map import MapPiece, TimeMap
from mmdemo.types import Cue

UNHEARD = HeardCue(0.0, 0.0, 0.0)


def _cues(count: int = 20, seed: int = 0) -> list[Cue]:
    random = np.random.default_rng(seed)
    starts = np.cumsum(random.uniform(2.5, 6.0, count))
    return [Cue(i + 1, float(start), float(start) + 2.0, f"line {i}") for i, start in enumerate(starts)]


def _heard(cues: list[Cue], shift: float, noise: float = 0.03, seed: int = 1) -> list[HeardCue]:
    random = np.random.default_rng(seed)
    starts = [cue.start + shift + float(random.normal(0, noise)) for cue in cues]
    return [HeardCue(start, start + 1.8, 0.9) for start in starts]


def test_cues_keep_their_length_and_never_begin_before_zero() -> None:
    cues = [Cue(1, 2.0, 4.0, "early"), Cue(2, 9.0, 10.5, "late")]
    moved = follow_map(cues, TimeMap.linear(1.0, -3.0))
    assert [(cue.start, cue.end) for cue in moved] == [(0.0, 1.0), (6.0, 7.5)]
    assert [cue.text for cue in moved] == ["early", "late"]


def test_a_shift_is_found_from_what_was_heard_and_wrong_hearings_are_overruled() -> None:
    cues = _cues()
    heard = _heard(cues, 7.3)
    heard[4] = HeardCue(heard[4].start + 31.0, heard[4].end + 31.0, 0.6)
    heard[9] = UNHEARD
    fit = fit_heard(cues, heard)
    assert fit is not None
    retimed = retime(cues, heard, fit.time_map)
    errors = [after.start - before.start - 7.3 for before, after in zip(cues, retimed.cues, strict=True)]
    assert max(map(abs, errors)) < 0.06
    assert retimed.moved == 0
    assert retimed.confidence[0] == 0.9 and retimed.confidence[4] == retimed.confidence[9] < 0.9


def test_too_little_heard_is_no_fit() -> None:
    cues = _cues()
    assert fit_heard(cues, [UNHEARD] * len(cues)) is None
    assert fit_heard(cues, _heard(cues[:2], 1.0) + [UNHEARD] * (len(cues) - 2)) is None


def test_hearings_that_do_not_agree_are_no_fit() -> None:
    cues = _cues(30)
    places = np.random.default_rng(3).uniform(0, 120, len(cues))
    assert fit_heard(cues, [HeardCue(float(p), float(p) + 1, 0.8) for p in places]) is None


def test_one_cue_that_is_off_gets_its_own_time_and_the_others_stay() -> None:
    cues = _cues()
    heard = _heard(cues, 0.0)
    cues[6] = Cue(7, cues[6].start - 1.1, cues[6].end - 1.1, cues[6].text)
    retimed = retime(cues, heard, TimeMap.identity())
    assert retimed.moved == 1
    assert retimed.cues[6].start == pytest.approx(heard[6].start)
    assert [a == b for a, b in zip(cues, retimed.cues, strict=True)].count(False) == 1
    assert not is_unchanged(cues, retimed.cues)


def test_in_a_file_of_coarse_times_every_heard_cue_gets_the_time_of_its_words() -> None:
    truth = _cues()
    random = np.random.default_rng(5)
    jitter = random.uniform(-0.6, 0.6, len(truth))
    cues = [Cue(c.index, c.start + j, c.end + j, c.text) for c, j in zip(truth, jitter.tolist(), strict=True)]
    retimed = retime(cues, _heard(truth, 0.0), TimeMap.identity())
    errors = [abs(after.start - right.start) for right, after in zip(truth, retimed.cues, strict=True)]
    assert max(errors) < 0.12


def test_a_cue_whose_first_word_was_misheard_stays_where_its_end_is_right() -> None:
    cues = _cues()
    heard = _heard(cues, 0.0)
    heard[3] = HeardCue(heard[3].start + 1.2, heard[3].end, 0.8)
    retimed = retime(cues, heard, TimeMap.identity())
    assert retimed.cues == tuple(cues)


def test_small_differences_are_left_alone() -> None:
    cues = _cues()
    retimed = retime(cues, _heard(cues, 0.05), TimeMap.identity())
    assert retimed.cues == tuple(cues)
    assert is_unchanged(cues, retimed.cues)


def test_cues_do_not_overlap_unless_they_did_before() -> None:
    cues = [Cue(1, 1.0, 3.0, "a"), Cue(2, 3.0, 5.0, "b"), Cue(3, 3.5, 5.0, "c")]
    heard = [UNHEARD, HeardCue(2.2, 4.2, 0.9), UNHEARD]
    retimed = retime(cues, heard, TimeMap((MapPiece(0.0, 1.0, 0.0),)))
    first, second, third = retimed.cues
    assert second.start == 2.2 and first.end == 2.2
    assert second.end > third.start


@pytest.mark.parametrize(("count", "error"), [(12, 0.0), (24, 0.3)])
def test_inserted_material_is_found_in_short_and_in_rough_files(count: int, error: float) -> None:
    truth = _cues(count)
    random = np.random.default_rng(7)
    errors = random.normal(0.0, error, count).clip(-0.6, 0.6).tolist()
    late = [20.0 if i >= count // 2 else 0.0 for i in range(count)]
    heard = [HeardCue(h.start + by, h.end + by, 0.7) for h, by in zip(_heard(truth, 0.0), late, strict=True)]
    given = [Cue(c.index, c.start + e, c.end + e, c.text) for c, e in zip(truth, errors, strict=True)]
    fit = fit_heard(given, heard)
    assert fit is not None
    placed = follow_map(given, fit.time_map)
    missed = [abs(p.start - t.start - by) for p, t, by in zip(placed, truth, late, strict=True)]
    assert max(missed) < 0.15 + 2.0 * error


def test_a_short_file_with_a_piece_inserted_and_coarse_times_is_cut_where_the_piece_is() -> None:
    truth = _cues(8, seed=2)
    random = np.random.default_rng(4)
    placed = [replace(c, start=c.start + 20.0 * (i >= 4), end=c.end + 20.0 * (i >= 4)) for i, c in enumerate(truth)]
    cues = [
        replace(c, start=c.start + e, end=c.end + e) for c, e in zip(truth, random.uniform(-0.5, 0.5, 8), strict=True)
    ]
    heard = _heard(placed, 0.0)
    heard[6] = UNHEARD  # follows the map
    fit = fit_heard(cues, heard)
    assert fit is not None
    errors = [
        after.start - right.start for right, after in zip(placed, retime(cues, heard, fit.time_map).cues, strict=True)
    ]
    assert max(map(abs, errors)) < 0.6 and abs(errors[7]) < 0.3

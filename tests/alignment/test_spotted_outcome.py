"""Files whose cues were heard one by one: believed, placed, and single cues put right."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mmdemo import reasons
from mmdemo.alignment.heard_cues import HeardCue
from mmdemo.alignment.mask_correlation import Decision, MaskFit
from mmdemo.alignment.speech_mask import SpeechMask
from mmdemo.alignment.spotted_outcome import better_on_speech, by_spots, is_exact, spotted_map, stands_on_words
from mmdemo.alignment.time_map import MapPiece, TimeMap
from mmdemo.types import Cue

CUES = tuple(Cue(i, 4.0 * i, 4.0 * i + 2.0, f"line {i}") for i in range(1, 13))
SILENT = SpeechMask(np.zeros(6_000, np.float32))
MAP = TimeMap.linear(1.0, 3.0)
SPOKEN = (np.cumsum([0.0, *np.random.default_rng(0).uniform(3.0, 6.0, len(CUES) - 1)]) + 5.0).tolist()


def _fit(decision: Decision = "aligned", found: TimeMap = MAP) -> MaskFit:
    return MaskFit(
        found if decision == "aligned" else TimeMap.identity(), found, decision, "", 20.0, 0.5, (0.9,) * len(CUES)
    )


def _spots(sure: int, wrong: int = 0) -> list[HeardCue]:
    """Cues heard three seconds later than they stand, some of them far from there, the rest not at all."""
    return [
        HeardCue(c.start + (40.0 if i < wrong else 3.0), c.end, 0.9 if i < wrong + sure else 0.0)
        for i, c in enumerate(CUES)
    ]


def _mask() -> SpeechMask:
    """Somebody speaks for two seconds from each of `SPOKEN` on."""
    speech = np.zeros(7_000, np.float32)
    for start in SPOKEN:
        speech[round(100 * start) : round(100 * start) + 200] = 1.0
    return SpeechMask(speech)


def _given(errors: list[float]) -> list[Cue]:
    """Cues three seconds early, each with an error of its own."""
    return [Cue(i, t + e - 3.0, t + e - 1.0, "") for i, (t, e) in enumerate(zip(SPOKEN, errors, strict=True))]


def test_a_map_is_believed_with_voice_activity_and_alone_only_when_nearly_all_cues_agree() -> None:
    assert spotted_map(CUES, _fit(), _spots(5)) == MAP
    assert spotted_map(CUES, _fit("undecided"), _spots(11)) == MAP
    assert spotted_map(CUES, _fit(), _spots(3, wrong=6)) is None
    assert spotted_map(CUES, _fit("undecided"), _spots(5)) is None
    assert spotted_map(CUES, _fit("undecided"), _spots(10, wrong=2)) is None


def test_an_exact_file_follows_its_map_and_a_right_one_stays() -> None:
    decided = by_spots(CUES, _fit("undecided"), MAP, SILENT, _spots(11))
    assert decided.outcome == "aligned"
    assert [cue.start for cue in decided.cues] == pytest.approx([cue.start + 3.0 for cue in CUES])
    identity = TimeMap.identity()
    kept = by_spots(CUES, _fit("unchanged", identity), identity, SILENT, [HeardCue(c.start, c.end, 0.9) for c in CUES])
    assert kept.outcome == "unchanged" and kept.cues == CUES


@pytest.mark.parametrize("early", [0.0, 0.3])
def test_rough_cues_go_to_where_they_were_heard_and_to_the_onset_there(early: float) -> None:
    rough = _given([0.5 if i % 2 else -0.5 for i in range(len(CUES))])
    spots = [HeardCue(t - early, t - early + 2.0, 0.9) for t in SPOKEN]
    decided = by_spots(rough, _fit(), MAP, _mask(), spots)
    assert decided.why == (reasons.snapped_cues(len(CUES), len(CUES)),)
    assert [cue.start for cue in decided.cues] == pytest.approx(SPOKEN, abs=0.05)


def test_one_cue_beside_its_place_is_moved_where_words_and_an_onset_agree() -> None:
    errors = [0.0] * 5 + [0.6] + [0.0] * 6
    spots = [HeardCue(t - 0.1, t + 1.9, 0.9) for t in SPOKEN]
    decided = by_spots(_given(errors), _fit(), MAP, _mask(), spots)
    assert decided.why == (reasons.misplaced_cues(1, len(CUES)),)
    assert [cue.start for cue in decided.cues] == pytest.approx(SPOKEN, abs=0.05)
    exact = _given([0.0] * 12)
    astray = [HeardCue(t + (0.7 if i == 5 else -0.1), t + 2.0, 0.9) for i, t in enumerate(SPOKEN)]
    kept = by_spots(exact, _fit(), MAP, _mask(), astray)
    assert not kept.why and [cue.start for cue in kept.cues] == pytest.approx(SPOKEN)


def test_in_an_exact_file_speech_tells_on_which_side_of_a_cut_a_cue_belongs() -> None:
    exact, mask = _given([0.0] * 12), _mask()
    torn = TimeMap((MapPiece(0.0, 1.0, 3.0), MapPiece(exact[6].start, 1.0, 4.1)))
    assert is_exact(exact, MAP, mask) and not is_exact(_given([0.5, -0.5] * 6), MAP, mask)
    assert better_on_speech(exact, (MAP, torn), mask) == better_on_speech(exact, (torn, MAP), mask) == MAP
    alike = TimeMap((MapPiece(-1.0, 1.0, 3.0),))
    assert better_on_speech(exact, (alike, MAP), mask) is alike


def test_a_right_file_is_not_touched_for_a_cue_that_is_heard_beside_its_place() -> None:
    right = [Cue(i, t, t + 2.0, "") for i, t in enumerate(SPOKEN)]
    right[5] = Cue(5, SPOKEN[5] + 0.6, SPOKEN[5] + 2.6, "")
    identity = TimeMap.identity()
    kept = by_spots(right, _fit("unchanged", identity), identity, _mask(), [HeardCue(t, t + 2.0, 0.9) for t in SPOKEN])
    assert kept.outcome == "unchanged" and list(kept.cues) == right


def test_cues_that_begin_with_their_words_are_exact_whatever_voice_activity_says() -> None:
    spots = [
        HeardCue(t + error, t + 2.0, 0.9) for t, error in zip(SPOKEN, [0.02, -0.02] * 5 + [0.6, 0.01], strict=True)
    ]
    exact = _given([0.0] * len(SPOKEN))
    assert stands_on_words(exact, MAP, spots)
    assert not stands_on_words(_given([0.3, -0.3, 0.1] * 4), MAP, spots)
    assert not stands_on_words(exact, MAP, [replace(spot, confidence=0.5) for spot in spots]), "nobody is certain"
    assert not stands_on_words(exact[:3], MAP, spots[:3]), "too few"
    kept = by_spots(exact, _fit(), MAP, SILENT, spots, on_words=True)
    assert [cue.start for cue in kept.cues] == pytest.approx(SPOKEN)

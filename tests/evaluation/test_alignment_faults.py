"""Faults: after each of them every cue's true place is where the sound says, which line i does by its level."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mmdemo.evaluation import alignment_changes as changes
from mmdemo.evaluation.alignment_changes import Trial
from mmdemo.evaluation.alignment_faults import FAULTS, applies, make_trial, true_trial
from mmdemo.types import SAMPLE_RATE, Cue
from tests.evaluation.alignment_scene import LINES, scene

QUIET_FAULTS = ("correct", "shift", "drift", "insert", "cut", "drop", "extra", "swapped", "transcript")
"""Those that leave the lines' levels as they are."""


def _level_of(text: str) -> float:
    return (int(text.removeprefix("line number")) + 1) / 20


def _check_truth(trial: Trial) -> None:
    for cue, span in zip(trial.cues, trial.truth, strict=True):
        if span is not None:
            heard = trial.waveform[round(span.start * SAMPLE_RATE) + 1 : round(span.end * SAMPLE_RATE) - 1]
            assert np.allclose(heard, _level_of(cue.text)), cue


@pytest.mark.parametrize("fault", QUIET_FAULTS)
def test_the_truth_is_where_the_line_is_heard(fault: str) -> None:
    trial = make_trial(fault, scene())
    _check_truth(trial)
    assert trial.fault == fault
    assert sum(span is not None for span in trial.truth) >= 6


@pytest.mark.parametrize("fault", list(FAULTS))
def test_cues_are_those_of_a_file_and_the_same_on_every_run(fault: str) -> None:
    trial, again = make_trial(fault, scene()), make_trial(fault, scene())
    assert [cue.index for cue in trial.cues] == list(range(1, len(trial.cues) + 1))
    assert all(0 <= cue.start <= cue.end for cue in trial.cues)
    starts = [cue.start for cue in trial.cues]
    assert starts == sorted(starts)
    assert (trial.cues, trial.truth) == (again.cues, again.truth)
    assert np.array_equal(trial.waveform, again.waveform)


def test_a_correct_file_is_left_as_it_is() -> None:
    trial = make_trial("correct", scene())
    assert trial.expected == "unchanged"
    assert [cue.start for cue in trial.cues] == [span.start for span in trial.truth if span]


def test_shift_and_drift_move_every_cue_by_a_known_line() -> None:
    true = make_trial("correct", scene()).cues
    moved = make_trial("shift", scene()).cues
    assert [b.start - a.start for a, b in zip(true, moved, strict=True)] == pytest.approx([7.3] * LINES)
    stretched = make_trial("drift", scene()).cues
    assert [b.start / a.start for a, b in zip(true, stretched, strict=True)] == pytest.approx([25 / 23.976] * LINES)


def test_a_shift_never_passes_zero() -> None:
    back = changes.shifted(true_trial(scene()), -30.0)
    assert back.cues[0].start == pytest.approx(35.0)


def test_inserted_speech_moves_the_second_half_of_the_truth_only() -> None:
    trial = make_trial("insert", scene())
    offsets = [span.start - cue.start for cue, span in zip(trial.cues, trial.truth, strict=True) if span]
    assert offsets == pytest.approx([0.0] * 5 + [20.0] * 5)
    assert np.count_nonzero(trial.waveform == np.float32(-0.9)) == 20 * SAMPLE_RATE


def test_what_was_cut_out_has_no_place() -> None:
    trial = make_trial("cut", scene())
    assert 1 <= sum(span is None for span in trial.truth) <= 3
    assert len(trial.cues) == LINES
    assert len(trial.waveform) < len(scene().waveform)


def test_dropping_loses_three_lines_in_ten() -> None:
    assert len(make_trial("drop", scene()).cues) == 7


def test_jitter_has_a_limit_and_keeps_the_order() -> None:
    true = true_trial(scene())
    moved = changes.jittered(true, np.random.default_rng(0))
    errors = [b.start - a.start for a, b in zip(true.cues, moved.cues, strict=True)]
    assert 0.1 < np.std(errors) < 0.5 and max(map(abs, errors)) <= 0.6 + 1e-9
    assert [cue.text for cue in moved.cues] == [cue.text for cue in true.cues]


def test_music_lies_eight_decibels_under_speech() -> None:
    trial = changes.under_music(true_trial(scene()), np.random.default_rng(0))
    loud = scene().waveform > 0
    added = trial.waveform[~loud]
    assert len(added) == np.count_nonzero(~loud) and 0.01 < float(np.std(added)) < 0.3
    assert np.abs(trial.waveform).max() <= 0.99 + 1e-6


def test_extra_lines_are_never_said_and_swapped_lines_still_are() -> None:
    extra = make_trial("extra", scene())
    assert sum(span is None for span in extra.truth) == 2
    exchanged = make_trial("swapped", scene())
    texts = [cue.text for cue in exchanged.cues]
    assert texts != sorted(texts) and sorted(texts) == [line.text for line in scene().lines]


@pytest.mark.parametrize("seed", range(8))
def test_swapping_always_swaps_some(seed: int) -> None:
    texts = [cue.text for cue in changes.swapped(true_trial(scene()), np.random.default_rng(seed)).cues]
    assert texts != sorted(texts)


@pytest.mark.parametrize("fault", ["other film", "music alone", "noise alone", "silence"])
def test_what_should_be_refused_has_no_truth(fault: str) -> None:
    trial = make_trial(fault, scene())
    assert trial.expected == "refused" and set(trial.truth) == {None}


def test_silence_is_faint_and_music_is_not() -> None:
    assert np.abs(make_trial("silence", scene()).waveform).max() < 1e-3
    assert np.abs(make_trial("music alone", scene()).waveform).max() > 0.1


def test_another_language_and_another_film_need_their_material() -> None:
    full = scene()
    assert make_trial("translation", full).cues[0].text == "Zeile 0"
    assert applies("translation", full) and applies("other film", full)
    poor = replace(full, other_lines=(), lines=tuple(replace(line, translation="") for line in full.lines))
    assert not applies("translation", poor) and not applies("other film", poor) and applies("shift", poor)


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault.startswith("translation")])
def test_translated_cues_belong_where_their_lines_are_heard(fault: str) -> None:
    full = scene()
    trial = make_trial(fault, full)
    assert trial.expected == "aligned" and {cue.text.split()[0] for cue in trial.cues} == {"Zeile"}
    assert not applies(fault, replace(full, lines=tuple(replace(line, translation="") for line in full.lines)))
    if "everything" not in fault:  # music changes the level of a line
        spoken = [Cue(c.index, c.start, c.end, c.text.replace("Zeile ", "line number")) for c in trial.cues]
        _check_truth(replace(trial, cues=tuple(spoken)))


def test_a_transcript_has_no_times() -> None:
    assert not make_trial("transcript", scene()).timed and make_trial("shift", scene()).timed

"""Measures of alignment on answers whose figures are known by counting."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mmdemo.evaluation.alignment_faults import make_trial
from mmdemo.evaluation.alignment_measures import Answer, same_lines, score_answer, summarise, word_differences
from mmdemo.types import Cue, Span, Word
from tests.evaluation.alignment_scene import scene, true_lines


def _cues(*texts: str) -> list[Cue]:
    return [Cue(i, float(i), i + 0.5, text) for i, text in enumerate(texts, start=1)]


@pytest.mark.parametrize(
    ("given", "found", "places"),
    [
        (["a", "b"], ["a", "b"], [0, 1]),
        (["a", "b", "c"], ["a", "c"], [0, None, 1]),
        (["a\nb", "C"], ["ab", "c"], [0, 1]),
        (["a", "b", "c"], ["b", "a", "c"], [1, 0, 2]),
        (["a", "a", "a"], ["a", "a"], [0, 1, None]),
        ([], ["a"], []),
    ],
)
def test_each_line_is_found_once(given: list[str], found: list[str], places: list[int | None]) -> None:
    result = same_lines(given, _cues(*found))
    assert sorted(map(str, result)) == sorted(map(str, places))
    if len(set(given)) == len(given):
        assert result == places


def test_errors_are_found_minus_true_and_lost_lines_are_missing() -> None:
    given = _cues("a", "b", "c")
    truth = (Span(1.0, 1.5), Span(3.0, 3.5), None)
    answer = Answer((replace(given[0], start=1.1), given[2]), (0.9, 0.2))
    score = score_answer(given, truth, "aligned", answer, with_times=True)
    assert score.starts == pytest.approx((0.1,))
    assert score.missing == 1 and score.outcome_right
    assert (score.doubted_unsaid, score.doubted_said) == (1.0, 0.0)
    assert score.beliefs == ((0.9, True), (0.2, False)), "what nobody says is never in its place"
    assert summarise([score]).calibration_error == pytest.approx((0.1 + 0.2) / 2)
    assert np.isnan(summarise([replace(score, outcome="refused")]).calibration_error)


def test_who_answers_nothing_leaves_the_file_but_no_transcript() -> None:
    given, truth = _cues("a"), (Span(1.4, 2.0),)
    refused = Answer(outcome="refused")
    assert score_answer(given, truth, "aligned", refused, with_times=True).starts == pytest.approx((-0.4,))
    assert score_answer(given, truth, "aligned", refused, with_times=False).missing == 1
    nothing = score_answer(given, truth, "aligned", Answer(outcome="aligned"), with_times=False)
    assert not nothing.outcome_right
    assert not score_answer(given, truth, "aligned", refused, with_times=True).outcome_right


def test_a_correct_file_must_be_called_unchanged_and_be_so() -> None:
    trial = make_trial("correct", scene())

    def right(outcome: str, by: float) -> bool:
        cues = tuple(replace(cue, start=cue.start + by, end=cue.end + by) for cue in trial.cues)
        answer = Answer(cues, outcome=outcome)  # type: ignore[arg-type]
        return score_answer(trial.cues, trial.truth, trial.expected, answer, with_times=True).outcome_right

    assert right("unchanged", 0.0) and right("unchanged", 0.019)
    assert not right("unchanged", 0.03) and not right("aligned", 0.0) and not right("refused", 0.0)


def test_only_a_refusal_is_right_for_what_does_not_belong() -> None:
    trial = make_trial("silence", scene())
    for outcome in ("aligned", "unchanged", "refused", "failed"):
        answer = Answer(trial.cues, outcome=outcome)
        score = score_answer(trial.cues, trial.truth, trial.expected, answer, with_times=True)
        assert score.outcome_right == (outcome == "refused")
        assert score.starts == () and score.missing == 0


def test_words_are_compared_in_their_own_line() -> None:
    lines = true_lines(2)
    words = (Word(" Line", 5.02, 6.0, 1.0), Word(" number0.", 6.1, 7.0, 1.0))
    found, missing = word_differences(lines, [0, None], [Cue(1, 5.0, 7.0, "line number0", words)], "en")
    assert found == pytest.approx([0.02, 0.1])
    assert missing == 2


def test_lines_count_the_same_whatever_case_they_are_of() -> None:
    given, truth = _cues("a", "b", "c"), (Span(1.0, 1.5), Span(2.2, 2.5), Span(3.0, 3.5))
    first = score_answer(given, truth, "aligned", Answer(tuple(given)), with_times=True)
    second = score_answer(given[:1], truth[:1], "aligned", Answer(outcome="failed"), with_times=False)
    found = summarise([first, second])
    assert (found.count, found.failed, found.outcomes_right, found.errors.missing) == (2, 1, 1, 1)
    assert found.errors.mean_ms == pytest.approx(200 / 3)
    assert found.errors.within_50_ms == pytest.approx(0.5)
    assert np.isnan(found.doubted_said)

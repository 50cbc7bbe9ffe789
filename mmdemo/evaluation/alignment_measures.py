"""An aligner's answer against the truth: which cue is which, how far each lies off, whether the outcome is right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from mmdemo.evaluation.alignment_cases import TrueLine
from mmdemo.evaluation.alignment_changes import Expected
from mmdemo.evaluation.metrics import TimeErrors, matching_units, normalized_words, time_errors
from mmdemo.evaluation.vqa_metric import calibration_error
from mmdemo.types import Cue, Span

Outcome = Literal["aligned", "unchanged", "refused", "failed"]

UNMOVED_SECONDS = 0.020
"""A correct file may move by no more than this in any cue."""
DOUBTED = 0.5
"""Cues under this confidence count as marked doubtful."""
RIGHT_SECONDS = 0.3
"""A cue that begins within this is where its confidence says that it is."""


@dataclass(frozen=True)
class Answer:
    """What an aligner returned for one recording."""

    cues: tuple[Cue, ...] = ()
    confidence: tuple[float, ...] = ()  # one a cue, or none at all
    outcome: Outcome = "aligned"
    load_seconds: float = 0.0  # loading models
    work_seconds: float = 0.0
    cpu_seconds: float = 0.0  # of all cores; without loading where that is known
    peak_mb: float = 0.0
    problem: str = ""  # what went wrong, when the outcome is "failed"


@dataclass(frozen=True)
class Score:
    """An answer, measured."""

    starts: tuple[float, ...]  # found − true, seconds, of the lines that were found
    words: tuple[float, ...]
    missing: int
    missing_words: int
    outcome: Outcome
    outcome_right: bool
    moved: float  # most that any cue moved, seconds
    doubted_unsaid: float  # share of the cues never said that are marked doubtful; NaN without any
    doubted_said: float
    beliefs: tuple[tuple[float, bool], ...]  # confidence of each cue, and whether it is said within `RIGHT_SECONDS`


def same_lines(given: Sequence[str], cues: Sequence[Cue]) -> list[int | None]:
    """Find each given line in an answer, which may have lost, merged or reordered some.

    Args:
        given: the lines.
        cues: of the answer.

    Returns:
        For each line the position of its cue, None where there is none.
    """
    wanted, found = [_key(text) for text in given], [_key(cue.text) for cue in cues]
    if wanted == found:
        return list(range(len(wanted)))
    places: list[int | None] = [None] * len(wanted)
    for i, j in matching_units(wanted, found):
        places[i] = j
    left: dict[str, list[int]] = {}
    for j in sorted(set(range(len(found))) - {place for place in places if place is not None}):
        left.setdefault(found[j], []).append(j)
    return [left[key].pop(0) if at is None and left.get(key) else at for key, at in zip(wanted, places, strict=True)]


def _key(text: str) -> str:
    return "".join(text.split()).casefold()


def score_answer(
    given: Sequence[Cue], truth: Sequence[Span | None], expected: Expected, answer: Answer, with_times: bool
) -> Score:
    """Measure an answer.

    Who returns nothing leaves the user with the file that was given, so its lines are measured by those times.

    Args:
        given: cues as the aligner got them.
        truth: where each belongs; None where it is never said.
        expected: what the outcome should be.
        answer: what came back.
        with_times: whether the times of ``given`` mean anything (a file) or not (a transcript).
    """
    cues = answer.cues or (tuple(given) if with_times else ())
    places = same_lines([cue.text for cue in given], cues)
    pairs = [(cues[at], span) for at, span in zip(places, truth, strict=True) if at is not None]
    starts = tuple(cue.start - span.start for cue, span in pairs if span is not None)
    said = sum(span is not None for span in truth)
    moved = max(
        (
            max(abs(cues[at].start - cue.start), abs(cues[at].end - cue.end))
            for at, cue in zip(places, given, strict=True)
            if at is not None
        ),
        default=0.0,
    )
    judged = [
        (answer.confidence[at], cues[at].start, span)
        for at, span in zip(places, truth, strict=True)
        if at is not None and at < len(answer.confidence)
    ]
    return Score(
        starts=starts,
        words=(),
        missing=said - len(starts),
        missing_words=0,
        outcome=answer.outcome,
        outcome_right=_is_right(expected, answer.outcome, moved) and (expected != "aligned" or len(starts) > 0),
        moved=moved,
        doubted_unsaid=_share([sure < DOUBTED for sure, _, span in judged if span is None]),
        doubted_said=_share([sure < DOUBTED for sure, _, span in judged if span is not None]),
        beliefs=tuple(
            (sure, span is not None and abs(start - span.start) <= RIGHT_SECONDS) for sure, start, span in judged
        ),
    )


def _share(flags: Sequence[bool]) -> float:
    return float(np.mean(flags)) if flags else float("nan")


def _is_right(expected: Expected, outcome: Outcome, moved: float) -> bool:
    return outcome == expected and (expected != "unchanged" or moved <= UNMOVED_SECONDS)


def word_differences(
    lines: Sequence[TrueLine], places: Sequence[int | None], cues: Sequence[Cue], language: str
) -> tuple[list[float], int]:
    """Compare the starts of words, line by line.

    Args:
        lines: with the true times of their words; lines without are passed over.
        places: of each line's cue, as `same_lines` gives them.
        cues: of the answer.
        language: decides between words and characters.

    Returns:
        Found − true in seconds of the words that were found, and how many were not.
    """
    differences: list[float] = []
    wanted = 0
    for line, at in zip(lines, places, strict=True):
        true = [(unit, word.span.start) for word in line.words for unit in normalized_words(word.text, language)[:1]]
        wanted += len(true)
        if at is None:
            continue
        found = [(unit, word.start) for word in cues[at].words for unit in normalized_words(word.text, language)[:1]]
        for i, j in matching_units([unit for unit, _ in true], [unit for unit, _ in found]):
            differences.append(found[j][1] - true[i][1])
    return differences, wanted - len(differences)


@dataclass(frozen=True)
class Summary:
    """Answers of one aligner to one kind of question, together."""

    errors: TimeErrors
    words: TimeErrors
    count: int
    outcomes_right: int
    refused: int
    unchanged: int
    failed: int
    moved_ms: float
    doubted_unsaid: float
    doubted_said: float
    calibration_error: float  # expected, of the confidence of aligned cues


def summarise(scores: Sequence[Score]) -> Summary:
    """Pool what was measured: every line counts the same, whatever case it is of."""
    unsaid = [score.doubted_unsaid for score in scores if not np.isnan(score.doubted_unsaid)]
    said = [score.doubted_said for score in scores if not np.isnan(score.doubted_said)]
    return Summary(
        errors=time_errors([d for score in scores for d in score.starts], sum(score.missing for score in scores)),
        words=time_errors([d for score in scores for d in score.words], sum(score.missing_words for score in scores)),
        count=len(scores),
        outcomes_right=sum(score.outcome_right for score in scores),
        refused=sum(score.outcome == "refused" for score in scores),
        unchanged=sum(score.outcome == "unchanged" for score in scores),
        failed=sum(score.outcome == "failed" for score in scores),
        moved_ms=1000 * max((score.moved for score in scores), default=0.0),
        doubted_unsaid=float(np.mean(unsaid)) if unsaid else float("nan"),
        doubted_said=float(np.mean(said)) if said else float("nan"),
        calibration_error=_calibration_error([score for score in scores if score.outcome == "aligned"]),
    )


def _calibration_error(scores: Sequence[Score]) -> float:
    beliefs = [belief for score in scores for belief in score.beliefs]
    if not beliefs:
        return float("nan")
    return calibration_error([sure for sure, _ in beliefs], [float(right) for _, right in beliefs])

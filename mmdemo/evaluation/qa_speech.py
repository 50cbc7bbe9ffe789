"""How well questions about recordings are answered: the right passage, its time, the span, refusals, seconds.

``python -m mmdemo.evaluation.qa_speech --data ../shared/data`` asks the held set; ``--set dev`` the one that
everything was tuned on. Recordings are built once under ``MMDEMO_CACHE_DIR``. Mandarin is asked about as text and
about the real recording only.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import get_args

import numpy as np

from mmdemo.config import settings
from mmdemo.evaluation.qa_speech_recordings import question_recordings
from mmdemo.evaluation.qa_speech_texts import QUESTIONS, QuestionSet, SpeechQuestion
from mmdemo.evaluation.qa_speech_transcripts import answers_question, heard_recording
from mmdemo.evaluation.reports import evaluation_parser, finish, load_average
from mmdemo.evaluation.retrieval_sounds import held_out_sounds
from mmdemo.runtime import Models, models
from mmdemo.stepwise import run_through
from mmdemo.tasks.heard import Heard, heard
from mmdemo.tasks.questions import read_question
from mmdemo.tasks.recording_answers import answer_recording
from mmdemo.tasks.sound_answers import label_embeddings
from mmdemo.tasks.sound_labels import SOUND_LABELS
from mmdemo.tasks.zero_shot import classify
from mmdemo.types import Answer, Span

TIME_TOLERANCE = 1.0
"""Seconds by which the start of the evidence may miss the start of the true sentence."""
CONFIDENT = 0.5
"""Probability from which a wrong answer counts as an invention (all that are not marked as unsure do)."""
SOUND_QUESTION = "What is this sound?"


@dataclass(frozen=True)
class SpeechResult:
    """What became of one question."""

    question: str
    recording: str
    language: str
    answerable: bool
    answer: str
    probability: float
    sure: bool
    passage_first: bool  # the first evidence is a sentence that answers it
    time_error: float  # seconds between the starts of evidence and sentence, NaN where the passage is wrong
    span_hit: bool | None  # a right answer's text is in the answer; None where no text was given
    seconds: float


@dataclass(frozen=True)
class SpeechReport:
    """All figures of a set."""

    set: str
    questions: int
    answerable: int
    passage_first: float  # shares, 0..1
    time_within_1_s: float  # of the right passages
    span_hit: float  # of those with a text, sure or not
    answered: float  # of the answerable: sure, with the right passage
    refused: float  # of the unanswerable: not sure, or “no”
    confident_inventions: int  # of the unanswerable
    wrong_but_sure: int  # of the answerable
    p50_seconds: float  # of one answer about a heard and indexed recording
    p50_seconds_long: float  # likewise about the longest recording
    sound_accuracy_open: float  # ESC-10 fold 4 against the open list, NaN where not measured
    sound_accuracy_ten: float  # against the ten labels
    load_average: float
    results: tuple[SpeechResult, ...]


def speech_report(
    data: Path, which: QuestionSet = "held", sounds: bool = True, loaded: Models | None = None
) -> SpeechReport:
    """Ask all questions of a set.

    Args:
        data: ``shared/data``.
        which: of the sets.
        sounds: whether ESC-10 fold 4 is asked about too.
        loaded: the models; None for those of the process.

    Raises:
        FileMissing: espeak-ng or an archive is missing.
    """
    loaded = loaded or models()
    recordings = {}
    for recording in question_recordings(settings().cache_dir, data, which):
        one = heard_recording(recording, loaded)
        for part in recording.starts:
            recordings[part] = (recording, one)
    for _, one in recordings.values():
        answer_recording(
            read_question("What is said about anything?", settings().limits), one, loaded
        )  # index and warm
    results, longest = [], max(one.encoding.duration for _, one in recordings.values())
    long_seconds = []
    for asked in QUESTIONS[which]:
        recording, one = recordings[asked.recording]
        true = [recording.line(asked.recording, line).span for line in asked.lines]
        results.append(_result(asked, true, one, loaded))
        if one.encoding.duration == longest:
            long_seconds.append(results[-1].seconds)
    accuracies = sound_accuracies(data, loaded) if sounds else (float("nan"), float("nan"))
    return report_of(which, results, long_seconds, accuracies)


def _result(asked: SpeechQuestion, true: Sequence[Span], one: Heard, loaded: Models) -> SpeechResult:
    started = time.perf_counter()
    question = read_question(asked.text, settings().limits)
    answer = answer_recording(question, one, loaded)
    seconds = time.perf_counter() - started
    span = answer.evidence[0].span if answer.evidence else None
    first = span is not None and answers_question(span, true)
    error = min((abs(span.start - s.start) for s in true), default=float("nan")) if span and first else float("nan")
    hit = any(text.lower() in answer.text.lower() for text in asked.answers) if asked.answers else None
    return SpeechResult(
        asked.text,
        asked.recording,
        question.language,
        bool(true),
        answer.text,
        round(answer.probability, 4),
        answer.sure,
        first,
        error,
        hit,
        seconds,
    )


def is_refusal(result: SpeechResult) -> bool:
    """Tell whether an answer says that it is not sure, or no."""
    return not result.sure or result.answer.lower().startswith(("no", "不", "没"))


def report_of(
    which: QuestionSet, results: Sequence[SpeechResult], long_seconds: Sequence[float], accuracies: tuple[float, float]
) -> SpeechReport:
    """Count what became of the questions.

    Args:
        which: of the sets.
        results: one a question.
        long_seconds: of the answers about the longest recording.
        accuracies: of sounds, against the open list and the ten labels.
    """
    can, cannot = [r for r in results if r.answerable], [r for r in results if not r.answerable]
    right = [r for r in can if r.passage_first]
    texts = [r for r in can if r.span_hit is not None]
    return SpeechReport(
        set=which,
        questions=len(results),
        answerable=len(can),
        passage_first=len(right) / len(can),
        time_within_1_s=sum(r.time_error <= TIME_TOLERANCE for r in right) / max(len(right), 1),
        span_hit=sum(bool(r.span_hit) for r in texts) / max(len(texts), 1),
        answered=sum(r.sure for r in right) / len(can),
        refused=sum(map(is_refusal, cannot)) / max(len(cannot), 1),
        confident_inventions=sum(not is_refusal(r) and r.probability >= CONFIDENT for r in cannot),
        wrong_but_sure=sum(r.sure and not r.passage_first for r in can),
        p50_seconds=float(np.median([r.seconds for r in results])),
        p50_seconds_long=float(np.median(long_seconds)) if long_seconds else float("nan"),
        sound_accuracy_open=accuracies[0],
        sound_accuracy_ten=accuracies[1],
        load_average=load_average(),
        results=tuple(results),
    )


def sound_accuracies(data: Path, loaded: Models) -> tuple[float, float]:
    """Ask what each sound of ESC-10 fold 4 is.

    Args:
        data: ``shared/data``.
        loaded: the models.

    Returns:
        Share of right answers against the open list of labels, and of the ten labels in `zero_shot.classify`.
    """
    pairs = list(held_out_sounds(data / "sounds" / "esc10.tar"))
    ten = sorted({label for _, label in pairs})
    label_embeddings(loaded.backbone)
    names = {label.en for label in SOUND_LABELS}
    assert set(ten) <= names, "every class of ESC-10 is on the list"
    question = read_question(SOUND_QUESTION, settings().limits)
    open_right = ten_right = 0
    for sound, label in pairs:
        answer: Answer = answer_recording(question, run_through(heard(sound, loaded)), loaded)
        open_right += bool(answer.guesses) and answer.guesses[0].text == label
        ten_right += classify(sound, ten, loaded.backbone).labels[0].label == label
    return open_right / len(pairs), ten_right / len(pairs)


def _rows(report: SpeechReport) -> Iterator[dict[str, object]]:
    for result in report.results:
        yield {
            "question": result.question[:50],
            "can": result.answerable,
            "first": result.passage_first,
            "span": result.span_hit,
            "sure": result.sure,
            "p": result.probability,
            "error_s": result.time_error,
            "answer": result.answer[:50],
        }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the evaluation; returns the exit code."""
    parser = evaluation_parser(__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--set", choices=get_args(QuestionSet), default="held")
    parser.add_argument("--no-sounds", action="store_true", help="leave ESC-10 out")
    options = parser.parse_args(arguments)
    report = speech_report(options.data, options.set, not options.no_sounds)
    headline = {key: round(value, 4) for key, value in asdict(report).items() if isinstance(value, float)}
    headline["confident_inventions"] = report.confident_inventions
    headline["wrong_but_sure"] = report.wrong_but_sure
    finish(asdict(report), list(_rows(report)), headline, options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())

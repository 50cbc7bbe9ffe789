"""Fits the weights by which passages are ranked and answers trusted, on development questions only.

``python -m mmdemo.evaluation.qa_speech_calibration --data ../shared/data`` prints the constants of
`tasks.passage_ranking`. Every question is asked of every development document: of its own it has an answer, of all
others (in either language) it has none.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mmdemo.config import settings
from mmdemo.evaluation.alignment_texts import MANDARIN_TEXTS, TUNING_TEXTS
from mmdemo.evaluation.qa_speech_recordings import question_recordings
from mmdemo.evaluation.qa_speech_texts import QUESTIONS, SpeechQuestion
from mmdemo.evaluation.qa_speech_transcripts import answers_question, heard_recording, read_aloud
from mmdemo.evaluation.reports import evaluation_parser, finish
from mmdemo.runtime import Models, models
from mmdemo.stepwise import run_through
from mmdemo.tasks.heard import Heard
from mmdemo.tasks.passage_ranking import MOST_LEAD, pair_of_languages, ranked
from mmdemo.tasks.passages import match_passages, passage_index
from mmdemo.tasks.questions import read_question
from mmdemo.types import Float32Array, Span

TEXT_QUESTIONS: tuple[SpeechQuestion, ...] = tuple(
    SpeechQuestion(text, document, (line,))
    for document, rows in {
        "tuning en": (
            ("When does the train to the coast leave?", 0),
            ("How many tickets did my sister buy?", 1),
            ("Who bought tickets?", 1),
            ("What should we pack?", 2),
            ("What color is the suitcase?", 2),
            ("Was the bridge open?", 3),
            ("Where is the old lighthouse?", 4),
            ("What do the fishermen repair?", 5),
            ("What can you buy in the cafe?", 6),
            ("Which summer does he remember?", 7),
            ("Who built a castle?", 8),
            ("What did the sea take?", 8),
            ("What did they hear at night?", 9),
            ("Where was the umbrella lost?", 10),
            ("What did the speaker lose?", 10),
            ("When will they return?", 11),
            ("开往海边的火车几点出发？", 0),
            ("姐姐买了几张票？", 1),
            ("灯塔在哪里？", 4),
            ("雨伞丢在哪里了？", 10),
            ("孩子们建了什么？", 8),
            ("渔民在修什么？", 5),
            ("咖啡馆卖什么？", 6),
        ),
        "tuning zh": (
            ("他买了什么？", 0),
            ("什么时候去市场？", 0),
            ("考试重要吗？", 1),
            ("谁说考试很重要？", 1),
            ("河从哪里流过来？", 2),
            ("坐了多长时间的火车？", 3),
            ("他喜欢什么时候听音乐？", 4),
            ("要打开什么？", 5),
            ("图书馆是什么时候建的？", 6),
            ("孩子们在哪里玩？", 7),
            ("谁做的饭最好吃？", 8),
            ("周末天气怎么样？", 9),
            ("When was the new library built?", 6),
            ("How long was the train journey?", 3),
            ("What did he buy at the market?", 0),
            ("Where do the children run?", 7),
            ("What does he like to listen to?", 4),
            ("Who cooks the best food?", 8),
        ),
    }.items()
    for text, line in rows
)
RANKING_RIDGE = 0.05
ANSWERED_RIDGE = {"same": 0.005, "chinese": 0.02, "across": 0.02}
"""Weight of the prior, which keeps few questions from deciding everything; there are fewest about Chinese speech."""
PRIOR = np.array([3.0, 1.0, 1.0, 4.0, 1.0, 0.5, 0.3, -5.0])
"""Of the eight weights: every feature speaks for an answer."""


@dataclass(frozen=True, eq=False)
class Example:
    """A question asked of a document."""

    pair: str
    features: Float32Array  # [N, 6] of the candidates, as they were ranked
    right: tuple[int, ...]  # candidates that answer it


def examples(data: Path, folder: Path, loaded: Models) -> Iterator[Example]:
    """Ask every development question of every development document."""
    documents = dict(_documents(data, folder, loaded))
    questions = [*QUESTIONS["dev"], *TEXT_QUESTIONS]
    for asked in questions:
        question = read_question(asked.text, settings().limits)
        if question.relation or not question.topic or asked.recording.startswith("digits"):
            continue
        for names, (heard, true) in documents.items():
            own = asked.recording in names
            index = run_through(passage_index(heard, loaded))
            found = ranked(
                question, question.topic, match_passages(question, question.topic, index, loaded.backbone), index
            )
            spans = [true[asked.recording][line] for line in asked.lines] if own else []
            right = [i for i, item in enumerate(found) if answers_question(index.passages[item.place].span, spans)]
            yield Example(pair_of_languages(question, index), np.stack([item.features for item in found]), tuple(right))


def _documents(
    data: Path, folder: Path, loaded: Models
) -> Iterator[tuple[tuple[str, ...], tuple[Heard, dict[str, list[Span]]]]]:
    for recording in question_recordings(folder, data, "dev"):
        true = {part: [line.span for line in recording.case.lines[first:]] for part, first in recording.starts.items()}
        yield tuple(recording.starts), (heard_recording(recording, loaded), true)
    for name, language, lines in (
        ("tuning en", "en", TUNING_TEXTS["en"]),
        ("tuning zh", "zh", [text for text, _ in MANDARIN_TEXTS]),
    ):
        heard, spans = read_aloud(name, lines, language, loaded)
        yield (name,), (heard, {name: spans})


def fit_ranking(found: Sequence[Example], steps: int = 3000, rate: float = 0.05) -> Float32Array:
    """Fit six weights so that the right passage comes first (softmax over the candidates), [6]."""
    chosen = [example for example in found if example.right]
    weights = PRIOR[:6].copy()
    for _ in range(steps):
        gradient = RANKING_RIDGE * (weights - PRIOR[:6])
        for example in chosen:
            scores = example.features @ weights
            shares = np.exp(scores - scores.max())
            shares /= shares.sum()
            right = shares * np.isin(np.arange(len(scores)), example.right)
            gradient += (shares - right / max(right.sum(), 1e-9)) @ example.features / len(chosen)
        weights -= rate * gradient
    result: Float32Array = weights.astype(np.float32)
    return result


def fit_answered(
    found: Sequence[Example], ranking: Float32Array, ridge: float, steps: int = 6000, rate: float = 0.1
) -> Float32Array:
    """Fit a logistic model of whether the best passage answers the question, [8] with lead and offset."""
    rows, labels = [], []
    for example in found:
        scores = example.features @ ranking
        order = np.argsort(-scores, kind="stable")
        lead = min(float(scores[order[0]] - scores[order[1]]), MOST_LEAD) if len(order) > 1 else MOST_LEAD
        rows.append([*example.features[order[0]], lead, 1.0])
        labels.append(int(order[0]) in example.right)
    x, y = np.array(rows), np.array(labels, float)
    balance = np.where(y > 0, 0.5 / max(y.mean(), 1e-6), 0.5 / max(1 - y.mean(), 1e-6))
    weights = PRIOR.copy()
    for _ in range(steps):
        chance = 1.0 / (1.0 + np.exp(-x @ weights))
        weights -= rate * (((chance - y) * balance) @ x / len(y) + ridge * (weights - PRIOR))
    result: Float32Array = weights.astype(np.float32)
    return result


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit and print; returns the exit code."""
    parser = evaluation_parser(__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    options = parser.parse_args(arguments)
    found = list(examples(options.data, settings().cache_dir, models()))
    ranking = fit_ranking(found)
    names = ("near_coverage", "coverage", "lexical", "similarity", "typed", "complete", "lead", "offset")
    rows: list[dict[str, object]] = [
        {"model": "ranking", **dict(zip(names, [*map(float, ranking), 0.0, 0.0], strict=True))}
    ]
    for pair in ("same", "chinese", "across"):
        chosen = [example for example in found if example.pair == pair]
        weights = fit_answered(chosen, ranking, ANSWERED_RIDGE[pair])
        rows.append({"model": pair, **dict(zip(names, map(float, weights), strict=True))})
        print(pair, len(chosen), sum(bool(example.right) for example in chosen))
    finish({"weights": rows}, rows, {"examples": len(found)}, options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())

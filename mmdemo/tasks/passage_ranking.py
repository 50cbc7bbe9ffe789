"""Which passage answers a question, and how probable it is that any does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mmdemo.tasks.answer_spans import AnswerSpan, asks_for_subject, english_span
from mmdemo.tasks.answer_spans_chinese import chinese_span
from mmdemo.tasks.passages import Match, PassageIndex
from mmdemo.tasks.questions import Question
from mmdemo.traditional import simplified
from mmdemo.types import Float32Array

TYPED_KINDS = frozenset({"who", "when", "where", "how_many", "how_much", "how_long", "why", "colour"})
"""Kinds whose answers have a form of their own, which a passage has or has not."""
LEAST_FIT = 0.4
"""A span that fits less is none."""
CANDIDATES = 16
"""Passages that are looked at for a span of the right form."""


@dataclass(frozen=True)
class Weights:
    """A logistic model over `ranking_features`, each scaled to about 0..1."""

    near_coverage: float
    coverage: float
    lexical: float
    similarity: float
    typed: float
    offset: float
    complete: float = 0.0
    lead: float = 0.0  # of the best passage's score over the second's, at most `MOST_LEAD`

    def score(self, features: Float32Array) -> Float32Array:
        """Return the log odds of rows of features, [N, 6] → [N]."""
        weights = np.array(
            [self.near_coverage, self.coverage, self.lexical, self.similarity, self.typed, self.complete], np.float32
        )
        scores: Float32Array = features @ weights + np.float32(self.offset)
        return scores


MOST_LEAD = 2.0
FORMED_KINDS = TYPED_KINDS - {"why"}
"""Kinds that nothing but their form answers; reasons come without a “because” too."""
LEAST_COVERAGE = 0.5
NEAR_MEANING = {"same": 0.55, "chinese": 0.75, "across": 0.75}
"""Cosine from which other words may mean the same, by pair of languages."""
DOUBTFUL = 0.45
"""Just under what is told as an answer."""

RANKING = Weights(3.103, 1.084, 1.093, 4.371, 1.625, 0.0, complete=0.364)
"""Of passages against each other: the right one first (softmax regression over development questions)."""
ANSWERED = {
    "same": Weights(2.778, 0.740, 0.583, 5.283, 1.643, -5.463, complete=0.281, lead=0.222),
    "chinese": Weights(3.167, 1.185, 1.165, 3.512, 0.521, -5.698, complete=0.561, lead=0.0),
    "across": Weights(2.860, 0.778, 0.733, 4.281, 0.983, -5.307, complete=0.287, lead=0.756),
}
"""Of the best passage being an answer at all: logistic regression on development questions, each asked of its own
document and of all others; as many with an answer as without. All from `mmdemo.evaluation.qa_speech_calibration`."""


@dataclass(frozen=True, eq=False)
class RankedPassage:
    """A passage as an answer to a question."""

    place: int
    score: float  # log odds by which passages are ordered
    span: AnswerSpan | None
    features: Float32Array  # [6]
    formless: bool = False  # the kind of question has an answer of a form of its own, and there is none here


def pair_of_languages(question: Question, index: PassageIndex) -> str:
    """Name the pair of languages, as similarities of meaning are of different size in each."""
    if question.language != index.language:
        return "across"
    return "chinese" if index.language == "zh" else "same"


def similarities(matches: Sequence[Match], pair: str) -> Float32Array:
    """Return the cosine that tells most for a pair of languages, [P]: the text tower reads English only."""
    return np.array([match.meaning if pair == "same" else match.joint for match in matches], np.float32)


def ranked(
    question: Question, topic: Sequence[str], matches: Sequence[Match], index: PassageIndex
) -> list[RankedPassage]:
    """Order passages by how well they answer a question.

    Args:
        question: that was asked.
        topic: the words that were looked for.
        matches: one a passage.
        index: of the recording.

    Returns:
        The best `CANDIDATES`, best first.
    """
    pair = pair_of_languages(question, index)
    plain = features(matches, similarities(matches, pair), np.zeros(len(matches), np.float32))  # [P, 6]
    first = np.argsort(-RANKING.score(plain), kind="stable")[:CANDIDATES]
    spans = {int(place): answer_span(question, topic, index, int(place)) for place in first}
    rows = plain[first]
    rows[:, 4] = [typed_fit(question, spans[int(place)]) for place in first]
    scores = RANKING.score(rows)
    order = np.argsort(-scores, kind="stable")
    formed = question.kind in FORMED_KINDS and not question.asks_media_time
    return [
        RankedPassage(int(first[i]), float(scores[i]), spans[int(first[i])], rows[i], formed and rows[i, 4] == 0.0)
        for i in order
    ]


def features(matches: Sequence[Match], similarity: Float32Array, typed: Float32Array) -> Float32Array:
    """Return what is known of each passage as rows of numbers, [P, 6]."""
    near = np.array([match.near_coverage for match in matches], np.float32)
    own = np.array([match.coverage for match in matches], np.float32)
    lexical = np.array([match.lexical for match in matches], np.float32)
    complete = np.array([match.complete for match in matches], np.float32)
    return np.stack([near, own, lexical, similarity, typed, complete], axis=1)


def typed_fit(question: Question, span: AnswerSpan | None) -> float:
    """Tell whether a passage has an answer of the right form; half for questions whose answers have any form."""
    if question.kind not in TYPED_KINDS or question.asks_media_time:
        return 0.5
    return 0.0 if span is None or span.fit < LEAST_FIT else 0.5 + 0.5 * min(span.fit, 1.0)


def answer_span(question: Question, topic: Sequence[str], index: PassageIndex, place: int) -> AnswerSpan | None:
    """Find the part of a passage that fits a question."""
    text = index.passages[place].text
    if index.language == "zh":
        return chinese_span(question.kind, simplified(text), topic)
    words = topic if question.language == "en" else said_words(topic, index, place)
    return english_span(question.kind, text, words, asks_for_subject(question.text))


def said_words(topic: Sequence[str], index: PassageIndex, place: int) -> list[str]:
    """Return the words of an English passage that translate those of a Chinese question."""
    from mmdemo.tasks.passage_terms import question_terms, sameness

    asked = question_terms(topic, "zh", "en")
    return [said.key for said, _ in index.passages[place].terms if any(sameness(term, said) > 0 for term in asked)]


def probability(found: Sequence[RankedPassage], pair: str) -> float:
    """Return the calibrated probability that the best passage answers the question.

    Args:
        found: best first.
        pair: of languages.

    Returns:
        0..1; at most `DOUBTFUL` where half of the topic is not spoken of, or no answer of the right form is there.
    """
    if not found:
        return 0.0
    near, similarity = float(found[0].features[0]), float(found[0].features[3])
    beside = near < LEAST_COVERAGE and similarity < NEAR_MEANING[pair]
    weights = ANSWERED[pair]
    lead = min(found[0].score - found[1].score, MOST_LEAD) if len(found) > 1 else MOST_LEAD
    log_odds = float(weights.score(found[0].features[None])[0]) + weights.lead * lead
    chance = float(1.0 / (1.0 + np.exp(-log_odds)))
    return min(chance, DOUBTFUL) if beside or found[0].formless else chance

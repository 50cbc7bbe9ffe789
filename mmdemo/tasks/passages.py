"""Passages of a transcript, found for a question: by their words and by their meaning, the two fused."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from math import log
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from mmdemo.backbone.base import Backbone
from mmdemo.backbone.observed import unobserved
from mmdemo.runtime import Models
from mmdemo.tasks.heard import Heard
from mmdemo.tasks.passage_terms import Term, chinese_term, chinese_terms, english_terms, question_terms, sameness
from mmdemo.tasks.questions import Question
from mmdemo.tasks.sentence_splitting import split_sentence
from mmdemo.text import text_of
from mmdemo.traditional import simplified
from mmdemo.types import CaptionLanguage, Encoding, Float32Array, Segment, Span, Word

TEXTS_AT_ONCE = 64
HELD_INDICES = 32
NEIGHBOUR_WEIGHT = 0.3
"""Share of a word found in a neighbouring sentence only: “it has ten steps” behind “the lighthouse …”."""
BM25_K, BM25_B = 1.2, 0.6
"""Saturation and length of Okapi BM25 (Robertson and Zaragoza 2009), with less weight on length, as all are short."""


@dataclass(frozen=True, eq=False)
class Passage:
    """A sentence of a transcript."""

    text: str
    span: Span
    words: tuple[Word, ...]
    terms: tuple[tuple[Term, int], ...]  # each with the word it begins in


@dataclass(frozen=True, eq=False)
class Match:
    """How well a passage fits a question."""

    place: int  # among the passages
    coverage: float  # share of the topic's weight that its own words cover, 0..1
    near_coverage: float  # likewise together with the sentences around it
    lexical: float  # BM25 with soft matches, in parts of what a perfect passage would get
    complete: float  # how far the word of the topic is there that is there least, 0..1
    meaning: float  # cosine of the text tower
    joint: float  # cosine in the joint space


@dataclass(frozen=True, eq=False)
class PassageIndex:
    """A transcript ready to be asked."""

    passages: tuple[Passage, ...]
    language: CaptionLanguage
    meanings: Float32Array  # [P, W] unit norm, mean of the text tower's tokens
    joint: Float32Array  # [P, D] unit norm, embeddings in the joint space
    postings: dict[str, tuple[int, ...]] = field(default_factory=dict)  # term → passages with it

    def weight(self, passages_with_it: int) -> float:
        """Return the weight of a word: the rarer, the more (inverse document frequency of BM25)."""
        return log(1.0 + (len(self.passages) - passages_with_it + 0.5) / (passages_with_it + 0.5))


def split_passages(segments: Sequence[Segment], language: CaptionLanguage) -> list[Passage]:
    """Cut a transcript into sentences.

    Args:
        segments: of a transcript.
        language: it is written in; anything but Chinese counts as English.

    Returns:
        Passages in order; every word is in exactly one.
    """
    groups = [group for segment in segments for group in split_sentence(segment.words)]
    return [_passage(group, language) for group in groups if group]


def _passage(words: tuple[Word, ...], language: CaptionLanguage) -> Passage:
    text = "".join(word.text for word in words).strip()
    span = Span(words[0].start, words[-1].end)
    if language == "en":
        found = english_terms([word.text for word in words])
        return Passage(text, span, words, tuple((term, i) for i, terms in enumerate(found) for term in terms))
    starts = np.cumsum([0, *(len(word.text) for word in words)])
    whole = simplified("".join(word.text for word in words))
    terms = chinese_terms(whole, with_glosses=False)
    return Passage(
        text, span, words, tuple((term, int(np.searchsorted(starts, at, side="right")) - 1) for term, at, _ in terms)
    )


def transcript_language(code: str) -> CaptionLanguage:
    """Return the language whose rules fit a transcript: Chinese, or English for all that is written with blanks."""
    return "zh" if code in ("zh", "yue") else "en"


_lock = threading.Lock()
_held: WeakKeyDictionary[Any, OrderedDict[str, PassageIndex]] = WeakKeyDictionary()


def passage_index(heard: Heard, models: Models) -> Generator[float, None, PassageIndex]:
    """Make a transcript ready to be asked, or remember it.

    Args:
        heard: the recording.
        models: whose backbone embeds the passages, once.

    Yields:
        The share that is done, nothing when it was done before.

    Returns:
        The index.
    """
    key = f"{heard.encoding.sha256}:{models.speech.model_id}"
    with _lock:
        kept = _held.setdefault(unobserved(models.backbone), OrderedDict())
        if key in kept:
            kept.move_to_end(key)
            return kept[key]
    language = transcript_language(heard.transcript.language)
    passages = split_passages(heard.transcript.segments, language)
    encodings: list[Encoding] = []
    for first in range(0, len(passages), TEXTS_AT_ONCE):
        yield first / len(passages)
        texts = [text_of(passage.text, role="document") for passage in passages[first : first + TEXTS_AT_ONCE]]
        encodings += models.backbone.encode_texts(texts)
    index = PassageIndex(tuple(passages), language, meanings(encodings), joint_rows(encodings), _postings(passages))
    with _lock:
        kept[key] = index
        while len(kept) > HELD_INDICES:
            kept.popitem(last=False)
    return index


def _postings(passages: Sequence[Passage]) -> dict[str, tuple[int, ...]]:
    found: dict[str, dict[int, None]] = {}
    for place, passage in enumerate(passages):
        for term, _ in passage.terms:
            found.setdefault(term.key, {})[place] = None
    return {key: tuple(places) for key, places in found.items()}


def meanings(encodings: Sequence[Encoding]) -> Float32Array:
    """Return the mean of each text's tokens, [N, W] unit norm; the text tower was trained for such means."""
    width = next((encoding.tokens.shape[1] for encoding in encodings if len(encoding.tokens)), 1)
    rows = [encoding.tokens.mean(axis=0) if len(encoding.tokens) else np.zeros(width) for encoding in encodings]
    return _unit(np.array(rows, np.float32).reshape(len(encodings), width))


def joint_rows(encodings: Sequence[Encoding]) -> Float32Array:
    """Return the embeddings of texts in the joint space, [N, D]."""
    if not encodings:
        return np.zeros((0, 1), np.float32)
    return np.stack([np.asarray(encoding.embedding, np.float32) for encoding in encodings])


def _unit(rows: Float32Array) -> Float32Array:
    scaled: Float32Array = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    return scaled


def match_passages(
    question: Question, topic: Sequence[str], index: PassageIndex, backbone: Backbone
) -> tuple[Match, ...]:
    """Compare a question with every passage.

    Args:
        question: its language and wording.
        topic: the words to look for, its topic or its anchor.
        index: of the recording.
        backbone: embeds the question.

    Returns:
        One a passage, in their order.
    """
    if not index.passages:
        return ()
    encoding = backbone.encode_texts([text_of(question.text)])
    meaning = index.meanings @ meanings(encoding)[0]  # [P]
    joint = index.joint @ joint_rows(encoding)[0]  # [P]
    asked = question_terms(topic, question.language, index.language)
    if question.language == "en" and index.language == "zh":
        index = with_glosses(index)
    own, near, lexical, complete = _coverages(asked, index)
    return tuple(
        Match(i, *(float(row[i]) for row in (own, near, lexical, complete, meaning, joint)))
        for i in range(len(index.passages))
    )


def with_glosses(index: PassageIndex) -> PassageIndex:
    """Return a Chinese index whose terms carry their English translations."""
    passages = [
        Passage(
            passage.text,
            passage.span,
            passage.words,
            tuple((chinese_term(term.key, with_glosses=True), place) for term, place in passage.terms),
        )
        for passage in index.passages
    ]
    return PassageIndex(tuple(passages), index.language, index.meanings, index.joint, index.postings)


def _coverages(asked: Sequence[Term], index: PassageIndex) -> tuple[Float32Array, ...]:
    """Tell how much of a topic each passage covers: alone, with its neighbours, by BM25, and at least; each [P]."""
    count = len(index.passages)
    found = np.zeros((len(asked), count), np.float32)  # [A, P] how far a word is there
    for row, term in zip(found, asked, strict=True):
        same = {key: value for key, value in _similar_keys(term, index).items()}
        for key, value in same.items():
            for place in index.postings[key]:
                row[place] = max(row[place], value)
    weights = np.array([index.weight(int(np.count_nonzero(row > 0.5))) for row in found], np.float32)  # [A]
    total = max(float(weights.sum()), 1e-6)
    around = np.maximum(np.pad(found, ((0, 0), (1, 0)))[:, :-1], np.pad(found, ((0, 0), (0, 1)))[:, 1:])
    lengths = np.array([max(len(passage.terms), 1) for passage in index.passages], np.float32)
    norm = 1.0 - BM25_B + BM25_B * lengths / lengths.mean()
    own = weights @ found / total
    near = weights @ np.maximum(found, NEIGHBOUR_WEIGHT * around) / total
    complete = np.maximum(found, around).min(axis=0) if len(asked) else np.zeros(count, np.float32)
    lexical = weights @ (found * (BM25_K + 1.0) / (found + BM25_K * norm)) / total
    return own, near, lexical, complete


def _similar_keys(term: Term, index: PassageIndex) -> dict[str, float]:
    """Return the words of the recording that are like a word of the question, with how far they are."""
    said = {found.key: found for passage in index.passages for found, _ in passage.terms}
    values = {key: sameness(term, other) for key, other in said.items()}
    return {key: value for key, value in values.items() if value > 0.0}

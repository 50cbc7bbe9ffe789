"""The short span of an English passage that fits the type of a question: a name, number, time, place or reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import regex

from mmdemo.tasks.answer_forms import CALENDAR, NEGATION, NUMBER_PATTERN, SPAN_PATTERNS
from mmdemo.tasks.passage_terms import english_stem
from mmdemo.tasks.question_patterns import QuestionKind
from mmdemo.tasks.question_words import ENGLISH_STOP_WORDS

__all__ = ["NEGATION", "NUMBER_PATTERN", "AnswerSpan", "asks_for_subject", "content_count", "english_span"]

_YEAR = regex.compile(r"(?:1[1-9]|20)\d\d")
FAR_CHARACTERS = 60.0
"""A candidate this far from the words of the question counts half."""


@dataclass(frozen=True)
class AnswerSpan:
    """Part of a passage that may be the answer."""

    text: str
    start: int  # its characters in the passage
    end: int
    fit: float  # 0..1


def asks_for_subject(question: str) -> bool:
    """Tell “what closed the road?” from “what did they close?”."""
    return _OBJECT_QUESTION.search(question.lower()) is None


def english_span(kind: QuestionKind, passage: str, topic: Sequence[str], subject: bool = False) -> AnswerSpan | None:
    """Find the span of a passage that fits a question.

    Args:
        kind: of the question.
        passage: its best passage.
        topic: words of the question, in its order.
        subject: the question asks for who or what does something (see `asks_for_subject`).

    Returns:
        The best candidate, or None where the kind has no typical form or nothing fits.
    """
    asked = {english_stem(word) for word in topic}
    places = [found.span() for found in regex.finditer(r"[\p{L}\d'’]+", passage) if english_stem(found[0]) in asked]
    if kind == "which" and topic:
        return _named_kind(passage, topic[0]) or _residue(passage, places, topic, subject)
    if kind == "what":
        return _residue(passage, places, topic, subject) if len(places) > 1 or len(asked) == 1 else None
    best: AnswerSpan | None = None
    for fit, pattern in SPAN_PATTERNS.get(kind, ()):
        for found in pattern.finditer(passage):
            group = "span" if "span" in pattern.groupindex else 0
            start, end = found.span(group)
            if not is_new(passage[start:end], asked, kind) or (
                kind == "who" and fit > 0.6 and is_no_name(passage, start, end)
            ):
                continue
            if kind == "where" and any(start < place[1] and place[0] < end for place in places):
                continue
            score = fit * _closeness((start, end), places) * _bonus(kind, passage, (start, end), topic, places)
            if best is None or score > best.fit:
                best = AnswerSpan(_with_counted(kind, passage, start, end), start, end, min(score, 1.0))
    return best


def is_new(text: str, asked: set[str], kind: QuestionKind) -> bool:
    """Tell whether a candidate says more than the question does."""
    words = [word.lower() for word in regex.findall(r"[\p{L}\d'’]+", text)]
    new = [
        word for word in words if english_stem(word) not in asked and (kind != "who" or word not in ENGLISH_STOP_WORDS)
    ]
    return bool(new) and not (kind == "where" and all(word in ENGLISH_STOP_WORDS for word in new))


def is_no_name(passage: str, start: int, end: int) -> bool:
    """Tell whether a capital letter comes from the start of the sentence or of a month and not from a name."""
    word = passage[start:end]
    if CALENDAR.search(word) or word.split()[0].lower() in ENGLISH_STOP_WORDS:
        return True
    if start > 0 or " " in word or not word[:1].isupper():
        return False
    return word.lower() in ENGLISH_STOP_WORDS or not regex.match(r" \p{Ll}+(?:s|ed|d)?\b", passage[end:])


def _closeness(span: tuple[int, int], places: Sequence[tuple[int, int]]) -> float:
    if not places:
        return 0.7
    gap = min(max(start - span[1], span[0] - end, 0) for start, end in places)
    return 1.0 / (1.0 + gap / FAR_CHARACTERS)


def _bonus(
    kind: QuestionKind, passage: str, span: tuple[int, int], topic: Sequence[str], places: Sequence[tuple[int, int]]
) -> float:
    """Prefer the number in front of what is counted, and the subject in front of the verb."""
    if kind == "who" and places:
        before = regex.search(r"\b(?:in|at|to|from|near|on) $", passage[: span[0]]) is not None
        return (0.4 if before else 1.0) * (1.0 if span[1] <= places[0][0] else 0.8)
    if kind != "how_many" or not topic:
        return 1.0
    following = [english_stem(word) for word in regex.findall(r"[\p{L}'’]+", passage[span[1] : span[1] + 40])[:3]]
    if any(english_stem(word) in following for word in topic):
        return 1.0
    return 0.3 if _YEAR.fullmatch(passage[slice(*span)]) else 0.7


def _with_counted(kind: QuestionKind, passage: str, start: int, end: int) -> str:
    """Return a count together with the word behind it: “90 seals”."""
    text = passage[start:end].strip(" ,.;:")
    if kind == "how_many":
        found = regex.match(r" \p{Ll}[\p{L}'’-]+", passage[end:])
        if found is not None and found[0].strip() not in ENGLISH_STOP_WORDS:
            return f"{text}{found[0]}"
    return text


_OBJECT_QUESTION = regex.compile(
    r"\b(?:what|which(?: \w+)?)(?:['’]s)? (?:\w+ )?(?:is|are|was|were|do|does|did|can|"
    r"could|should|will|would|has|have|had|may|must)\b|what['’]s\b|what happen"
)


def _named_kind(passage: str, noun: str) -> AnswerSpan | None:
    """Return the noun that a question asks “which” of, with what tells it from others: “the University of Vienna”."""
    for found in regex.finditer(r"[\p{L}'’]+", passage):
        if english_stem(found[0]) == english_stem(noun):
            before = regex.search(r"(?:\b(?:the|an?|this|our|his|her)\s)?(?:[\p{L}'’-]+\s)?$", passage[: found.start()])
            behind = regex.match(
                r"(?: (?:of|in|at|from|called|named) (?:the )?\p{Lu}[\p{L}'’-]*(?: \p{Lu}[\p{L}'’-]*)"
                r"*)?",
                passage[found.end() :],
            )
            start = before.start() if before else found.start()
            end = found.end() + (len(behind[0]) if behind else 0)
            text = passage[start:end]
            return AnswerSpan(text, start, end, 0.8) if content_count(text) > 1 else None
    return None


def _residue(passage: str, places: Sequence[tuple[int, int]], topic: Sequence[str], subject: bool) -> AnswerSpan | None:
    """Return what a passage says beyond the words of the question.

    That is what comes before them where the subject is asked for, else what comes behind the verb, which is the word
    whose form has changed (“eat”, “ate”), or behind them all, else the longest run.
    """
    if not places:
        return None
    ends = [0, *(end for _, end in places)]
    starts = [*(start for start, _ in places), len(passage)]
    runs = list(zip(ends, starts, strict=True))
    if subject and has_content(passage[slice(*runs[0])]):
        return _trimmed(passage, *runs[0])
    verbs = [run for run, place in zip(runs[1:], places, strict=True) if passage[slice(*place)].lower() not in topic]
    for run in (*verbs[::-1], runs[-1] if len(verbs) == 0 else runs[0]):
        if has_content(passage[slice(*run)]) and run != runs[0]:
            return _trimmed(passage, *run)
    runs = [run for run in runs if has_content(passage[slice(*run)])]
    if not runs:
        return None
    start, end = max(runs, key=lambda run: (content_count(passage[slice(*run)]), run[0]))
    return _trimmed(passage, start, end)


def has_content(text: str) -> bool:
    """Tell whether a text has a word that is no function word."""
    return content_count(text) > 0


def content_count(text: str) -> int:
    """Count the words of a text that are no function words."""
    return sum(1 for word in regex.findall(r"[\p{L}\d'’]+", text.lower()) if word not in ENGLISH_STOP_WORDS)


_LEADING = regex.compile(
    r"^(?:[\s,.;:!?-]|\b(?:is|are|was|were|that|which|who|and|of|by|has|have|had|be)\b)+", regex.IGNORECASE
)
_TRAILING = regex.compile(
    r"(?:[\s,.;:!?-]|\b(?:is|are|was|were|that|which|who|and|of|by|has|have|had|a|an|the|"
    r"in|on|at|to)\b)+$",
    regex.IGNORECASE,
)


def _trimmed(passage: str, start: int, end: int) -> AnswerSpan | None:
    text = passage[start:end]
    lead = _LEADING.match(text)
    start += lead.end() if lead else 0
    text = passage[start:end]
    trail = _TRAILING.search(text)
    end -= len(trail[0]) if trail else 0
    return AnswerSpan(passage[start:end], start, end, 0.6) if has_content(passage[start:end]) else None

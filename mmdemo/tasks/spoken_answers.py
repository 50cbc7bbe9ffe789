"""Answers from what is said in a recording: the span or sentence that fits the question, with its time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mmdemo import reasons
from mmdemo.runtime import Models
from mmdemo.stepwise import run_through
from mmdemo.tasks import answer_texts as texts
from mmdemo.tasks.answer_spans import NEGATION, NUMBER_PATTERN
from mmdemo.tasks.answer_spans_chinese import NEGATION as CHINESE_NEGATION
from mmdemo.tasks.heard import Heard
from mmdemo.tasks.passage_ranking import LEAST_FIT, RankedPassage, pair_of_languages, probability, ranked
from mmdemo.tasks.passages import Passage, PassageIndex, match_passages, passage_index
from mmdemo.tasks.questions import Question
from mmdemo.types import Answer, Evidence, Guess, Sentence

SURE = 0.5
"""Calibrated probability from which on an answer is given as one."""
PERHAPS = 0.3
"""Below this, not even a guess is worth a word."""
YES_COVERAGE = 0.75
"""Share of a yes/no question's words that a passage must have before it says yes or no to it."""
GUESSES = 3
EXTRACT_SENTENCES = 3
SHOWN_SENTENCES = 12
"""Of a transcript in an answer; the transcript itself is for the subtitles tab."""
NEIGHBOURS = 2
"""Passages before or after an anchor that are quoted."""


def answer_speech(question: Question, heard: Heard, models: Models, media: int = 0) -> Answer:
    """Answer a question from the words of a recording.

    Args:
        question: that was asked.
        heard: the recording.
        models: whose backbone compares question and passages.
        media: place of the recording among the media that were asked about.

    Returns:
        The answer with the passages it rests on; not sure where the recording does not speak of it.
    """
    index = run_through(passage_index(heard, models))
    if not index.passages:
        return Answer(
            texts.nothing_said(question.language), question.language, 0.0, False, reasons=(reasons.no_speech(),)
        )
    if question.kind == "transcript":
        answer = _transcript(question, index, media)
    elif question.kind == "describe" or not (question.topic or question.relation):
        answer = _extract(question, index, media)
    elif question.relation:
        answer = _related(question, index, models, media)
    else:
        answer = _found(question, index, models, media)
    return replace(answer, reasons=(*answer.reasons, *_doubts(question, index, heard)))


def _doubts(question: Question, index: PassageIndex, heard: Heard) -> tuple[Sentence, ...]:
    doubts = [texts.foreign_question()] if question.foreign else []
    if question.language != index.language and question.kind not in ("transcript", "describe"):
        doubts.append(texts.other_language())
    return (*doubts, *heard.transcript.reasons)


def _evidence(passage: Passage, score: float, media: int) -> Evidence:
    return Evidence(media, "passage", min(max(score, 0.0), 1.0), span=passage.span, text=passage.text)


def _joined(passages: Sequence[Passage]) -> str:
    chinese = passages[0].text[-1:] > "\u2e80"
    return ("" if chinese else " ").join(passage.text for passage in passages)


def _transcript(question: Question, index: PassageIndex, media: int) -> Answer:
    shown = index.passages[:SHOWN_SENTENCES]
    certain = float(np.mean([word.probability for passage in index.passages for word in passage.words]))
    distrust = (texts.shortened(len(shown), len(index.passages)),) if len(shown) < len(index.passages) else ()
    evidence = tuple(_evidence(passage, certain, media) for passage in shown)
    return Answer(_joined(shown), question.language, certain, certain >= SURE, evidence=evidence, reasons=distrust)


def _extract(question: Question, index: PassageIndex, media: int) -> Answer:
    """Quote the sentences nearest to the mean of all, in their order (centroid summary, Radev et al. 2004)."""
    rows = index.meanings if index.language == "en" else index.joint
    weight = np.sqrt([len(passage.words) for passage in index.passages])  # a word or two stand for little
    centrality = (rows @ rows.mean(axis=0)) * weight  # [P]
    chosen = sorted(np.argsort(-centrality, kind="stable")[:EXTRACT_SENTENCES])
    shown = [index.passages[int(i)] for i in chosen]
    certain = float(np.mean([word.probability for passage in shown for word in passage.words]))
    distrust = (texts.extract(len(shown), len(index.passages)),) if len(shown) < len(index.passages) else ()
    evidence = tuple(_evidence(passage, certain, media) for passage in shown)
    return Answer(_joined(shown), question.language, certain, certain >= SURE, evidence=evidence, reasons=distrust)


def _look_up(
    question: Question, topic: Sequence[str], index: PassageIndex, models: Models
) -> tuple[list[RankedPassage], float]:
    matches = match_passages(question, topic, index, models.backbone)
    found = ranked(question, topic, matches, index)
    return found, probability(found, pair_of_languages(question, index))


def _found(question: Question, index: PassageIndex, models: Models, media: int) -> Answer:
    """Answer from the passage that fits best."""
    topic = [word for word in question.topic if word not in ITEM_WORDS] or question.topic
    found, certain = _look_up(question, topic, index, models)
    best = found[0]
    passage = index.passages[best.place]
    sure = certain >= SURE
    if question.kind == "yes_no":
        text, sure = _yes_or_no(question, best, passage, certain)
    elif question.asks_media_time:
        text = texts.at_time(question.language, passage.span.start, passage.text)
    else:
        text = short_answer(best, passage)
    guesses = _guesses(found, certain, index)
    evidence = tuple(
        _evidence(index.passages[item.place], guess.probability, media)
        for item, guess in zip(found, guesses, strict=False)
    )
    if sure:
        return Answer(text, question.language, certain, True, guesses, evidence)
    return _unsure(question, certain, guesses, evidence)


def _unsure(question: Question, certain: float, guesses: tuple[Guess, ...], evidence: tuple[Evidence, ...]) -> Answer:
    if certain >= PERHAPS:
        text = texts.perhaps(question.language, guesses[0].text)
    else:
        text = texts.not_sure(question.language, question.topic or question.anchor)
    return Answer(text, question.language, certain, False, guesses, evidence, (texts.not_in_recording(question.topic),))


def short_answer(found: RankedPassage, passage: Passage) -> str:
    """Return the span that fits the question's type, or the whole sentence where none does."""
    return found.span.text if found.span is not None and found.span.fit >= LEAST_FIT else passage.text


def _guesses(found: Sequence[RankedPassage], certain: float, index: PassageIndex) -> tuple[Guess, ...]:
    """Share the probability of an answer among the best passages, by their scores."""
    best = found[:GUESSES]
    shares = np.exp([item.score - best[0].score for item in best])  # the first is 1
    return tuple(
        Guess(short_answer(item, index.passages[item.place]), float(certain * share))
        for item, share in zip(best, shares, strict=True)
    )


def _yes_or_no(question: Question, best: RankedPassage, passage: Passage, certain: float) -> tuple[str, bool]:
    """Say yes where a passage supports the question, no where it denies it, and nothing where it only touches it."""
    supported = certain >= SURE and float(best.features[0]) >= YES_COVERAGE
    denies = _is_denied(passage.text) != _is_denied(question.text)
    write = texts.no if denies else texts.yes
    return write(question.language, passage.text), supported


def _is_denied(text: str) -> bool:
    asked = text.replace("是不是", "").replace("有没有", "").replace("能不能", "").replace("会不会", "")
    return NEGATION.search(text) is not None or CHINESE_NEGATION.search(asked) is not None


def _related(question: Question, index: PassageIndex, models: Models, media: int) -> Answer:
    """Answer with what is said before, after or during something."""
    if question.relation in ("start", "end"):
        shown = index.passages[:NEIGHBOURS] if question.relation == "start" else index.passages[-NEIGHBOURS:]
        return _quoted(question, shown, (), 0.9, media)
    if question.anchor_seconds is not None:
        place, certain = _place_at(question.anchor_seconds, index), 0.9
    else:
        found, certain = _look_up(question, question.anchor, index, models)
        place = found[0].place
        if certain < SURE:
            evidence = (_evidence(index.passages[place], certain, media),)
            return _unsure(question, certain, (Guess(index.passages[place].text, certain),), evidence)
    anchor = index.passages[place]
    word = _next_word(question, anchor)
    if word is not None:
        return replace(_quoted(question, (anchor,), (), certain, media), text=word)
    if question.relation == "during" or _tells_relation(question, anchor):
        return _quoted(question, (anchor,), (), certain, media)
    if question.relation == "after":
        shown = index.passages[place + 1 : place + 1 + NEIGHBOURS]
    else:
        shown = index.passages[max(place - NEIGHBOURS, 0) : place]
    return _quoted(question, shown, (anchor,), certain, media)


def _place_at(seconds: float, index: PassageIndex) -> int:
    """Return the passage that is said at a time, or the nearest."""
    gaps = [max(passage.span.start - seconds, seconds - passage.span.end, 0.0) for passage in index.passages]
    return int(np.argmin(gaps))


def _quoted(
    question: Question, shown: Sequence[Passage], anchors: Sequence[Passage], certain: float, media: int
) -> Answer:
    """Quote passages; those that they were found by follow as evidence."""
    if not shown:
        text = texts.nothing_there(question.language, question.relation)
        evidence = tuple(_evidence(passage, certain, media) for passage in anchors)
        return Answer(text, question.language, certain, True, evidence=evidence)
    ordered = shown[::-1] if question.relation == "before" else shown  # the nearest is the best evidence
    evidence = tuple(_evidence(passage, certain, media) for passage in (*ordered, *anchors))
    return Answer(_joined(shown), question.language, certain, True, (Guess(ordered[0].text, certain),), evidence)


RELATION_WORDS = {
    "after": ("after", "following", "once", "之后", "以后", "后"),
    "before": ("before", "until", "prior", "之前", "以前", "前"),
}


def _tells_relation(question: Question, passage: Passage) -> bool:
    """Tell whether a sentence says itself what came after: “After the war she opened a bakery”."""
    lower = passage.text.lower()
    words = RELATION_WORDS.get(question.relation, ())
    if question.language == "en":
        return any(
            f"{word} " in f" {lower}" and any(a[:4] in lower.split(word, 1)[1] for a in question.anchor)
            for word in words[:3]
        )
    return any(f"{a}{word}" in lower for word in words[3:] for a in question.anchor)


ITEM_WORDS = frozenset("number numbers digit digits word figure letter 数字 数 字 词 号码".split())


def _next_word(question: Question, passage: Passage) -> str | None:
    """Return the word or number right behind or before the anchor, when that is what is asked for."""
    if not ITEM_WORDS & set(question.topic) or not question.anchor:
        return None
    from mmdemo.tasks.passage_terms import question_terms

    wanted = {term.key for term in question_terms(question.anchor, question.language, question.language)}
    places = [place for term, place in passage.terms if term.key in wanted]
    step = 1 if question.relation == "after" else -1
    if not places or not 0 <= places[0] + step < len(passage.words):
        return None
    word = passage.words[places[0] + step].text.strip(" ,.;:!?")
    numbers = question.topic[0] not in ("word", "词", "字")
    return word if word and (not numbers or NUMBER_PATTERN.search(word)) else None

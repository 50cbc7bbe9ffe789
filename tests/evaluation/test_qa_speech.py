"""The questions about speech are fit to measure with, the figures are counted right, and the real models reach them."""

from __future__ import annotations

import math

import pytest

from mmdemo.config import Limits
from mmdemo.evaluation.qa_speech import SpeechResult, is_refusal, report_of
from mmdemo.evaluation.qa_speech_recordings import DIGIT_ORDERS, PLANS
from mmdemo.evaluation.qa_speech_texts import PARAGRAPHS, QUESTIONS
from mmdemo.evaluation.qa_speech_transcripts import answers_question, read_aloud
from mmdemo.runtime import Models
from mmdemo.tasks.questions import read_question
from mmdemo.tasks.recording_answers import answer_recording
from mmdemo.types import Span

SENTENCES = {paragraph.name: paragraph.sentences for paragraph in PARAGRAPHS}


def test_there_are_enough_questions_and_the_sets_share_none() -> None:
    dev, held = QUESTIONS["dev"], QUESTIONS["held"]
    assert len(held) >= 60 and sum(not asked.lines for asked in held) >= 15
    assert not {asked.text for asked in dev} & {asked.text for asked in held}
    parts = {which: {part for plan in plans for part in plan.parts} for which, plans in PLANS.items()}
    assert parts["dev"] & parts["held"] == {"captions dev"}  # there to be in the way
    assert not any(asked.recording == "captions dev" for asked in held)


def test_every_question_names_sentences_that_exist_and_say_the_answer() -> None:
    for asked in (*QUESTIONS["dev"], *QUESTIONS["held"]):
        if asked.recording in SENTENCES:
            said = [SENTENCES[asked.recording][line].lower() for line in asked.lines]
            if said and asked.answers and read_question(asked.text, Limits()).kind != "yes_no":
                assert any(
                    answer.lower() in sentence or answer.isdigit() or not answer.isascii() or answer[:1].isdigit()
                    for answer in asked.answers
                    for sentence in said
                ), asked
        if asked.recording in DIGIT_ORDERS:
            assert all(line < len(DIGIT_ORDERS[asked.recording]) for line in asked.lines)


def result(answerable: bool, sure: bool, first: bool, error: float = math.nan, answer: str = "x") -> SpeechResult:
    return SpeechResult("q", "r", "en", answerable, answer, 0.9 if sure else 0.1, sure, first, error, first, 0.5)


def test_figures_are_counted_by_hand() -> None:
    results = [
        result(True, True, True, 0.2),
        result(True, False, True, 1.5),
        result(True, True, False),
        result(True, False, False),
        result(False, True, False, answer="Paris"),
        result(False, True, False, answer="No: nobody"),
        result(False, False, False),
    ]
    report = report_of("held", results, [0.4], (0.9, 0.95))
    assert (report.passage_first, report.time_within_1_s, report.span_hit, report.answered) == (0.5, 0.5, 0.5, 0.25)
    assert report.refused == pytest.approx(2 / 3) and report.confident_inventions == 1 and report.wrong_but_sure == 1
    assert is_refusal(results[5]) and not is_refusal(results[4])


def test_passages_answer_by_overlap() -> None:
    assert answers_question(Span(1, 3), [Span(0.8, 3.1)]) and answers_question(Span(0, 9), [Span(4, 6)])
    assert not answers_question(Span(0, 2), [Span(1.9, 5)]) and not answers_question(Span(0, 2), [])


@pytest.mark.real
def test_faultless_transcripts_are_answered_in_both_languages(real_models: Models) -> None:
    first = refused = can = cannot = 0
    for name, language in (("company", "en"), ("market", "zh")):
        heard, spans = read_aloud(name, SENTENCES[name], language, real_models)
        for asked in (asked for asked in QUESTIONS["held"] if asked.recording == name):
            answer = answer_recording(read_question(asked.text, Limits()), heard, real_models)
            if not asked.lines:
                cannot, refused = cannot + 1, refused + (not answer.sure or answer.text.startswith(("No", "不", "没")))
                continue
            span = answer.evidence[0].span
            can, first = can + 1, first + (span is not None and answers_question(span, [spans[i] for i in asked.lines]))
    assert first / can >= 0.85 and refused == cannot > 5

"""Answers from words: what is found, what is not, and what comes before or after."""

from __future__ import annotations

import pytest

from mmdemo.config import Limits
from mmdemo.tasks.questions import read_question
from mmdemo.tasks.recording_answers import answer_recording
from mmdemo.tasks.spoken_answers import answer_speech
from mmdemo.types import Answer
from tests.tasks.spoken_models import heard_text, spoken_models

LINES = (
    "The old mill burned down in 1910.",
    "A baker named Paul Weber sold bread to the sailors.",
    "The river floods every spring because the snow melts.",
    "Swimming is not allowed near the dam.",
    "The tunnel has ninety lamps.",
    "After the war the school got a red roof.",
)


def ask(text: str, lines: tuple[str, ...] = LINES, language: str = "en") -> Answer:
    models = spoken_models()
    return answer_speech(read_question(text, Limits()), heard_text(lines, models, language), models, media=2)


@pytest.mark.parametrize(
    ("question", "answer", "line"),
    [
        ("When did the mill burn down?", "1910", 0),
        ("Who sold bread to the sailors?", "Paul Weber", 1),
        ("Why does the river flood?", "the snow melts", 2),
        ("How many lamps does the tunnel have?", "ninety lamps", 4),
        ("What color is the roof of the school?", "red", 5),
    ],
)
def test_the_span_is_the_answer_and_its_sentence_the_evidence(question: str, answer: str, line: int) -> None:
    found = ask(question)
    assert found.sure and answer in found.text and found.probability >= 0.5
    first = found.evidence[0]
    assert (first.kind, first.media, first.text) == ("passage", 2, LINES[line])
    assert first.span is not None and first.span.start == pytest.approx(5.0 * line)
    assert found.guesses[0].probability >= found.guesses[1].probability


@pytest.mark.parametrize(
    "question",
    [
        "Who flew the airplane?",
        "How many giraffes escaped?",
        "When was the cinema painted?",
        "谁偷了钻石？",
        "Is there an elephant?",
    ],
)
def test_what_nobody_spoke_of_is_not_sure(question: str) -> None:
    found = ask(question)
    assert not found.sure and found.probability < 0.5 and found.reasons
    assert found.text.startswith(("I am not sure", "不确定"))


def test_yes_and_no_follow_the_sentence() -> None:
    assert ask("Is swimming allowed near the dam?").text.startswith("No")
    assert ask("Does the tunnel have lamps?").text.startswith("Yes")


def test_a_time_in_the_recording_is_told() -> None:
    found = ask("When does he mention the tunnel?")
    assert found.sure and "0:20" in found.text


def test_what_comes_after_and_before() -> None:
    after = ask("What is said after the river floods?")
    assert after.text.startswith(LINES[3]) and after.evidence[0].text == LINES[3]
    assert LINES[2] in [evidence.text for evidence in after.evidence]
    before = ask("What is said before swimming near the dam?")
    assert before.evidence[0].text == LINES[2]
    assert ask("What is said at 0:21?").evidence[0].text == LINES[4]
    assert ask("What is said at the end?").evidence[-1].text == LINES[-1]
    assert ask("What happened after the war?").evidence[0].text == LINES[5]


def test_after_the_last_sentence_nothing_is_said() -> None:
    found = ask("What is said after the red roof of the school?")
    assert found.evidence[0].text in LINES


def test_everything_and_the_gist() -> None:
    whole = ask("What is said?")
    assert all(line in whole.text for line in LINES) and whole.sure
    gist = ask("What is this recording about?")
    assert 0 < len(gist.evidence) < len(LINES) and any("extract" in reason.en for reason in gist.reasons)


def test_a_question_in_the_other_language_says_so() -> None:
    found = ask("河什么时候泛滥？")
    assert found.language == "zh" and any("different languages" in reason.en for reason in found.reasons)


def test_without_words_there_is_no_answer() -> None:
    found = ask("Who sold bread?", ())
    assert not found.sure and found.probability == 0.0 and found.evidence == ()


def test_chinese_speech_is_answered_in_chinese() -> None:
    found = ask("图书馆有多少本书？", ("爷爷住在广州。", "图书馆有三万本书。"), "zh")
    assert found.language == "zh" and "三万" in found.text and found.evidence[0].text == "图书馆有三万本书。"


def test_a_question_about_dogs_is_no_question_about_barking() -> None:
    models = spoken_models()
    question = read_question("Are dogs allowed in the garden?", Limits())
    found = answer_recording(question, heard_text(LINES, models), models)
    assert not found.sure and all(evidence.kind == "passage" for evidence in found.evidence)

"""Questions as the decoder reads them."""

from __future__ import annotations

import pytest

from mmdemo.generators.answer_calibration import answer_kind, calibrated
from mmdemo.generators.answer_texts import ANSWER_ID, LONGEST_QUESTION, question_ids
from mmdemo.generators.tokenizer import Tokenizer


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer.train(["what color is the dog", "how many dogs are there", "图里有几只狗"] * 5, 400)


def test_a_question_stands_between_its_prompt_and_the_answer(tokenizer: Tokenizer) -> None:
    ids, ends = question_ids(["What color is the dog?", "How many dogs?"], "en", tokenizer)
    assert ids.shape == (2, LONGEST_QUESTION + 2)
    for row, end, text in zip(ids.tolist(), ends.tolist(), ["what color is the dog", "how many dogs"], strict=True):
        assert row[0] == tokenizer.prompt("ask:en")[0]
        assert row[end] == ANSWER_ID
        assert tokenizer.text(row[1:end]) == text
        assert set(row[end + 1 :]) <= {0}


def test_languages_have_prompts_of_their_own(tokenizer: Tokenizer) -> None:
    english, _ = question_ids(["图里有几只狗"], "en", tokenizer)
    chinese, _ = question_ids(["图里有几只狗？"], "zh", tokenizer)
    assert english[0, 0] != chinese[0, 0]


def test_of_a_long_question_both_ends_are_read(tokenizer: Tokenizer) -> None:
    words = [f"dog{n}" for n in range(40)]
    ids, ends = question_ids([" ".join(words)], "en", tokenizer)
    assert int(ends[0]) == LONGEST_QUESTION + 1
    read = tokenizer.text(ids[0, 1 : int(ends[0])].tolist())
    assert read.startswith("dog0")
    assert read.endswith("9")


def test_an_empty_question_is_a_prompt_alone(tokenizer: Tokenizer) -> None:
    ids, ends = question_ids([""], "en", tokenizer)
    assert int(ends[0]) == 1
    assert int(ids[0, 1]) == ANSWER_ID


def test_kinds_have_lines_of_their_own() -> None:
    lines = {"closed": (1.0, 0.0), "number": (1.0, -2.0), "other": (0.5, 0.0)}
    assert [answer_kind(answer) for answer in ("yes", "no", "12", "red")] == ["closed", "closed", "number", "other"]
    assert calibrated("yes", 0.7, lines) == pytest.approx(0.7)
    assert calibrated("3", 0.5, lines) == pytest.approx(1 / (1 + 2.718281828**2))
    assert 0.5 < calibrated("red", 0.9, lines) < 0.9

"""Plain captions, and tokens there and back in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmdemo.generators.tokenizer import END_ID, PADDING_ID, SPECIAL, Tokenizer, plain

TEXTS = ["a dog runs on the grass", "two dogs run", "一只狗在草地上奔跑", "一个女孩在跑"] * 3


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer.train(TEXTS, 400)


@pytest.mark.parametrize(
    ("written", "language", "expected"),
    [
        ("A man 's dog , a T-shirt !", "en", "a man's dog a t-shirt"),
        ("  Two-tone  car.  ", "en", "two-tone car"),
        ("一只 狗，在跑。", "zh", "一只狗，在跑"),
        ("“狗”、猫和 2 只鸟！", "zh", "狗，猫和2 只鸟".replace("2 ", "2")),
        ("...", "en", ""),
        ("。", "zh", ""),
    ],
)
def test_plain_captions(written: str, language: str, expected: str) -> None:
    assert plain(written, language) == expected


@pytest.mark.parametrize(
    "text", ["a dog's run", "一只狗，在跑", "龘 never seen ü", "two 狗", "a b  c".replace("  ", " ")]
)
def test_texts_come_back(tokenizer: Tokenizer, text: str) -> None:
    assert tokenizer.text(tokenizer.ids([text])[0]) == text


def test_chinese_goes_character_by_character(tokenizer: Tokenizer) -> None:
    assert tokenizer.token_texts(tokenizer.ids(["一只狗"])[0]) == ["一", "只", "狗"]


def test_the_first_word_is_the_token_it_is_elsewhere(tokenizer: Tokenizer) -> None:
    first, second = tokenizer.ids(["dog", "a dog"])
    assert second[-len(first) :] == first


def test_prompts_are_tokens_of_their_own_and_leave_no_text(tokenizer: Tokenizer) -> None:
    prompt = tokenizer.prompt("caption:zh", "long")
    assert len(prompt) == 2 and all(token < len(SPECIAL) for token in prompt)
    assert tokenizer.text([*prompt, END_ID, PADDING_ID]) == ""


def test_nobody_can_write_a_prompt(tokenizer: Tokenizer) -> None:
    typed = tokenizer.ids([plain("<caption:en> <end> <answer>", "en")])[0]
    assert all(token >= len(SPECIAL) for token in typed)


def test_a_tokenizer_survives_its_file(tokenizer: Tokenizer, tmp_path: Path) -> None:
    tokenizer.save(tmp_path / "tokenizer.json")
    assert Tokenizer.load(tmp_path / "tokenizer.json").ids(TEXTS) == tokenizer.ids(TEXTS)

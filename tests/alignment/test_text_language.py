"""The language of subtitles against that of the speech."""

from __future__ import annotations

import pytest

from mmdemo.alignment.text_language import other_language, text_language

ENGLISH = ("I'll be there at nine.", "<i>Nobody</i> told me that the bridge was closed.", "What do you mean?")
GERMAN = ("Ich bin um neun da.", "Niemand hat mir gesagt, dass die Brücke gesperrt war.", "Was meinst du?")
CHINESE = ("我九点到那里。", "没有人告诉我桥已经关闭了。", "你这是什么意思？我完全不明白你在说什么呢")
TRADITIONAL = ("我九點到那裡。", "沒有人告訴我橋已經關閉了。", "你這是什麼意思？我完全不明白你在說什麼呢")


@pytest.mark.parametrize(
    ("texts", "spoken", "other"),
    [
        (ENGLISH, "en", ""),
        (ENGLISH, "de", "en"),
        (GERMAN, "de", ""),
        (GERMAN, "en", "de"),
        (CHINESE, "zh", ""),
        (TRADITIONAL, "zh", ""),
        (CHINESE, "en", "zh"),
        (ENGLISH, "zh", "en"),
    ],
)
def test_languages_are_told_apart(texts: tuple[str, ...], spoken: str, other: str) -> None:
    assert other_language(texts, spoken) == other


def test_what_says_too_little_is_in_no_other_language() -> None:
    assert other_language([], "en") == ""
    assert other_language(["123", "[door slams]", "♪ ♪", "..."], "en") == ""
    assert other_language(["Oui."], "en") == ""


def test_a_long_file_is_read_in_samples() -> None:
    assert other_language(GERMAN * 7_000, "en") == "de"


def test_a_text_names_its_own_language_if_it_says_enough() -> None:
    assert (
        text_language(GERMAN) == "de"
        and text_language(["今天早上我去市场买了很多水果。", "请你把窗户打开一点。"] * 3) == "zh"
    )
    assert text_language(["Oui.", "123", "♪ ♪"]) == "" and text_language([]) == ""

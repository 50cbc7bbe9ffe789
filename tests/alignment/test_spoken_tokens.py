"""Texts become the words that are spoken for them, each with the characters it stands for."""

from __future__ import annotations

import random

import pytest

from mmdemo.alignment.spoken_tokens import spoken_tokens, spoken_word_tokens


def _keys(text: str, language: str = "en") -> list[str]:
    return [token.key for token in spoken_tokens([text], language)]


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ('<i>Hello,</i> <font color="#fff">world</font>!', "hello world"),
        ("{\\an8\\fs20}Up here", "up here"),
        ("{\\k20}Hel{\\k30}lo", "hello"),
        ("<v Roger>Yes.</v> <00:00:01.000><c.yellow>no</c>", "yes no"),
        ("one\\Ntwo\\hthree &nbsp; four", "one two three four"),
        ("JOHN: Don't go.", "don't go"),
        ("- Hi.\n- MARY ANN: Bye.", "hi bye"),
        (">> REPORTER: And now", "and now"),
        ("[door slams] What? [MUSIC PLAYING]", "what"),
        ("(laughs) Stop it (sighs)", "stop it"),
        ("(dramatic orchestral music keeps on playing)", ""),
        ("the house (which he had bought in spring) burned", "the house which he had bought in spring burned"),
        ("♪ La la, la ♪", "la la la"),
        ("It’s — “well-known”… O`clock", "it's well known o'clock"),
        ("U.S. troops and the F.B.I", "us troops and the fbi"),
        ("Mr. Smith vs. Dr Jones, etc.", "mister smith versus doctor jones et cetera"),
        ("R & D", "r and d"),
        ("see you at: home", "see you at home"),
        ("... ?! ♪ 🙂", ""),
        ("a < b and c > d", "a b and c d"),
        ("", ""),
    ],
)
def test_only_what_is_spoken_counts(text: str, spoken: str) -> None:
    assert _keys(text) == spoken.split()


def test_a_name_that_returns_is_a_label() -> None:
    dialogue = ["Anna: Where were you?", "Ben: Out.", "Anna: Again?", "Ben: Remember: it is late."]
    keys = [token.key for token in spoken_tokens(dialogue, "en")]
    assert keys == "where were you out again remember it is late".split()
    assert _keys("Remember: it is late.") == "remember it is late".split()
    chinese = spoken_tokens(["主持人：你好", "主持人：再见"], "zh")
    assert "".join(token.key for token in chinese) == "你好再见"


def test_text_in_capitals_is_not_all_labels() -> None:
    assert _keys("REMEMBER: DON'T GO") == "remember don't go".split()


def test_spans_point_at_the_text() -> None:
    texts = ["<b>Café</b> & 25 %", "", "ＡＢＣ {x}Straße"]
    tokens = spoken_tokens(texts, "en")
    found = [(token.cue, token.key, texts[token.cue][token.start : token.end]) for token in tokens]
    assert found == [
        (0, "café", "Café"),
        (0, "and", "&"),
        (0, "twenty", "25 %"),
        (0, "five", "25 %"),
        (0, "percent", "25 %"),
        (2, "abc", "ＡＢＣ"),
        (2, "straße", "Straße"),
    ]


def test_spans_ascend_whatever_the_text() -> None:
    signs = list("ab 1２٣%$€.:,-<>{}[]()'\\N\n♪éÅ中あกำ\u0301\u200d\ud800😀½º&;：")
    chance = random.Random(0)
    for language in ("en", "zh", "de", "ja", "th", "xx", ""):
        for _ in range(300):
            text = "".join(chance.choices(signs, k=chance.randint(0, 24)))
            end = start = 0
            for token in spoken_tokens([text], language):
                assert token.key and token.key.strip() == token.key
                assert (token.start, token.end) == (start, end) or token.start >= end, (text, language)
                assert 0 <= token.start < token.end <= len(text)
                start, end = token.start, token.end


@pytest.mark.parametrize(
    ("text", "language", "keys"),
    [
        ("廣州，OK嗎？", "zh-TW", ["广", "州", "ok", "吗"]),
        ("カタカナとひらがな", "ja", list("カタカナとひらがな")),
        ("น้ำ ดี", "th", ["น้ำ", "ดี"]),
        ("ភាសា", "km", ["ភា", "សា"]),
        ("안녕 세상", "ko", ["안녕", "세상"]),
        ("नमस्ते दुनिया", "hi", ["नमस्ते", "दुनिया"]),
        ("مَرْحَبًا بالعالم", "ar", ["مَرْحَبًا", "بالعالم"]),
        ("l’homme d'État", "fr", ["l'homme", "d'état"]),
        ("z. B. über", "de", ["zum", "beispiel", "über"]),
    ],
)
def test_every_script_has_its_words(text: str, language: str, keys: list[str]) -> None:
    assert _keys(text, language) == keys


def test_both_ways_to_write_a_number_have_the_same_keys() -> None:
    assert _keys("25% of $1.5 million") == _keys("twenty-five percent of one point five million dollars")
    assert _keys("超50%", "zh") == _keys("超百分之五十", "zh")


def test_recognised_words_may_come_one_by_one() -> None:
    tokens = spoken_tokens([" In", " 1995,", " the", " [music]"], "en")
    assert [(token.cue, token.key) for token in tokens] == [
        (0, "in"),
        (1, "nineteen"),
        (1, "ninety"),
        (1, "five"),
        (2, "the"),
    ]


def test_what_a_recogniser_split_is_read_together() -> None:
    tokens = spoken_word_tokens([" About", " $5", " million", " [door", " slams]", "", " 50", "%."], "en")
    assert [(token.cue, token.key) for token in tokens] == [
        (0, "about"),
        (1, "five"),
        (1, "million"),
        (1, "dollars"),
        (6, "fifty"),
        (6, "percent"),
    ]
    assert (tokens[0].start, tokens[0].end, tokens[1].start, tokens[1].end) == (1, 6, 1, 3)
    assert [token.key for token in spoken_word_tokens(["超", "50", "%"], "zh")] == list("超百分之五十")
    assert spoken_word_tokens([], "en") == ()

"""Numbers are written as they are spoken."""

from __future__ import annotations

import random

import pytest

from mmdemo.alignment.chinese_numerals import chinese_number
from mmdemo.alignment.numerals import numeral_pattern, spoken_numeral


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("0", "zero"),
        ("110", "one hundred ten"),
        ("1,234,567", "one million two hundred thirty four thousand five hundred sixty seven"),
        ("1995", "nineteen ninety five"),
        ("1905", "nineteen oh five"),
        ("2005", "two thousand five"),
        ("1,995", "one thousand nine hundred ninety five"),
        ("$1995", "one thousand nine hundred ninety five dollars"),
        ("1990s", "nineteen nineties"),
        ("80's", "eighties"),
        ("21st", "twenty first"),
        ("3.14", "three point one four"),
        ("$5", "five dollars"),
        ("US$5 million", "five million dollars"),
        ("$5k", "five thousand dollars"),
        ("£3.50", "three fifty pounds"),
        ("50 %", "fifty percent"),
        ("-5°C", "minus five degrees"),
        ("10:30", "ten thirty"),
        ("10:05", "ten oh five"),
        ("10:00", "ten"),
        ("007", "zero zero seven"),
        ("555-1234", "five five five one two three four"),
        ("1/2", "one half"),
        ("3/4", "three quarters"),
        ("2½", "two and one half"),
        ("90 km/h", "ninety kilometers per hour"),
        ("5kg", "five kilograms"),
        ("٢٥", "twenty five"),
        ("２５％", "twenty five percent"),
        ("1000000000", "one billion"),
        ("6502531234", "six five zero two five three one two three four"),
    ],
)
def test_english(text: str, spoken: str) -> None:
    assert numeral_pattern("en").fullmatch(text)
    assert spoken_numeral(text, "en") == spoken


@pytest.mark.parametrize(
    ("text", "language", "spoken"),
    [
        ("1.000,5 km", "de", "eintausend Komma fünf Kilometer"),
        ("50 %", "de", "fünfzig Prozent"),
        ("1er", "fr", "premier"),
        ("2e", "fr", "deuxième"),
        ("1 000 €", "fr", "mille euros"),
        ("3,5 %", "es", "tres coma cinco por ciento"),
        ("R$ 5 milhões", "pt", "cinco milhões reais"),
        ("25", "ru", "двадцать пять"),
        ("2020", "ja", "二千二十"),
        ("50%", "ja", "五十パーセント"),
        ("25", "ko", "이십오"),
        ("25", "hi", "25"),
        ("25%", "xx", "25"),
    ],
)
def test_other_languages(text: str, language: str, spoken: str) -> None:
    assert spoken_numeral(text, language).replace(" " if language == "ja" else "\0", "") == spoken


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("50%", "百分之五十"),
        ("3.14", "三点一四"),
        ("-3", "负三"),
        ("2023年", "二零二三年"),
        ("10:30", "十点三十分"),
        ("10:00", "十点"),
        ("3/4", "四分之三"),
        ("$500", "五百美元"),
        ("007", "零零七"),
        ("12,305", "一万二千三百零五"),
    ],
)
def test_chinese(text: str, spoken: str) -> None:
    assert spoken_numeral(text, "zh") == spoken


def _chinese_value(spoken: str) -> int:
    """Read a Chinese number back, by the rules of the language and not of the code."""
    units = {"十": 10, "百": 100, "千": 1000}
    total = part = digit = 0
    for character in spoken:
        if character in "零一二三四五六七八九":
            digit = "零一二三四五六七八九".index(character)
        elif character in units:
            part += (digit or 1) * units[character]
            digit = 0
        elif character == "万" and total and total % 10**8 == 0 and not part + digit:
            total *= 10**4
        else:
            total += (part + digit) * {"万": 10**4, "亿": 10**8}[character]
            part = digit = 0
    return total + part + digit


def test_chinese_numbers_read_back() -> None:
    chance = random.Random(0)
    numbers = [*range(0, 12_000, 7), *(chance.randrange(10 ** chance.randint(1, 12)) for _ in range(2000))]
    for number in [*numbers, 10, 100_000, 100_000_000, 100_010_000, 10_010]:
        assert _chinese_value(chinese_number(str(number))) == number, number
    assert chinese_number("10") == "十" and chinese_number("110") == "一百一十"
    assert chinese_number("10005") == "一万零五" and chinese_number("20000100") == "二千万零一百"


@pytest.mark.parametrize("digits", ["9" * 15, "9" * 16, "9" * 17, "1" * 5000, "0" * 20, "1.5" * 40, "1:2:3", "²"])
@pytest.mark.parametrize("language", ["en", "zh", "de", "it", "vi", "id", "pl", "tr", "fa", "xx"])
def test_no_number_is_too_odd(digits: str, language: str) -> None:
    assert all(spoken_numeral(found[0], language).strip() for found in numeral_pattern(language).finditer(digits))

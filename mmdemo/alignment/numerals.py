"""Numbers, amounts, years, times and percentages as they are spoken, for matching text with speech."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import regex

from mmdemo.alignment.chinese_numerals import chinese_digits, chinese_number
from mmdemo.alignment.number_vocabulary import SPACE_GROUPED, number_speech

LONGEST_NUMBER = 15
"""Digits of the largest number read as one, and the end of what every language of num2words reads."""
FIRST_YEAR, LAST_YEAR = 1100, 2099
"""Four digits in this range, without anything that makes them an amount, are read as a year."""
CHINESE_LANGUAGES = frozenset({"zh", "yue"})
_SIGN = r"(?:(?:US|HK|NT|A|C|R)?\p{Sc})"
_SPACE = r"[ \u00a0\u2009\u202f]"
_SIGNS = {"percent": "%", "per_mille": "‰", "degree": "°"}
_VULGAR = "¼½¾⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
_ENGLISH_FRACTIONS = {2: "half", 3: "third", 4: "quarter", 5: "fifth", 6: "sixth", 8: "eighth", 10: "tenth"}
_CHINESE_CURRENCIES = {"$": "美元", "€": "欧元", "£": "英镑", "¥": "元", "￥": "元", "₩": "韩元"}


@lru_cache(maxsize=64)
def numeral_pattern(language: str) -> regex.Pattern[str]:
    """Return the pattern of an expression with digits, together with the signs around it.

    Args:
        language: ISO 639-1 code; its units, scales and ordinal endings belong to the pattern.
    """
    speech = number_speech(language)
    spaces = r"'’\u00a0\u2009\u202f" + (r"\ " if language in SPACE_GROUPED else "")
    group, point = (f"[.{spaces}]", ",") if speech.comma_decimal else (f"[,{spaces}]", r"\.")
    scales, units, endings = _any_of(speech.scales), _any_of(speech.units), _any_of(speech.ordinal_endings)
    # A sign between two amounts belongs to the first where amounts come before their signs.
    beside = "" if speech.comma_decimal else f"{_SPACE}?"
    decade = r"['’]?s(?![\p{L}\d])" if language == "en" else r"(?!)"
    year = r"\d{3,4}年" if language in CHINESE_LANGUAGES else r"(?!)"
    return regex.compile(
        rf"""
        (?P<minus>(?<![\p{{L}}\d\p{{Pd}}])[-−–](?={_SIGN}?\d))?
        (?:(?P<sign>{_SIGN}){_SPACE}?)?
        (?:
          (?P<time>\d{{1,2}}[:：]\d{{2}}(?:[:：]\d{{2}})?)(?!\d)
        | (?P<phone>\d{{3}}-(?:\d{{3}}-)?\d{{4}})(?![\d-])
        | (?P<fraction>\d{{1,3}}[/⁄]\d{{1,3}})(?![\d/])
        | (?P<year>{year})
        | (?P<number>\d{{1,3}}(?P<group>{group})\d{{3}}(?:(?P=group)\d{{3}})*(?!\d)|\d+)(?:{point}(?P<decimals>\d+))?
          (?P<vulgar>[{_VULGAR}])?
        | (?P<vulgar>[{_VULGAR}])
        )
        (?:(?P<decade>{decade})|(?P<ordinal>{endings})(?![\p{{L}}\d]))?
        (?(sign)(?:{_SPACE}?(?P<scale>{scales})(?![\p{{L}}\d]))?)
        (?:{_SPACE}?(?:
          (?P<percent>[%％٪])|(?P<per_mille>‰)|(?P<degree>°{_SPACE}?[CFK](?!\p{{L}})|[°℃℉])
        | (?P<behind>\p{{Sc}}(?!{beside}\d))|(?P<unit>{units})(?![\p{{L}}\d])
        ))?
        """,
        regex.VERBOSE | regex.IGNORECASE,
    )


def _any_of(words: Iterable[str]) -> str:
    return "|".join(regex.escape(word) for word in sorted(words, key=lambda word: (-len(word), word))) or "(?!)"


@lru_cache(maxsize=65_536)
def spoken_numeral(expression: str, language: str) -> str:
    """Write an expression with digits as it is spoken.

    Args:
        expression: what `numeral_pattern` matched, such as “$5 million”, “1990s”, “10:30” or “50 %”.
        language: ISO 639-1 code.

    Returns:
        Words, or the bare digits where nothing here knows the language's numbers.
    """
    parts = numeral_pattern(language).fullmatch(expression)
    if parts is None:
        return expression
    found = {name: value for name, value in parts.groupdict().items() if value}
    for name in ("time", "phone", "fraction", "year", "number", "decimals"):
        if name in found:
            found[name] = "".join(str(unicodedata.digit(c, c)) for c in found[name])  # any script's digits to ASCII
    return _chinese(found) if language in CHINESE_LANGUAGES else _spaced(found, language)


def _spaced(found: dict[str, str], language: str) -> str:
    """Put the parts of an expression in the order in which they are said."""
    speech = number_speech(language)
    words = [speech.signs.get("-", "")] if "minus" in found else []
    words.append(_core(found, language))
    scale = found.get("scale", "")
    words.append(next((said for name, said in speech.scales.items() if name.lower() == scale.lower()), ""))
    sign = found.get("sign") or found.get("behind")
    if sign:
        words.append(speech.currencies.get(sign) or speech.currencies.get(sign[-1], ""))
    words += [speech.signs.get(_SIGNS[key], "") for key in _SIGNS if key in found]
    if "unit" in found:
        words.append(speech.units[found["unit"].lower()])
    return " ".join(word for word in words if word)


def _core(found: dict[str, str], language: str) -> str:
    """Say the digits themselves."""
    if "time" in found:
        parts = enumerate(regex.split("[:：]", found["time"]))
        return " ".join(word for place, part in parts if (word := _clock(part, place, language)))
    if "phone" in found:
        return _one_by_one(found["phone"].replace("-", ""), language)
    if "fraction" in found:
        upper, lower = regex.split("[/⁄]", found["fraction"])
        return _fraction(int(upper), int(lower), language)
    whole = "".join(c for c in found.get("number", "") if c.isdigit())
    vulgar = unicodedata.normalize("NFKC", found["vulgar"]).split("⁄") if "vulgar" in found else []
    said = [_fraction(int(vulgar[0]), int(vulgar[1]), language)] if vulgar else []
    if not whole:
        return said[0]
    if said and language == "en":
        said.insert(0, "and")
    if "decimals" in found:
        return _decimal(whole, found["decimals"], language, money="sign" in found or "behind" in found)
    return " ".join([_whole(whole, found, language), *said])


def _whole(digits: str, found: dict[str, str], language: str) -> str:
    amount = found.keys() & {"group", "sign", "behind", "percent", "per_mille", "degree", "unit", "minus", "ordinal"}
    if "decade" in found:
        return _decade(digits, language)
    if "ordinal" in found:
        return _words(digits, language, "ordinal")
    # Japanese years of num2words are those of an emperor.
    if language != "ja" and len(digits) == 4 and FIRST_YEAR <= int(digits) <= LAST_YEAR and not amount:
        return _words(digits, language, "year")
    # What begins with a zero is a code, as are digits that nobody grouped although there are many.
    if (len(digits) > 1 and digits[0] == "0") or (len(digits) > 6 and not amount and not digits.endswith("000")):
        return _one_by_one(digits, language)
    return _words(digits, language, "cardinal")


def _decimal(whole: str, decimals: str, language: str, money: bool) -> str:
    if money and len(decimals) == 2:
        # “$1.50” is “one dollars fifty” in most mouths; the currency follows, and matching forgives the order.
        return f"{_words(whole, language, 'cardinal')} {_words(decimals, language, 'cardinal')}"
    point = number_speech(language).signs.get(".", "")
    return f"{_words(whole, language, 'cardinal')} {point} {_one_by_one(decimals, language)}"


def _clock(part: str, place: int, language: str) -> str:
    if place and part == "00":
        return ""
    if place and part[0] == "0" and language == "en":
        return f"oh {_words(part[1], language, 'cardinal')}"
    return _words(part, language, "cardinal")


def _fraction(upper: int, lower: int, language: str) -> str:
    first = _words(str(upper), language, "cardinal")
    if language == "en" and lower in _ENGLISH_FRACTIONS:
        return f"{first} {_ENGLISH_FRACTIONS[lower]}" + ("s" if upper > 1 and lower != 2 else "")
    return f"{first} {_words(str(lower), language, 'cardinal')}"


def _decade(digits: str, language: str) -> str:
    year = len(digits) == 4
    said = _words(digits, language, "year" if year else "cardinal")
    return said[:-1] + "ies" if said.endswith("y") else said + "s"


def _one_by_one(digits: str, language: str) -> str:
    return " ".join(_words(digit, language, "cardinal") for digit in digits)


@lru_cache(maxsize=65_536)
def _words(digits: str, language: str, kind: str) -> str:
    """Ask num2words; what it cannot say comes back as digits."""
    from num2words import num2words

    if len(digits) > LONGEST_NUMBER:
        return _one_by_one(digits, language)
    for asked in (kind, "cardinal"):
        try:
            said = str(num2words(int(digits), lang=language, to=asked))
        except Exception:  # each language of num2words fails in its own way for what it does not know
            continue
        left_out = number_speech(language).left_out
        return " ".join(word for word in regex.split(r"[\s,-]+", said) if word not in left_out)
    return digits


def _chinese(found: dict[str, str]) -> str:
    """Say an expression in Chinese, where percentages and fractions turn around."""
    said = _chinese_core(found)
    sign = found.get("sign") or found.get("behind")
    if "percent" in found:
        said = "百分之" + said
    if "per_mille" in found:
        said = "千分之" + said
    if "degree" in found:
        said += "度"
    if sign:
        said += _CHINESE_CURRENCIES.get(sign[-1], "")
    return ("负" if "minus" in found else "") + said


def _chinese_core(found: dict[str, str]) -> str:
    if "year" in found:
        return chinese_digits(found["year"].removesuffix("年")) + "年"
    if "phone" in found:
        return chinese_digits(found["phone"].replace("-", ""))
    if "time" in found:
        parts = [int(part) for part in regex.split("[:：]", found["time"])]
        units = ("点", "分", "秒")
        return "".join(
            chinese_number(str(n)) + unit for n, unit in zip(parts, units, strict=False) if n or unit == "点"
        )
    if "fraction" in found or "vulgar" in found:
        text = found.get("fraction") or unicodedata.normalize("NFKC", found["vulgar"])
        upper, lower = regex.split("[/⁄]", text)
        return f"{chinese_number(lower)}分之{chinese_number(upper)}"
    digits = "".join(c for c in found["number"] if c.isdigit())
    code = len(digits) > 1 and digits[0] == "0"
    said = chinese_digits(digits) if code or (len(digits) > 8 and "group" not in found) else chinese_number(digits)
    return said + ("点" + chinese_digits(found["decimals"]) if "decimals" in found else "")

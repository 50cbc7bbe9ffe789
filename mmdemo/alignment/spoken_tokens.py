"""Text → the words that are spoken for it, normalised so that two texts of the same speech can be compared."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Any

import regex

from mmdemo.alignment.number_vocabulary import number_speech
from mmdemo.alignment.numerals import CHINESE_LANGUAGES, numeral_pattern, spoken_numeral

LONGEST_ASIDE_WORDS = 3
"""Round brackets with at most so many words say how something sounds; longer ones are read aloud."""

_TAGS = regex.compile(r"\{[^{}]*\}|</?[\p{L}\d][^<>\n]*>|<\d[\d:.]*>")
"""Of ASS, SRT and VTT; they may stand inside a word, as karaoke does."""
_BREAKS = regex.compile(r"\\[Nnh]|&(?:nbsp|lrm|rlm|lt|gt|quot|apos|#\d{1,7}|#x[\da-f]{1,6});", regex.IGNORECASE)
_SOUNDS = regex.compile(r"\[[^\[\]]*\]|【[^【】]*】|〔[^〔〕]*〕|［[^［］]*］")
_ASIDES = regex.compile(r"\([^()]*\)|（[^（）]*）")
_LABEL = regex.compile(
    r"(?:^|(?<=\n))[^\S\n]*(?:[-–—‐−>»]+[^\S\n]*)*(?P<name>\p{L}[\p{L}\p{M}\d .'’#&-]{0,30}?)[^\S\n]*[:：](?=\D|$)"
)
_LEADING_DASH = regex.compile(r"(?:^|(?<=\n))[^\S\n]*[-–—‐−>]+")
_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}ー々〇"
_LETTER = rf"(?:(?![{_UNSPACED}])[\p{{L}}\p{{M}}])"
_SPELLED = regex.compile(rf"(?=[{_UNSPACED}])\X|{_LETTER}+(?:'{_LETTER}+)*|\d+")
"""The words of something that was written out."""


@dataclass(frozen=True)
class SpokenToken:
    """One spoken word, or one character where the script has no spaces."""

    key: str  # lower case, numbers written out; compared by ``match_words``
    cue: int  # number of its text, counted from 0
    start: int  # its characters in that text; the words of one number share them
    end: int


def spoken_tokens(texts: Sequence[str], language: str) -> tuple[SpokenToken, ...]:
    """Find the words that a speaker of these texts says.

    Markup, speaker labels, described sounds and signs are passed over; numbers, amounts, years and common abbreviations
    are written out, so that several tokens may share one stretch of text; Chinese is simplified.

    Args:
        texts: lines, cues or recognised words; their positions are the tokens' ``cue``.
        language: code of the speech such as ``en`` or ``zh-TW``; an unknown one leaves digits as they are.

    Returns:
        Tokens in the order in which they are spoken.
    """
    code = language.strip().lower().replace("_", "-").split("-")[0]
    names = _speakers(texts)
    return tuple(
        SpokenToken(key, cue, start, end)
        for cue, text in enumerate(texts)
        for key, start, end in _tokens_of(text, code, names)
    )


def spoken_word_tokens(words: Sequence[str], language: str) -> tuple[SpokenToken, ...]:
    """Find the spoken words in what a recogniser split, where “50” and “%” or “[door” and “slams]” belong together.

    Args:
        words: of one sentence or window, each with the space before it where the language writes one.
        language: code of the speech.

    Returns:
        Tokens whose ``cue`` is the recognised word they begin in and whose characters are that word's.
    """
    behind = list(accumulate(len(word) for word in words))
    tokens = []
    for token in spoken_tokens(["".join(words)], language):
        word = bisect_right(behind, token.start)
        first = behind[word] - len(words[word])
        tokens.append(SpokenToken(token.key, word, token.start - first, min(token.end - first, len(words[word]))))
    return tuple(tokens)


def _tokens_of(text: str, language: str, names: frozenset[str]) -> Iterator[tuple[str, int, int]]:
    characters, places = _without_tags(_without_sounds(text, names))
    for found in _token_pattern(language).finditer(characters):
        keys = _keys(found, language)
        start, end = places[found.start()], places[found.end() - 1] + 1
        yield from ((key, start, end) for key in keys)


def _speakers(texts: Sequence[str]) -> frozenset[str]:
    """Return the names before colons that occur more than once: “John:” is one, “Remember:” hardly."""
    seen = Counter(
        found["name"].lower() for text in texts if ":" in text or "：" in text for found in _LABEL.finditer(text)
    )
    return frozenset(name for name, count in seen.items() if count > 1)


def _without_sounds(text: str, names: frozenset[str]) -> str:
    """Blank out what is not spoken, every other character staying in its place."""
    if text.isascii() and text.replace(" ", "").isalpha():
        return text
    plain: str = _TAGS.sub(lambda found: "\0" * len(found[0]), text)
    plain = _BREAKS.sub(_blank, _SOUNDS.sub(_blank, plain))
    alone = not _ASIDES.sub("", plain).strip(" \n\0-♪♫")
    plain = _ASIDES.sub(lambda found: _blank(found) if alone or _is_sound(found[0]) else found[0], plain)
    plain = _LABEL.sub(lambda found: _blank(found) if _is_label(found["name"], plain, names) else found[0], plain)
    return str(_LEADING_DASH.sub(_blank, plain))


def _blank(found: regex.Match[str]) -> str:
    start, end = found.span()
    return " " * int(end - start)


def _is_sound(aside: str) -> bool:
    return aside.isupper() or len(aside.split()) <= LONGEST_ASIDE_WORDS


def _is_label(name: str, text: str, names: frozenset[str]) -> bool:
    if name.lower() in names:
        return True
    return name.isupper() and len(name) > 1 and any(letter.islower() for letter in text)


def _without_tags(text: str) -> tuple[str, Sequence[int]]:
    """Take tags out and tell where each character stood."""
    if "\0" not in text:
        return text, range(len(text))
    places = [place for place, character in enumerate(text) if character != "\0"]
    return text.replace("\0", ""), places


@lru_cache(maxsize=64)
def _token_pattern(language: str) -> regex.Pattern[str]:
    abbreviations = sorted(number_speech(language).abbreviations, key=lambda short: (-len(short), short))
    return regex.compile(
        rf"""
        (?P<abbreviation>(?<!{_LETTER}){_any_of(abbreviations)}(?!{_LETTER}))
        |(?P<initials>(?<!{_LETTER})(?:\p{{L}}\.){{2,}}(?:\p{{L}}(?!{_LETTER}))?)
        |(?P<numeral>{numeral_pattern(language).pattern})
        |(?P<unspaced>(?=[{_UNSPACED}])\X)
        |(?P<word>{_LETTER}+(?:['’ʼ`´]{_LETTER}+)*)
        |(?P<symbol>[&＆%％+＋])
        """,
        regex.VERBOSE | regex.IGNORECASE,
    )


def _any_of(words: Sequence[str]) -> str:
    return "(?:" + ("|".join(regex.escape(word, literal_spaces=False) for word in words) or "(?!)") + ")"


def _keys(found: regex.Match[str], language: str) -> tuple[str, ...]:
    if found["word"] is not None or found["unspaced"] is not None:
        return (_key(found[0], language),)
    kind = next(name for name in ("numeral", "abbreviation", "initials", "symbol") if found[name] is not None)
    return _written_out(found[0], kind, language)


@lru_cache(maxsize=65_536)
def _written_out(text: str, kind: str, language: str) -> tuple[str, ...]:
    speech = number_speech(language)
    if kind == "numeral":
        said = spoken_numeral(text, language)
    elif kind == "abbreviation":
        said = speech.abbreviations[text.lower()]
    elif kind == "initials":
        said = text.replace(".", "")
    else:
        said = speech.signs.get(unicodedata.normalize("NFKC", text), "")
    return tuple(_key(found[0], language) for found in _SPELLED.finditer(said))


@lru_cache(maxsize=65_536)
def _key(text: str, language: str) -> str:
    full_width = any("\uff00" <= character <= "\uffef" for character in text)
    # NFKC would also take Thai vowels apart, and keys may go back to a speech model.
    key = unicodedata.normalize("NFKC" if full_width else "NFC", text).lower()
    for mark in "’ʼ`´":
        key = key.replace(mark, "'")
    return str(_simplifier().convert(key)) if language in CHINESE_LANGUAGES else key


@lru_cache(maxsize=1)
def _simplifier() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")

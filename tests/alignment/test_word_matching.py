"""Given words are found among heard ones: against brute force, on faults, in bounded time and memory."""

from __future__ import annotations

import random
import tracemalloc
from collections.abc import Sequence
from functools import cache

import numpy as np
import pytest

from mmdemo.alignment import word_corridor
from mmdemo.alignment.word_chain import skipping_cost
from mmdemo.alignment.word_corridor import find_anchors, find_corridor
from mmdemo.alignment.word_matching import WordMatch, match_words
from mmdemo.alignment.word_similarity import WordLikeness, folded

TEXT = (
    "when the sunlight strikes raindrops in the air they act as a prism and form a rainbow the rainbow is a division"
    " of white light into many beautiful colors these take the shape of a long round arch with its path high above"
    " and its two ends apparently beyond the horizon there is according to legend a boiling pot of gold at one end"
).split()


def _pairs(matches: Sequence[WordMatch]) -> list[tuple[int, int]]:
    return [(match.given, match.heard) for match in matches]


def _check_order(matches: Sequence[WordMatch], given: int, heard: int) -> None:
    row = column = 0
    for match in matches:
        assert match.given >= row and match.heard >= column
        assert 0.0 < match.similarity <= 1.0
        row, column = match.given + match.given_count, match.heard + match.heard_count
    assert row <= given and column <= heard


def _best_score(given: Sequence[str], heard: Sequence[str]) -> int:
    """Try every chain: what the fast search must reach."""
    likeness = WordLikeness([folded(key) for key in given], [folded(key) for key in heard])
    blocks = [
        (row, column, row + found.row_count, column + found.column_count, gain)
        for row in range(len(given))
        for found in likeness.candidates(row)
        for column, gain in zip(found.columns.tolist(), found.gains.tolist(), strict=True)
    ]

    @cache
    def behind(number: int) -> int:
        _, _, row, column, gain = blocks[number]
        later = (
            behind(other) - skipping_cost(block[0] - row, block[1] - column)
            for other, block in enumerate(blocks)
            if block[0] >= row and block[1] >= column
        )
        return int(gain) + max(0, max(later, default=0))

    return max((behind(number) for number in range(len(blocks))), default=0)


def _score(matches: Sequence[WordMatch], given: Sequence[str], heard: Sequence[str]) -> int:
    likeness = WordLikeness([folded(key) for key in given], [folded(key) for key in heard])
    total, row, column = 0, -1, -1
    for match in matches:
        found = next(
            found
            for found in likeness.candidates(match.given)
            if (found.row_count, found.column_count) == (match.given_count, match.heard_count)
        )
        total += int(found.gains[found.columns.tolist().index(match.heard)])
        if row >= 0:
            total -= skipping_cost(match.given - row, match.heard - column)
        row, column = match.given + match.given_count, match.heard + match.heard_count
    return total


@pytest.mark.parametrize("seed", range(60))
def test_no_chain_is_better_than_the_one_found(seed: int) -> None:
    chance = random.Random(seed)
    words = [
        "a",
        "the",
        "cat",
        "cats",
        "every",
        "day",
        "everyday",
        "sunlight",
        "sun",
        "light",
        "moon",
        "noon",
        "horizon",
    ]
    given = chance.choices(words[: chance.randint(2, len(words))], k=chance.randint(1, 14))
    heard = chance.choices(words[: chance.randint(2, len(words))], k=chance.randint(1, 18))
    matches = match_words(given, heard)
    _check_order(matches, len(given), len(heard))
    assert _score(matches, given, heard) == _best_score(given, heard)


def _spoken(chance: random.Random, words: Sequence[str], vocabulary: Sequence[str]) -> tuple[list[str], dict[int, int]]:
    """Return what a recogniser might write for words, and where each of them went; one in five goes wrong."""
    heard: list[str] = []
    places: dict[int, int] = {}
    for number, word in enumerate(words):
        fate = chance.random()
        if fate < 0.05:
            continue
        if fate < 0.1:
            heard.append("um")
        if 0.1 <= fate < 0.15:
            heard.append(chance.choice(vocabulary))
        else:
            places[number] = len(heard)
            heard.append(word[:-1] if 0.15 <= fate < 0.25 and len(word) > 3 else word)
    return heard, places


def _vocabulary(chance: random.Random, size: int) -> list[str]:
    return ["".join(chance.choices("etaoinshrdlucmfw", k=chance.randint(2, 10))) for _ in range(size)]


def _zipf(chance: random.Random, vocabulary: Sequence[str], count: int) -> list[str]:
    return chance.choices(vocabulary, [1 / (rank + 3) for rank in range(len(vocabulary))], k=count)


def test_identical_texts_match_word_by_word() -> None:
    assert match_words(TEXT, TEXT) == tuple(WordMatch(i, i, 1.0) for i in range(len(TEXT)))


@pytest.mark.parametrize(("given", "heard"), [([], []), (["a"], []), ([], ["a"]), (["abc"], ["xyz"])])
def test_nothing_matches_nothing(given: list[str], heard: list[str]) -> None:
    assert match_words(given, heard) == ()


def test_a_single_word_is_found() -> None:
    assert _pairs(match_words(["horizon"], ["so", "the", "horizon", "um"])) == [(0, 2)]


def test_spelling_may_differ() -> None:
    given = ["Café", "don't", "İstanbul", "colour", "两", "שָׁלוֹם", "straße"]
    heard = ["cafe", "dont", "istanbul", "color", "二", "שלום", "strasse"]
    matches = match_words(given, heard)
    assert _pairs(matches) == [(i, i) for i in range(len(given))]
    assert [match.similarity == 1.0 for match in matches] == [True, True, True, False, True, True, True]


def test_vowel_signs_of_india_are_letters() -> None:
    assert folded("की") != folded("कु") and folded("が") != folded("か")


def test_words_written_as_one_or_two() -> None:
    matches = match_words("we walk every day all right now".split(), "we walk everyday alright now".split())
    assert [(m.given, m.heard, m.given_count, m.heard_count) for m in matches] == [
        (0, 0, 1, 1),
        (1, 1, 1, 1),
        (2, 2, 2, 1),
        (5, 3, 1, 1),
        (6, 4, 1, 1),
    ]
    matches = match_words("the haus wirtschaft lehrer".split(), "the hauswirtschaft lehrer".split())
    assert [(m.given, m.heard, m.given_count) for m in matches] == [(0, 0, 1), (1, 1, 2), (3, 2, 1)]
    matches = match_words("the rainbow ends".split(), "the rain bow ends".split())
    assert [(m.given, m.heard, m.heard_count) for m in matches] == [(0, 0, 1), (1, 1, 2), (2, 3, 1)]


def test_a_preamble_takes_no_words_of_the_text() -> None:
    preamble = "hello and welcome to this show the point of it is that in the end a lot of people will know".split()
    matches = match_words(TEXT, preamble + TEXT)
    assert _pairs(matches) == [(i, i + len(preamble)) for i in range(len(TEXT))]


def test_lines_that_were_not_spoken_match_nothing() -> None:
    dropped = range(20, 45)
    heard = [word for i, word in enumerate(TEXT) if i not in dropped]
    assert not any(match.given in dropped for match in match_words(TEXT, heard))


def test_fillers_and_repeated_words_are_left_over() -> None:
    given = "so this is the the best thing that we have ever seen here".split()
    heard = "um so uh this is is the the best um uh thing that uh we have have ever seen um here".split()
    matches = match_words(given, heard)
    assert [given[m.given] for m in matches] == given
    assert all(heard[m.heard] == given[m.given] for m in matches)


def test_a_line_swapped_with_its_neighbour_costs_one_of_the_two() -> None:
    swapped = [*TEXT[:20], *TEXT[28:36], *TEXT[20:28], *TEXT[36:]]
    matched = {match.given for match in match_words(TEXT, swapped)}
    assert matched >= {*range(20), *range(36, len(TEXT))}
    assert len(matched) >= len(TEXT) - 9


def test_every_chorus_goes_to_its_own_place() -> None:
    chance = random.Random(3)
    words = _vocabulary(chance, 400)
    chorus = chance.choices(words, k=12)
    song = [word for _ in range(8) for word in [*chance.choices(words, k=15), *chorus]]
    heard, places = _spoken(chance, song, words)
    found = dict(_pairs(match_words(song, heard)))
    assert sum(found.get(i) == place for i, place in places.items()) >= 0.95 * len(places)


def test_the_prior_tells_one_chorus_from_another() -> None:
    chorus = "we will sing along tonight".split()
    heard = [*chorus, *TEXT, *chorus]
    assert match_words(chorus, heard, prior=range(5))[0].heard == 0
    late = [float(len(TEXT) + 5 + i) for i in range(5)]
    assert match_words(chorus, heard, prior=late)[0].heard == len(TEXT) + 5
    unknown = [float("nan")] * 5
    assert match_words(chorus, heard, prior=unknown) == match_words(chorus, heard)


def test_characters_match_without_words() -> None:
    given, heard = list("大学生利用漏洞免费吃肯德基获刑砸自己的脚"), list("那大学生用漏动免费吃肯得基获刑嗯砸自己的脚")
    found = match_words(given, heard)
    assert all(given[match.given] == heard[match.heard] for match in found)
    assert len(found) == 17


@pytest.mark.parametrize("seed", range(4))
def test_the_corridor_loses_nothing_that_the_whole_field_has(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(seed)
    words = _vocabulary(chance, 700)
    text = _zipf(chance, words, 1000)
    given = text[:300] + text[450:]
    heard, _ = _spoken(chance, [*text[80:600], *_zipf(chance, words, 90), *text[600:]], words)
    whole = match_words(given, heard)
    monkeypatch.setattr(word_corridor, "WHOLE_CELLS", 0)
    likeness = WordLikeness([folded(key) for key in given], [folded(key) for key in heard])
    corridor = find_corridor(likeness.given, likeness.heard)
    assert int((corridor.high - corridor.low).sum()) < 0.5 * len(given) * len(heard)
    assert all(np.diff(edge).min() >= 0 for edge in (corridor.low, corridor.high, corridor.centre))
    guided = match_words(given, heard)
    assert len(set(whole) & set(guided)) >= 0.99 * len(whole)
    assert _score(guided, given, heard) >= 0.99 * _score(whole, given, heard)


def test_anchors_need_company() -> None:
    given, heard = np.arange(60), np.arange(100, 160)
    assert len(find_anchors(given, heard)) == 0
    heard[5:9] = [30, 31, 32, 33]
    assert len(find_anchors(given, heard)) == 0, "one run alone is chance"
    heard[30:60] = np.arange(30, 60)
    assert find_anchors(given, np.where(heard < 100, heard, heard))[0].tolist() in ([31, 31], [34, 34], [30, 30])


@pytest.mark.parametrize(
    "texts",
    [
        (["la"] * 2100, ["la"] * 2100),
        ([f"word{i}" for i in range(1000)], [f"ward{i}" for i in range(1000)]),
        (["x" * 3000], ["x" * 2999, "y"]),
        ([chr(0x4E00 + i % 50) for i in range(2100)], [chr(0x4E00 + i % 49) for i in range(2000)]),
    ],
    ids=["one word", "all alike", "endless words", "few characters"],
)
def test_odd_texts_end_in_order(texts: tuple[list[str], list[str]]) -> None:
    matches = match_words(*texts)
    assert matches
    _check_order(matches, len(texts[0]), len(texts[1]))


def test_long_texts_stay_small() -> None:
    chance = random.Random(0)
    words = _vocabulary(chance, 1500)
    given = _zipf(chance, words, 2500)
    heard, places = _spoken(chance, given, words)
    match_words(given[:50], heard[:50])  # loads RapidFuzz
    tracemalloc.start()
    found = dict(_pairs(match_words(given, heard)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 25 * 2**20, "25 bytes a pair of words would be 150 MB"
    assert sum(found.get(i) == place for i, place in places.items()) >= 0.97 * len(places)

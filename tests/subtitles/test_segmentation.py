"""The cut of a transcript against every other cut."""

import math
from itertools import combinations

import pytest

from mmdemo.subtitles.atoms import make_atoms
from mmdemo.subtitles.break_costs import (
    ANYWHERE,
    BEFORE_CONJUNCTION,
    BEFORE_PREPOSITION,
    CLAUSE_END,
    INSIDE_PHRASE,
    SEGMENT_END,
    SENTENCE_END,
    break_costs,
    phrase_starts,
)
from mmdemo.subtitles.reading_rules import ReadingRules, rules_for
from mmdemo.subtitles.segmentation import Layout, cue_cost, make_layout, segment
from mmdemo.types import Segment, Word
from tests.subtitles.spoken import random_speech, speak


def total_cost(layout: Layout, stops: list[int]) -> float:
    count = len(layout.starts)
    firsts = [0, *stops[:-1]]
    cues = sum(cue_cost(layout, first, stop) for first, stop in zip(firsts, stops, strict=True))
    return cues + sum(layout.breaks[stop] for stop in stops if stop < count)


def cheapest_by_trying_all(layout: Layout) -> float:
    count = len(layout.starts)
    cuts = (list(cut) for size in range(count) for cut in combinations(range(1, count), size))
    return min(total_cost(layout, [*cut, count]) for cut in cuts)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("seed", range(12))
def test_no_other_cut_is_cheaper(language: str, seed: int) -> None:
    # Narrow lines make even a dozen words several cues.
    rules = ReadingRules(line_width=16) if language == "en" else ReadingRules(5, 9, True)
    rules = (
        rules
        if seed % 3
        else ReadingRules(rules.line_width, rules.characters_per_second, rules.full_width, max_lines=1)
    )
    atoms = make_atoms(random_speech(seed, 11, language == "zh"), rules)
    layout = make_layout(atoms, language, rules)
    stops = segment(layout)
    assert stops == sorted(set(stops)) and stops[-1] == len(atoms)
    assert math.isfinite(total_cost(layout, stops))
    assert total_cost(layout, stops) == pytest.approx(cheapest_by_trying_all(layout), abs=1e-9)


def test_an_impossible_cue_stays_impossible_when_it_grows() -> None:
    # The search stops at the first one, so this is what makes its answer exact.
    rules = rules_for("en")
    layout = make_layout(make_atoms(random_speech(5, 120, False), rules), "en", rules)
    for stop in range(1, len(layout.starts) + 1):
        costs = [cue_cost(layout, first, stop) for first in range(stop - 1, -1, -1)]
        finite = [math.isfinite(cost) for cost in costs]
        assert finite[0] and finite == sorted(finite, reverse=True)


def costs_of(text: str, language: str, pauses: dict[int, float] | None = None) -> dict[str, float]:
    atoms = make_atoms([speak(text, pauses=pauses or {})], rules_for(language))
    return {atom.text: cost for atom, cost in zip(atoms, break_costs(atoms, language), strict=True)}


def test_english_breaks_where_the_guide_wants_them() -> None:
    costs = costs_of("Well, Mr. Smith walked home in rain and sang. Nobody heard the song; I did", "en")
    assert costs == {
        "Well,": SENTENCE_END,
        "Mr.": CLAUSE_END,
        "Smith": ANYWHERE,
        "walked": ANYWHERE,
        "home": ANYWHERE,
        "in": BEFORE_PREPOSITION,
        "rain": INSIDE_PHRASE,
        "and": BEFORE_CONJUNCTION,
        "sang.": INSIDE_PHRASE,
        "Nobody": SENTENCE_END,
        "heard": ANYWHERE,
        "the": ANYWHERE,
        "song;": INSIDE_PHRASE,
        "I": CLAUSE_END,
        "did": INSIDE_PHRASE,
    }


def test_a_point_before_a_small_letter_ends_no_sentence() -> None:
    assert costs_of("about approx. ten", "en")["ten"] == ANYWHERE


def test_pauses_relieve_and_segments_help() -> None:
    assert costs_of("walked home", "en", {0: 0.4})["home"] == pytest.approx(ANYWHERE / 2)
    assert costs_of("walked home", "en", {0: 2.0})["home"] == 0.0
    halves = [speak("walked far"), speak("home now", 2 / 3 + 1e-9)]
    atoms = make_atoms([Segment(s.start, s.end, s.text, s.words) for s in halves], rules_for("en"))
    assert break_costs(atoms, "en")[2] <= SEGMENT_END


def test_chinese_particles_cling_and_conjunctions_begin() -> None:
    costs = costs_of("我走了，但是他不来因为忙吗", "zh")
    assert (costs["但"], costs["因"]) == (CLAUSE_END, BEFORE_CONJUNCTION)
    assert costs["吗"] == INSIDE_PHRASE
    assert "了，" in costs and costs["了，"] == INSIDE_PHRASE


def test_phrases_of_budoux_are_kept() -> None:
    pytest.importorskip("budoux", reason="the extra that knows Chinese and Japanese phrases")
    starts = phrase_starts("欢迎大家来体验语音识别", "zh")
    assert starts is not None and {0, 2} <= starts and not {1, 3} & starts


def test_languages_with_spaces_need_no_phrases() -> None:
    assert phrase_starts("Hello world", "en") is None


def test_atoms_keep_together_what_belongs_together() -> None:
    words = ("我", "用", "Chat", "GPT", "写", "《", "红楼", "》", "，", "(", "对", "吗", "?", ")")
    atoms = make_atoms([speak(words)], rules_for("zh"))
    assert [atom.text for atom in atoms] == ["我", "用", "ChatGPT", "写", "《红楼》，", "(对", "吗?)"]
    assert [word.text for atom in atoms for word in atom.words] == list(words)


def test_atoms_of_english_follow_the_spaces() -> None:
    atoms = make_atoms([speak((" It", "'s", " 5", "%", " —", " well", " ?", " ", "yes"))], rules_for("en"))
    assert [atom.text for atom in atoms] == ["It's", "5%", "—", "well ?", "yes"]
    assert all(atom.spaced for atom in atoms)


def test_a_segment_without_words_is_spread_over_its_time() -> None:
    atoms = make_atoms([Segment(10.0, 12.0, " Hello big 世界", ())], rules_for("en"))
    assert [atom.text for atom in atoms] == ["Hello", "big", "世", "界"]
    assert (atoms[0].start, atoms[-1].end) == (10.0, pytest.approx(12.0))
    assert all(not atom.words for atom in atoms)


def test_times_never_run_backwards() -> None:
    words = (
        Word(" a", 5.0, 5.5, 1),
        Word(" b", 4.0, 4.5, 1),
        Word(" c", math.nan, math.inf, 1),
        Word(" d", 6.0, 5.0, 1),
    )
    atoms = make_atoms([Segment(4.0, 6.0, "a b c d", words)], rules_for("en"))
    assert [(atom.start, atom.end) for atom in atoms] == [(5.0, 5.5), (5.0, 5.0), (5.0, 5.0), (6.0, 6.0)]


def test_a_word_wider_than_a_line_is_cut_with_its_time() -> None:
    atoms = make_atoms([Segment(0, 10, "", (Word(" " + "x" * 100, 0.0, 10.0, 0.5),))], rules_for("en"))
    assert [len(atom.text) for atom in atoms] == [42, 42, 16]
    assert [atom.start for atom in atoms] == pytest.approx([0.0, 4.2, 8.4])
    assert "".join(word.text for atom in atoms for word in atom.words) == " " + "x" * 100

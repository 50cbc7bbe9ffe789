"""The limits of reading and the count of what goes past them."""

import math

import pytest

from mmdemo.subtitles import ReadingRules, Violation, reading_violations, rules_for
from mmdemo.subtitles.reading_rules import text_width
from mmdemo.types import Cue


@pytest.mark.parametrize(
    ("language", "line_width", "speed"),
    [
        ("en", 42, 20),
        ("de-AT", 42, 20),
        ("", 42, 20),
        ("zh", 16, 9),
        ("zh_TW", 16, 9),
        ("yue", 16, 9),
        ("JA", 16, 9),
        ("ko", 16, 12),
    ],
)
def test_rules_by_language(language: str, line_width: float, speed: float) -> None:
    rules = rules_for(language)
    assert (rules.line_width, rules.characters_per_second) == (line_width, speed)
    assert (rules.max_lines, rules.min_duration, rules.max_duration) == (2, 0.8, 7.0)


@pytest.mark.parametrize(
    ("text", "width"),
    [("你好", 2.0), ("你好，“他”…", 7.0), ("ChatGPT写", 4.5), ("ｱｲｳ", 1.5), ("한국", 2.0), ("上\n下", 2.0), ("", 0.0)],
)
def test_full_width_counts_latin_half(text: str, width: float) -> None:
    assert text_width(text, full_width=True) == width


def test_other_text_counts_characters_and_the_line_break_as_a_space() -> None:
    assert text_width("สวัสดี", full_width=False) == 6.0
    assert text_width("How are\nyou?", full_width=False) == 12.0


def test_good_cues_have_no_violations() -> None:
    cues = [Cue(1, 0.0, 2.0, "x" * 40), Cue(2, 2.0, 2.8, "Yes."), Cue(3, 10.0, 17.0, "a\nb")]
    assert reading_violations(cues, "en") == ()


def test_every_rule_is_checked() -> None:
    cues = [
        Cue(1, 0.0, 1.0, "x" * 42),
        Cue(2, 1.0, 1.5, "short"),
        Cue(3, 2.0, 10.0, "long"),
        Cue(4, 9.0, 12.0, "y" * 43),
        Cue(5, 12.0, 14.0, "a\nb\nc"),
    ]
    assert reading_violations(cues, "en") == (
        Violation(1, "too_fast", 42.0, 20.0),
        Violation(2, "too_short", 0.5, 0.8),
        Violation(3, "too_long", 8.0, 7.0),
        Violation(3, "overlap", 1.0, 0.0),
        Violation(4, "line_too_wide", 43.0, 42.0),
        Violation(5, "too_many_lines", 3.0, 2.0),
    )


def test_language_and_own_rules_change_the_verdict() -> None:
    cues = [Cue(1, 0.0, 1.0, "今天天气很好我们去公园")]
    assert [found.kind for found in reading_violations(cues, "zh")] == ["too_fast"]
    assert reading_violations(cues, "en") == ()
    assert [found.kind for found in reading_violations(cues, "en", ReadingRules(line_width=10))] == ["line_too_wide"]


def test_a_cue_without_duration_is_infinitely_fast() -> None:
    assert reading_violations([Cue(1, 0.0, 0.0, "Hi")], "en")[0] == Violation(1, "too_fast", math.inf, 20.0)


def test_rounding_to_milliseconds_is_no_violation() -> None:
    assert reading_violations([Cue(1, 0.0, 0.799, "Hi"), Cue(2, 1.0, 2.999, "x" * 40)], "en") == ()

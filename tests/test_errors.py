"""Every expected failure is one sentence in both languages."""

from __future__ import annotations

import pickle
import string

import pytest

from mmdemo import errors, reasons
from mmdemo.errors import FileMissing, MMDemoError, UnreadableMedia, WeightsMissing


def _all_errors() -> list[type[MMDemoError]]:
    found, waiting = [], [MMDemoError]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        found.append(kind)
    return sorted(found, key=lambda kind: kind.__name__)


def _names(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize("kind", _all_errors(), ids=lambda kind: kind.__name__)
def test_both_languages_carry_the_same_values(kind: type[MMDemoError]) -> None:
    assert _names(kind.en) == _names(kind.zh)
    error = kind(**dict.fromkeys(_names(kind.en), "7"))
    assert "{" not in error.sentence.en + error.sentence.zh
    assert error.sentence.text("zh-CN") == error.sentence.zh
    assert error.sentence.text("en-GB") == str(error)
    assert any("\u4e00" <= character <= "\u9fff" for character in error.sentence.zh)


def test_the_tree_in_the_docstring_is_complete() -> None:
    assert errors.__doc__ is not None
    assert {kind.__name__ for kind in _all_errors()} <= set(errors.__doc__.replace("─", " ").split())


def test_long_names_are_cut_but_commands_are_not() -> None:
    assert len(str(UnreadableMedia(name="x" * 5000))) < 300
    assert "\n" not in str(FileMissing(name="a\nb"))
    command = "pip install " + "x" * 200
    assert command in str(WeightsMissing(component="text", command=command))


def test_braces_in_a_name_do_no_harm() -> None:
    assert "{0}{kind}" in str(FileMissing(name="{0}{kind}"))


def test_errors_travel_between_processes() -> None:
    error = pickle.loads(pickle.dumps(FileMissing(name="a.mp4")))
    assert isinstance(error, FileMissing)
    assert str(error) == str(FileMissing(name="a.mp4"))


def test_reasons_speak_both_languages() -> None:
    for sentence in (
        reasons.ends_early(65.2, 120.0),
        reasons.no_speech(),
        reasons.uncertain_language("de", 0.42),
        reasons.uncertain_words(0.3),
        reasons.dropped_text(2),
        reasons.repetition(1),
        reasons.misplaced_cues(1, 12),
        reasons.misplaced_cues(2, 12),
    ):
        assert sentence.en and any("\u4e00" <= character <= "\u9fff" for character in sentence.zh)
    assert "1:05" in reasons.ends_early(65.2, 120.0).en

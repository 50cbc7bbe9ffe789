from __future__ import annotations

import pytest
from faster_whisper.tokenizer import _LANGUAGE_CODES

from mmdemo.errors import UnknownLanguage
from mmdemo.ui.i18n import CHINESE, ENGLISH
from mmdemo.ui.spoken_languages import AUTOMATIC, COMMON_LANGUAGES, LANGUAGE_NAMES, language_choices, language_name
from mmdemo.ui.subtitle_job import spoken_language


def test_every_language_of_whisper_is_offered_once() -> None:
    codes = [code for _, code in language_choices(ENGLISH)]
    assert codes[0] == AUTOMATIC
    assert sorted(codes[1:]) == sorted(_LANGUAGE_CODES)
    assert codes[1 : 1 + len(COMMON_LANGUAGES)] == list(COMMON_LANGUAGES)


def test_languages_have_two_names_that_differ_from_each_other() -> None:
    assert len({name.en for name in LANGUAGE_NAMES.values()}) == len(LANGUAGE_NAMES)
    assert len({name.zh for name in LANGUAGE_NAMES.values()}) == len(LANGUAGE_NAMES)
    assert language_name("de", CHINESE) == "德语"
    assert language_name("tlh", CHINESE) == "tlh"


@pytest.mark.parametrize(
    ("choice", "code"), [("auto", None), (None, None), ("", None), ("ZH-cn", "zh"), ("en_US", "en")]
)
def test_choices_become_codes(choice: object, code: str | None) -> None:
    assert spoken_language(choice) == code


@pytest.mark.parametrize("choice", ["klingon", {"code": "en"}, ["en"], 7, "<b>"])
def test_anything_else_is_no_language(choice: object) -> None:
    with pytest.raises(UnknownLanguage):
        spoken_language(choice)

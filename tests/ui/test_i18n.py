from __future__ import annotations

import re
import string
from pathlib import Path

import gradio as gr
import pytest

import mmdemo.ui
from mmdemo.ui.header import words_for_css
from mmdemo.ui.i18n import (
    CHINESE,
    ENGLISH,
    TRADITIONAL,
    Localisation,
    for_reader,
    known_language,
    merged,
    preferred_language,
    text,
    written_tag,
)
from mmdemo.ui.texts import TEXTS

CHINESE_CHARACTER = re.compile("[\u4e00-\u9fff]")


@pytest.mark.parametrize("key", TEXTS)
def test_every_text_stands_in_both_languages(key: str) -> None:
    sentence = TEXTS[key]
    assert CHINESE_CHARACTER.search(sentence.zh), "no Chinese"
    assert sentence.en.strip() and not CHINESE_CHARACTER.search(sentence.en), "no English"

    def names(template: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}

    assert names(sentence.en) == names(sentence.zh), "the languages name different values"


def test_every_text_is_used_and_none_is_missing() -> None:
    source = "\n".join(
        path.read_text() for path in Path(mmdemo.ui.__file__).parent.glob("*.py") if path.stem != "texts"
    )
    computed = {"status_", "legend_", "column_"}  # f"status_{view.phase}" and its like
    quoted = set(re.findall(r"""["'](\w+)["']""", source))
    assert [key for key in TEXTS if key not in quoted and not any(map(key.startswith, computed))] == []
    asked = set(re.findall(r"""\btext\(\s*["'](\w+)["']""", source))
    assert asked and asked <= set(TEXTS)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, ENGLISH),
        ("", ENGLISH),
        ("fr-FR,fr;q=0.9", ENGLISH),
        ("zh", CHINESE),
        ("zh-HK,zh;q=0.9,en;q=0.8", TRADITIONAL),
        ("en;q=0.5, zh-TW;q=0.8", TRADITIONAL),
        ("zh-Hant-MO", TRADITIONAL),
        ("zh-SG,zh-TW;q=0.9", CHINESE),
        ("de,en-GB;q=0.7,zh;q=0.3", ENGLISH),
        ("zh;q=0, en", ENGLISH),
        ("zh;q=broken", ENGLISH),
        (";;;,,=", ENGLISH),
    ],
)
def test_first_guess_follows_the_weights_of_the_browser(header: str | None, language: str) -> None:
    assert preferred_language(header) == language


@pytest.mark.parametrize(
    ("value", "language"),
    [("zh-TW", TRADITIONAL), ("zh", CHINESE), ("en", ENGLISH), ({"a": 1}, ENGLISH), (None, ENGLISH)],
)
def test_any_value_becomes_a_language_we_have(value: object, language: str) -> None:
    assert known_language(value) == language


def test_what_models_write_is_shown_in_the_readers_characters() -> None:
    assert [for_reader("一只狗在叫", tag) for tag in (ENGLISH, CHINESE, TRADITIONAL)] == [
        "一只狗在叫",
        "一只狗在叫",
        "一隻狗在叫",
    ]
    assert [written_tag("zh", tag) for tag in (ENGLISH, CHINESE, TRADITIONAL)] == ["zh-CN", "zh-CN", "zh-TW"]
    assert written_tag("en", TRADITIONAL) == "en"


def test_components_follow_the_language() -> None:
    localisation = Localisation()
    with gr.Blocks():
        button = localisation.make(gr.Button, {"value": "start"})
        menu = localisation.make(gr.Dropdown, {"label": "spoken_language", "info": "spoken_language_info"}, choices=[])
        localisation.follow(menu, lambda language: {"choices": [language]})
    assert button.value == text("start", ENGLISH)
    assert localisation.updates(TRADITIONAL)[button]["value"] == "產生字幕"
    updates = localisation.updates(CHINESE)
    assert updates[button]["value"] == "生成字幕"
    assert updates[menu]["label"] == "语音的语言" and updates[menu]["choices"] == [CHINESE]
    assert localisation.components == [button, menu]
    assert localisation.updates(ENGLISH)[menu]["choices"] == [ENGLISH]


def test_joined_updates_keep_the_properties_of_both() -> None:
    assert merged({1: {"a": 1, "b": 1}}, {1: {"b": 2}, 2: {"c": 3}}) == {1: {"a": 1, "b": 2}, 2: {"c": 3}}


def test_words_for_css_are_strings_on_one_line() -> None:
    style = words_for_css(CHINESE)
    assert "拖放" in style and "500 MB" in style and "操作未完成" in style
    assert "\n" not in style and style.count('"') == 4 and style.count("\\a ") == 2

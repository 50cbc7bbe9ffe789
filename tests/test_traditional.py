"""Traditional Chinese: no Simplified character is left, names stay as they are, and the words are those of Taiwan."""

from __future__ import annotations

import ast
import pickle
import re
from pathlib import Path

import pytest
from opencc import OpenCC

import mmdemo
from mmdemo.errors import FileMissing, WrongMediaKind
from mmdemo.reasons import no_label_fits
from mmdemo.traditional import CORRECTIONS, is_traditional_interface, traditional
from mmdemo.types import Sentence
from mmdemo.ui.i18n import TRADITIONAL
from mmdemo.ui.texts import TEXTS

PACKAGE = Path(mmdemo.__file__).parent
SPEAKING = ("ui/*.py", "*.py", "tasks/qa_*.py", "tasks/suggested_questions.py")
"""Where the sentences for people stand."""
NOT_SIMPLIFIED = {"里": "in 斯瓦希里語 it stands for a sound"}
"""What OpenCC, seeing it alone, takes for a Simplified character, with the reason why it is right."""


def chinese_constants() -> list[str]:
    found: dict[str, None] = {}
    for pattern in SPEAKING:
        for path in sorted(PACKAGE.glob(pattern)):
            if path.stem == "traditional":
                continue
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    if re.search("[\u4e00-\u9fff]", node.value):
                        found[node.value] = None
    return list(found)


def test_no_simplified_character_is_left() -> None:
    alone = OpenCC("s2t")
    constants = chinese_constants()
    assert len(constants) > 400 and all(sentence.zh in constants for sentence in TEXTS.values())
    left = {
        character: sentence
        for sentence in constants
        for character in traditional(sentence)
        if alone.convert(character) != character and character not in NOT_SIMPLIFIED
    }
    assert left == {}


@pytest.mark.parametrize("key", ["start", "examples", "add_row", "column_file", "query", "spoken_language_info"])
def test_every_text_has_a_third_language(key: str) -> None:
    words = {
        "start": "產生字幕",
        "examples": "範例（點選即可開始）",
        "add_row": "新增一列",
        "column_file": "檔案",
        "query": "您在找什麼？",
        "spoken_language_info": "自動判斷有誤時，請在此指定。",
    }
    assert TEXTS[key].text(TRADITIONAL) == words[key]


def test_every_correction_is_needed() -> None:
    text = OpenCC("s2twp").convert("\n".join(chinese_constants()))
    for written, said in CORRECTIONS:
        assert written in text, f"no text needs the correction of {written}"
        text = text.replace(written, said)


def test_names_stay_as_they_are() -> None:
    error = FileMissing(name="音频“一”.mp3")
    assert error.sentence.text("zh-TW") == "找不到檔案「音频“一”.mp3」。"
    assert pickle.loads(pickle.dumps(error)).sentence.text("zh-TW") == error.sentence.text("zh-TW")
    assert "「头发」" in no_label_fits("头发", 0.1).text("zh-HK")
    kind = WrongMediaKind(name="a", kind="video", wanted="x").sentence
    assert "類型是「影片」" in kind.text("zh-TW") and "类型是“视频”" in kind.text("zh-CN")


def test_a_sentence_in_a_sentence_is_put_in_by_language() -> None:
    inner = Sentence("the file {name}", "文件 {name}").filled(name="文件")
    outer = Sentence("No: {inner}", "没有：{inner}").filled(inner=inner)
    assert [outer.text(tag) for tag in ("en", "zh", "zh-TW")] == [
        "No: the file 文件",
        "没有：文件 文件",
        "沒有：檔案 文件",
    ]
    with pytest.raises(KeyError):
        Sentence("{a}", "{a}").filled(b=1)


@pytest.mark.parametrize(
    ("tag", "wanted"),
    [
        *dict.fromkeys(("zh-TW", "zh-HK", "zh-MO", "zh-Hant", "zh_TW.UTF-8", "ZH-hant-hk"), True).items(),
        *dict.fromkeys(("zh", "zh-CN", "zh-SG", "zh-Hans-HK", "zh_CN.UTF-8", "en-TW", "", "C"), False).items(),
    ],
)
def test_which_tags_ask_for_it(tag: str, wanted: bool) -> None:
    assert is_traditional_interface(tag) is wanted


def test_broken_unicode_does_no_harm() -> None:
    assert traditional("文件\ud83d") == "文件\ud83d"

from __future__ import annotations

import pytest

from mmdemo.subtitles.language_tags import THREE_LETTERS, container_language
from mmdemo.ui.spoken_languages import LANGUAGE_NAMES


@pytest.mark.parametrize(
    ("language", "tag"),
    [("en", "eng"), ("zh-CN", "zho"), ("yue", "zho"), ("DE_at", "deu"), ("haw", "haw"), ("", "und"), ("?", "und")],
)
def test_codes_have_three_letters(language: str, tag: str) -> None:
    assert container_language(language) == tag


def test_every_spoken_language_has_a_tag() -> None:
    assert [code for code in LANGUAGE_NAMES if container_language(code) == "und"] == []
    assert all(len(short) == 2 and len(long) == 3 for short, long in THREE_LETTERS.items())

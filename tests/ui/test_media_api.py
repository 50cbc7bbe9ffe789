"""What the endpoints of the encoder refuse before any model is loaded; their results are tested with docs/api.md."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from mmdemo.evaluation.sample_media import sample
from mmdemo.ui.media_api import classify, encode, match

LION = str(sample("images/lion.jpg"))
CHINESE: Any = SimpleNamespace(headers={"accept-language": "zh"})


@pytest.fixture(autouse=True)
def no_models(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mmdemo.ui.pipeline.load_models", lambda: pytest.fail("a model was loaded"))


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: encode(None), "choose a picture, a recording or a video"),
        (lambda: encode(7), "not a file"),
        (lambda: encode("/nowhere/a.png"), "no longer there"),
        (lambda: encode(None, CHINESE), "请先选择一张图片"),
        (lambda: classify(LION, "only one"), "at least two"),
        (lambda: classify(LION, {"a": 1}), "at least two"),
        (lambda: classify(LION, "a lion\na lion"), "there twice"),
        (lambda: match(LION, "  "), "The text is empty"),
        (lambda: match(LION, None), "The text is empty"),
        (lambda: match(LION, "x" * 5000), "the limit is 4000"),
    ],
)
def test_bad_input_is_a_sentence(call: Callable[[], Iterator[Any]], sentence: str) -> None:
    with pytest.raises(gr.Error, match=sentence) as caught:
        list(call())
    assert "/nowhere" not in str(caught.value)


def test_files_that_are_no_media_are_a_sentence(tmp_path: Path) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("words")
    with pytest.raises(gr.Error, match="cannot be read as a picture"):
        list(encode(str(notes)))

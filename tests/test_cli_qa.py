"""The command ``ask`` with an answer that needs no model."""

from __future__ import annotations

import json
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

import pytest

from mmdemo import runtime
from mmdemo.cli import main
from mmdemo.evaluation.sample_media import sample
from mmdemo.tasks import qa
from mmdemo.tasks.qa_media import AskProgress
from mmdemo.types import Answer, Evidence, Guess, Region, Sentence, Span

LION, TALK = str(sample("images/lion.jpg")), str(sample("audio/cate_blanch.mp3"))
REASON = Sentence("The picture is dark.", "图片较暗。")


class Asker:
    """Stands in for `mmdemo.tasks.qa.ask`; is sure unless told otherwise."""

    def __init__(self) -> None:
        self.sure = True
        self.failure: Exception | None = None
        self.asked: list[tuple[Any, list[str]]] = []
        self.closed = False

    def __call__(self, question: Any, media: Sequence[Any], models: Any) -> Generator[AskProgress, None, Answer]:
        self.asked.append((question, [one.source for one in media]))
        try:
            yield AskProgress("encoding", 0.5, len(media) - 1)
            if self.failure is not None:
                raise self.failure
            return self.answer(question.language)
        finally:
            self.closed = True

    def answer(self, language: Any) -> Answer:
        evidence = (
            Evidence(0, "region", 0.9, region=Region(0.25, 0.2, 0.75, 0.8)),
            Evidence(1, "passage", 0.8, Span(1.5, 2.25), text="Ten o'clock."),
        )
        guesses = (Guess("a lion", 0.86), Guess("a cat", 0.004))
        text, reasons = ("A lion.", ()) if self.sure else ("I am not sure.", (REASON, REASON))
        return Answer(text, language, 0.86, self.sure, guesses, evidence, reasons)


@pytest.fixture(autouse=True)
def asker(monkeypatch: pytest.MonkeyPatch) -> Asker:
    fake = Asker()
    monkeypatch.setattr(qa, "ask", fake)
    monkeypatch.setattr(runtime, "models", lambda: None)
    monkeypatch.setenv("MMDEMO_LANGUAGE", "en")
    return fake


def test_an_answer_with_its_evidence(capsys: pytest.CaptureFixture[str], asker: Asker) -> None:
    assert main(["ask", "What is this?", LION, TALK]) == 0
    captured = capsys.readouterr()
    assert captured.out.splitlines() == [
        "A lion.",
        "confidence 86 %",
        "  1 lion.jpg  25–75 % from the left, 20–80 % from the top",
        "  2 cate_blanch.mp3  00:00:01.500 – 00:00:02.250  “Ten o'clock.”",
    ]
    assert captured.err == "" and asker.asked[0][1] == ["lion.jpg", "cate_blanch.mp3"] and asker.closed


def test_not_sure_is_exit_code_3_with_guesses_and_reasons(capsys: pytest.CaptureFixture[str], asker: Asker) -> None:
    asker.sure = False
    assert main(["ask", "What is this?", LION, TALK]) == 3
    captured = capsys.readouterr()
    assert captured.out.splitlines()[:5] == [
        "I am not sure.",
        "confidence 86 %",
        "best guesses:",
        "  86 %  a lion",
        "   1 %  a cat",
    ]
    assert captured.err == "mmdemo: The picture is dark.\n"


def test_json_is_complete(capsys: pytest.CaptureFixture[str], asker: Asker) -> None:
    asker.sure = False
    assert main(["ask", "What is this?", LION, TALK, "--json"]) == 3
    found = json.loads(capsys.readouterr().out)
    assert found["question"] == "What is this?" and found["media"] == [LION, TALK]
    assert (found["text"], found["sure"], found["probability"]) == ("I am not sure.", False, 0.86)
    assert found["evidence"][0]["region"] == {"x0": 0.25, "y0": 0.2, "x1": 0.75, "y1": 0.8}
    assert found["evidence"][1]["span"] == {"start": 1.5, "end": 2.25} and found["evidence"][1]["media"] == 1
    assert found["reasons"][0] == {"en": REASON.en, "zh": REASON.zh}


@pytest.mark.parametrize(
    ("question", "options", "language"),
    [
        ("What is this?", [], "en"),
        ("这是什么？", [], "zh"),
        ("What is this?", ["--language", "zh"], "zh"),
        ("这是什么？", ["--language", "en"], "en"),
    ],
)
def test_the_language_is_that_of_the_question_unless_another_is_named(
    asker: Asker, question: str, options: list[str], language: str
) -> None:
    assert main(["ask", question, LION, TALK, *options]) == 0
    assert asker.asked[0][0].language == language


def test_messages_speak_chinese_too(
    capsys: pytest.CaptureFixture[str], asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MMDEMO_LANGUAGE", "zh")
    asker.sure = False
    assert main(["ask", "这是什么？", LION, TALK]) == 3
    captured = capsys.readouterr()
    assert "把握 86 %" in captured.out and "距左 25–75 %" in captured.out and "图片较暗" in captured.err
    assert main(["ask", "这是什么？"]) == 2
    assert "没有可供提问的内容" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["What is this?"], "There is nothing to ask about"),
        (["", LION], "The text is empty"),
        ([" \n ", LION], "The text is empty"),
        (["x" * 10_000, LION], "The text has 10000 characters"),
        (["???", LION], "has no words in it"),
        (["What is this?", "nowhere.png"], "There is no file"),
    ],
)
def test_failures_are_one_line_before_any_model_loads(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.setattr(runtime, "models", lambda: pytest.fail("the models were loaded"))
    assert main(["ask", *arguments]) == 2
    captured = capsys.readouterr()
    assert message in captured.err and captured.err.count("\n") == 1 and captured.out == ""


def test_a_file_that_is_no_media(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    assert main(["ask", "What is this?", LION, str(tmp_path / "notes.txt")]) == 2
    assert "“notes.txt” cannot be read" in capsys.readouterr().err


def test_a_failure_on_the_way_is_a_sentence_too(capsys: pytest.CaptureFixture[str], asker: Asker) -> None:
    from mmdemo.errors import TruncatedMedia

    asker.failure = TruncatedMedia(name="lion.jpg")
    assert main(["ask", "What is this?", LION]) == 2
    assert "“lion.jpg” breaks off" in capsys.readouterr().err and asker.closed


def test_a_language_nobody_speaks(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["ask", "What is this?", LION, "--language", "de"])
    assert ended.value.code == 2

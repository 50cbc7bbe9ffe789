"""Text that is still being written, on the status lines of the Ask and the Caption tab."""

from __future__ import annotations

import threading
from collections.abc import Generator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mmdemo.evaluation.sample_media import sample
from mmdemo.tasks.captioning import CaptionRequest
from mmdemo.tasks.qa_media import AskProgress
from mmdemo.types import Answer
from mmdemo.ui import qa_backend
from mmdemo.ui.captioning_job import CaptionJob, Dropped, run_caption_job
from mmdemo.ui.captioning_view import status_html
from mmdemo.ui.qa_job import run_ask_job
from mmdemo.ui.qa_session import AskJob
from mmdemo.ui.qa_view import AskView
from mmdemo.ui.qa_view import status_html as ask_status_html
from mmdemo.ui.writing import is_worth_showing, writing_html
from tests.fakes import WritingGenerator
from tests.ui.picture_fakes import install, picture_models

LONG = "a brown dog runs over wet grass while <b>everybody</b> watches it"


def test_updates_come_every_few_letters() -> None:
    assert is_worth_showing("a", "")
    assert not is_worth_showing("", "") and not is_worth_showing("a dog", "a")
    assert is_worth_showing("a dog runs", "a") and is_worth_showing("a", "a dog runs over")


def test_what_is_written_is_escaped_and_kept_from_screen_readers() -> None:
    assert writing_html("") == ""
    shown = writing_html("<b>dog")
    assert "&lt;b&gt;dog" in shown and 'aria-hidden="true"' in shown


def test_a_caption_shows_as_it_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, picture_models(generator=WritingGenerator(LONG)))
    job = CaptionJob(Dropped((Path(sample("images/lion.jpg")),)), CaptionRequest(("en",)))
    views = list(run_caption_job(job))
    written = [view.writing for view in views if view.writing]
    assert written[0] == "a" and len(set(written)) > 3
    assert "&lt;b&gt;" in "".join(status_html(view, "en") for view in views if view.phase == "writing")
    assert views[-1].phase == "done" and LONG[:6] not in status_html(views[-1], "en")


def test_a_cancelled_caption_stops_the_generator(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = WritingGenerator(LONG)
    go_on = threading.Event()
    words = generator._words

    def slow(text: str) -> Generator[str, None, None]:
        for found in words(text):
            yield found
            go_on.wait(10)

    monkeypatch.setattr(generator, "_words", slow)
    install(monkeypatch, picture_models(generator=generator))
    job = CaptionJob(Dropped((Path(sample("images/lion.jpg")),)), CaptionRequest(("en",)))
    views = run_caption_job(job)
    while not next(views).writing:
        pass
    job.cancelled = True
    go_on.set()
    assert [view.phase for view in views][-1] == "cancelled"
    assert generator.stopped == 1


def test_an_answer_shows_as_it_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(question: str, media: Any, models: Any) -> Generator[AskProgress, None, Answer]:
        yield AskProgress("answering", 0.9)
        for end in range(1, len(LONG) + 1):
            yield AskProgress("answering", 1.0, text=LONG[:end])
        return Answer(LONG, "en", 0.9, True)

    install(monkeypatch, picture_models())
    monkeypatch.setattr(qa_backend, "ask", ask)
    item: Any = SimpleNamespace(media=None, name="lion.jpg")
    open_folder: Any = SimpleNamespace(closed=False)
    job = AskJob((item,), open_folder, "What?")
    views: list[AskView] = []
    steps = run_ask_job(job)
    while True:
        try:
            views.append(next(steps))
        except StopIteration as ended:
            assert ended.value is not None and ended.value.text == LONG
            break
    written = list(dict.fromkeys(view.writing for view in views if view.writing))
    assert written[0] == "a" and 4 < len(written) < len(LONG) / 4
    assert "brown dog" in ask_status_html(views[-1], True, "en")

"""The endpoint ``/ask`` through Gradio's own client, with answers that need no model."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

from mmdemo.evaluation.sample_media import sample
from mmdemo.ui import qa_api
from mmdemo.ui.app import build_demo, launch_kwargs
from tests.test_app import free_port
from tests.ui.conftest import PATIENT
from tests.ui.qa_fakes import REASON, SAID, FakeAsker
from tests.ui.test_app import let_it_notice, wait_until

LION, TALK = sample("images/lion.jpg"), sample("audio/cate_blanch.mp3")


@pytest.fixture(scope="module")
def asker() -> Iterator[FakeAsker]:
    with pytest.MonkeyPatch.context() as patch:
        fake = FakeAsker()
        fake.install(patch)
        yield fake


@pytest.fixture(scope="module")
def address(asker: FakeAsker) -> Iterator[str]:
    demo = build_demo(examples=[])
    _, url, _ = demo.launch(**launch_kwargs(), server_port=free_port(), prevent_thread_lock=True, quiet=True)
    yield url
    demo.close()


@pytest.fixture(scope="module")
def client(address: str) -> Client:
    return Client(address, verbose=False, httpx_kwargs=PATIENT)


def ask(client: Client, *arguments: Any) -> dict[str, Any]:
    answer: dict[str, Any] = client.predict(*arguments, api_name="/ask")
    return answer


def test_one_call_gives_a_typed_answer(client: Client) -> None:
    answer = ask(client, [handle_file(LION), handle_file(TALK)], "What is this?")
    assert answer["complete"] is True and answer["sure"] is True and answer["probability"] == 0.86
    assert answer["answer"] == "A lion, <script>alert(1)</script> & 2 more." and answer["language"] == "en"
    assert answer["guesses"] == [{"text": "lion", "probability": 0.86}] and answer["reasons"] == []
    region, passage = answer["evidence"]
    assert (region["media"], region["file"], region["kind"]) == (1, "lion.jpg", "region")
    assert region["region"] == {"x0": 0.25, "y0": 0.2, "x1": 0.75, "y1": 0.8} and region["start"] is None
    assert (passage["media"], passage["start"], passage["end"], passage["text"]) == (2, 1.5, 2.5, SAID)


def test_progress_comes_before_the_answer(client: Client) -> None:
    job = client.submit([handle_file(LION)], "unsure what", api_name="/ask")
    assert job.result(timeout=60)["sure"] is False
    stages = [step["stage"] for step in job.outputs() if not step["complete"]]
    assert list(dict.fromkeys(stages)) == ["encoding", "listening"] and job.outputs()[-1]["reasons"] == [REASON.en]


def test_the_language_of_the_answer_can_be_chosen(client: Client, asker: FakeAsker) -> None:
    assert ask(client, [handle_file(LION)], "What is this?", "zh")["answer"] == "是一只狮子。"
    assert asker.asked[-1][2] == "zh"
    assert ask(client, [handle_file(LION)], "这是什么？")["language"] == "zh"
    with pytest.raises(AppError, match="must be auto, en or zh"):
        ask(client, [handle_file(LION)], "What is this?", "klingon")


@pytest.mark.parametrize(
    ("question", "sentence"),
    [("", "The text is empty"), ("x" * 10_000, "The text has 10000 characters"), ("??", "has no words in it")],
)
def test_strange_questions_are_sentences(client: Client, question: str, sentence: str) -> None:
    with pytest.raises(AppError, match=sentence):
        ask(client, [handle_file(LION)], question)


def test_strange_files_are_sentences(client: Client, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("words")
    with pytest.raises(AppError, match="“notes.txt” cannot be read") as caught:
        ask(client, [handle_file(LION), handle_file(tmp_path / "notes.txt")], "What is this?")
    assert str(tmp_path) not in str(caught.value)
    with pytest.raises(AppError, match="nothing to ask about"):
        ask(client, [], "What is this?")
    with pytest.raises(AppError, match="breaks off before its end"):
        ask(client, [handle_file(LION)], "fail please")


@pytest.mark.parametrize("files", [None, 5, "x", [{"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}], [[]]])
def test_careless_programs_learn_nothing(address: str, files: object) -> None:
    endpoint = f"{address}gradio_api/call/ask"
    event = httpx.post(
        endpoint, json={"data": [files, "What?", "auto"]}, headers={"accept-language": "zh"}, timeout=60
    ).json()
    told = httpx.get(f"{endpoint}/{event['event_id']}", timeout=60).text
    assert "event: error" in told and "root:" not in told and "Traceback" not in told


def test_a_cancelled_call_stops_the_work(client: Client, asker: FakeAsker) -> None:
    asker.gate = threading.Semaphore(1)
    closed, steps = asker.closed, asker.steps
    try:
        job = client.submit([handle_file(LION), handle_file(TALK)], "What is this?", api_name="/ask")
        wait_until(lambda: asker.steps == steps + 1)
        cancelling = threading.Thread(target=job.cancel)
        cancelling.start()
        let_it_notice(asker.gate, lambda: asker.closed == closed + 1)
        cancelling.join(30)
        assert asker.steps < steps + 4, "two for each file"
    finally:
        asker.gate = None


def test_questions_never_run_at_once(client: Client, asker: FakeAsker) -> None:
    asker.most_running, asker.step_seconds = 0, 0.02
    jobs = [client.submit([handle_file(LION)], "What is this?", api_name="/ask") for _ in range(3)]
    assert all(job.result(timeout=60)["complete"] for job in jobs)
    asker.step_seconds = 0.0
    assert asker.most_running == 1


def test_the_endpoint_is_described(client: Client) -> None:
    described: Any = client.view_api(return_format="dict")
    parameters = described["named_endpoints"]["/ask"]["parameters"]
    assert [(one["parameter_name"], one["parameter_has_default"]) for one in parameters] == [
        ("files", False),
        ("question", False),
        ("language", True),
    ]


def test_the_api_without_a_server(asker: FakeAsker) -> None:
    request: Any = SimpleNamespace(headers={"accept-language": "zh"})
    shares: list[float] = []
    results = list(qa_api.ask([str(LION)], "unsure what", "auto", request, shares.append))  # type: ignore[arg-type]
    assert results[-1]["reasons"] == [REASON.zh] and shares == sorted(shares)
    assert json.loads(json.dumps(results)) == results

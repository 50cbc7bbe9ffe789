"""What keeps the app usable and private in public: rates, health, and what is written down."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import httpx
import pytest
from gradio.context import LocalContext
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

from mmdemo import __version__, runtime
from mmdemo.config import Settings, read_settings
from mmdemo.ui import health, journal, queue_words, rates
from mmdemo.ui.app import build_demo
from mmdemo.ui.common import BACKBONE_QUEUE, Session
from mmdemo.ui.guard import guarded
from mmdemo.ui.i18n import text
from mmdemo.ui.rates import RateLimiter, TokenBuckets, address_of
from mmdemo.ui.subtitle_alignment import SubtitlesTab
from mmdemo.ui.subtitle_job import SubtitleSession
from tests.ui.conftest import PATIENT
from tests.ui.fakes import FakePipeline

PUBLIC = read_settings({"SPACE_ID": "me/demo"})
SECRET = "salary-of-Ms-Weiß"


class Clock:
    """Time that passes when the test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def request(session: str = "page", host: str = "192.0.2.7", **headers: str) -> SimpleNamespace:
    return SimpleNamespace(session_hash=session, client=SimpleNamespace(host=host), headers=headers)


@pytest.fixture
def visit() -> Iterator[None]:
    """A request is being answered."""
    token = LocalContext.request.set(request())  # type: ignore[arg-type]
    yield
    LocalContext.request.reset(token)


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody may start another job for half a minute."""
    limiter = RateLimiter(2, 2, Clock())
    limiter.enter("", "192.0.2.7")
    limiter.enter("", "192.0.2.7")
    limiter.enter("", "127.0.0.1")
    limiter.enter("", "127.0.0.1")
    monkeypatch.setattr(rates, "limiter", lambda: limiter)


def test_a_bucket_holds_a_minute_and_fills_steadily() -> None:
    clock = Clock()
    buckets = TokenBuckets(6, clock)
    for _ in range(6):
        assert buckets.wait("a") == 0
        buckets.take("a")
    assert buckets.wait("a") == pytest.approx(10) and buckets.wait("b") == 0
    clock.now = 4.0
    assert buckets.wait("a") == pytest.approx(6)
    clock.now = 3600.0
    assert [buckets.wait("a"), *(buckets.take("a") or buckets.wait("a") for _ in range(6))][-2:] == [0, 10]


def test_buckets_that_say_nothing_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "MOST_BUCKETS", 10)
    clock = Clock()
    buckets = TokenBuckets(6, clock)
    for number in range(100):
        clock.now += 0.001
        buckets.take(str(number))
    assert len(buckets._levels) <= 10 and buckets.wait("99") == 0
    for _ in range(6):
        buckets.take("99")
    assert buckets.wait("99") > 0


def test_a_page_is_limited_and_so_is_an_address_with_many_pages() -> None:
    limiter = RateLimiter(session_jobs=2, address_jobs=5, clock=Clock())
    assert [limiter.enter("a", "here") for _ in range(3)] == [0, 0, 30]
    assert [limiter.enter(name, "here") for name in "bbcd"] == [0, 0, 0, 12]
    assert limiter.enter("e", "elsewhere") == 0
    assert "here" not in str(vars(limiter._addresses))


def test_limits_are_stricter_on_a_space_and_can_be_set() -> None:
    assert PUBLIC.limits.session_jobs_per_minute < Settings().limits.session_jobs_per_minute
    assert PUBLIC.limits.address_jobs_per_minute < Settings().limits.address_jobs_per_minute
    assert read_settings({"MMDEMO_LIMIT_SESSION_JOBS_PER_MINUTE": "7"}).limits.session_jobs_per_minute == 7
    assert build_demo(examples=[])._queue.max_size == Settings().limits.queue_places


@pytest.mark.parametrize(
    ("header", "address"),
    [
        ("8.8.8.8", "8.8.8.8"),
        ("1.2.3.4, 8.8.8.8, 10.0.0.7", "8.8.8.8"),  # the first part may be made up by the visitor
        ("nonsense, 10.0.0.7", "192.0.2.7"),
        ("", "192.0.2.7"),
    ],
)
def test_behind_the_proxy_of_a_space_the_last_public_address_counts(
    monkeypatch: pytest.MonkeyPatch, header: str, address: str
) -> None:
    asking: Any = request(**{"x-forwarded-for": header})
    assert address_of(asking) == "192.0.2.7"
    monkeypatch.setattr(rates, "settings", lambda: PUBLIC)
    assert address_of(asking) == address


@pytest.mark.parametrize(("language", "words"), [("en", "try again in 30 s"), ("zh-CN", "30 秒后重试")])
def test_the_refusal_says_when_to_try_again(full: None, visit: None, language: str, words: str) -> None:
    with pytest.raises(gr.Error, match=words):
        rates.admit(language)


def test_calls_without_a_request_are_not_counted(full: None) -> None:
    rates.admit("en")


def test_the_page_refuses_before_anything_is_noted(full: None, visit: None, tab: SubtitlesTab, clip: Path) -> None:
    state = SubtitleSession()
    with pytest.raises(gr.Error, match="try again in 30 s"):
        tab.start(Session(), state, str(clip), "auto")
    assert state.job is None and state.view.phase == "idle"


def test_the_api_refuses_and_takes_the_next_call_again(
    full: None, served: tuple[str, FakePipeline], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = tmp_path / "a.mp3"
    recording.write_bytes(b"x")
    client = Client(served[0], verbose=False, httpx_kwargs=PATIENT, download_files=str(tmp_path))
    windows = served[1].windows
    with pytest.raises(AppError, match="try again in 30 s"):
        client.predict(handle_file(recording), api_name="/transcribe")
    assert served[1].windows == windows
    monkeypatch.setattr(rates, "limiter", lambda: RateLimiter(1, 1))
    assert client.predict(handle_file(recording), api_name="/transcribe")[0]["complete"] is True


def test_every_handler_that_runs_models_is_guarded() -> None:
    demo = build_demo(examples=[])
    handlers = [event.fn for event in demo.fns.values() if event.fn and event.concurrency_id == BACKBONE_QUEUE]
    assert len(handlers) > 10
    assert all("guarded" in handler.__code__.co_qualname for handler in handlers)


def test_health_tells_the_state_and_nothing_of_users(served: tuple[str, FakePipeline]) -> None:
    found = httpx.get(f"{served[0]}health", timeout=60)
    assert found.status_code == 200 and found.headers["cache-control"] == "no-store"
    assert found.json() == {
        "status": "ok",
        "version": __version__,
        "profile": "local",
        "models_loaded": True,
        "queue_length": 0,
        "running": 0,
    }


def test_health_says_when_models_load_or_cannot(fake: FakePipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    demo = build_demo(examples=[])
    monkeypatch.setattr("mmdemo.ui.pipeline.models_loaded", lambda: False)
    monkeypatch.setattr(runtime, "_loading_failed", False)
    assert health.health(demo)["status"] == "loading"
    monkeypatch.setattr(runtime, "_loading_failed", True)
    assert health.health(demo)["status"] == "failed"
    with runtime._lock:  # it is being tried again
        assert health.health(demo)["status"] == "loading"


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


@pytest.fixture
def in_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "settings", lambda: read_settings({"MMDEMO_LOG": "json"}))


def test_a_job_becomes_one_line_without_names(
    in_json: None, tab: SubtitlesTab, fake: FakePipeline, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recording = tmp_path / f"{SECRET}.mp3"
    recording.write_bytes(b"123")
    session, state = Session(), SubtitleSession()
    tab.start(session, state, str(recording), "auto")
    list(guarded(tab.run, counted=False)(session, state))
    (line,) = lines(capsys)
    assert line.pop("time")[10] == "T" and 0 <= line.pop("seconds") < 60
    described = {"modality": "audio", "files": 1, "bytes": 3}
    assert line == {"event": "SubtitlesTab.run", "outcome": "done", "error": "", **described}

    tab.start(session, state, str(recording), "auto")
    steps = guarded(tab.run, counted=False)(session, state)
    next(steps)
    steps.close()
    assert lines(capsys)[0]["outcome"] == "cancelled"

    fake.failure = ValueError(f"cannot read {recording}")
    tab.start(session, state, str(recording), "auto")
    with pytest.raises(gr.Error):
        list(guarded(tab.run, counted=False)(session, state))
    *_, last = found = lines(capsys)
    assert (last["outcome"], last["error"]) == ("failed", "ValueError")
    assert SECRET not in str(found) and str(tmp_path) not in str(found)


def test_refusals_are_told_from_failures(
    in_json: None, tab: SubtitlesTab, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "empty.mp3"
    empty.write_bytes(b"")
    session, state = Session(), SubtitleSession()
    tab.start(session, state, str(empty), "auto")
    with pytest.raises(gr.Error):
        list(guarded(tab.run, counted=False)(session, state))
    assert (lines(capsys)[0]["outcome"]) == "refused"


def test_logged_failures_tell_place_and_class_but_no_message(
    in_json: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import logging

    from mmdemo.ui.common import sentence_for

    logger = logging.getLogger(journal.LOGGER)
    monkeypatch.setattr(logger, "handlers", [])
    monkeypatch.setattr(logger, "propagate", True)
    journal.configure()
    journal.configure()
    try:
        raise RuntimeError(SECRET)
    except RuntimeError as error:
        sentence_for(error, SECRET)
    (line,) = lines(capsys)
    assert line["error"] == "RuntimeError" and line["raised_at"].startswith("test_public_use.py:")
    assert line["place"].startswith("common:") and SECRET not in str(line)


def test_nothing_is_written_unless_asked_for(tab: SubtitlesTab, clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    session, state = Session(), SubtitleSession()
    tab.start(session, state, str(clip), "auto")
    list(guarded(tab.run, counted=False)(session, state))
    assert capsys.readouterr().err == ""


def test_a_full_queue_refuses_in_the_language_of_the_page_or_the_program(
    served: tuple[str, FakePipeline], monkeypatch: pytest.MonkeyPatch
) -> None:
    from gradio.queueing import Queue

    monkeypatch.setattr(Queue, "__len__", lambda self: 99)
    address = f"{served[0]}gradio_api/"
    for tag, language in (("en", "en"), ("zh-CN", "zh-CN"), ("zh-TW", "zh-TW")):
        headers = {"accept-language": tag}
        answer = httpx.post(f"{address}call/transcribe", json={"data": [None, "en"]}, headers=headers)
        assert answer.status_code == 503
        assert answer.json()["detail"] == text("queue_full", language, count=99)


def test_the_language_chosen_on_the_page_counts_before_that_of_the_browser() -> None:
    class Holder(dict[str, Any]):
        session_data = property(lambda self: self)

    session: Any = SimpleNamespace(_id=7)
    holder = Holder(page=SimpleNamespace(state_data={7: Session("zh-TW")}), new=SimpleNamespace(state_data={}))
    demo: Any = SimpleNamespace(app=SimpleNamespace(state_holder=holder))
    asking = request(**{"accept-language": "zh-CN"})
    found = [queue_words._language(demo, session, visitor, asking) for visitor in ("page", "new", "unknown", "")]
    assert found == ["zh-TW", "zh-CN", "zh-CN", "zh-CN"]

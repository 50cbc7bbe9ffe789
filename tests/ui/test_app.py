from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

from mmdemo.config import settings
from mmdemo.ui import subtitle_api
from mmdemo.ui.app import build_demo, launch_kwargs
from mmdemo.ui.header import status_line_html
from mmdemo.ui.i18n import CHINESE, ENGLISH
from tests.ui.conftest import PATIENT
from tests.ui.fakes import CLIP, CUES, REASON, WINDOWS, FakePipeline

Served = tuple[str, FakePipeline]


def happens(condition: Callable[[], bool], seconds: float) -> bool:
    """Look until another thread has done something, for so long at most."""
    until = time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < until:
        time.sleep(0.05)
    return found


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for another thread, far longer than it can take."""
    assert happens(condition, 120.0), "it never happened"


def let_it_notice(gate: threading.Semaphore, ended: Callable[[], bool]) -> None:
    """Let stopped work go on by a step, and by another where the request to stop it came late on a busy machine."""
    for patience in (1.0, 5.0, 20.0):
        time.sleep(patience)
        gate.release()
        if happens(ended, patience):
            return
    wait_until(ended)


@pytest.fixture(scope="module")
def client(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Client:
    return Client(
        served[0], verbose=False, httpx_kwargs=PATIENT, download_files=str(tmp_path_factory.mktemp("downloads"))
    )


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "my talk 演讲.mp3"
    path.write_bytes(b"not decoded by the fake")
    return path


def test_one_call_gives_cues_text_and_files(client: Client, recording: Path) -> None:
    cues, transcript, files = client.predict(handle_file(recording), "auto", api_name="/transcribe")
    assert cues["complete"] is True and cues["language"] == "en" and cues["reasons"] == [REASON.en]
    assert [(cue["start"], cue["end"], cue["text"]) for cue in cues["cues"]] == [(c.start, c.end, c.text) for c in CUES]
    assert cues["cues"][0]["words"][2] == {"text": " there", "start": 1.6, "end": 2.5, "probability": 0.31}
    assert transcript.splitlines()[0] == "Hello out there"
    names = {Path(path).name: Path(path).read_text(encoding="utf-8") for path in files}
    assert set(names) >= {"my talk 演讲.srt", "my talk 演讲.vtt", "my talk 演讲.TextGrid"}
    assert "00:00:00,500 --> 00:00:02,500\nHello out there" in names["my talk 演讲.srt"]
    assert json.loads(names["my talk 演讲.json"])["cues"][0]["text"] == "Hello out there"


def test_the_language_has_a_default_and_progress_comes_in_between(client: Client, recording: Path) -> None:
    job = client.submit(handle_file(recording), api_name="/transcribe")
    job.result(timeout=60)
    partial = [cues for cues, _, files in job.outputs() if files is None]
    assert [len(cues["cues"]) for cues in partial][-1] == 3 and not any(cues["complete"] for cues in partial)


def test_only_the_documented_endpoint_is_public(client: Client, served: Served) -> None:
    described = client.view_api(return_format="dict")
    assert (
        list(described["named_endpoints"])
        == [
            "/ask",
            "/caption",
            "/transcribe",
            "/align",
            "/search",
            "/encode",
            "/classify",
            "/match",
            "/scenes",
            "/export",
        ]
        and described["unnamed_endpoints"] == {}
    )
    parameters = described["named_endpoints"]["/transcribe"]["parameters"]
    assert [parameter["parameter_name"] for parameter in parameters] == ["file", "language"]
    aligning = described["named_endpoints"]["/align"]["parameters"]
    assert [(one["parameter_name"], one["parameter_has_default"]) for one in aligning] == [
        ("file", False),
        ("text_file", True),
        ("text", True),
        ("language", True),
    ]
    schema = httpx.get(f"{served[0]}gradio_api/openapi.json", timeout=60).json()
    assert all(words in json.dumps(schema) for words in ("timed subtitles", "their right times"))


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("empty.mp3", b"", "is empty"),
        ("notes.txt", b"words", "cannot be read as a picture, sound or video"),
        ("silent.mp4", b"x", "has no sound"),
    ],
)
def test_bad_files_are_sentences_over_the_api(
    client: Client, tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(AppError, match=sentence) as caught:
        client.predict(handle_file(path), api_name="/transcribe")
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "sentence"), [("plain.txt", "Only words.", "has no times"), ("empty.srt", "", "is empty")]
)
def test_subtitles_that_cannot_go_into_a_video_are_sentences(
    client: Client, tmp_path: Path, name: str, content: str, sentence: str
) -> None:
    path = tmp_path / name
    path.write_text(content, "utf-8")
    with pytest.raises(AppError, match=sentence):
        client.predict(handle_file(CLIP), handle_file(path), api_name="/export")


def test_scenes_of_what_is_no_video_are_a_sentence(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "notes.mp4"
    path.write_bytes(b"words")
    with pytest.raises(AppError, match="cannot be read as a picture, sound or video"):
        client.predict(handle_file(path), api_name="/scenes")


@pytest.mark.parametrize("language", ["klingon", {"code": "en"}, 7])
def test_unknown_languages_are_sentences_over_the_api(client: Client, recording: Path, language: object) -> None:
    with pytest.raises(AppError, match="is not a language the speech model knows"):
        client.predict(handle_file(recording), language, api_name="/transcribe")


def post(served: Served, data: list[Any], language: str = "en") -> dict[str, Any]:
    """Call the endpoint the way a careless program does; return the closing message."""
    headers = {"accept-language": language}
    address = f"{served[0]}gradio_api/call/transcribe"
    event = httpx.post(address, json={"data": data}, headers=headers, timeout=60).json()["event_id"]
    stream = httpx.get(f"{address}/{event}", timeout=60).text.strip().splitlines()
    closing = {"event": stream[-2].removeprefix("event: "), "data": json.loads(stream[-1].removeprefix("data: "))}
    assert served[1].running == 0
    return closing


def test_nothing_at_all_is_a_sentence_in_the_language_of_the_caller(served: Served) -> None:
    closing = post(served, [None, None], "zh-TW,zh;q=0.9")
    assert closing["event"] == "error" and "請先選擇一個影片或音訊檔案" in json.dumps(
        closing["data"], ensure_ascii=False
    )


@pytest.mark.parametrize("file", [{"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}, {"a": 1}, [1], "x", 5])
def test_strange_files_reveal_nothing(served: Served, file: object) -> None:
    closing = post(served, [file, "auto"])
    assert closing["event"] == "error"
    assert "root:" not in json.dumps(closing) and "Traceback" not in json.dumps(closing)


def test_a_cancelled_call_stops_the_work_and_frees_the_slot(client: Client, served: Served, recording: Path) -> None:
    fake = served[1]
    fake.gate = threading.Semaphore(1)
    closed, windows = fake.closed, fake.windows
    try:
        job = client.submit(handle_file(recording), api_name="/transcribe")
        wait_until(lambda: fake.windows == windows + 1)
        cancelling = threading.Thread(target=job.cancel)  # answers when the work has stopped
        cancelling.start()
        let_it_notice(fake.gate, lambda: fake.closed == closed + 1)
        cancelling.join(30)
        assert fake.windows < windows + WINDOWS
    finally:
        fake.gate = None
    assert client.predict(handle_file(recording), api_name="/transcribe")[0]["complete"] is True


def test_two_calls_never_run_at_once(client: Client, served: Served, recording: Path) -> None:
    fake = served[1]
    fake.most_running, fake.step_seconds = 0, 0.02
    jobs = [client.submit(handle_file(recording), api_name="/transcribe") for _ in range(3)]
    assert all(job.result(timeout=60)[0]["complete"] for job in jobs)
    fake.step_seconds = 0.0
    assert fake.most_running == 1


def test_the_api_without_a_server(fake: FakePipeline, recording: Path) -> None:
    reached: list[tuple[float, float]] = []
    request = SimpleNamespace(headers={"accept-language": "zh"})
    results = list(
        subtitle_api.transcribe(str(recording), "en", request, lambda step, unit: reached.append(step))  # type: ignore[arg-type]
    )
    assert results[-1][0]["reasons"] == [REASON.zh]
    assert reached[-1] == (80.0, 80.0)


def test_the_page_loads_no_model(fake: FakePipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mmdemo.ui.pipeline.load_models", lambda: pytest.fail("a model was loaded"))
    fake.loaded = False
    monkeypatch.setattr("mmdemo.ui.pipeline.models_loaded", lambda: False)
    build_demo(examples=[])
    assert "not loaded yet" in status_line_html(ENGLISH) and "尚未加载" in status_line_html(CHINESE)


def test_status_line_names_profile_device_and_models(fake: FakePipeline) -> None:
    line = status_line_html(ENGLISH)
    assert all(word in line for word in ("local", "cpu", "fake-whisper", "ready"))
    assert line.count("fake-whisper") == 1


def test_launch_options_are_safe() -> None:
    options = launch_kwargs()
    assert options["show_error"] is False and options["enable_monitoring"] is False
    assert options["max_file_size"] >= settings().limits.media_megabytes * 1e6
    assert [Path(path).name for path in options["allowed_paths"]] == ["examples"]
    assert build_demo(examples=[]).delete_cache == (3600, 3600)
    assert "://" not in options["head"] + Path(options["css_paths"][0]).read_text()

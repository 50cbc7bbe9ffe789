"""Files of visitors: gone after an hour and with the page, and nobody else gets at them, nor at anything else."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import gradio as gr
import httpx
import pytest
from gradio_client import Client, handle_file

from mmdemo.ui import sweeping
from mmdemo.ui.app import build_demo
from mmdemo.ui.common import is_upload, work_folder
from mmdemo.ui.qa_media import MediaFolder
from mmdemo.ui.session_files import SessionFiles, paths_in
from tests.test_app import ROOT
from tests.ui.conftest import PATIENT
from tests.ui.fakes import FakePipeline
from tests.ui.test_app import wait_until

Served = tuple[str, FakePipeline]
LATER = 3700.0
"""More than an hour from now."""


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Folders of uploads and of work, with something that must stay in neither."""
    uploads, work = tmp_path / "uploads", tmp_path / "work"
    uploads.mkdir()
    work.mkdir()
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(uploads))
    monkeypatch.setattr(sweeping, "WORK_FOLDER", work)
    monkeypatch.setattr(sweeping, "UPLOAD_FOLDERS", tmp_path / "of-every-process")
    monkeypatch.setattr("mmdemo.ui.common.WORK_FOLDER", work)
    return uploads, work


def size_of(*folders: Path) -> int:
    """Return the bytes of all files below some folders."""
    return sum(path.lstat().st_size for folder in folders for path in folder.rglob("*") if not path.is_dir())


def fill(uploads: Path, work: Path) -> None:
    """Leave what uploads, results, tracks, libraries and killed processes leave."""
    for name in ("a1b2/talk.mp4", "c3d4/talk.srt", "ask-0123/key/talk.mp4", "tmpabc.vtt"):
        path = uploads / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * 1000)
    for name in ("search-9/index/data/0.lance", "search-9/files/1/a.png", "tmpkilled/video.mp4"):
        path = work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * 1000)


def test_an_hours_sweep_gives_the_folders_their_former_size(folders: tuple[Path, Path], tmp_path: Path) -> None:
    before = size_of(*folders)
    fill(*folders)
    outside = tmp_path / "precious.txt"
    outside.write_text("stays")
    (folders[0] / "link").symlink_to(outside)
    filled = size_of(*folders)
    assert sweeping.sweep() == 0 and size_of(*folders) == filled > before + 7000, "all of it is young"
    assert sweeping.sweep(time.time() + LATER) == 7
    assert size_of(*folders) == before and [list(folder.iterdir()) for folder in folders] == [[], []]
    assert outside.read_text() == "stays"


def test_a_killed_process_leaves_nothing_and_a_living_one_keeps_its_uploads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "UPLOAD_FOLDERS", tmp_path)
    monkeypatch.setattr(sweeping, "WORK_FOLDER", tmp_path.with_name("work"))
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "1"))
    for process in ("1", "2", "3"):
        upload = tmp_path / process / "a1b2" / "talk.mp4"
        upload.parent.mkdir(parents=True)
        upload.write_bytes(b"x")
    now = time.time()
    monkeypatch.setattr(sweeping, "_last_change", lambda path: now if path.name in ("1", "2", "a1b2") else now - LATER)
    assert sweeping.sweep(now) == 1
    assert [folder.name for folder in sorted(tmp_path.iterdir())] == ["1", "2"]


def test_what_is_in_use_stays_as_a_whole(folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    kept = MediaFolder()
    (kept.path / "old.mp4").write_bytes(b"x")
    now = time.time()
    changed: dict[Path, float] = {}

    def at(path: Path) -> float:  # everything is two hours old but what was touched
        return changed.get(path, now - 7200)

    monkeypatch.setattr(sweeping, "_last_change", at)
    monkeypatch.setattr(os, "utime", lambda path: changed.update({Path(path): now}))
    kept.touch()
    with work_folder() as forgotten:
        assert sweeping.sweep(now) == 1
        assert (kept.path / "old.mp4").exists() and not forgotten.exists()
        forgotten.mkdir()  # its owner deletes it again
    kept.close()


def test_files_of_the_page_itself_are_kept_young(folders: tuple[Path, Path]) -> None:
    demo = build_demo()  # with examples, whose files Gradio copies to its folder
    fill(*folders)
    with demo:
        offered = gr.File(str(ROOT / "README.md"))
    assert sweeping.kept_files(demo) >= offered.keep_in_cache != set()
    before = {path: os.stat(path).st_ctime for path in sweeping.kept_files(demo)}
    time.sleep(0.02)
    sweeping.touch_kept(demo)
    assert all(os.stat(path).st_ctime > changed for path, changed in before.items())


@pytest.fixture
def uploads(folders: tuple[Path, Path]) -> Path:
    fill(*folders)
    return folders[0]


def test_a_closed_page_takes_its_files_along_but_not_what_another_has(uploads: Path) -> None:
    talk, result = str(uploads / "a1b2" / "talk.mp4"), str(uploads / "c3d4" / "talk.srt")
    files = SessionFiles()
    files.note("one", iter([talk, result]))
    files.note("two", iter([talk]))
    assert files.close("one", set()) == 1
    assert os.path.exists(talk) and not os.path.exists(os.path.dirname(result))
    assert files.close("two", {talk}) == 0 and os.path.exists(talk), "a file of the app itself"
    files.note("three", iter([talk]))
    assert files.close("three", set()) == 1 and not os.path.exists(talk)
    assert files.close("three", set()) == files.close("", set()) == 0


def test_paths_are_found_wherever_they_stand_and_lead_nowhere_else(uploads: Path, tmp_path: Path) -> None:
    inside = str(uploads / "a1b2" / "talk.mp4")
    value = {"a": [{"path": inside}, ["replace", ["path"], inside + "2"]], "b": 7, "c": "/etc/passwd"}
    assert list(paths_in(value)) == [inside, inside + "2"]
    assert not is_upload(f"{uploads}/../precious.txt") and not is_upload(str(uploads)) and not is_upload(7)
    precious = tmp_path / "precious.txt"
    precious.write_text("stays")
    (uploads / "elsewhere").symlink_to(tmp_path)
    files = SessionFiles()
    files.note("one", paths_in([f"{uploads}/../precious.txt", f"{uploads}/elsewhere/precious.txt"]))
    files.close("one", set())
    assert precious.read_text() == "stays"


def test_closing_a_tab_deletes_its_uploads_and_results(
    served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gradio.utils.get_heartbeat_rate", lambda: 0.25)
    recording = tmp_path / "private talk.mp3"
    recording.write_bytes(os.urandom(64))
    client = Client(served[0], verbose=False, httpx_kwargs=PATIENT, download_files=False)
    _, _, results = client.predict(handle_file(recording), api_name="/transcribe")
    stored = [Path(result["path"]) for result in results]
    folder = Path(gr.utils.get_upload_folder())
    upload = next(folder.glob(f"*/{recording.name}"))
    assert all(path.exists() for path in stored)
    client.close()
    wait_until(lambda: not upload.exists() and not any(path.exists() for path in stored))


@pytest.fixture(scope="module")
def precious(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("elsewhere") / "precious.txt"
    path.write_text("precious words")
    return path


def ways_to(target: str) -> Iterator[str]:
    """Spell a path of the server in many ways, as raw targets of a request."""
    up = "../" * 12
    yield from (f"/gradio_api/file={target}", f"/gradio_api/file/{target}", f"/file={target}")
    yield f"/gradio_api/file={quote(target, safe='')}"
    yield f"/gradio_api/file={quote(quote(target, safe=''), safe='')}"
    yield f"/gradio_api/file={up}{target.lstrip('/')}"
    yield f"/gradio_api/file={ROOT}/assets/examples/{up}{target.lstrip('/')}"
    yield f"/gradio_api/file={ROOT}/assets/examples/..%2f..%2fREADME.md"
    yield f"/gradio_api/file={gr.utils.get_upload_folder()}/{up}{target.lstrip('/')}"
    yield f"/gradio_api/file={target}%00.png"
    yield from (f"/gradio_api/file=file://{target}", f"/gradio_api/file=\\\\?\\{target}")
    for route in ("static", "assets", "svelte", "gradio_api/custom_component/1/client/component"):
        yield f"/{route}/{up}{target.lstrip('/')}"
        yield f"/{route}/{quote(up + target.lstrip('/'), safe='')}"
        yield f"/{route}/{target}"


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=60) as client:
        yield client


def fetch(http: httpx.Client, address: str, target: str) -> httpx.Response:
    """Ask for exactly this target; clients would tidy it up first."""
    return http.get(httpx.URL(address).copy_with(raw_path=target.encode()))


TARGETS = ["/etc/passwd", "{precious}", "{root}/app.py", "{root}/assets/weights/decoder/README.md", "{root}/.git"]


@pytest.mark.parametrize("target", TARGETS)
def test_no_path_outside_the_assets_is_served(served: Served, http: httpx.Client, precious: Path, target: str) -> None:
    path = target.format(root=ROOT, precious=precious)
    secrets = ("root:x:", "precious words", "build_demo", "license:", "gitdir")
    for way in ways_to(path):
        found = fetch(http, served[0], way)
        # Gradio shows its page at some unknown addresses; what counts is what comes back.
        assert not any(secret in found.text for secret in secrets) or "<gradio-app" in found.text, way
        assert found.status_code in (400, 403, 404) or "text/html" in found.headers["content-type"], way


def test_a_link_among_the_examples_leads_nowhere(served: Served, http: httpx.Client) -> None:
    """The folder of examples is ours; this holds that nothing in it points elsewhere."""
    for path in (ROOT / "assets" / "examples").rglob("*"):
        assert path.resolve().is_relative_to(ROOT / "assets" / "examples")
    example = ROOT / "assets" / "examples" / "buenos-dias.mp3"
    assert fetch(http, served[0], f"/gradio_api/file={example}").status_code == 200


@pytest.mark.parametrize(
    "way",
    [
        "/gradio_api/file={own}health",
        "/gradio_api/file=http://169.254.169.254/latest/meta-data",
        "/gradio_api/file=https://example.org/",
        "/gradio_api/file=HTTPS://example.org/",
        "/gradio_api/file=%68ttps://example.org/",
        "/gradio_api/proxy={own}health",
        "/gradio_api/proxy=https://somebody.hf.space/file",
        "/gradio_api/proxy=file:///etc/passwd",
    ],
)
def test_the_server_fetches_nothing_for_strangers(served: Served, http: httpx.Client, way: str) -> None:
    found = fetch(http, served[0], way.format(own=served[0]))
    assert found.status_code in (400, 403, 404) and "models_loaded" not in found.text


@pytest.mark.parametrize("path", ["/etc/passwd", "{root}/app.py", "{uploads}/../../etc/passwd", "{uploads}"])
def test_the_api_reads_nothing_but_uploads(served: Served, http: httpx.Client, path: str) -> None:
    named = {"root": ROOT, "uploads": gr.utils.get_upload_folder()}
    file: dict[str, Any] = {"path": path.format(**named), "meta": {"_type": "gradio.FileData"}}
    for key in ("path", "url"):
        given = {**file, key: path.format(**named) if key == "path" else "http://127.0.0.1:1/x"}
        event = http.post(f"{served[0]}gradio_api/call/transcribe", json={"data": [given, "auto"]}).json()
        stream = http.get(f"{served[0]}gradio_api/call/transcribe/{event['event_id']}").text
        assert "event: error" in stream and "event: complete" not in stream


def test_one_visitor_sees_nothing_of_another(served: Served, http: httpx.Client, tmp_path: Path) -> None:
    """A second client gets neither the results of the first nor a list of them."""
    recording = tmp_path / "mine.mp3"
    recording.write_bytes(os.urandom(64))
    mine = Client(served[0], verbose=False, httpx_kwargs=PATIENT, download_files=False)
    event = mine.submit(handle_file(recording), api_name="/transcribe")
    event.result(timeout=60)
    assert mine.session_hash not in http.get(f"{served[0]}config").text
    told = ""
    with (
        contextlib.suppress(httpx.RemoteProtocolError),  # Gradio breaks off the stream of an unknown page
        http.stream("GET", f"{served[0]}gradio_api/queue/data?session_hash=stranger") as stream,
    ):
        for part in stream.iter_text():
            told += part
    assert recording.name not in told and "process_completed" not in told
    for listing in ("monitoring", "monitoring/summary", "gradio_api/run-history/records", "gradio_api/runs"):
        found = fetch(http, served[0], f"/{listing}")
        assert recording.name not in found.text and (found.status_code >= 400 or "<gradio-app" in found.text)
    mine.close()

"""Every example of docs/api.md is run against the app as people start it, and every endpoint has one."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import httpx
import pytest

from mmdemo.evaluation.sample_media import sample
from mmdemo.ui.app import build_demo
from tests.snippets import Block, blocks_of
from tests.test_app import ROOT

DOCUMENT = ROOT / "docs" / "api.md"
BLOCKS = blocks_of(DOCUMENT, ROOT)
ADDRESS = "http://127.0.0.1:7860"
ENDPOINTS = {"caption", "scenes", "export", "transcribe", "align", "ask", "search", "classify", "match", "encode"}

TRANSCRIPT = """Good morning everybody and welcome to the museum.
This is a short message about the opening hours.
The doors open at ten o'clock in the morning and close at six in the evening.
Please leave your bags and umbrellas at the entrance.
Thank you very much.
"""
LATE = """1
00:00:06,500 --> 00:00:10,300
Good morning everybody and welcome to the museum.

2
00:00:11,800 --> 00:00:14,400
This is a short message about the opening hours.

3
00:00:15,900 --> 00:00:20,500
The doors open at ten o'clock in the morning and close at six in the evening.

4
00:00:22,100 --> 00:00:24,900
Please leave your bags and umbrellas at the entrance.
"""

SAID = {
    "Captions": "lion",
    "Subtitles": "museum",
    "A transcript put on the speech": "aligned",
    "Mistimed subtitles put right": "aligned",
    "Scenes of a video": "0",
    "A video with its subtitles": "track",
    "Questions": "10 o'clock",
    "Search": "picture.jpg",
    "Labels": "a lion",
    "Does a sentence fit?": "0.",
    "Vectors": "audio",
    "Progress and cancel": "of 21",
    "Is it well?": '"status":"ok"',
}
"""Section → what its example must say."""


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files that the examples name."""
    folder = tmp_path_factory.mktemp("api")
    shutil.copy(sample("images/lion.jpg"), folder / "picture.jpg")
    shutil.copy(ROOT / "assets" / "examples" / "museum-message.mp4", folder / "video.mp4")
    shutil.copy(sample("audio/heath_ledger.mp3"), folder / "recording.mp3")
    (folder / "transcript.txt").write_text(TRANSCRIPT, "utf-8")
    (folder / "late.srt").write_text(LATE, "utf-8")
    return folder


@pytest.fixture(scope="module")
def names(real_address: str) -> Iterator[dict[str, Any]]:
    """What the Python examples share, as in one session of a reader."""
    shared: dict[str, Any] = {}
    yield shared
    shared["app"].close()


def python_blocks() -> list[Block]:
    return [block for block in BLOCKS if block.language == "python"]


def shell_blocks() -> list[Block]:
    return [block for block in BLOCKS if block.language == "bash"]


@pytest.mark.real
@pytest.mark.parametrize("block", python_blocks(), ids=lambda block: block.headings[-1])
def test_the_python_examples_run(
    block: Block, names: dict[str, Any], real_address: str, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(media)
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(media / "downloads"))
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(block.code.replace(ADDRESS, real_address), str(block), "exec"), names)
    assert SAID.get(block.headings[-1], "") in said.getvalue()


@pytest.mark.real
@pytest.mark.parametrize("block", shell_blocks()[1:], ids=lambda block: block.headings[-1])
def test_the_shell_examples_run(block: Block, real_address: str, media: Path) -> None:
    functions = shell_blocks()[0].code.replace(ADDRESS, real_address.rstrip("/"))
    script = f"set -euo pipefail\n{functions}\n{block.code}"
    done = subprocess.run(["bash", "-c", script], cwd=media, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    if "call" in block.code:
        closing, data = done.stdout.strip().splitlines()[-2:]
        assert closing == "event: complete", done.stdout[-500:]
        assert json.loads(data.removeprefix("data: "))
    assert SAID[block.headings[-1]].replace('"', "").replace(" ", "") in done.stdout.replace('"', "").replace(" ", "")


def test_every_endpoint_has_both_examples() -> None:
    public = {event.api_name for event in build_demo(examples=[]).fns.values() if event.api_visibility == "public"}
    assert public == ENDPOINTS
    for language, blocks, way in (("python", python_blocks(), 'api_name="/{}"'), ("bash", shell_blocks(), "call {} ")):
        code = "".join(block.code for block in blocks)
        assert [name for name in ENDPOINTS if way.format(name) not in code] == [], language
    assert all(f"| `/{name}` |" in DOCUMENT.read_text("utf-8") for name in ENDPOINTS)
    assert "docs/api.md" in (ROOT / "README.md").read_text("utf-8")


def test_endpoints_are_typed_and_described(real_address: str) -> None:
    schema = httpx.get(f"{real_address}gradio_api/openapi.json", timeout=60).json()
    described = httpx.get(f"{real_address}gradio_api/info", timeout=60).json()["named_endpoints"]
    assert {name.lstrip("/") for name in described} == ENDPOINTS
    for name, endpoint in described.items():
        assert any(name in path for path in schema["paths"]), "not in the OpenAPI description"
        assert endpoint["description"] and endpoint["parameters"] and endpoint["returns"], name
        for parameter in endpoint["parameters"]:
            assert parameter["python_type"]["type"] and not parameter["parameter_name"].startswith("parameter_"), name
            assert parameter["label"], name


def test_docstrings_name_every_parameter() -> None:
    """Gradio makes the descriptions of MCP tools from them."""
    for event in build_demo(examples=[]).fns.values():
        if event.api_visibility != "public":
            continue
        described = gr.utils.get_function_description(event.fn)
        summary, parameters, returns = described[0], described[1], described[2]
        assert summary and returns
        assert set(parameters) >= {name for name in event.input_parameter_names if name} or len(parameters) == len(
            event.inputs
        ), event.api_name

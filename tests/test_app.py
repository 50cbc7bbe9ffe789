"""The entry point as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import httpx

from mmdemo.evaluation.app_process import free_port

ROOT = Path(__file__).parents[1]


def test_the_app_answers_on_the_port_of_the_environment(tmp_path: Path) -> None:
    port = free_port()
    environment = os.environ | {"GRADIO_SERVER_PORT": str(port), "MMDEMO_CACHE_DIR": str(tmp_path / "cache")}
    log = tmp_path / "log.txt"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            page = first_page(f"http://127.0.0.1:{port}/", process)
        finally:
            process.terminate()
            process.wait(30)
    assert "MMDemo" in page, log.read_text()


def first_page(address: str, process: subprocess.Popen[bytes]) -> str:
    """Wait for the first answer, far longer than it can take."""
    for _ in range(600):
        assert process.poll() is None, "the app ended by itself"
        try:
            answer = httpx.get(address)
            if answer.status_code == 200:
                return answer.text
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError("the app never answered")

"""The entry point as a process of its own."""

from __future__ import annotations

from pathlib import Path

import httpx

from mmdemo.evaluation.app_process import RunningApp
from mmdemo.evaluation.app_process import free_port as free_port

ROOT = Path(__file__).parents[1]


def test_the_app_answers_on_the_port_of_the_environment(real_app: RunningApp) -> None:
    answer = httpx.get(f"{real_app.address}/", timeout=60)
    assert answer.status_code == 200 and "MMDemo" in answer.text

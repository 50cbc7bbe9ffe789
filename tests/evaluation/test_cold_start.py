"""The cold start: every step is measured, and the jobs have known right answers.

The app that the tests share has begun over an empty cache, so it takes the place of one more.
"""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from mmdemo.evaluation import cold_start
from mmdemo.evaluation.app_process import RunningApp


@pytest.mark.real
def test_every_step_to_the_first_results_is_measured(
    real_app: RunningApp, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    started = replace(real_app, started=time.perf_counter() - 1.0)
    monkeypatch.setattr(cold_start, "running_app", lambda folder: nullcontext(started))
    with ThreadPoolExecutor(1) as pool:  # in this thread the browser of other tests keeps an event loop running
        assert pool.submit(lambda: cold_start.main(["--json", str(tmp_path / "found.json")])).result() == 0
    found = json.loads(capsys.readouterr().out)
    assert found == json.loads((tmp_path / "found.json").read_text())
    assert 0 < found["server_up_seconds"] <= found["first_page_seconds"] <= found["models_loaded_seconds"]
    assert set(found["first_result_seconds"]) == {"caption", "subtitles", "search", "ask"}
    assert found["import_seconds"] > 0

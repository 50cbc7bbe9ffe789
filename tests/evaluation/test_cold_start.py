"""The cold start, measured in full: it is short, and its jobs have known right answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mmdemo.evaluation import cold_start


@pytest.mark.real
def test_every_step_to_the_first_results_is_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cold_start.main(["--json", str(tmp_path / "found.json")]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found == json.loads((tmp_path / "found.json").read_text())
    assert 0 < found["server_up_seconds"] <= found["first_page_seconds"] <= found["models_loaded_seconds"]
    assert set(found["first_result_seconds"]) == {"caption", "subtitles", "search", "ask"}
    assert found["import_seconds"] > 0

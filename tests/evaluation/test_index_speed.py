from __future__ import annotations

import json
from pathlib import Path

import pytest

from mmdemo.evaluation import index_speed


def test_the_benchmark_compares_with_brute_force(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    saved = tmp_path / "speed.json"
    index_speed.main(["--vectors", "300", "--queries", "4", "--json", str(saved)])
    headline = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert headline["equal_to_brute_force"] == 1.0 and headline["p50_ms"] > 0
    assert headline["second_half_over_first"] > 0
    whole = json.loads(saved.read_text("utf-8"))
    assert len(whole["search_ms"]) == 4 and len(whole["filling"]) == 10

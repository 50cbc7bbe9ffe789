"""The evaluation of the joint space from folder to JSON, on a split of plain colours, with the shipped heads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mmdemo.errors import FileMissing
from mmdemo.evaluation import retrieval
from tests.training.tiny_folder import write_folder


@pytest.mark.real
def test_all_four_parts_are_measured(tmp_path: Path) -> None:
    write_folder(tmp_path / "data")
    report = tmp_path / "report.json"
    options = ["--data", str(tmp_path / "data"), "--json", str(report), "--robustness-pictures", "2"]
    assert retrieval.main(options) == 0
    found = json.loads(report.read_text("utf-8"))
    assert set(retrieval.PARTS) <= set(found)
    measured = {row["measure"]: row["value"] for row in found["accuracy"]}
    # Even a head that never saw plain colours puts the best of six colours among the first ten of six.
    assert measured["text→image en R@10"] == 100.0
    assert {"image→text zh R@1", "text→image zh median rank", "matching en AUC", "matching zh ECE"} <= set(measured)
    kept = [row for row in found["robustness"] if row["measure"].startswith("picture")]
    assert len(kept) == 5 and all(f"severity {severity} %" in row for row in kept for severity in range(1, 6))
    assert all(row["value"] > 0 for row in found["efficiency"])


def test_a_folder_without_captions_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        retrieval.main(["--data", str(tmp_path / "nothing")])

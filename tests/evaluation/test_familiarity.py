"""The evaluation of the detector from folder to JSON, on a split of plain colours."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from mmdemo.errors import FileMissing
from mmdemo.evaluation import familiarity
from mmdemo.evaluation.familiarity import SIGNALS, Judged, headline_figures, signal_rows
from mmdemo.evaluation.foreign_pictures import FAMILIES
from tests.training.tiny_folder import write_folder


def _judged(probability: float, reach: float, count: int = 4) -> Judged:
    full = np.full(count, probability, np.float32)
    return Judged(full, np.full(count, reach, np.float32), np.tile(full[:, None], (1, len(SIGNALS))))


def test_figures_are_counted_by_kind() -> None:
    judged = {family.name: _judged(0.9, 0.1 if family.name == "chart" else 0.9) for family in FAMILIES}
    figures = headline_figures(judged, {"val": _judged(0.1, 0.2), "VQA": _judged(0.6, 0.2)})
    assert figures["documents flagged %"] == 100.0 and figures["val flagged %"] == 0.0
    held_out = [family for family in FAMILIES if family.kind == "document" and family.held_out]
    assert figures["documents of families never fitted %"] == round(100 * (1 - 1 / len(held_out)), 1)
    rows = signal_rows(_judged(0.1, 0.1), {"noise": [_judged(0.9, 0.9), _judged(0.1, 0.1)]})
    assert {row["AUC noise"] for row in rows} == {0.75}  # half above, half a tie


@pytest.mark.real
def test_every_part_is_measured(tmp_path: Path) -> None:
    write_folder(tmp_path / "data")
    report = tmp_path / "report.json"
    size = ["--pictures", "1", "--spoilt", "1", "--json", str(report)]
    assert familiarity.main(["--data", str(tmp_path / "data"), *size]) == 0
    found = json.loads(report.read_text("utf-8"))
    assert {row["family"] for row in found["families"]} == {family.name for family in FAMILIES}
    assert [row["signal"] for row in found["signals"]] == list(SIGNALS) and len(found["spoilt"]) == 5
    # A split of plain colours is foreign, and so is nearly all that is made up.
    assert found["headline"]["val flagged %"] > 50 and found["headline"]["documents flagged %"] > 80


def test_a_folder_without_pictures_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        familiarity.main(["--data", str(tmp_path / "nothing")])

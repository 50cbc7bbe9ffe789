"""A training of two steps on a folder made here, from pictures to written heads, and a continuation on own pairs."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from mmdemo.backbone.head_files import read_config
from mmdemo.backbone.joint_space import JointSpace
from mmdemo.errors import EmptyText, FileMissing
from mmdemo.training import compare_losses, joint_space
from mmdemo.training.own_pairs import read_pairs
from tests.conftest import empty_cache
from tests.training.tiny_folder import picture, write_folder


@pytest.mark.real
def test_a_tiny_folder_trains_and_goes_on_learning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = empty_cache(tmp_path / "cache")
    monkeypatch.setattr("mmdemo.training.folder.settings", lambda: settings)
    monkeypatch.setattr("mmdemo.training.continuing.settings", lambda: settings)
    write_folder(tmp_path / "data")
    out = tmp_path / "heads"
    size = ["--views", "1", "--members", "2", "--epochs", "2", "--espeak", "4", "--variants", "0", "--batch-size", "4"]
    assert joint_space.main(["--data", str(tmp_path / "data"), "--out", str(out), *size]) == 0
    assert {path.name for path in out.glob("*.json")} == {"config.json", "recipe.json", "curves.json"}
    space = JointSpace.load(out)
    embedded = space.embed_chinese(["一面红色的墙。"])
    assert np.isfinite(embedded).all() and np.linalg.norm(embedded) == pytest.approx(1.0, abs=1e-5)

    (tmp_path / "own.png").write_bytes(picture("purple"))
    (tmp_path / "own.tsv").write_text("own.png\tA purple wall\nown.png\t一面紫色的墙\n", "utf-8")
    grown = tmp_path / "grown"
    own = ["--pairs", str(tmp_path / "own.tsv"), "--continue-from", str(out), "--epochs", "1", "--views", "1"]
    assert joint_space.main([*own, "--out", str(grown)]) == 0
    assert read_config(grown)["model_id"] != read_config(out)["model_id"]
    assert JointSpace.load(grown).model_id == read_config(grown)["model_id"]


@pytest.mark.real
def test_losses_are_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = empty_cache(tmp_path / "cache")
    monkeypatch.setattr("mmdemo.config.settings", lambda: settings)
    write_folder(tmp_path / "data")
    size = ["--views", "1", "--epochs", "2", "--batch-size", "4"]
    assert compare_losses.main(["--data", str(tmp_path / "data"), "--out", str(tmp_path / "out"), *size]) == 0
    found = json.loads((tmp_path / "out" / "losses.json").read_text("utf-8"))["best epochs"]
    assert set(found) == {"infonce", "sigmoid", "triplet"}
    assert len({curve["loss"] for curve in found.values()}) == 3


def test_a_table_of_pairs_is_read_strictly(tmp_path: Path) -> None:
    table = tmp_path / "pairs.tsv"
    with pytest.raises(FileMissing):
        read_pairs(table)
    table.write_text("gone.jpg\ta dog\n", "utf-8")
    with pytest.raises(FileMissing):
        read_pairs(table)
    (tmp_path / "here.jpg").write_bytes(b"")
    table.write_text("here.jpg\t \n", "utf-8")
    with pytest.raises(EmptyText):
        read_pairs(table)
    table.write_text("here.jpg\ta dog\nhere.jpg\tone dog\n", "utf-8")
    assert [pair.captions for pair in read_pairs(table)] == [("a dog", "one dog")]

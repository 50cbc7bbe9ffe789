"""The commands around the search index, with a backbone that reads file names."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from mmdemo import runtime
from mmdemo.cli import main
from mmdemo.evaluation.sample_media import sample
from tests.tasks.word_backbone import WordBackbone

LION, TOWER, SAX = str(sample("images/lion.jpg")), str(sample("images/tower.jpg")), str(sample("audio/sax.wav"))


@pytest.fixture(autouse=True)
def words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "models", lambda: SimpleNamespace(backbone=WordBackbone()))
    monkeypatch.setenv("MMDEMO_LANGUAGE", "en")


@pytest.fixture
def index(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    place = str(tmp_path / "index")
    assert main(["index", LION, TOWER, SAX, "--index", place]) == 0
    assert capsys.readouterr().out == "added=3  known=0  failed=0  items=3\n"
    return place


def test_search_prints_the_best_first(index: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", "a lion", "--index", index, "--limit", "2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 and lines[0].endswith("lion.jpg") and "  image  " in lines[0]
    assert main(["search", "sax part1", "--index", index]) == 0
    assert "5.0–10.0 s" in capsys.readouterr().out.splitlines()[0]


def test_search_by_file_as_json(index: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", "--file", SAX, "--index", index, "--json"]) == 0
    hits = json.loads(capsys.readouterr().out)
    assert hits[0]["source"] == SAX and hits[0]["modality"] == "audio" and set(hits[0]["span"]) == {"start", "end"}


def test_no_hit_is_exit_code_1(index: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", "lion", "--index", index, "--modality", "video"]) == 1
    assert capsys.readouterr().out == ""


def test_indexing_again_adds_nothing(index: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notes.txt").write_text("x")
    assert main(["index", LION, str(tmp_path / "notes.txt"), "--index", index, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["added"], found["known"], found["failed"], found["items"]) == (0, 1, 1, 3)
    assert "cannot be read" in found["failures"][0]["reason"]


def test_an_index_of_nothing_is_exit_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notes.txt").write_text("x")
    assert main(["index", str(tmp_path / "notes.txt"), "--index", str(tmp_path / "index")]) == 1
    assert "cannot be read" in capsys.readouterr().err


def test_names_that_are_no_unicode_can_be_printed(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    place = str(tmp_path / "index")
    shutil.copy(LION, os.fsencode(tmp_path) + b"/a lion \xff.jpg")
    (tmp_path / "notes \udcff.txt").write_text("x")
    files = [str(tmp_path / "a lion \udcff.jpg"), str(tmp_path / "notes \udcff.txt")]
    assert main(["index", *files, "--index", place, "--json"]) == 0
    found = json.loads(capsysbinary.readouterr().out)
    assert found["added"] == 1 and found["failures"][0]["path"] == files[1]
    for option in ([], ["--json"]):
        assert main(["search", "lion", "--index", place, "--limit", str(2**70), *option]) == 0
        assert rb"a lion \xff.jpg" in capsysbinary.readouterr().out.replace(rb"\\", b"\\")


def test_a_search_for_nothing_is_told_in_chinese(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MMDEMO_LANGUAGE", "zh")
    assert main(["search", "--index", "x"]) == 2
    assert "搜索需要" in capsys.readouterr().err


def test_classify_and_match(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["classify", LION, "tower", "lion"]) == 0
    assert capsys.readouterr().out.splitlines()[0].endswith("  lion")
    assert main(["match", "a lion", LION, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["probability"] > 0.8
    assert main(["match", "a tower", LION]) == 0
    assert capsys.readouterr().out.startswith("probability=0.")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["search", "--index", "x"], "either a query or --file"),
        (["search", "a", "--file", LION, "--index", "x"], "either a query or --file"),
        (["search", "a", "--index", "x", "--limit", "0"], "limit of at least 1"),
        (["search", "a", "--index", "/nowhere/at/all"], "There is no index at"),
        (["search", "  ", "--index", "x"], "text is empty"),
        (["search", "a", "--index", "x" * 300], "cannot be reached"),
        (["index", LION, "--index", "/tmp/" + "x" * 300], "cannot be written"),
        (["index", "x" * 300, "--index", "/tmp/mmdemo-never"], "There is no file"),
        (["index", "/nowhere/at/all", "--index", "/tmp/mmdemo-never"], "There is no file"),
        (["classify", LION, "one"], "no labels"),
        (["match", "", LION], "text is empty"),
    ],
)
def test_failures_are_one_line_and_exit_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert message in captured.err and captured.err.count("\n") == 1 and captured.out == ""

"""The evaluation of captions on a folder made here: what is scored, by which unit, for which system."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mmdemo.evaluation import captioning
from mmdemo.runtime import Models
from tests.fakes import FakeFamiliarity, FakeGenerator, FakeSpeech
from tests.tasks.picture_backbone import PictureBackbone
from tests.training.tiny_folder import write_folder


def test_a_folder_is_scored_in_both_languages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = Models(PictureBackbone(), FakeSpeech(), FakeGenerator(), FakeFamiliarity())  # type: ignore[arg-type]
    monkeypatch.setattr(captioning, "models", lambda: found)
    write_folder(tmp_path)
    written = tmp_path / "captions.jsonl"
    options = ["--data", str(tmp_path), "--json", str(tmp_path / "result.json"), "--captions", str(written)]
    assert captioning.main([*options, "--pictures", "4"]) == 0
    rows = json.loads((tmp_path / "result.json").read_text("utf-8"))["rows"]
    systems = ("labels", "labels, reranked")
    expected = {
        (language, unit, system)
        for language, unit in (("en", "word"), ("zh", "word"), ("zh", "character"))
        for system in systems
    }
    assert {(row["language"], row["unit"], row["system"]) for row in rows} == expected
    assert all(row["pictures"] == 4 for row in rows)
    lines = [json.loads(line) for line in written.read_text("utf-8").splitlines()]
    assert len(lines) == 4 * 2 * 2
    assert {line["text"] for line in lines if line["system"] == "labels" and line["language"] == "en"} == {
        "caption 0 of None"
    }
    headline = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert set(headline) == {
        f"{what} {figure}" for what in ("en word", "zh word", "zh character") for figure in ("cider", "bleu4")
    }


def test_a_caption_that_people_wrote_scores_higher_than_one_that_nobody_did(tmp_path: Path) -> None:
    write_folder(tmp_path)
    pictures = captioning.captioned_pictures(tmp_path / "flickr8k", "en", "val")
    good = [captioning.Written(p.name, "en", "good", p.captions[0], 0.5) for p in pictures]
    bad = [captioning.Written(p.name, "en", "bad", "nothing of the kind", 0.1) for p in pictures]
    first, second = captioning.score_rows(good + bad, pictures, "en")
    assert float(str(first["cider"])) > 1.0 > float(str(second["cider"])) == 0.0
    assert first["bleu1"] == pytest.approx(1.0, abs=1e-3)

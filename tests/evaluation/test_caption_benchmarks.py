"""The benchmarks of captions run and say what they measured."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mmdemo.evaluation import caption_heatmaps, caption_speed
from mmdemo.runtime import Models
from mmdemo.training import caption_ranking
from tests.fakes import FakeFamiliarity, FakeGenerator, FakeSpeech
from tests.tasks.picture_backbone import PictureBackbone
from tests.training.tiny_folder import write_folder


def _headline(capsys: pytest.CaptureFixture[str]) -> dict[str, float]:
    found: dict[str, float] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return found


def test_blip_of_any_size_writes_as_many_tokens_as_asked_for() -> None:
    from transformers import BlipConfig

    text = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}
    text |= {"encoder_hidden_size": 32, "vocab_size": 400, "bos_token_id": 398, "sep_token_id": 399}
    vision = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}
    vision |= {"image_size": 64}
    config = BlipConfig(text_config=text, vision_config=vision, projection_dim=32, image_text_hidden_size=32)
    written = caption_speed.blip(5, config)(0)
    assert written.shape[0] == 1  # type: ignore[attr-defined]
    assert written.shape[1] >= caption_speed.BLIP_TOKENS  # type: ignore[attr-defined]


def test_pictures_for_timing_are_never_alike() -> None:
    first, second = caption_speed.fresh_picture(0), caption_speed.fresh_picture(1)
    assert first.sha256 != second.sha256
    assert (first.pixels != second.pixels).mean() > 0.5


@pytest.mark.real
def test_captions_are_timed_beside_blip(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(caption_speed, "blip", lambda beams: lambda number: None)
    assert caption_speed.main(["--repetitions", "2", "--json", str(tmp_path / "speed.json")]) == 0
    headline = _headline(capsys)
    assert headline["encoding, one language"] > 0 and headline["picture, one language"] > 0
    assert set(json.loads((tmp_path / "speed.json").read_text("utf-8"))["seconds"]) >= {"picture, both languages"}


@pytest.mark.real
def test_heatmaps_are_compared_by_deletion(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_folder(tmp_path)
    assert caption_heatmaps.main(["--data", str(tmp_path), "--pictures", "2"]) == 0
    assert set(_headline(capsys)) == {
        f"{name} {share}" for name in ("attention", "gradient", "random") for share in caption_heatmaps.DELETED
    }


def test_weights_of_the_ranking_are_fitted_in_both_languages(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_folder(tmp_path)
    found = Models(PictureBackbone(), FakeSpeech(), FakeGenerator(), FakeFamiliarity())  # type: ignore[arg-type]
    monkeypatch.setattr(caption_ranking, "models", lambda: found)
    monkeypatch.setattr(caption_ranking, "HELD_OUT_PICTURES", 1.0)
    assert caption_ranking.main(["--data", str(tmp_path)]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["language"] for row in rows] == ["en", "zh"]
    assert all(max(row["search alone"], row["ranked"]) <= row["perfect choice"] for row in rows)
    assert all(
        row["pictures"] == 6 and row["weights"].keys() == {"similarity", "agreement", "expected"} for row in rows
    )

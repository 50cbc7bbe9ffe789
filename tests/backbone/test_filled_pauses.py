"""The detector of filled pauses: its arithmetic, strict loading, and what it hears in real and in fluent speech."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from mmdemo.backbone.filled_pauses import (
    LEAST_TOKENS,
    SHIPPED_FOLDER,
    TOWER_ID,
    FilledPauseDetector,
    find_filled_pauses,
    load_filled_pauses,
    read_model_id,
    stretches,
)
from mmdemo.config import Limits
from mmdemo.errors import WeightsCorrupt, WeightsMissing
from mmdemo.evaluation.sample_media import SPEECH_FILES, sample
from mmdemo.media import open_audio
from mmdemo.runtime import Models
from mmdemo.stepwise import run_through
from mmdemo.tasks.cue_hearing import hear_filled_pauses
from mmdemo.types import AudioWindow, EncodedWindow, Piece


def _plain(scale: float = 10.0) -> FilledPauseDetector:
    """Return a detector that is sure of a filled pause where a token of one value is positive."""
    one = np.ones(1, np.float32)
    return FilledPauseDetector(0 * one, one, one[:, None], 0 * one, scale * one, -scale / 2 * one)


def test_probabilities_are_those_of_the_definition() -> None:
    random = np.random.default_rng(0)
    width, hidden = 6, 4
    parts = [
        random.normal(size=shape).astype(np.float32)
        for shape in ((width,), (width, hidden), (hidden,), (hidden,), (1,))
    ]
    detector = FilledPauseDetector(parts[0], np.full(width, 2.0, np.float32), *parts[1:])
    tokens = random.normal(size=(3, width)).astype(np.float32)
    for token, found in zip(tokens, detector.probabilities(tokens), strict=True):
        units = [
            max(sum((token[i] - parts[0][i]) / 2.0 * parts[1][i, j] for i in range(width)) + parts[2][j], 0.0)
            for j in range(hidden)
        ]
        score = sum(unit * weight for unit, weight in zip(units, parts[3], strict=True)) + parts[4][0]
        assert found == pytest.approx(1 / (1 + np.exp(-score)), abs=1e-5)


def test_only_long_and_sure_stretches_count() -> None:
    tokens = np.zeros((80, 1), np.float32)
    tokens[10 : 10 + LEAST_TOKENS] = 1.0
    tokens[14] = 0.0  # a doubt inside
    tokens[40 : 40 + LEAST_TOKENS - 1] = 1.0  # too short
    tokens[60:80] = 0.55  # long, but only just probable
    marked = _plain().marks(tokens)
    assert stretches(marked) == [(10, 10 + LEAST_TOKENS)]
    assert not _plain().marks(tokens[:0]).any()


def test_stretches_bridge_small_gaps() -> None:
    marked = np.array([1, 1, 0, 1, 0, 0, 0, 1], np.bool_)
    assert stretches(marked) == [(0, 2), (3, 4), (7, 8)]
    assert stretches(marked, 1) == [(0, 4), (7, 8)]
    assert stretches(np.zeros(3, np.bool_)) == []


def test_tokens_of_another_model_are_not_judged() -> None:
    tokens = np.ones((20, 512), np.float32)
    window = AudioWindow(0.0, 0.4, 0, 20, (Piece(0, 20, 0.0),))
    encoded = EncodedWindow(window, tokens, tokens[:1], np.ones(20, np.float32))
    assert not find_filled_pauses(encoded, "large-v3-turbo").any()
    assert find_filled_pauses(encoded, TOWER_ID).shape == (20,)


def test_missing_or_damaged_weights_are_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match="git checkout"):
        load_filled_pauses(tmp_path)
    shutil.copytree(SHIPPED_FOLDER, tmp_path / "other")
    config = json.loads((tmp_path / "other" / "config.json").read_text("utf-8"))
    assert read_model_id(tmp_path / "other") == config["model_id"]
    shutil.copytree(SHIPPED_FOLDER, tmp_path / "damaged")
    weights = tmp_path / "damaged" / "filled-pauses.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"?")
    with pytest.raises(WeightsCorrupt):
        load_filled_pauses(tmp_path / "damaged")


@pytest.mark.real
def test_fluent_speakers_do_not_hesitate(real_models: Models) -> None:
    for name in SPEECH_FILES:
        assert run_through(hear_filled_pauses(open_audio(sample(name), Limits()), real_models)) == ()


@pytest.mark.real
def test_a_person_who_says_um_is_heard(real_models: Models) -> None:
    folder = Path(__file__).parents[3] / "shared" / "data" / "alignment"
    if not folder.is_dir():
        pytest.skip("the development cases are not here")
    spans = run_through(hear_filled_pauses(open_audio(folder / "talk.wav", Limits()), real_models))
    lines = json.loads((folder / "talk.json").read_text("utf-8"))["lines"]
    first, alone = lines[0], lines[4]
    assert first["text"].startswith("um ") and alone["text"] == "uh"
    assert any(abs(span.start - first["start"]) < 0.15 for span in spans)
    assert any(abs(span.start - alone["start"]) < 0.15 and abs(span.end - alone["end"]) < 0.15 for span in spans)
    assert sum(span.duration for span in spans) < 4.0  # of 52 s

"""Filled pauses are learned from hesitant speech made here: its labels, two steps of training, what is written."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from mmdemo.backbone.filled_pauses import load_filled_pauses
from mmdemo.backbone.sound_activity import TOKEN_SECONDS
from mmdemo.runtime import Models
from mmdemo.training import filled_pauses
from mmdemo.training.filled_pause_data import (
    FILLED_PAUSE,
    SILENCE,
    VOICES,
    WORD,
    DataRecipe,
    LabelledTokens,
    _hesitant,
)


def test_a_hesitant_sentence_has_all_its_words_and_a_label_for_every_piece() -> None:
    pieces = list(_hesitant("A dog runs along the beach", "en-us+f1", np.random.default_rng(1)))
    labels = [label for _, label in pieces]
    assert set(labels) == {WORD, FILLED_PAUSE, SILENCE}
    assert all(np.abs(waveform).max() > 0.01 for waveform, label in pieces if label != SILENCE)
    assert all(not waveform.any() for waveform, label in pieces if label == SILENCE)
    assert all(b == SILENCE for a, b in zip(labels, labels[1:], strict=False) if a != SILENCE)


def test_the_fit_tells_what_can_be_told_and_stops() -> None:
    random = np.random.default_rng(0)
    labels = random.integers(0, 3, 2000).astype(np.int8)
    tokens = random.normal(size=(2000, 8)).astype(np.float32)
    tokens[labels == FILLED_PAUSE, 3] += 4.0
    held_out = np.arange(2000) % 4 == 3
    recipe = filled_pauses.FitRecipe(hidden=4, batch=256, steps_a_check=50, most_checks=6)
    detector, curve = filled_pauses.fit(LabelledTokens(tokens, labels, held_out), recipe)
    best = min(curve, key=lambda figures: figures.loss)
    assert best.precision > 0.9 and best.recall > 0.9 and best.false_words < 0.1
    assert filled_pauses.figures_of(detector, tokens[held_out], labels[held_out]) == best
    again, _ = filled_pauses.fit(LabelledTokens(tokens, labels, held_out), recipe)
    assert np.array_equal(detector.hidden, again.hidden)


@pytest.mark.real
def test_the_command_trains_and_writes_weights_that_load(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], real_models: Models
) -> None:
    captions = tmp_path / "flickr8k" / "captions.en.tsv"
    captions.parent.mkdir()
    captions.write_text("".join(f"{i}.jpg\t0\tA dog number {i} runs along the beach\n" for i in range(5)), "utf-8")
    small = partial(DataRecipe, voices=VOICES[:4], recordings=4, seconds=2.0)
    monkeypatch.setattr(filled_pauses, "DataRecipe", small)
    monkeypatch.setattr(filled_pauses, "FitRecipe", partial(filled_pauses.FitRecipe, steps_a_check=2, most_checks=2))
    monkeypatch.setattr(filled_pauses, "models", lambda: real_models)
    out = tmp_path / "weights"
    assert filled_pauses.main(["--data", str(tmp_path), "--out", str(out)]) == 0
    said = json.loads(capsys.readouterr().out)
    recipe = json.loads((out / "recipe.json").read_text("utf-8"))
    assert said["tokens"] == recipe["data"]["tokens"] > 4 * 4 / TOKEN_SECONDS
    assert len(json.loads((out / "curves.json").read_text("utf-8"))) == 2
    assert load_filled_pauses(out).hidden.shape == (512, 32)

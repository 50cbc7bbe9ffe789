"""The reader of phones: its arithmetic is that of the trained network, strict loading, and real speech."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from mmdemo.alignment.hidden_markov_words import hidden_markov_aligner
from mmdemo.alignment.phone_words import PhoneAligner
from mmdemo.backbone.spoken_phones import (
    PHONES,
    PRIOR_SHARE,
    SHIPPED_FOLDER,
    SILENCE,
    load_phone_reader,
    read_model_id,
)
from mmdemo.backbone.window_parts import tokens_in_time
from mmdemo.config import Limits
from mmdemo.errors import WeightsCorrupt, WeightsMissing
from mmdemo.evaluation.sample_media import SPEECH_FILES, sample
from mmdemo.media import load_audio, open_audio
from mmdemo.runtime import Models
from mmdemo.training.spoken_phone_data import SpokenRecording
from mmdemo.training.spoken_phones import Fit, FitRecipe


def _fit() -> Fit:
    random = np.random.default_rng(0)
    words = ((0.1, 0.5, ("K", "AE", "T")), (0.6, 0.9, ("D", "AO", "G")))
    one = SpokenRecording(
        random.normal(size=(60, 6)).astype(np.float16), np.ones(60, np.bool_), np.ones(120, np.float32), words
    )
    return Fit([one] * 12, FitRecipe(hidden=5, units=4, stretches=2, stretch_tokens=20, rounds=(1,)))


def test_probabilities_are_those_of_the_network_that_was_trained() -> None:
    fit = _fit()
    reader, tokens = fit.reader(), fit.found[0].tokens
    scaled = (tokens.astype(np.float32) - fit.mean) / fit.deviation
    with torch.inference_mode():
        expected = torch.log_softmax(fit.network(torch.from_numpy(scaled[None]))[0], dim=-1).numpy()
    found = reader.log_probabilities(tokens)
    assert found.shape == (120, len(PHONES))
    assert np.allclose(found, expected, atol=1e-5)


def test_frequent_phones_have_to_be_surer_and_what_was_not_encoded_is_silent() -> None:
    fit = _fit()
    reader, tokens = fit.reader(), fit.found[0].tokens
    known = np.arange(60) != 10
    found = reader.likelihoods(tokens, known)
    assert found[20:22, SILENCE].tolist() == [0.0, 0.0] and np.isneginf(found[20:22, SILENCE + 1 :]).all()
    expected = reader.log_probabilities(tokens)[:20] - PRIOR_SHARE * np.log(reader.frequency)
    assert np.allclose(found[:20], expected, atol=1e-5)
    assert reader.frequency.sum() == pytest.approx(1.0, abs=1e-5)


def test_missing_or_damaged_weights_are_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match="git checkout"):
        load_phone_reader(tmp_path)
    config = json.loads((SHIPPED_FOLDER / "config.json").read_text("utf-8"))
    assert read_model_id(SHIPPED_FOLDER) == config["model_id"]
    shutil.copytree(SHIPPED_FOLDER, tmp_path / "damaged")
    weights = tmp_path / "damaged" / "spoken-phones.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"?")
    with pytest.raises(WeightsCorrupt):
        load_phone_reader(tmp_path / "damaged")


@pytest.mark.real
def test_a_person_s_words_lie_where_they_are_said(real_models: Models, limits: Limits) -> None:
    words = "i trust you had an historic evening".split()
    (window,) = real_models.backbone.encode_windows(open_audio(sample(SPEECH_FILES[2]), limits))
    tokens, known = tokens_in_time(window)
    aligner = PhoneAligner(load_phone_reader().likelihoods(tokens, known), "en")
    spans = aligner.align(0, 2 * len(tokens), words)
    assert len(spans) == len(words)
    assert all(a.end <= b.start + 1e-9 for a, b in zip(spans[:-1], spans[1:], strict=True))
    other = hidden_markov_aligner("en")
    assert other is not None
    hears = other.align(load_audio(sample(SPEECH_FILES[2]), limits).waveform, words)
    assert max(abs(a.start - b.start) for a, b in zip(spans, hears, strict=True)) < 0.06, "two ways to hear a person"
    heard = real_models.speech.word_aligner("en")
    assert heard is load_phone_reader()

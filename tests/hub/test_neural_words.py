"""The forced aligner of the hub: real classes with random weights."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from mmdemo.alignment.hidden_markov_words import hidden_markov_aligner
from mmdemo.alignment.neural_words import LONGEST_SECONDS, NeuralAligner
from mmdemo.backbone.spoken_phones import TOWER_ID, load_phone_reader
from mmdemo.config import HubSettings, Settings
from mmdemo.errors import HubError, ModelUnusable
from mmdemo.hub.catalogue import HubModel
from mmdemo.speech import SpeechRecognizer
from mmdemo.types import SAMPLE_RATE, Span
from tests.hub.chat_checkpoints import write_aligner

SPEECH = np.random.default_rng(0).normal(0, 0.1, 2 * SAMPLE_RATE).astype(np.float32)


def _aligner(folder: Path) -> NeuralAligner:
    settings = Settings(hub=HubSettings(idle_minutes=0.0))
    return NeuralAligner(HubModel(str(folder)), settings, "cpu", threading.RLock())


@pytest.fixture(scope="module")
def aligner(tmp_path_factory: pytest.TempPathFactory) -> NeuralAligner:
    return _aligner(write_aligner(tmp_path_factory.mktemp("aligner")))


def test_every_word_gets_a_place_in_order_inside_the_stretch(aligner: NeuralAligner) -> None:
    for words in (["hello", "the", "dog"], ["你好", "世界", "it's"], ["<timestamp>ab", "c<|im_end|>"]):
        found = aligner.align(SPEECH, words)
        assert len(found) == len(words)
        edges = [edge for span in found for edge in (span.start, span.end)]
        assert edges == sorted(edges) and 0.0 <= edges[0] and edges[-1] <= 2.0


def test_bins_are_80_ms_and_the_characters_of_a_word_are_one(
    aligner: NeuralAligner, monkeypatch: pytest.MonkeyPatch
) -> None:
    bins = [1, 2, 3, 5, 6, 40]  # 你, 好 and “dog”; the last lies behind the end of the sound

    def forward(**inputs: Any) -> Any:
        ids = inputs["input_ids"]
        logits = torch.zeros((*ids.shape, 50))
        marked = (ids[0] == network.config.timestamp_token_id).nonzero()[:, 0]
        logits[0, marked, torch.tensor(bins)] = 1.0
        return type("Output", (), {"logits": logits})()

    with aligner.held.use() as loaded:
        network = loaded._network
        monkeypatch.setattr(network, "forward", forward)
        found = aligner.align(SPEECH, ["你好", "dog"])
    assert found == (Span(pytest.approx(0.08), pytest.approx(0.4)), Span(pytest.approx(0.48), 2.0))


def test_what_cannot_be_aligned_is_left_alone(aligner: NeuralAligner) -> None:
    assert aligner.align(SPEECH, []) == ()
    assert aligner.align(SPEECH, ["dog", "…"]) == ()
    assert aligner.align(SPEECH[:0], ["dog"]) == ()
    assert aligner.align(np.zeros(int((LONGEST_SECONDS + 1) * SAMPLE_RATE), np.float32), ["dog"]) == ()


def test_failures_are_sentences(aligner: NeuralAligner, gemma4_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(HubError) as told:
        _aligner(gemma4_folder).align(SPEECH, ["dog"])
    assert isinstance(told.value, ModelUnusable)

    def forward(**inputs: Any) -> Any:
        raise RuntimeError("CUDA out of memory")

    with aligner.held.use() as loaded:
        monkeypatch.setattr(loaded._network, "forward", forward)
        with pytest.raises(HubError, match="not enough memory"):
            aligner.align(SPEECH, ["dog"])


def test_the_recogniser_asks_it_for_the_languages_it_knows(aligner: NeuralAligner) -> None:
    recogniser = SpeechRecognizer.__new__(SpeechRecognizer)
    recogniser._aligner, recogniser.model_id = aligner, "large-v3-turbo"
    assert recogniser.word_aligner("zh") is aligner and recogniser.word_aligner("en") is aligner
    assert recogniser.word_aligner("th") is None
    recogniser._aligner = None
    assert recogniser.word_aligner("zh") is hidden_markov_aligner("zh") is not None
    recogniser.model_id = TOWER_ID
    assert recogniser.word_aligner("zh") is load_phone_reader()
    assert recogniser.word_aligner("th") is None, "nobody wrote down how that sounds"

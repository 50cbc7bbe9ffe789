"""ZeroGPU with a `spaces` of our own: models are made inside lent calls, and only what can be pickled goes there."""

from __future__ import annotations

import itertools
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from mmdemo import zero_gpu
from mmdemo.alignment.neural_words import NeuralAligner
from mmdemo.backbone.hub import HubBackbone
from mmdemo.backbone.hub_lent import LentEmbedder
from mmdemo.config import HubSettings, Settings
from mmdemo.device import network_device
from mmdemo.errors import ModelUnusable
from mmdemo.evaluation.empty_cache import empty_cache
from mmdemo.generators.base import CaptionPrompt, Material, Sampling
from mmdemo.generators.hub import HubGenerator, chosen_generator
from mmdemo.generators.hub_lent import LentChat
from mmdemo.hub import loading
from mmdemo.hub.catalogue import GEMMA_4_E2B, HubModel
from mmdemo.runtime import load_models
from mmdemo.stepwise import run_through
from mmdemo.text import text_of
from mmdemo.types import SAMPLE_RATE, Encoding, Image
from tests.hub.chat_checkpoints import write_aligner
from tests.zero_gpu import LentCalls

PIXELS = np.random.default_rng(0).integers(0, 255, (60, 90, 3)).astype(np.uint8)
PICTURE = Encoding("image", np.zeros((1, 4)), np.zeros((1, 4), np.float32), "hub:test", "sha", pictures=(PIXELS,))
SETTINGS = Settings(hub=HubSettings(idle_minutes=0.0))
MODULES = ("backbone.hub_lent", "generators.hub_lent", "alignment.neural_words")


@pytest.fixture
def lent_cpu(zero: LentCalls, monkeypatch: pytest.MonkeyPatch) -> LentCalls:
    """ZeroGPU whose GPU is the processor."""
    for module in MODULES:
        monkeypatch.setattr(f"mmdemo.{module}.LENT_DEVICE", "cpu")
    return zero


def _recorded_load(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let models go to any device, and note which."""
    moved: list[str] = []

    def to(module: torch.nn.Module, device: str) -> torch.nn.Module:
        moved.append(device)
        return module

    monkeypatch.setattr(torch.nn.Module, "to", to)
    monkeypatch.setattr(loading, "free_memory", lambda device: 10**12)
    return moved


def test_models_of_the_hub_go_where_the_gpu_is(zero: LentCalls) -> None:
    assert network_device(Settings()) == zero_gpu.LENT and network_device(Settings(device="cpu")) == "cpu"
    assert chosen_generator(Settings(), network_device(Settings())) == GEMMA_4_E2B


def test_inside_a_lent_call_weights_are_bf16_on_the_gpu(
    zero: LentCalls, embedding_gemma_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = _recorded_load(monkeypatch)
    embedder = LentEmbedder(HubModel(str(embedding_gemma_folder)), embedding_gemma_folder, HubSettings())
    assert zero.count == 1 and moved == ["cuda"]
    (made,) = zero_gpu._made.values()
    assert {weight.dtype for weight in made._network.parameters()} == {torch.bfloat16}
    assert made._image_tokens == 280, "as many as on any GPU"
    assert not [value for value in vars(embedder).values() if isinstance(value, torch.nn.Module)]


def test_every_kind_of_media_is_embedded_in_lent_calls(
    lent_cpu: LentCalls, embedding_gemma_folder: Path, tmp_path: Path
) -> None:
    chosen = Settings(cache_dir=tmp_path, hub=HubSettings(idle_minutes=0.0, image_tokens=70))
    model = HubModel(str(embedding_gemma_folder))
    lent = HubBackbone(chosen, model, embedding_gemma_folder)
    here = HubBackbone(Settings(device="cpu", cache_dir=tmp_path, hub=chosen.hub), model, embedding_gemma_folder)
    assert lent.device == "cpu" and lent.network_device == zero_gpu.LENT and lent.model_id == here.model_id
    for media in (text_of("a dog"), Image(PIXELS, "picture", "7" * 64)):
        before = lent_cpu.count
        np.testing.assert_allclose(lent.encode(media).embedding, here.encode(media).embedding, atol=1e-5)
        assert lent_cpu.count == before + 1
    with lent._embedder.use() as embedder:
        (heard,) = embedder.embed_sounds([np.zeros(SAMPLE_RATE, np.float32)])
    assert len(heard.tokens) and len(zero_gpu._made) == 1


def _written(generator: HubGenerator) -> tuple[Any, ...]:
    captions = generator.captions([PICTURE], [CaptionPrompt("en")], Sampling(count=2))
    return captions, generator.answers(PICTURE, ["Is there a dog?"], "en")


def test_a_chat_model_writes_streams_and_stops_there(
    lent_cpu: LentCalls, smolvlm_folder: Path, smolvlm: HubGenerator
) -> None:
    lent = HubGenerator(HubModel(str(smolvlm_folder)), SETTINGS, zero_gpu.LENT, threading.RLock())
    with lent.held.use() as chat:
        assert isinstance(chat, LentChat) and chat.network is None
    for one, other in zip(_written(lent), _written(smolvlm), strict=True):
        assert one == other
    steps = lent.answer_steps("what is it?", "en", Material((PICTURE,)))
    assert len(set(itertools.islice(steps, 3))) == 3
    steps.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "mmdemo-writing"]
    assert run_through(lent.answer_steps("what is it?", "en", Material((PICTURE,)))) is not None


def test_words_are_placed_there(lent_cpu: LentCalls, tmp_path: Path) -> None:
    folder = write_aligner(tmp_path / "aligner")
    speech = np.random.default_rng(0).normal(0, 0.1, SAMPLE_RATE).astype(np.float32)
    there, here = (
        NeuralAligner(HubModel(str(folder)), SETTINGS, device, threading.RLock()) for device in (zero_gpu.LENT, "cpu")
    )
    assert there.align(speech, ["hello", "dog"]) == here.align(speech, ["hello", "dog"]) != ()


def test_a_failure_there_is_the_same_sentence_here(lent_cpu: LentCalls, gemma4_folder: Path) -> None:
    with pytest.raises(ModelUnusable, match="gemma4"):
        LentEmbedder(HubModel("someone/tiny"), gemma4_folder, HubSettings())


def test_music_is_taken_away_on_the_processor(
    lent_cpu: LentCalls, embedding_gemma_folder: Path, smolvlm_folder: Path, tmp_path: Path
) -> None:
    hub = HubSettings(backbone=str(embedding_gemma_folder), generator=str(smolvlm_folder), idle_minutes=0.0)
    loaded = load_models(replace(empty_cache(tmp_path / "mmdemo"), profile="hub", hub=hub))
    before = lent_cpu.count
    assert loaded.separator is not None
    assert len(loaded.separator.separate(np.ones(SAMPLE_RATE, np.float32)).voices) == SAMPLE_RATE
    assert lent_cpu.count == before

"""The profile changes while the process runs; what fails changes nothing; the local one needs nothing of the hub."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mmdemo import runtime
from mmdemo.config import HubSettings, Settings
from mmdemo.errors import HubUnreachable, IndexFromAnotherModel, InvalidSetting
from mmdemo.hub.progress import DownloadProgress
from mmdemo.tasks.retrieval import EmbeddingIndex
from mmdemo.types import Image
from tests.fakes import fake_models

PICTURE = Image(np.full((40, 60, 3), 90, np.uint8), "grey", "9" * 64)


@pytest.fixture
def settings(embedding_gemma_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A process that has loaded nothing; its hub models are the tiny ones."""
    hub = HubSettings(backbone=str(embedding_gemma_folder), idle_minutes=0.0)
    chosen = Settings(device="cpu", threads=1, cache_dir=tmp_path, hub=hub)
    monkeypatch.setattr(runtime, "settings", lambda: chosen)
    for name, value in (("_models", None), ("_profile", ""), ("_loading_failed", False)):
        monkeypatch.setattr(runtime, name, value)
    return chosen


@pytest.mark.real
def test_switching_there_and_back_keeps_each_models_vectors_apart(
    settings: Settings, real_models: runtime.Models, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    local = real_models
    monkeypatch.setattr(runtime, "_models", local)
    ours = local.backbone.encode(PICTURE)
    hub = runtime.switch_profile("hub")
    assert runtime.models() is hub and runtime.active_settings().profile == "hub"
    theirs = hub.backbone.encode(PICTURE)
    assert theirs.model_id != ours.model_id and theirs.embedding is not None and theirs.embedding.shape == (768,)
    assert hub.generator.model_id.startswith("hub:") and hub.speech.languages == local.speech.languages
    assert hub.familiarity.foreign_probability(theirs) < hub.familiarity.threshold
    index = EmbeddingIndex.open(tmp_path / "index", hub.backbone)
    with pytest.raises(IndexFromAnotherModel):
        index.search(ours, 1)
    assert runtime.switch_profile("local").backbone.encode(PICTURE).model_id == ours.model_id


def test_a_switch_that_fails_leaves_the_models_as_they_were(
    settings: Settings, hub_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    before = fake_models()
    monkeypatch.setattr(runtime, "_models", before)
    unreachable = replace(settings, hub=HubSettings(backbone="google/embeddinggemma-2"))
    monkeypatch.setattr(runtime, "settings", lambda: unreachable)
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    seen: list[DownloadProgress] = []
    with pytest.raises(HubUnreachable):
        runtime.switch_profile("hub", seen.append)
    assert runtime.models() is before and runtime.active_settings().profile == "local"
    assert not runtime.loading_failed() and seen == []


def test_the_local_models_are_there_when_those_of_the_start_are_not(
    settings: Settings, hub_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    started = replace(settings, profile="hub", hub=HubSettings())
    monkeypatch.setattr(runtime, "settings", lambda: started)
    with pytest.raises(HubUnreachable):
        runtime.models()
    assert runtime.loading_failed()
    local = fake_models()
    monkeypatch.setattr(runtime, "_local_models", lambda chosen: local)
    assert runtime.switch_profile("local") is local and runtime.models() is local


def test_an_unknown_profile_is_a_sentence(settings: Settings) -> None:
    with pytest.raises(InvalidSetting, match="local | hub"):
        runtime.switch_profile("cloud")


def test_the_local_profile_imports_and_fetches_nothing_of_the_hub() -> None:
    code = """
import sys, socket
def refused(*arguments): raise AssertionError("the network was asked")
socket.socket.connect = refused
from mmdemo import runtime
from mmdemo.text import text_of
models = runtime.models()
models.backbone.encode(text_of("a dog"))
hub = ("mmdemo.hub", "mmdemo.backbone.hub", "mmdemo.generators.hub", "mmdemo.backbone.embedding_gemma",
    "mmdemo.backbone.two_towers", "transformers.models.embedding_gemma2", "transformers.models.gemma4")
names = sorted(name for name in sys.modules if name.startswith(hub))
print(names)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parents[2])
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().splitlines()[-1] == "[]"

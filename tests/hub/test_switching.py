"""The profile changes while the process runs; what fails changes nothing; the local one needs nothing of the hub."""

from __future__ import annotations

import errno
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mmdemo import runtime
from mmdemo.config import HubSettings, Settings
from mmdemo.errors import (
    DownloadBrokeOff,
    HubDiskFull,
    HubFileDamaged,
    HubUnreachable,
    IndexFromAnotherModel,
    InvalidSetting,
)
from mmdemo.hub.catalogue import HubModel
from mmdemo.hub.download import download, local_copy
from mmdemo.hub.progress import downloads
from mmdemo.tasks.retrieval import EmbeddingIndex
from mmdemo.types import Image
from tests.fakes import fake_models
from tests.hub.fake_hub import REVISION, FakeHub

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


def _no_cable(hub: FakeHub, patch: pytest.MonkeyPatch) -> None:
    patch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")


def _pulled_at_the_first_byte(hub: FakeHub, patch: pytest.MonkeyPatch) -> None:
    hub.cut_after |= dict.fromkeys(hub.files, 0)


def _pulled_in_the_middle(hub: FakeHub, patch: pytest.MonkeyPatch) -> None:
    hub.cut_after["model.safetensors"] = 70_000


def _other_bytes(hub: FakeHub, patch: pytest.MonkeyPatch) -> None:
    hub.damaged.add("model.safetensors")


def _shard_cut_off_where_it_was_made(hub: FakeHub, patch: pytest.MonkeyPatch) -> None:
    hub.files["model.safetensors"] = hub.files["model.safetensors"][:-1000]


def _disk_full_before(hub: FakeHub, patch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage("/")
    patch.setattr("mmdemo.hub.download.shutil.disk_usage", lambda path: usage._replace(free=1000))


def _disk_full_in_the_middle(hub: FakeHub, patch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object, **options: object) -> None:
        raise OSError(errno.ENOSPC, "the disk says no")

    patch.setattr("huggingface_hub.file_download.http_get", refuse)


FAILURES = {
    _no_cable: HubUnreachable,
    _pulled_at_the_first_byte: HubUnreachable,
    _pulled_in_the_middle: DownloadBrokeOff,
    _other_bytes: HubFileDamaged,
    _shard_cut_off_where_it_was_made: HubFileDamaged,
    _disk_full_before: HubDiskFull,
    _disk_full_in_the_middle: HubDiskFull,
}


@pytest.fixture
def published(settings: Settings, embedding_gemma_folder: Path, monkeypatch: pytest.MonkeyPatch) -> FakeHub:
    """A hub that has the tiny model, which the settings name."""
    named = replace(settings, hub=HubSettings(backbone=f"someone/tiny@{REVISION}", idle_minutes=0.0))
    monkeypatch.setattr(runtime, "settings", lambda: named)
    return FakeHub.offering(embedding_gemma_folder)


@pytest.mark.parametrize("fail", FAILURES, ids=lambda fail: fail.__name__.strip("_"))
def test_whatever_fails_is_one_sentence_and_the_local_models_go_on(
    fail: Callable[[FakeHub, pytest.MonkeyPatch], None],
    published: FakeHub,
    put_online: Callable[[FakeHub], FakeHub],
    hub_cache: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    local = fake_models()
    monkeypatch.setattr(runtime, "_local_models", lambda chosen: local)
    runtime.switch_profile("local")
    with monkeypatch.context() as failing:
        fail(put_online(published), failing)
        with pytest.raises(FAILURES[fail]) as caught:
            runtime.switch_profile("hub")
    sentence = caught.value.sentence
    assert sentence.en.endswith(".") and sentence.zh.endswith("。") and "\n" not in sentence.en + sentence.zh
    assert runtime.models() is local and runtime.active_settings().profile == "local" and not runtime.loading_failed()
    assert local_copy(HubModel("someone/tiny", REVISION)) is None and downloads() == {}
    assert not list(hub_cache.rglob("*.incomplete"))


def test_a_cable_pulled_after_the_download_does_not_matter(
    published: FakeHub, put_online: Callable[[FakeHub], FakeHub], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime, "_models", fake_models())
    put_online(published)
    download(HubModel("someone/tiny", REVISION), runtime.settings())
    _no_cable(published, monkeypatch)
    assert runtime.switch_profile("hub").backbone.model_id.startswith(f"hub:someone/tiny@{REVISION[:12]}")


def test_the_local_models_are_there_when_those_of_the_start_are_not(
    settings: Settings, hub_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
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

"""Fixtures that several test files share."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mmdemo import zero_gpu
from mmdemo.config import HubSettings, Limits
from mmdemo.evaluation.app_process import RunningApp, running_app, wait_for
from mmdemo.evaluation.empty_cache import empty_cache
from mmdemo.runtime import Models, load_models
from tests.profiles import remembering
from tests.zero_gpu import LentCalls

os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", tempfile.gettempdir())  # where tmp_path is, which outlives the run
TEMPORARY = os.environ["TMPDIR"] = tempfile.tempdir = tempfile.mkdtemp(prefix="mmdemo-tests-")
"""Temporary files of this process alone and of the apps it starts: what one run sweeps, another beside it needs.

Set before the interface is imported, which chooses its folders then."""
os.environ["GRADIO_TEMP_DIR"] = f"{TEMPORARY}/uploads"  # one that this process inherits is another's
LOADING_SECONDS = 60.0
LONGEST_FIRST = ("ui", "training", "evaluation", "tasks", "hub")
"""Folders in the order in which `make check` hands files to its two processes; at the end come short ones."""


def pytest_unconfigure() -> None:
    """Leave nothing behind; an interpreter that ends while libraries are still loaded beside it may abort."""
    for thread in threading.enumerate():
        if thread.name == "mmdemo-preload":
            thread.join(LOADING_SECONDS)
    shutil.rmtree(TEMPORARY, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long, so that two processes end together."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    folder = item.path.relative_to(Path(__file__).parent).parts[0]
    return LONGEST_FIRST.index(folder) if folder in LONGEST_FIRST else len(LONGEST_FIRST)


@pytest.fixture(scope="session")
def limits() -> Limits:
    """The default limits."""
    return Limits()


@pytest.fixture(scope="session")
def decoded_windows() -> dict[Any, Any]:
    """What the shipped Whisper made of windows, whichever profile asked."""
    return {}


@pytest.fixture(scope="session")
def real_models(tmp_path_factory: pytest.TempPathFactory, decoded_windows: dict[Any, Any]) -> Models:
    """The real models of the local profile over a cache that starts empty."""
    loaded = load_models(empty_cache(tmp_path_factory.mktemp("cache") / "mmdemo"))
    return replace(loaded, speech=remembering(loaded.speech, decoded_windows))


@pytest.fixture(scope="session")
def embedding_gemma_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An EmbeddingGemma 2 with random weights."""
    from tests.hub.tiny_models import make_embedding_gemma

    return make_embedding_gemma(tmp_path_factory.mktemp("embedding-gemma"))


@pytest.fixture(scope="session")
def smolvlm_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SmolVLM with random weights."""
    from tests.hub.chat_checkpoints import write_smolvlm

    return write_smolvlm(tmp_path_factory.mktemp("smolvlm"))


@pytest.fixture(scope="session")
def hub_models(
    tmp_path_factory: pytest.TempPathFactory,
    decoded_windows: dict[Any, Any],
    embedding_gemma_folder: Path,
    smolvlm_folder: Path,
) -> Models:
    """The models of the hub profile, tiny and with random weights: they know nothing, but the same classes run."""
    hub = HubSettings(backbone=str(embedding_gemma_folder), generator=str(smolvlm_folder), idle_minutes=0.0)
    chosen = empty_cache(tmp_path_factory.mktemp("hub-cache") / "mmdemo")
    loaded = load_models(replace(chosen, profile="hub", device="cpu", hub=hub))
    return replace(loaded, speech=remembering(loaded.speech, decoded_windows))


@pytest.fixture(params=["local", "hub"])
def both_profiles(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Models:
    """The models of either profile; of those of the hub only the form is asked (`tests.profiles.knows`)."""
    if request.param == "hub":  # random weights write to the bound every time
        monkeypatch.setattr("mmdemo.generators.hub.WRITTEN_TOKENS", 24)
    found: Models = request.getfixturevalue({"local": "real_models", "hub": "hub_models"}[request.param])
    return found


@pytest.fixture(scope="session")
def real_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    """The app as people start it, in a process of its own."""
    folder = tmp_path_factory.mktemp("app")
    empty_cache(folder / "cache")
    with running_app(folder) as app:
        wait_for(app, "/")
        yield app


@pytest.fixture
def zero(monkeypatch: pytest.MonkeyPatch) -> LentCalls:
    """A Space with ZeroGPU hardware; lists the seconds for which a GPU was asked for."""
    lent = LentCalls()
    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    monkeypatch.setattr(zero_gpu, "find_spec", lambda name: SimpleNamespace(name=name))
    monkeypatch.setitem(sys.modules, "spaces", SimpleNamespace(GPU=lent.GPU))
    monkeypatch.setattr(zero_gpu, "_declared", None)
    monkeypatch.setattr(zero_gpu, "_made", {})
    return lent

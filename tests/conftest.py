"""Fixtures that several test files share."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mmdemo.config import HubSettings, Limits
from mmdemo.evaluation.app_process import RunningApp, running_app, wait_for
from mmdemo.evaluation.empty_cache import empty_cache
from mmdemo.runtime import Models, load_models

os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", tempfile.gettempdir())  # where tmp_path is, which outlives the run
TEMPORARY = os.environ["TMPDIR"] = tempfile.tempdir = tempfile.mkdtemp(prefix="mmdemo-tests-")
"""Temporary files of this process alone and of the apps it starts: what one run sweeps, another beside it needs.

Set before the interface is imported, which chooses its folders then."""
os.environ["GRADIO_TEMP_DIR"] = f"{TEMPORARY}/uploads"  # one that this process inherits is another's
LONGEST_FIRST = ("ui", "training", "evaluation", "tasks", "hub")
"""Folders in the order in which `make check` hands files to its two processes; at the end come short ones."""


def pytest_unconfigure() -> None:
    """Leave nothing behind."""
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
def real_models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Models]:
    """The real models of the local profile over a cache that starts empty."""
    yield load_models(empty_cache(tmp_path_factory.mktemp("cache") / "mmdemo"))


@pytest.fixture(scope="session")
def hub_models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Models]:
    """The models of the hub profile, tiny and with random weights: they know nothing, but the same classes run."""
    from tests.hub.tiny_models import make_embedding_gemma

    folder = tmp_path_factory.mktemp("hub-models")
    hub = HubSettings(backbone=str(make_embedding_gemma(folder / "embedding-gemma")), idle_minutes=0.0)
    yield load_models(replace(empty_cache(folder / "mmdemo"), profile="hub", device="cpu", hub=hub))


@pytest.fixture(params=["local", "hub"])
def both_profiles(request: pytest.FixtureRequest) -> Models:
    """The models of either profile, for tests of what does not depend on how much they know."""
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

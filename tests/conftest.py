"""Fixtures that several test files share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mmdemo.config import Limits, Settings, settings
from mmdemo.runtime import Models, load_models
from mmdemo.weights import AUDIO_TOWER, locate


@pytest.fixture(scope="session")
def limits() -> Limits:
    """The default limits."""
    return Limits()


def empty_cache(folder: Path) -> Settings:
    """Return settings whose cache folder holds the joined Whisper weights and nothing else."""
    weights = locate(AUDIO_TOWER, settings()).folder
    (folder / "weights").mkdir(parents=True)
    (folder / "weights" / weights.name).symlink_to(weights)
    return replace(settings(), cache_dir=folder)


@pytest.fixture(scope="session")
def real_models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Models]:
    """The real models of the local profile over a cache that starts empty."""
    yield load_models(empty_cache(tmp_path_factory.mktemp("cache") / "mmdemo"))

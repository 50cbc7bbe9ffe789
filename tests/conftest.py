"""Fixtures that several test files share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mmdemo.config import Limits
from mmdemo.evaluation.empty_cache import empty_cache
from mmdemo.runtime import Models, load_models


@pytest.fixture(scope="session")
def limits() -> Limits:
    """The default limits."""
    return Limits()


@pytest.fixture(scope="session")
def real_models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Models]:
    """The real models of the local profile over a cache that starts empty."""
    yield load_models(empty_cache(tmp_path_factory.mktemp("cache") / "mmdemo"))

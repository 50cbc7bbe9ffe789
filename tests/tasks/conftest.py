from __future__ import annotations

from pathlib import Path

import pytest

from mmdemo.tasks.retrieval import EmbeddingIndex
from tests.tasks.index_media import NAMES, picture
from tests.tasks.word_backbone import WordBackbone


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for seed, name in enumerate(NAMES):
        picture(folder / f"{name}.png", seed)
    return folder


@pytest.fixture
def index(tmp_path: Path) -> EmbeddingIndex:
    return EmbeddingIndex.open(tmp_path / "index", WordBackbone())

"""A fake hub with an empty cache, and models small enough to be made on the spot."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from mmdemo.backbone.hub_embedder import Embedder, load_embedder
from mmdemo.config import HubSettings, Settings
from mmdemo.generators.hub import HubGenerator
from mmdemo.hub.catalogue import HubModel
from tests.hub.chat_checkpoints import write_gemma4
from tests.hub.fake_hub import FakeHub, serve
from tests.hub.tiny_models import make_siglip


@pytest.fixture
def hub_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of huggingface_hub, and no token."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_IMPLICIT_TOKEN", True)
    return tmp_path / "hub"


@pytest.fixture
def put_online(hub_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[FakeHub], FakeHub]]:
    """A function that makes a hub answer at the address where the real one is looked for."""
    from huggingface_hub import constants, file_download

    with ExitStack() as opened:

        def start(hub: FakeHub) -> FakeHub:
            server = serve(hub)
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
            thread.start()
            for leave in (thread.join, server.server_close, server.shutdown):
                opened.callback(leave)
            monkeypatch.setattr(constants, "ENDPOINT", f"http://127.0.0.1:{server.server_port}")
            monkeypatch.setattr(
                constants,
                "HUGGINGFACE_CO_URL_TEMPLATE",
                constants.ENDPOINT + "/{repo_id}/resolve/{revision}/{filename}",
            )
            monkeypatch.setattr(file_download.time, "sleep", lambda seconds: None)
            return hub

        yield start


@pytest.fixture(scope="session")
def gemma4_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Gemma 4 with random weights."""
    return write_gemma4(tmp_path_factory.mktemp("gemma4"))


def _generator(folder: Path) -> HubGenerator:
    settings = Settings(cache_dir=folder / "cache", hub=HubSettings(idle_minutes=0.0))
    return HubGenerator(HubModel(str(folder)), settings, "cpu", threading.RLock())


@pytest.fixture(scope="session")
def gemma4(gemma4_folder: Path) -> HubGenerator:
    """A generator that writes nonsense with it, and hears."""
    return _generator(gemma4_folder)


@pytest.fixture(scope="session")
def smolvlm(smolvlm_folder: Path) -> HubGenerator:
    """Another one, which does not hear."""
    return _generator(smolvlm_folder)


@pytest.fixture(params=["gemma4", "smolvlm"])
def writer(request: pytest.FixtureRequest) -> HubGenerator:
    """Each of them."""
    found: HubGenerator = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="session")
def siglip_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SigLIP with random weights."""
    return make_siglip(tmp_path_factory.mktemp("siglip"))


@pytest.fixture(scope="session")
def embedding_gemma(embedding_gemma_folder: Path) -> Embedder:
    """The first behind the backbone's protocol of embedders."""
    return load_embedder(HubModel(str(embedding_gemma_folder)), embedding_gemma_folder, HubSettings(), "cpu")

"""A fake hub with an empty cache, and models small enough to be made on the spot."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.hub.fake_hub import FakeHub, serve


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

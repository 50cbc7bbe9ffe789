"""Loading ahead: the models first, then what else was asked for, whatever became of the models."""

from __future__ import annotations

import threading

import pytest

from mmdemo import runtime
from mmdemo.errors import MMDemoError


@pytest.mark.parametrize("fails", [False, True])
def test_what_else_is_loaded_follows_the_models(monkeypatch: pytest.MonkeyPatch, fails: bool) -> None:
    called: list[str] = []
    done = threading.Event()

    def load() -> None:
        called.append("models")
        if fails:
            raise MMDemoError()

    def read() -> None:
        called.append("dictionaries")
        done.set()

    monkeypatch.setattr(runtime, "models", load)
    runtime.preload([read], before_each=lambda: called.append("calm"))
    assert done.wait(30)
    assert called == ["calm", "calm", "models", "calm", "dictionaries"]

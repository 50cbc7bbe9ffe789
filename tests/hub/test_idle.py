"""Models are loaded when used and go when idle."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from mmdemo.config import HubSettings, Settings
from mmdemo.errors import ModelTooLarge
from mmdemo.hub import idle
from mmdemo.hub.idle import IdleModel, idle_seconds, unload_idle


class _Loader:
    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> object:
        self.count += 1
        return object()


def test_a_model_is_loaded_once_while_it_is_used() -> None:
    loader = _Loader()
    model = IdleModel(loader)
    with model.use() as first, model.use() as second:
        assert first is second
    assert model.loaded and loader.count == 1


def test_an_idle_model_leaves_the_memory_and_comes_back() -> None:
    loader = _Loader()
    model = IdleModel(loader, seconds=0.02)
    gone = threading.Event()
    with model.use():
        assert not gone.wait(0.1) and model.loaded, "a lent model stays"
    for _ in range(200):
        if not model.loaded:
            break
        gone.wait(0.02)
    assert not model.loaded
    with model.use():
        assert loader.count == 2


def test_a_lent_model_cannot_be_unloaded() -> None:
    model = IdleModel(_Loader())
    with model.use():
        assert not model.unload()
    assert model.unload() and not model.loaded


def test_a_model_that_does_not_fit_makes_others_leave_that_idle() -> None:
    first = IdleModel(_Loader())

    def narrow() -> object:
        if first.loaded:
            raise ModelTooLarge(model="second")
        return object()

    second = IdleModel(narrow)
    with first.use(), pytest.raises(ModelTooLarge), second.use():
        pass
    with second.use():
        assert not first.loaded


def test_all_that_idle_can_be_let_go() -> None:
    used, idle_one = IdleModel(_Loader()), IdleModel(_Loader())
    with idle_one.use():
        pass
    with used.use():
        assert unload_idle() >= 1
        assert used.loaded and not idle_one.loaded


def test_small_machines_unload_and_large_ones_keep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idle, "machine_memory", lambda: 8 * 2**30)
    assert idle_seconds(Settings()) == 600
    monkeypatch.setattr(idle, "machine_memory", lambda: 64 * 2**30)
    assert idle_seconds(Settings()) == 0
    assert idle_seconds(replace(Settings(), hub=HubSettings(idle_minutes=2.0))) == 120

"""The device is chosen, or forced."""

from __future__ import annotations

import ctranslate2
import pytest
import torch

from mmdemo.config import Settings
from mmdemo.device import choose_device, choose_threads, torch_device
from mmdemo.errors import DeviceUnavailable


def test_a_gpu_is_used_when_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctranslate2, "get_cuda_device_count", lambda: 1)
    assert choose_device(Settings()) == "cuda"
    assert choose_device(Settings(device="cpu")) == "cpu"


def test_without_a_gpu_forcing_one_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctranslate2, "get_cuda_device_count", lambda: 0)
    assert choose_device(Settings()) == "cpu"
    with pytest.raises(DeviceUnavailable, match="MMDEMO_DEVICE"):
        choose_device(Settings(device="cuda"))


def test_threads_are_set_or_counted() -> None:
    assert choose_threads(Settings(threads=3)) == 3
    assert choose_threads(Settings()) >= 1


def test_a_torch_that_sees_no_gpu_stays_on_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert torch_device("cuda") == "cpu"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert torch_device("cuda") == "cuda"
    assert torch_device("cpu") == "cpu"

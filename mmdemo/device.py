"""Which device and how many threads the towers run on."""

from __future__ import annotations

import os
from functools import lru_cache

from mmdemo.config import Settings
from mmdemo.errors import DeviceUnavailable
from mmdemo.zero_gpu import LENT, on_zero_gpu

BFLOAT16_UNITS = ("amx_bf16", "bf16")
"""As PyTorch names them: Intel's tiles, Arm. The vectors of AVX-512 alone take 1.8 times as long as float32 for a
linear layer, and 1.4 times for `mmdemo.separation` (measured on a Xeon that shows no tiles)."""


def choose_device(settings: Settings) -> str:
    """Return ``cuda`` when there is a GPU and the settings allow it, else ``cpu``; ``cpu`` on ZeroGPU.

    Raises:
        DeviceUnavailable: a GPU was forced and there is none.
    """
    import ctranslate2

    if settings.device == "cpu" or on_zero_gpu():
        return "cpu"
    if ctranslate2.get_cuda_device_count() > 0:
        return "cuda"
    if settings.device == "cuda":
        raise DeviceUnavailable(device="cuda")
    return "cpu"


def torch_device(device: str) -> str:
    """Return where torch runs when everything else runs on a device: its CPU build sees no GPU.

    Args:
        device: what `choose_device` returned.
    """
    import torch

    return device if device == "cpu" or torch.cuda.is_available() else "cpu"


def network_device(settings: Settings) -> str:
    """Return where the hub's networks run: `torch_device`, or on ZeroGPU `mmdemo.zero_gpu.LENT`.

    Raises:
        DeviceUnavailable: a GPU was forced and there is none.
    """
    if on_zero_gpu() and settings.device != "cpu":
        return LENT
    return torch_device(choose_device(settings))


def choose_threads(settings: Settings) -> int:
    """Return the number of cores to use: the setting, else every core this process may run on."""
    return settings.threads or len(os.sched_getaffinity(0))


@lru_cache(maxsize=1)
def multiplies_bfloat16() -> bool:
    """Tell whether this processor multiplies bfloat16 by itself: emulated, a product takes forty times as long as in
    float32 (measured on an EPYC with AVX2 alone)."""
    import torch

    capabilities: dict[str, bool] = getattr(
        torch.cpu, "get_capabilities", dict
    )()  # came after the oldest PyTorch that is allowed
    return any(capabilities.get(unit, False) for unit in BFLOAT16_UNITS)

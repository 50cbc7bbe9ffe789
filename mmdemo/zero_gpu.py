"""ZeroGPU hardware of Hugging Face Spaces, where a GPU is lent only to decorated functions, each in its own process.

The models here are small and keep what they encoded in memory, which a process of its own would lose at every call, so
on ZeroGPU they run on the processor. Such a Space starts only when at least one function asks for a GPU, so one does.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib.util import find_spec


def on_zero_gpu() -> bool:
    """Tell whether this is a Space with ZeroGPU hardware."""
    wanted = os.environ.get("SPACES_ZERO_GPU", "").strip().lower() in ("1", "t", "true")
    return wanted and find_spec("spaces") is not None


def gpu_name() -> str:
    """Return the name of the GPU that a decorated function is lent."""
    import torch

    return torch.cuda.get_device_name(0) if torch.cuda.is_available() else ""


def declare() -> Callable[[], str] | None:
    """Ask for a GPU in the way that ZeroGPU looks for when a Space starts.

    Returns:
        The decorated function; None on all other machines.
    """
    if not on_zero_gpu():
        return None
    import spaces

    decorated: Callable[[], str] = spaces.GPU(duration=10)(gpu_name)
    return decorated

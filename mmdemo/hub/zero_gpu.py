"""Spaces with a GPU that is lent for each call (ZeroGPU): torch sees it only inside functions marked for it."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])
SECONDS = 60
"""Asked for at a time; a call that is done earlier gives the GPU back."""


def has_zero_gpu() -> bool:
    """Tell whether this process runs on a Space with such a GPU."""
    return os.environ.get("SPACES_ZERO_GPU", "").lower() in ("1", "true")


def on_lent_gpu(function: Function) -> Function:
    """Mark a function that needs the GPU; elsewhere it stays as it is and the package `spaces` is not needed.

    Args:
        function: takes and returns what can be sent to another process.
    """
    if not has_zero_gpu():
        return function
    import spaces

    marked: Function = spaces.GPU(duration=SECONDS)(function)
    return marked

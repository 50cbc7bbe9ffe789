"""ZeroGPU hardware of Hugging Face Spaces, where a GPU is lent only to decorated functions, each in its own process.

The local models are small and keep what they encoded in memory, so that there they run on the processor. The hub's
large ones go where the GPU is: a lent call gets their recipe and the inputs, makes the model on the GPU unless its
process has it already, and returns the outputs. Such a Space starts only when at least one function asks for a GPU.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from mmdemo.errors import MMDemoError

LENT = "lent"
"""Device of models that run in lent calls."""
LENT_DEVICE = "cuda"
"""What that device is inside such a call."""
NAME_SECONDS, CALL_SECONDS, STEPS_SECONDS = 10, 60, 120
"""For which a GPU is asked: to tell its name, to embed, to write; with loading. Not measured on a Space."""


@dataclass(frozen=True)
class Recipe:
    """How to make a model in another process."""

    make: Callable[..., Any]  # of a module, so that it can be pickled; likewise its arguments
    arguments: tuple[Any, ...]


@dataclass(frozen=True)
class _Result:
    """What a lent generator returns, as only what it yields comes back."""

    value: Any


@dataclass(frozen=True)
class _Failed:
    """An expected failure, which ZeroGPU would replace by words of its own if it were raised."""

    error: MMDemoError


_made: dict[bytes, Any] = {}
"""Models of this process by their pickled recipe."""


def on_zero_gpu() -> bool:
    """Tell whether this is a Space with ZeroGPU hardware."""
    wanted = os.environ.get("SPACES_ZERO_GPU", "").strip().lower() in ("1", "t", "true")
    return wanted and find_spec("spaces") is not None


def gpu_name() -> str:
    """Return the name of the GPU that a decorated function is lent."""
    import torch

    return torch.cuda.get_device_name(0) if torch.cuda.is_available() else ""


def _model(recipe: Recipe) -> Any:
    key = pickle.dumps(recipe)
    if key not in _made:
        _made[key] = recipe.make(*recipe.arguments)
    return _made[key]


def _call(recipe: Recipe, work: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    """Run in the process that has the GPU: one call."""
    try:
        return work(_model(recipe), *arguments)
    except MMDemoError as error:
        return _Failed(error)


def _steps(recipe: Recipe, work: Callable[..., Any], arguments: tuple[Any, ...]) -> Iterator[Any]:
    """Run in the process that has the GPU: work that shows its steps."""
    try:
        yield _Result((yield from work(_model(recipe), *arguments)))
    except MMDemoError as error:
        yield _Failed(error)


def declare() -> tuple[Callable[..., Any], ...] | None:
    """Ask for a GPU in the way that ZeroGPU looks for when a Space starts.

    Returns:
        The decorated functions: for the GPU's name, for calls, and for work in steps; None on all other machines.
    """
    global _declared
    if not on_zero_gpu():
        return None
    if _declared is None:
        import spaces

        wanted = ((gpu_name, NAME_SECONDS), (_call, CALL_SECONDS), (_steps, STEPS_SECONDS))
        _declared = tuple(spaces.GPU(duration=seconds)(function) for function, seconds in wanted)
    return _declared


_declared: tuple[Callable[..., Any], ...] | None = None


def _decorated(place: int) -> Callable[..., Any]:
    found = declare()
    assert found is not None, "only models of ZeroGPU are lent"
    return found[place]


def lend(recipe: Recipe, work: Callable[..., Any], *arguments: Any) -> Any:
    """Let a model work on a lent GPU.

    Args:
        recipe: of the model.
        work: called with the model and the arguments; a function of a module.
        arguments: to be pickled.

    Returns:
        What the work returns, on the processor.

    Raises:
        MMDemoError: that of making the model, or of the work.
    """
    found = _decorated(1)(recipe, work, arguments)
    if isinstance(found, _Failed):
        raise found.error
    return found


def lend_steps(recipe: Recipe, work: Callable[..., Any], *arguments: Any) -> Generator[Any, None, Any]:
    """Let a model work on a lent GPU and pass on its steps (see `lend`).

    Yields:
        What the work yields. Closing the generator closes the lent one.

    Returns:
        What the work returns.
    """
    with closing(_decorated(2)(recipe, work, arguments)) as steps:
        for found in steps:
            if isinstance(found, _Failed):
                raise found.error
            if isinstance(found, _Result):
                return found.value
            yield found
    raise AssertionError("work in steps ends with its result")

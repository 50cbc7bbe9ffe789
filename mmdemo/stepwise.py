"""Work in steps: generators that yield how far they are, so that callers can show it or stop, and return a result."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TypeVar

Result = TypeVar("Result")
Step = TypeVar("Step")
Shown = TypeVar("Shown")


def run_through(steps: Generator[object, None, Result]) -> Result:
    """Run work in steps to its end, for callers that neither show progress nor stop.

    Args:
        steps: not begun yet.

    Returns:
        What the generator returns.
    """
    while True:
        try:
            next(steps)
        except StopIteration as ended:
            result: Result = ended.value
            return result


def shown_as(steps: Generator[Step, None, Result], show: Callable[[Step], Shown]) -> Generator[Shown, None, Result]:
    """Pass the steps of some work on in the form that another's caller knows.

    Args:
        steps: not begun yet.
        show: turns a step into what is yielded for it.

    Yields:
        What ``show`` makes of each step.

    Returns:
        What the generator returns.
    """
    while True:
        try:
            step = next(steps)
        except StopIteration as ended:
            result: Result = ended.value
            return result
        yield show(step)

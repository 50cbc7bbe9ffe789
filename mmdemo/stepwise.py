"""Work in steps: generators that yield how far they are, so that callers can show it or stop, and return a result."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

Result = TypeVar("Result")


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

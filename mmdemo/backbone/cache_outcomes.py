"""What the encode-once cache answered to the calls of one observer, and of nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_outcomes: ContextVar[list[bool] | None] = ContextVar("mmdemo_cache_outcomes", default=None)


@contextmanager
def collected_outcomes() -> Iterator[list[bool]]:
    """Collect what the cache answers while this block runs, in this thread alone.

    Yields:
        A list that grows by a value a look into the cache: true for what was there.
    """
    outcomes: list[bool] = []
    token = _outcomes.set(outcomes)
    try:
        yield outcomes
    finally:
        _outcomes.reset(token)


def report_outcome(found: bool) -> None:
    """Tell whoever collects in this thread whether something was in the cache."""
    outcomes = _outcomes.get()
    if outcomes is not None:
        outcomes.append(found)

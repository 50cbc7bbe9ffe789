"""Work in a thread, watched from a generator: how every job of the interface waits and stays cancellable."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from concurrent.futures import Future, wait
from contextvars import copy_context
from typing import TypeVar

POLL_INTERVAL = 0.5
"""Seconds between two looks at work that runs in a thread of its own; also how late a cancel is seen there."""

Result = TypeVar("Result")
Shown = TypeVar("Shown")


def in_background(work: Callable[[], Result]) -> Generator[None, None, Result]:
    """Run something in a thread and yield while it lasts, so that the caller can look at its Cancel flag.

    Args:
        work: takes no argument; its exception is raised here.

    Yields:
        None every `POLL_INTERVAL`.

    Returns:
        What the work returns.
    """
    future: Future[Result] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:
            future.set_exception(error)

    # With the visitor's request, by which ZeroGPU knows whom it lends a GPU to.
    threading.Thread(target=copy_context().run, args=(run,), daemon=True).start()
    while not wait([future], POLL_INTERVAL).done:
        yield
    return future.result()


def watched(
    work: Callable[[], Result], shown: Shown, cancelled: Callable[[], bool]
) -> Generator[Shown, None, Result | None]:
    """Run something in a thread, show the same thing while it lasts, and give up on it when it is cancelled.

    Args:
        work: takes no argument and returns anything but None; its exception is raised here.
        shown: what to yield meanwhile.
        cancelled: asked every `POLL_INTERVAL`.

    Yields:
        What is shown.

    Returns:
        What the work returns, or None when it was cancelled before.
    """
    waiting = in_background(work)
    while True:
        try:
            next(waiting)
        except StopIteration as finished:
            result: Result = finished.value
            return result
        if cancelled():
            return None
        yield shown

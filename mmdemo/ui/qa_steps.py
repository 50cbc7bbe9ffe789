"""Work in steps, done in a thread of its own, so that a Stop is seen at once however long a step takes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from concurrent.futures import Future
from contextlib import closing
from queue import Empty, SimpleQueue
from typing import TypeVar

POLL_INTERVAL = 0.25
"""Seconds between two looks at the Stop flag."""
PATIENCE = 1.2
"""Seconds for which a stopped step is waited for; a longer one ends by itself, and nothing follows it."""

Step = TypeVar("Step")
Result = TypeVar("Result")


def in_steps(
    steps: Generator[Step, None, Result], stopped: Callable[[], bool]
) -> Generator[Step | None, None, Result | None]:
    """Run work to its end or to the step at which it is stopped.

    One thread does all of it: what models hold between steps belongs to a thread.

    Args:
        steps: not begun yet; closed when stopped, and when this generator is closed.
        stopped: asked several times a second.

    Yields:
        The steps, and None while there is no new one.

    Returns:
        What the work returns, or None when it was stopped.
    """
    news: SimpleQueue[Step | None] = SimpleQueue()  # None behind the last step
    future: Future[Result] = Future()
    enough = threading.Event()

    def run() -> None:
        try:
            with closing(steps):
                while not enough.is_set():
                    news.put(next(steps))
        except StopIteration as ended:
            future.set_result(ended.value)
        except BaseException as error:
            future.set_exception(error)
        finally:
            news.put(None)

    worker = threading.Thread(target=run, name="mmdemo-steps", daemon=True)
    worker.start()
    try:
        while not stopped():
            try:
                step = news.get(timeout=POLL_INTERVAL)
            except Empty:
                yield None
                continue
            if step is None:
                return future.result()
            yield step
        return None
    finally:
        enough.set()
        if stopped():
            worker.join(PATIENCE)

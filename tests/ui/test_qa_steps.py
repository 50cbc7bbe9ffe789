"""Work in a thread that can be stopped between its steps."""

from __future__ import annotations

import threading
from collections.abc import Generator
from typing import Any

import pytest

from mmdemo.ui.qa_steps import in_steps


def counting(until: int, closed: threading.Event) -> Generator[int, None, str]:
    try:
        yield from range(until)
        return "done"
    finally:
        closed.set()


def first_of(running: Generator[int | None, None, Any]) -> int:
    """Return the next step; where a thread begins late there is none at first."""
    return next(step for step in running if step is not None)


def test_all_steps_come_in_order_and_then_the_result() -> None:
    closed = threading.Event()
    running = in_steps(counting(5, closed), lambda: False)
    seen = []
    while True:
        try:
            seen.append(next(running))
        except StopIteration as ended:
            assert ended.value == "done"
            break
    assert [step for step in seen if step is not None] == [0, 1, 2, 3, 4] and closed.is_set()


def test_a_long_step_does_not_hold_up_the_page() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def waiting() -> Generator[int, None, None]:
        begun.set()
        assert go_on.wait(60)
        yield 1

    running = in_steps(waiting(), lambda: False)
    assert next(running) is None and begun.wait(60), "the caller can look around meanwhile"
    go_on.set()
    running.close()


def test_a_stop_ends_the_work_and_gives_no_result() -> None:
    closed, stop = threading.Event(), threading.Event()
    running = in_steps(counting(1_000_000, closed), stop.is_set)
    assert first_of(running) == 0
    stop.set()
    with pytest.raises(StopIteration) as ended:
        next(running)
    assert ended.value.value is None and closed.wait(60)


def test_closing_ends_the_work() -> None:
    closed = threading.Event()
    running = in_steps(counting(1_000_000, closed), lambda: False)
    first_of(running)
    running.close()
    assert closed.wait(60)


def test_a_failure_is_raised_where_it_is_waited_for() -> None:
    def failing() -> Generator[int, None, None]:
        yield 1
        raise KeyError("x")

    running = in_steps(failing(), lambda: False)
    assert first_of(running) == 1
    with pytest.raises(KeyError):
        first_of(running)


def test_one_thread_does_all_of_it() -> None:
    """Models hold locks and modes that belong to a thread."""
    threads = set()

    def working() -> Generator[int, None, None]:
        for number in range(3):
            threads.add(threading.get_ident())
            yield number

    assert len([step for step in in_steps(working(), lambda: False) if step is not None]) == 3
    assert len(threads) == 1 and threading.get_ident() not in threads

"""Several visitors at once on the app as people start it: a short run of the load test, and how it judges."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest

from mmdemo.evaluation.app_client import AppClient, JobEnd
from mmdemo.evaluation.app_process import RunningApp, wait_for
from mmdemo.evaluation.load_jobs import JobMaker, LoadJob
from mmdemo.evaluation.load_test import Record, measure, memory_report, report
from mmdemo.ui.texts import TEXTS

MEGABYTE = 1_000_000
FREED = {"alone": 0.5, "behind": 1.0, "cancel": 0.2}
IDLE = {"queue_length": 0, "running": 0}
CAPTION = LoadJob("caption", [], lambda out: out == ["right"])
Found = TypeVar("Found")


def run_apart(work: Coroutine[Any, Any, Found]) -> Found:
    """Run in a thread of its own: in this one the browser of other tests keeps an event loop running."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


@pytest.mark.real
def test_visitors_at_once_get_right_answers_and_places_are_freed(real_app: RunningApp) -> None:
    wait_for(real_app, key="models_loaded")
    found = run_apart(measure(real_app, sessions=4, seconds=15))
    assert found["errors"] == {} and found["wrong"] == []
    assert set(found["finished"]) == {"ask", "caption", "search", "transcribe"}
    assert found["health"]["running"] == 0 and found["health"]["queue_length"] == 0
    assert found["memory"]["end_mb"] > 100


@pytest.mark.real
def test_a_job_that_waits_is_cancelled_at_once(real_app: RunningApp) -> None:
    async def cancel_both() -> tuple[JobEnd, JobEnd]:
        async with AppClient(real_app.address) as client:
            maker = JobMaker(client, 5)
            first, second = await maker.transcribe(), await maker.transcribe()
            running = asyncio.create_task(client.run(first.endpoint, first.data, "one"))
            waiting = await client.run(second.endpoint, second.data, "two", cancel_after=0.05)
            return await running, waiting

    running, waiting = run_apart(cancel_both())
    assert (running.outcome, waiting.outcome) == ("done", "cancelled")


def judged(record: Record, **freed: float) -> dict[str, bool]:
    record.memory = record.memory or [(second, 1000 * MEGABYTE) for second in range(100)]
    holds: dict[str, bool] = report(record, FREED | freed, IDLE)["holds"]
    return holds


def test_a_clean_run_holds() -> None:
    record = Record()
    record.add(CAPTION, JobEnd("done", 1.0, data=["right"]))
    record.add(CAPTION, JobEnd("cancelled", 1.0, cancel_seconds=1.9))
    record.add(CAPTION, JobEnd("refused", 0.1, sentence=TEXTS["queue_full"].en.format(count=20)))
    assert all(judged(record).values())


def test_every_fault_is_found() -> None:
    wrong, failed, slow, growing = Record(), Record(), Record(), Record()
    wrong.add(CAPTION, JobEnd("done", 1.0, data=["wrong"]))
    failed.add(CAPTION, JobEnd("error", 1.0, sentence="Something went wrong."))
    slow.add(CAPTION, JobEnd("cancelled", 9.0, cancel_seconds=2.1))
    growing.memory = [(second, (1000 + 2 * second) * MEGABYTE) for second in range(100)]
    faults = {
        "all_right": wrong,
        "only_the_queue_refuses": failed,
        "cancel_in_time": slow,
        "memory_flat": growing,
    }
    for name, record in faults.items():
        assert [held for held, value in judged(record).items() if not value] == [name]
    assert judged(Record(), cancel=3.0)["cancel_in_time"] is False


def test_memory_is_compared_behind_the_warm_up() -> None:
    seen = [(float(second), (500 if second < 20 else 1000) * MEGABYTE) for second in range(100)]
    found = memory_report(seen)
    assert found == {"start_mb": 500, "warm_mb": 1000, "end_mb": 1000, "peak_mb": 1000, "drift": 1.0}

"""Many visitors at once on the loopback: errors, wrong answers, memory, and how soon a cancelled job stops.

``python -m mmdemo.evaluation.load_test --sessions 20 --minutes 5`` starts the app in a process of its own. Each session
asks for captions, answers, transcripts and searches one after the other and cancels some of them.
"""

from __future__ import annotations

import asyncio
import json
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mmdemo.evaluation.app_client import AppClient, JobEnd
from mmdemo.evaluation.app_process import RunningApp, resident_bytes, running_app, wait_for
from mmdemo.evaluation.load_jobs import JobMaker, LoadJob
from mmdemo.evaluation.reports import evaluation_parser, load_average

CANCEL_SHARE = 0.15
"""Share of the jobs that are cancelled, wherever they are by then."""
LATEST_CANCEL = 8.0
"""Seconds after which a job that is to be cancelled is, at the latest."""
WARM_UP_SHARE = 0.3
"""Share of the time after which memory should not grow any more: caches are filled, threads are there."""
MEMORY_INTERVAL = 1.0
FLAT = 1.10
CANCEL_LIMIT = 2.0
QUEUE_SENTENCE = "The queue is full"
"""What the queue says when no place is left (`mmdemo.ui.queue_words`); the only error that is allowed."""
MEGABYTE = 1_000_000


@dataclass
class Record:
    """What was seen during a run."""

    seconds: dict[str, list[float]] = field(default_factory=dict)  # endpoint → of finished jobs
    errors: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    cancels: list[float] = field(default_factory=list)
    memory: list[tuple[float, int]] = field(default_factory=list)  # seconds since the start, bytes

    def add(self, job: LoadJob, end: JobEnd) -> None:
        """Note how a job ended."""
        if end.outcome == "done":
            self.seconds.setdefault(job.endpoint, []).append(end.seconds)
            if not job.is_right(end.data):
                self.wrong.append(f"{job.endpoint}: {json.dumps(end.data, ensure_ascii=False)[:300]}")
        elif end.outcome == "cancelled":
            self.cancels.append(end.cancel_seconds)
        else:
            self.errors[end.sentence] += 1


async def visit(client: AppClient, number: int, until: float, record: Record) -> None:
    """Be one visitor until the time is over."""
    chance = random.Random(1000 + number)
    maker = JobMaker(client, number)
    while time.perf_counter() < until:
        job = await maker.any()
        cancel = chance.uniform(0.0, LATEST_CANCEL) if chance.random() < CANCEL_SHARE else None
        record.add(job, await client.run(job.endpoint, job.data, f"load-{number}", cancel))


async def watch_memory(pid: int, record: Record) -> None:
    """Look at the memory of the server's processes until cancelled."""
    started = time.perf_counter()
    while True:
        record.memory.append((time.perf_counter() - started, resident_bytes(pid)))
        await asyncio.sleep(MEMORY_INTERVAL)


async def freed_place(client: AppClient) -> dict[str, float]:
    """Measure, on the idle app, how soon the next job is done behind one that is cancelled in the middle.

    Returns:
        Seconds of a caption alone, of one that was waiting when the job before it was cancelled, and of the cancel.
    """
    maker = JobMaker(client, seed=-1)
    caption = await maker.caption()
    alone = await client.run(caption.endpoint, caption.data, "next")
    running = await maker.transcribe()
    begun = asyncio.create_task(client.run(running.endpoint, running.data, "cancelled", cancel_after=0.5))
    await asyncio.sleep(0.3)
    behind = await client.run(caption.endpoint, caption.data, "next")
    ended = await begun
    return {"alone": alone.seconds, "behind": behind.seconds, "cancel": ended.cancel_seconds}


async def measure(app: RunningApp, sessions: int, seconds: float) -> dict[str, Any]:
    """Put a running app under load.

    Args:
        app: with its models loaded.
        sessions: visitors at once.
        seconds: how long they begin new jobs.

    Returns:
        The report.
    """
    record = Record()
    async with AppClient(app.address) as client:
        for kind in JobMaker(client, 0).kinds.values():  # every model is there before memory is looked at
            job = await kind()
            record.add(job, await client.run(job.endpoint, job.data))
        watching = asyncio.create_task(watch_memory(app.pid, record))
        until = time.perf_counter() + seconds
        async with asyncio.TaskGroup() as visitors:
            for number in range(sessions):
                visitors.create_task(visit(client, number, until, record))
        watching.cancel()
        freed = await freed_place(client)
        health = await client.health()
    return report(record, freed, health) | {"sessions": sessions, "minutes": seconds / 60}


def report(record: Record, freed: dict[str, float], health: dict[str, Any]) -> dict[str, Any]:
    """Sum up what was seen."""
    memory = memory_report(record.memory)
    unexpected = {said: count for said, count in record.errors.items() if not said.startswith(QUEUE_SENTENCE)}
    slowest_cancel = max([*record.cancels, freed["cancel"]])
    idle = health["queue_length"] == 0 and health["running"] == 0
    return {
        "finished": {name: len(found) for name, found in sorted(record.seconds.items())},
        "median_seconds": {name: round(statistics.median(found), 2) for name, found in sorted(record.seconds.items())},
        "errors": dict(record.errors),
        "wrong": record.wrong,
        "cancelled": len(record.cancels),
        "cancel_seconds": {
            "median": round(statistics.median(record.cancels or [0.0]), 3),
            "slowest": round(slowest_cancel, 3),
        },
        "place_freed_seconds": {name: round(value, 3) for name, value in freed.items()},
        "memory": memory,
        "health": health,
        "load_average": load_average(),
        "holds": {
            "only_the_queue_refuses": not unexpected,
            "all_right": not record.wrong,
            "memory_flat": 1 / FLAT <= memory["drift"] <= FLAT,
            "cancel_in_time": slowest_cancel <= CANCEL_LIMIT,
            "places_freed": idle,
        },
    }


def memory_report(seen: Sequence[tuple[float, int]]) -> dict[str, float]:
    """Sum up memory, in megabytes; drift is the last tenth of the time against the first tenth behind the warm-up."""
    length = seen[-1][0]
    part = max(length * 0.1, 2 * MEMORY_INTERVAL)

    def mean(start: float, end: float) -> float:
        found = [size for second, size in seen if start <= second <= end]
        return statistics.fmean(found or [seen[-1][1]])

    warm, last = mean(length * WARM_UP_SHARE, length * WARM_UP_SHARE + part), mean(length - part, length)
    return {
        "start_mb": round(seen[0][1] / MEGABYTE),
        "warm_mb": round(warm / MEGABYTE),
        "end_mb": round(last / MEGABYTE),
        "peak_mb": round(max(size for _, size in seen) / MEGABYTE),
        "drift": round(last / warm, 4),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the load test; returns 0 when everything that should hold does."""
    parser = evaluation_parser(__doc__.splitlines()[0])
    parser.add_argument("--sessions", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=5.0)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder, running_app(Path(folder)) as app:
        wait_for(app, key="models_loaded")
        result = asyncio.run(measure(app, options.sessions, options.minutes * 60))
    text = json.dumps(result, ensure_ascii=False, indent=2)
    if options.json is not None:
        options.json.write_text(text + "\n", "utf-8")
    print(text)
    return 0 if all(result["holds"].values()) else 1


if __name__ == "__main__":
    sys.exit(main())

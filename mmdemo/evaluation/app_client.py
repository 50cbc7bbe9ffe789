"""A small client of the app over plain HTTP, for measurements: many sessions in one process, cancels included."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

PATIENCE = 600.0
"""Seconds after which a job that says nothing counts as lost."""


@dataclass(frozen=True)
class JobEnd:
    """What became of a job."""

    outcome: str  # done, error, refused (no place in the queue) or cancelled
    seconds: float  # from the request to the end
    data: Any = None  # what a finished job returned, one entry an output
    sentence: str = ""  # what a failed one said
    cancel_seconds: float = 0.0  # from the request to cancel until the work had stopped


class AppClient:
    """Talks to one running app.

    Args:
        address: such as ``http://127.0.0.1:7860``.
    """

    def __init__(self, address: str) -> None:
        # A read waits as long as a job waits for its turn.
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=100)
        self._http = httpx.AsyncClient(base_url=address.rstrip("/"), timeout=PATIENCE, limits=limits)
        self._numbers: dict[str, int] = {}  # endpoint → number of its handler, which only a cancel needs

    async def __aenter__(self) -> AppClient:
        """Learn which endpoints there are."""
        config = (await self._http.get("/config")).raise_for_status().json()
        self._numbers = {one["api_name"]: one["id"] for one in config["dependencies"] if one.get("api_name")}
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def upload(self, path: Path) -> dict[str, Any]:
        """Upload a file; returns what endpoints take for it."""
        answer = await self._http.post("/gradio_api/upload", files={"files": (path.name, path.read_bytes())})
        return {"path": answer.raise_for_status().json()[0], "meta": {"_type": "gradio.FileData"}}

    async def health(self) -> dict[str, Any]:
        """Ask for the state of the app."""
        told: dict[str, Any] = (await self._http.get("/health")).json()
        return told

    async def run(
        self, endpoint: str, data: list[Any], session: str | None = None, cancel_after: float | None = None
    ) -> JobEnd:
        """Run a job to its end, or cancel it.

        Args:
            endpoint: its name without a slash.
            data: its inputs in order.
            session: names the visitor.
            cancel_after: seconds after which it is cancelled if it has not ended; None lets it run.

        Returns:
            What became of it.
        """
        started = time.perf_counter()
        body = {"data": data, "session_hash": session}
        asked = await self._http.post(f"/gradio_api/call/{endpoint}", json=body)
        if asked.status_code != httpx.codes.OK:
            return JobEnd("refused", time.perf_counter() - started, sentence=str(asked.json().get("detail")))
        event = asked.json()["event_id"]
        listening = asyncio.create_task(self._listen(endpoint, event, started))
        if cancel_after is None:
            return await listening
        done, _ = await asyncio.wait([listening], timeout=cancel_after)
        if done:
            return listening.result()
        begun = time.perf_counter()
        cancel = {"session_hash": session or event, "fn_index": self._numbers[endpoint], "event_id": event}
        (await self._http.post("/gradio_api/cancel", json=cancel)).raise_for_status()
        took = time.perf_counter() - begun
        await listening
        return JobEnd("cancelled", time.perf_counter() - started, cancel_seconds=took)

    async def _listen(self, endpoint: str, event: str, started: float) -> JobEnd:
        async for kind, data in self._messages(f"/gradio_api/call/{endpoint}/{event}"):
            if kind == "complete":
                return JobEnd("done", time.perf_counter() - started, data=data)
            if kind == "error":
                said = data.get("error") if isinstance(data, dict) else data
                return JobEnd("error", time.perf_counter() - started, sentence=str(said))
        return JobEnd("error", time.perf_counter() - started, sentence="the stream ended without a result")

    async def _messages(self, path: str) -> AsyncIterator[tuple[str, Any]]:
        """Read server-sent events."""
        kind = ""
        async with self._http.stream("GET", path) as stream:
            async for line in stream.aiter_lines():
                if line.startswith("event: "):
                    kind = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    yield kind, json.loads(line.removeprefix("data: "))

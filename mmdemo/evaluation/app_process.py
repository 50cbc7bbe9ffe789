"""The app as a process of its own, for measurements: started, watched and ended."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
KILOBYTE = 1024
START_PATIENCE = 300.0
"""Seconds that a start may take on a busy machine."""


@dataclass(frozen=True)
class RunningApp:
    """A started app."""

    address: str
    pid: int
    started: float  # of time.perf_counter, when the process was started


def free_port() -> int:
    """Return a port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_app(folder: Path, python: str = sys.executable, **environment: str) -> Iterator[RunningApp]:
    """Start the app on the loopback and end it behind the block.

    Args:
        folder: for its cache, its uploads and its log.
        python: the interpreter.
        **environment: more variables.

    Yields:
        The app, which may not answer yet (see `wait_for`).
    """
    port = free_port()
    own = {
        "GRADIO_SERVER_PORT": str(port),
        "GRADIO_SERVER_NAME": "127.0.0.1",
        "GRADIO_TEMP_DIR": str(folder / "uploads"),
        "MMDEMO_CACHE_DIR": str(folder / "cache"),
    }
    started = time.perf_counter()
    with (folder / "log.txt").open("wb") as log:
        command = [python, "app.py"]
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | own | environment, stdout=log, stderr=log)
        try:
            yield RunningApp(f"http://127.0.0.1:{port}", process.pid, started)
        finally:
            process.terminate()
            process.wait(30)


def wait_for(app: RunningApp, path: str = "/health", key: str = "") -> float:
    """Wait until the app answers.

    Args:
        app: a started one.
        path: what to ask for.
        key: of the JSON that must be true; "" accepts every answer with status 200.

    Returns:
        Seconds since the start of the process.

    Raises:
        TimeoutError: it never does.
    """
    deadline = time.perf_counter() + START_PATIENCE
    with httpx.Client(timeout=30.0) as client:
        while time.perf_counter() < deadline:
            try:
                answer = client.get(app.address + path)
                if answer.status_code == httpx.codes.OK and (not key or answer.json()[key]):
                    return time.perf_counter() - app.started
            except httpx.TransportError:
                pass  # nobody listens yet
            time.sleep(0.05)
    raise TimeoutError(f"the app did not answer {path} within {START_PATIENCE:.0f} s")


def resident_bytes(pid: int) -> int:
    """Return the resident memory of a process and all its children, in bytes; Linux only."""
    try:
        status = Path(f"/proc/{pid}/status").read_text("ascii", "replace")
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    except OSError:  # ended
        return 0
    own = next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:")), 0)
    return own * KILOBYTE + sum(resident_bytes(int(child)) for child in children)

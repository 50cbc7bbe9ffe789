"""The app as a process of its own and a browser to look at it with, for what measures or photographs the page."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mmdemo.errors import PackageMissing

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""Without them Chromium looks for updates and accounts, which nothing here may ask for."""
STARTS_WITHIN = 120.0


@contextmanager
def served_app(log: Path, environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """Start the app as people do, and stop it at the end.

    Args:
        log: file for what it writes.
        environment: on top of this process's own.

    Yields:
        The address of a page that answers.

    Raises:
        TimeoutError: it does not answer within two minutes, or ended by itself.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    variables = os.environ | {"GRADIO_SERVER_PORT": str(port), **(environment or {})}
    with log.open("wb") as stream:
        process = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=variables, stdout=stream, stderr=stream)
        try:
            address = f"http://127.0.0.1:{port}/"
            _wait_for(address, process)
            yield address
        finally:
            process.terminate()
            process.wait(30)


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=STARTS_WITHIN):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.05)
    raise TimeoutError(f"no answer from {address}")


@contextmanager
def chromium() -> Iterator[Any]:
    """Start a headless browser.

    Yields:
        A ``playwright.sync_api.Browser``.

    Raises:
        PackageMissing: playwright or Chromium is not installed.
    """
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise PackageMissing(package="playwright", command="pip install -r requirements-dev.txt") from error
    executable = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if executable is None:
        raise PackageMissing(package="chromium", command="tools/install_system_packages.sh")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(QUIET_FLAGS))
        try:
            yield browser
        finally:
            browser.close()

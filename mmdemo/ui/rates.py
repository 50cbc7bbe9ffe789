"""How many jobs one visitor and one address may start: token buckets that hold a minute's worth."""

from __future__ import annotations

import hashlib
import ipaddress
import math
import secrets
import threading
import time
from collections.abc import Callable
from functools import lru_cache

import gradio as gr
from gradio.context import LocalContext

from mmdemo.config import settings
from mmdemo.errors import TooManyJobs
from mmdemo.ui.common import user_error

MINUTE = 60.0
MOST_BUCKETS = 10_000
"""Buckets that are remembered; full ones, which say nothing, are dropped first."""


class TokenBuckets:
    """One bucket a key; each holds a minute's worth and fills steadily.

    Args:
        per_minute: tokens that a bucket holds, and that run into it within a minute.
        clock: seconds that only grow.
    """

    def __init__(self, per_minute: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_minute = per_minute
        self._clock = clock
        self._levels: dict[str, tuple[float, float]] = {}  # key → tokens, and when they were counted

    def wait(self, key: str) -> float:
        """Return the seconds until a token is there; 0 when there is one now."""
        return max(0.0, 1.0 - self._level(key)) * MINUTE / self.per_minute

    def take(self, key: str) -> None:
        """Take a token."""
        level = self._level(key)
        if len(self._levels) >= MOST_BUCKETS:
            self._forget()
        self._levels[key] = level - 1.0, self._clock()

    def _level(self, key: str) -> float:
        tokens, counted = self._levels.get(key, (self.per_minute, self._clock()))
        return min(self.per_minute, tokens + (self._clock() - counted) * self.per_minute / MINUTE)

    def _forget(self) -> None:
        """Drop full buckets, and the oldest half when that is not enough."""
        self._levels = {key: found for key, found in self._levels.items() if self._level(key) < self.per_minute}
        if len(self._levels) >= MOST_BUCKETS:
            newest = sorted(self._levels.items(), key=lambda item: item[1][1])[MOST_BUCKETS // 2 :]
            self._levels = dict(newest)


class RateLimiter:
    """Counts the jobs of visitors and of addresses; addresses are kept only as keyed hashes.

    Args:
        session_jobs: jobs a minute of one page.
        address_jobs: jobs a minute of one address, behind which there may be several visitors.
        clock: seconds that only grow.
    """

    def __init__(self, session_jobs: float, address_jobs: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._sessions = TokenBuckets(session_jobs, clock)
        self._addresses = TokenBuckets(address_jobs, clock)
        self._key = secrets.token_bytes(16)
        self._lock = threading.Lock()

    def enter(self, session: str, address: str) -> float:
        """Count a job.

        Args:
            session: names the page; "" when the caller has none, and then only the address counts.
            address: of the caller.

        Returns:
            0 when the job may start, else the seconds until the next one may; then nothing was counted.
        """
        hashed = hashlib.blake2b(address.encode(), key=self._key, digest_size=16).hexdigest()
        asked = [(self._addresses, hashed), *([(self._sessions, session)] if session else [])]
        with self._lock:
            seconds = max(buckets.wait(key) for buckets, key in asked)
            if seconds == 0.0:
                for buckets, key in asked:
                    buckets.take(key)
        return seconds


@lru_cache(maxsize=1)
def limiter() -> RateLimiter:
    """Return the limiter of this process."""
    limits = settings().limits
    return RateLimiter(limits.session_jobs_per_minute, limits.address_jobs_per_minute)


def address_of(request: gr.Request) -> str:
    """Tell where a request comes from.

    On a Space every request comes from its proxy, which appends the visitor's address to ``X-Forwarded-For``; what
    stands before that may be made up, so the last public address counts. Elsewhere the header is not believed.
    """
    client = getattr(request, "client", None)
    nearest = str(getattr(client, "host", "") or "")
    if not settings().public:
        return nearest
    forwarded = str(request.headers.get("x-forwarded-for") or "")
    named = [part.strip() for part in forwarded.split(",")]
    return next((part for part in reversed(named) if _is_public(part)), nearest)


def _is_public(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_global
    except ValueError:
        return False


def admit(language: str) -> None:
    """Count a job of whoever sent the request that is being answered; calls without a request are not counted.

    Args:
        language: interface language of the refusal.

    Raises:
        gr.Error: that is one too many, with the seconds until the next one.
    """
    request = LocalContext.request.get(None)
    if request is None:
        return
    seconds = limiter().enter(str(getattr(request, "session_hash", None) or ""), address_of(request))
    if seconds > 0:
        error = TooManyJobs(seconds=math.ceil(seconds))
        raise user_error(error.sentence, language) from error

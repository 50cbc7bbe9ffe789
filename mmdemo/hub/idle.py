"""A large model that is loaded when used and leaves the memory when nobody has used it for a while."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Generic, TypeVar
from weakref import WeakSet

from mmdemo.config import Settings
from mmdemo.errors import ModelTooLarge

Model = TypeVar("Model")
SMALL_MACHINE_BYTES = 24 * 2**30
"""Below this much memory, models that idle are unloaded without being asked."""
IDLE_MINUTES = 10.0


def machine_memory() -> int:
    """Return the bytes of memory this machine has; 0 when that cannot be told."""
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
    except OSError:
        return 0
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith("MemTotal:")), 0)


def idle_seconds(settings: Settings) -> float:
    """Return after how long a model that nobody uses is unloaded; 0 = never."""
    chosen = settings.hub.idle_minutes
    if chosen is not None:
        return 60 * chosen
    return 60 * IDLE_MINUTES if machine_memory() < SMALL_MACHINE_BYTES else 0.0


def unload_idle(but: IdleModel[Any] | None = None) -> int:
    """Unload every model that is in memory and that nobody uses.

    Args:
        but: one that stays.

    Returns:
        How many left the memory.
    """
    return sum(held.unload() for held in tuple(_held) if held is not but and held.loaded)


class IdleModel(Generic[Model]):
    """Holds a model while it is used and for a while after.

    Args:
        load: makes the model; called again after it was unloaded.
        seconds: without use until it is unloaded; 0 = never.
    """

    def __init__(self, load: Callable[[], Model], seconds: float = 0.0) -> None:
        self._load = load
        self._seconds = seconds
        self._model: Model | None = None
        self._users = 0
        self._timer: threading.Timer | None = None
        self._lock = threading.RLock()
        _held.add(self)

    @property
    def loaded(self) -> bool:
        """Tell whether the model is in memory."""
        return self._model is not None

    @contextmanager
    def use(self) -> Iterator[Model]:
        """Lend the model, loading it if need be; while it is lent it stays.

        Raises:
            WeightsError: it cannot be loaded.
        """
        with self._lock:
            self._stop_timer()
            if self._model is None:
                self._model = self._loaded()
            model = self._model
            self._users += 1
        try:
            yield model
        finally:
            with self._lock:
                self._users -= 1
                if self._seconds and not self._users:
                    self._timer = threading.Timer(self._seconds, self.unload)
                    self._timer.daemon = True
                    self._timer.start()

    def _loaded(self) -> Model:
        """Load the model; where it does not fit beside others that idle, they make room."""
        try:
            return self._load()
        except ModelTooLarge:
            if not unload_idle(but=self):
                raise
            return self._load()

    def unload(self) -> bool:
        """Let go of the model unless it is lent or being loaded.

        Returns:
            Whether it is out of memory now.
        """
        # Without waiting: two models that make room for each other would wait for ever.
        if not self._lock.acquire(blocking=False):
            return False
        try:
            if self._users:
                return False
            self._stop_timer()
            self._model = None
        finally:
            self._lock.release()
        gc.collect()
        return True

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


_held: WeakSet[IdleModel[Any]] = WeakSet()

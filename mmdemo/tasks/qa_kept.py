"""What was found out about media and serves the next question too: bounded, shared by all threads."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from mmdemo.backbone.observed import unobserved

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Kept(Generic[Key, Value]):
    """Holds the results of each model that were used last.

    Args:
        limit: how many for each model.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held: WeakKeyDictionary[Any, OrderedDict[Key, Value]] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def get_or(self, model: object, key: Key, make: Callable[[], Value]) -> Value:
        """Return what is held, or make it; two threads may both make it, which does no harm.

        Args:
            model: that results come from; they go when it does.
            key: names the result.
            make: makes it.
        """
        with self._lock:
            own = self._held.setdefault(unobserved(model), OrderedDict())
            if key in own:
                own.move_to_end(key)
                return own[key]
        value = make()
        with self._lock:
            own[key] = value
            own.move_to_end(key)
            while len(own) > self._limit:
                own.popitem(last=False)
        return value

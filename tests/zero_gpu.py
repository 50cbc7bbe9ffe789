"""A `spaces` package that lends no GPU but holds functions to what ZeroGPU asks of them."""

from __future__ import annotations

import inspect
import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass
class LentCalls:
    """What was asked for."""

    seconds: list[int] = field(default_factory=list)  # of each decorated function
    count: int = 0  # of calls

    def GPU(self, duration: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Decorate a function: arguments and results go through a pickle, as to another process."""
        self.seconds.append(duration)
        return self._lent

    def _lent(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            self.count += 1
            return _moved(function(*_moved(arguments)))

        def steps(*arguments: Any) -> Iterator[Any]:
            self.count += 1
            for found in function(*_moved(arguments)):
                yield _moved(found)

        return steps if inspect.isgeneratorfunction(function) else call


def _moved(found: Any) -> Any:
    return pickle.loads(pickle.dumps(found))

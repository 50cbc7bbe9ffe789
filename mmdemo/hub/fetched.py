"""Models that are fetched and loaded when they are first used, and leave the memory when they idle."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from mmdemo.config import Settings
from mmdemo.hub.catalogue import HubModel
from mmdemo.hub.idle import IdleModel, idle_seconds

Model = TypeVar("Model")
Fetch = Callable[[HubModel, Settings], Path]
"""Returns a model's folder, fetching what is missing; raises sentences."""


def fetched_when_used(
    model: HubModel, settings: Settings, lock: threading.RLock, load: Callable[[Path], Model], fetch: Fetch | None
) -> IdleModel[Model]:
    """Hold a model that nothing is done for until it is used.

    Args:
        model: which.
        settings: folders, and how long a model may idle.
        lock: held while it is loaded, and not while it is fetched: others may work meanwhile.
        load: makes the model out of its folder.
        fetch: gets it; None = `mmdemo.hub.download.download`.
    """

    def make() -> Model:
        from mmdemo.hub.download import download

        folder = (fetch or download)(model, settings)
        with lock:
            return load(folder)

    return IdleModel(make, idle_seconds(settings))

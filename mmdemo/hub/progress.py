"""How far a download is, in bytes, out of the bars that huggingface_hub draws for terminals."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tqdm.std import tqdm


@dataclass(frozen=True)
class DownloadProgress:
    """How much of a model is on the disk."""

    done_bytes: int
    total_bytes: int

    @property
    def share(self) -> float:
        """0..1."""
        return min(1.0, self.done_bytes / max(1, self.total_bytes))


@contextmanager
def under_way(
    repository: str, told: Callable[[DownloadProgress], None] | None
) -> Iterator[Callable[[DownloadProgress], None]]:
    """Show a download to everybody while it lasts, as models are also fetched when they are first used.

    Args:
        repository: that is fetched.
        told: called with every change besides; what it raises stops the download.

    Yields:
        What is to be called with every change.
    """

    def tell(progress: DownloadProgress) -> None:
        _under_way[repository] = progress
        if told is not None:
            told(progress)

    try:
        yield tell
    finally:
        _under_way.pop(repository, None)


def downloads() -> dict[str, DownloadProgress]:
    """Return the downloads that are under way in this process, by repository."""
    return dict(_under_way)


_under_way: dict[str, DownloadProgress] = {}


class ByteCounter:
    """Counts the bytes that arrive over all files of one download.

    Args:
        total_bytes: what is to come.
        told: called with every change, from the threads that download; what it raises stops the download.
    """

    def __init__(self, total_bytes: int, told: Callable[[DownloadProgress], None] | None) -> None:
        self.total_bytes = total_bytes
        self.done_bytes = 0
        self._told = told
        self._lock = threading.Lock()

    def count(self, arrived: int) -> None:
        """Note how many bytes a bar saw; those of network and disk run side by side, and the further one counts."""
        with self._lock:
            self.done_bytes = max(self.done_bytes, min(arrived, self.total_bytes))
        if self._told is not None:
            self._told(DownloadProgress(self.done_bytes, self.total_bytes))

    def bar_class(self) -> type[tqdm]:
        """Return a bar that draws nothing and reports to this counter."""
        from tqdm.std import tqdm

        counter = self

        class SilentBar(tqdm):  # type: ignore[misc]  # tqdm carries no types
            """Counts without writing to the terminal and without a thread that watches it."""

            monitor_interval = 0

            def __init__(self, *arguments: Any, **options: Any) -> None:
                super().__init__(*arguments, **{**options, "file": _Nowhere(), "disable": False})

            def update(self, n: float | None = 1) -> None:
                """Report bytes; bars that count files stay unheard."""
                super().update(n)
                if self.unit == "B":
                    counter.count(int(self.n))

        return SilentBar


class _Nowhere(io.TextIOBase):
    """Takes what bars would draw."""

    def write(self, text: str, /) -> int:
        return len(text)

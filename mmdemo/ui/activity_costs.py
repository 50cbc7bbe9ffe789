"""How long the first encoding of something took, so that what a cache saves is measured and not guessed."""

from __future__ import annotations

import threading
from collections import OrderedDict

MOST_COSTS = 10_000
"""Contents that are remembered: 1 MB."""


class FirstCosts:
    """Seconds of the last time that something went through its tower; shared by all pages, as the cache itself is.

    Holds hashes and seconds, no names and no visitors.
    """

    def __init__(self) -> None:
        self._seconds: OrderedDict[tuple[str, str], tuple[float, bool]] = OrderedDict()
        self._lock = threading.Lock()

    def settle(
        self, part: str, sha256: str, seconds: float, reused: bool, complete: bool, loading: bool = False
    ) -> float | None:
        """Note an encoding, or look up what a reuse spared.

        Args:
            part: of the media, and which model encodes it.
            sha256: of its content.
            seconds: that were spent inside the backbone.
            reused: it came from the cache.
            loading: the seconds hold the loading of a model, which the cache does not spare; they do not count.
            complete: False when the work was stopped; what it made is kept, and the next one goes on from there.

        Returns:
            The seconds of the encoding; None when it was reused and nobody measured that.
        """
        key = part, sha256
        with self._lock:
            before, finished = self._seconds.get(key, (None, True))
            if reused:
                return before if finished else None
            if loading:
                self._seconds.pop(key, None)
                return None
            total = seconds if finished or before is None else before + seconds
            self._seconds[key] = (total, complete)
            self._seconds.move_to_end(key)
            while len(self._seconds) > MOST_COSTS:
                self._seconds.popitem(last=False)
            return total


first_costs = FirstCosts()

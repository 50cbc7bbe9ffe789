"""A map from old media times to new ones: one clock rate over stretches, each with an offset of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
from numpy.typing import NDArray

Float64Array = NDArray[np.float64]


@dataclass(frozen=True)
class MapPiece:
    """From ``start`` on (old seconds), until the next piece: new = rate · old + offset."""

    start: float
    rate: float
    offset: float  # seconds

    def apply(self, old: float) -> float:
        """Return the new time of an old one, as if this piece held everywhere."""
        return self.rate * old + self.offset


@dataclass(frozen=True)
class TimeMap:
    """A piecewise-linear map of times; it may jump where two pieces meet, as it does at cuts and at inserted material.

    The first piece also holds for all times before its start, the last one for all times behind.
    """

    pieces: tuple[MapPiece, ...]  # ordered by start, never empty

    def __post_init__(self) -> None:
        starts = [piece.start for piece in self.pieces]
        if not starts or any(behind <= before for before, behind in zip(starts, starts[1:], strict=False)):
            raise ValueError("a time map needs pieces whose starts ascend")
        if any(piece.rate <= 0.0 for piece in self.pieces):
            raise ValueError("time must not run backwards")

    @classmethod
    def identity(cls) -> TimeMap:
        """Return the map that leaves every time as it is."""
        return cls.linear(1.0, 0.0)

    @classmethod
    def linear(cls, rate: float, offset: float) -> TimeMap:
        """Return the map new = rate · old + offset (seconds)."""
        return cls((MapPiece(0.0, rate, offset),))

    def piece_at(self, old: float) -> MapPiece:
        """Return the piece that holds at an old time."""
        return self.pieces[int(self._indices(np.array([old]))[0])]

    @overload
    def apply(self, old: float) -> float: ...
    @overload
    def apply(self, old: Float64Array) -> Float64Array: ...
    def apply(self, old: float | Float64Array) -> float | Float64Array:
        """Map times.

        Args:
            old: seconds, one time or an array of any shape.

        Returns:
            New seconds in the same shape.
        """
        if isinstance(old, np.ndarray):
            which = self._indices(old)
            rates = np.array([piece.rate for piece in self.pieces])
            offsets = np.array([piece.offset for piece in self.pieces])
            mapped: Float64Array = rates[which] * old + offsets[which]
            return mapped
        return self.piece_at(old).apply(old)

    def apply_span(self, start: float, end: float) -> tuple[float, float]:
        """Map a cue as a whole, by the piece at its middle, so that no jump stretches or squeezes it.

        Args:
            start: old seconds.
            end: old seconds.

        Returns:
            New start and end.
        """
        piece = self.piece_at(0.5 * (start + end))
        return piece.apply(start), piece.apply(end)

    def points(self, begin: float, end: float) -> tuple[tuple[float, float], ...]:
        """Describe the map by the ends of its linear parts, as `SubtitleAlignment.time_map` keeps it.

        Args:
            begin: first old time of interest, seconds.
            end: last one.

        Returns:
            (seconds before, seconds after) in order; a jump gives two points with the same time before.
        """
        found: list[tuple[float, float]] = []
        for i, piece in enumerate(self.pieces):
            first = begin if i == 0 else max(piece.start, begin)
            last = min(self.pieces[i + 1].start, end) if i + 1 < len(self.pieces) else end
            if first < last or (first == last and len(self.pieces) == 1):
                found += [(first, piece.apply(first)), (last, piece.apply(last))]
        return tuple(found)

    def largest_move(self, begin: float, end: float) -> float:
        """Return by how many seconds the map moves a time between two old times at the most."""
        return max((abs(after - before) for before, after in self.points(begin, end)), default=0.0)

    def is_identity(self, tolerance: float, begin: float, end: float) -> bool:
        """Tell whether no time between two old times moves by more than a tolerance (all in seconds)."""
        return self.largest_move(begin, end) <= tolerance

    def simplified(self) -> TimeMap:
        """Return the same map with equal neighbouring pieces joined."""
        kept: list[MapPiece] = []
        for piece in self.pieces:
            if not kept or (piece.rate, piece.offset) != (kept[-1].rate, kept[-1].offset):
                kept.append(piece)
        return TimeMap(tuple(kept))

    def _indices(self, old: Float64Array) -> NDArray[np.int64]:
        starts = np.array([piece.start for piece in self.pieces])
        found: NDArray[np.int64] = np.maximum(np.searchsorted(starts, old, side="right") - 1, 0).astype(np.int64)
        return found


def map_from_cuts(rate: float, offsets: Sequence[float], starts: Sequence[float]) -> TimeMap:
    """Build a map of one rate with an offset for each stretch.

    Args:
        rate: new seconds to an old one, everywhere.
        offsets: seconds, one a stretch.
        starts: where each stretch begins, old seconds, ascending.

    Returns:
        The map; stretches with the same offset are joined.
    """
    pieces = [MapPiece(start, rate, offset) for start, offset in zip(starts, offsets, strict=True)]
    return TimeMap(tuple(pieces)).simplified()

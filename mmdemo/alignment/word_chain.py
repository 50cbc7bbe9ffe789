"""The best chain of matches, in order on both sides, by sparse dynamic programming over places where words match."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Int64Array = NDArray[np.int64]

SCALE = 1000
"""Gain of a match that is sure; all costs are whole numbers on this scale, so that sums are exact."""
SUBSTITUTION_COST = 100
"""Of a word that was heard as another one, as long as the texts stay in step."""
OPENING_COST = 250
SKIPPED_WORD_COST = 80
"""Of leaving words out on either side: a filler beside a common word is bridged, a common word in the middle of nowhere
is no match. Chosen with the other costs on Flickr8k captions, English and Chinese, under simulated mistakes."""
JUMP_COST = 1500
"""The most that left-out words cost, however many: a preamble, a dropped page. Less than two rare words gain."""
_NOTHING = -(2**61)
_NUMBER_BITS = 32
_NUMBERS = (1 << _NUMBER_BITS) - 1


@dataclass(frozen=True, eq=False)
class Candidates:
    """Places where the word of one row may match; columns ascend and differ."""

    columns: Int64Array  # [K] first heard word
    percent: Int64Array  # [K] likeness
    gains: Int64Array  # [K]
    row_count: int = 1  # given words in the match
    column_count: int = 1  # heard words in the match


@dataclass(frozen=True)
class Link:
    """One match of the chain."""

    row: int
    column: int
    percent: int
    row_count: int
    column_count: int


def skipping_cost(rows: int, columns: int) -> int:
    """Return what it costs to leave words out between two matches.

    Args:
        rows: given words between them.
        columns: heard words between them.
    """
    if rows == columns == 0:
        return 0
    cost = min(OPENING_COST + SKIPPED_WORD_COST * (rows + columns), JUMP_COST)
    return min(cost, SUBSTITUTION_COST * rows) if rows == columns else cost


class WordChain:
    """Grows the best chains row by row; what comes before the first match and behind the last one costs nothing.

    A chain's value and the number of its last match share an int64, value first, so that one running maximum carries
    both. Skipped words are paid for by their positions: a match at (row, column) enters with the sum of both added.

    Args:
        rows: given words.
        columns: heard words.
    """

    def __init__(self, rows: int, columns: int) -> None:
        self._rows = rows
        self._short = np.full(columns + 1, _NOTHING)  # [M + 1] best chain that ends before a column, words counted
        self._long = np.full(columns + 1, _NOTHING)  # [M + 1] likewise after a jump
        self._diagonal = np.full(rows + columns + 1, _NOTHING)  # [N + M + 1] best chain in step
        self._reached = 0
        self._best = 0
        self._count = 0
        self._found: list[tuple[int, Candidates, Int64Array]] = []  # with the match before each
        self._waiting: list[tuple[int, Int64Array, Int64Array, Int64Array]] = []

    def add_row(self, row: int, reach: int, places: list[Candidates]) -> None:
        """Extend the chains by the matches of one given word.

        Args:
            row: its number; rows come in order and none is left out.
            reach: one past the last column of this row's places; never less than in the row before.
            places: where the word may match.
        """
        self._grow(reach)
        ready, self._waiting = self._waiting, []
        for candidates in places:
            values, numbers = self._extend(row, candidates)
            ends = candidates.columns + candidates.column_count
            (ready if candidates.row_count == 1 else self._waiting).append((row, ends, values, numbers))
        for _, ends, values, numbers in ready:
            self._enter(row + 1, ends, values, numbers)

    def _grow(self, reach: int) -> None:
        if reach > self._reached:
            for best in (self._short, self._long):
                best[self._reached + 1 : reach + 1] = best[self._reached]
            self._reached = reach

    def _extend(self, row: int, candidates: Candidates) -> tuple[Int64Array, Int64Array]:
        columns = candidates.columns
        counted = self._short[columns] - ((SKIPPED_WORD_COST * (row + columns)) << _NUMBER_BITS)
        in_step = self._diagonal[columns - row + self._rows] - ((SUBSTITUTION_COST * row) << _NUMBER_BITS)
        before = np.maximum(np.maximum(counted, self._long[columns]), np.maximum(in_step, 0))  # [K]
        values = (before >> _NUMBER_BITS) + candidates.gains
        numbers = np.arange(self._count + 1, self._count + 1 + len(columns))
        self._count += len(columns)
        self._found.append((row, candidates, before & _NUMBERS))
        self._best = max(self._best, int(((values << _NUMBER_BITS) | numbers).max()))
        return values, numbers

    def _enter(self, row: int, columns: Int64Array, values: Int64Array, numbers: Int64Array) -> None:
        """Let later rows build on matches that end before this row and these columns."""
        counted = values - OPENING_COST + SKIPPED_WORD_COST * (row + columns)
        self._raise(self._short, columns, (counted << _NUMBER_BITS) | numbers)
        self._raise(self._long, columns, ((values - JUMP_COST) << _NUMBER_BITS) | numbers)
        in_step = ((values + SUBSTITUTION_COST * row) << _NUMBER_BITS) | numbers
        diagonals = columns - row + self._rows
        self._diagonal[diagonals] = np.maximum(self._diagonal[diagonals], in_step)

    def _raise(self, best: Int64Array, columns: Int64Array, values: Int64Array) -> None:
        first = int(columns[0])
        # The maximum runs on only until it meets a value that it cannot raise.
        stop = first + int(np.searchsorted(best[first : self._reached + 1], values.max()))
        best[columns] = np.maximum(best[columns], values)
        part = best[first : max(stop, int(columns[-1]) + 1)]
        np.maximum.accumulate(part, out=part)

    def links(self) -> tuple[Link, ...]:
        """Return the best chain's matches in order."""
        starts = np.cumsum([1] + [len(before) for _, _, before in self._found])
        number = self._best & _NUMBERS
        links: list[Link] = []
        while number:
            line = int(np.searchsorted(starts, number, side="right")) - 1
            row, at, before = self._found[line]
            k = number - int(starts[line])
            links.append(Link(row, int(at.columns[k]), int(at.percent[k]), at.row_count, at.column_count))
            number = int(before[k])
        return tuple(reversed(links))

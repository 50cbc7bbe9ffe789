"""Reads a table of captions that may break off in the middle of a row, or may be something else."""

from __future__ import annotations

import contextlib
import csv
import io
from pathlib import Path

from mmdemo.errors import NotACaptionTable
from mmdemo.tasks.caption_rows import COLUMNS, CaptionRow, TableFormat, csv_lines, row_of_cells, row_of_json
from mmdemo.tasks.index_rows import printable_path


def read_table(data: bytes, kind: TableFormat, path: Path) -> tuple[int, list[CaptionRow], bool]:
    """Read a table.

    Args:
        data: the file.
        kind: its format.
        path: to name in the error.

    Returns:
        How many bytes of it are whole rows, these rows, and whether some in between make no sense.

    Raises:
        NotACaptionTable: it is something else.
    """
    whole = _whole_rows(data, kind)
    begun = csv_lines([], header=True) if kind == "csv" else b'{"path": '
    if not whole and begun.startswith(data[: len(begun)]):
        return 0, [], False  # nothing, or killed while the first line was written
    text = data[:whole].decode("utf-8-sig", "replace")
    lines = _csv_rows(text, path) if kind == "csv" else text.split("\n")[:-1]
    rows = []
    for line in lines:
        with contextlib.suppress(ValueError):
            rows.append(row_of_cells(line) if isinstance(line, list) else row_of_json(line))
    if kind == "jsonl" and not rows:
        raise NotACaptionTable(path=printable_path(path))
    return whole, rows, len(rows) < len(lines)


def _csv_rows(text: str, path: Path) -> list[list[str]]:
    """Return the cells below the header."""
    try:
        lines = list(csv.reader(io.StringIO(text, newline="")))
    except csv.Error as error:
        raise NotACaptionTable(path=printable_path(path)) from error
    if not lines or tuple(lines[0]) != COLUMNS:
        raise NotACaptionTable(path=printable_path(path))
    return lines[1:]


def _whole_rows(data: bytes, kind: TableFormat) -> int:
    """Return how many bytes precede a last row that breaks off; a row of CSV may span lines between quotes."""
    whole = position = quotes = 0
    for line in data.split(b"\n")[:-1]:
        position += len(line) + 1
        quotes += line.count(b'"') if kind == "csv" else 0
        if quotes % 2 == 0:
            whole = position
    return whole

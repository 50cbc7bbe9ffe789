"""How evaluations speak: a table for people, one JSON for machines, one last line with the headline figures."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

Row = Mapping[str, object]


def evaluation_parser(description: str) -> argparse.ArgumentParser:
    """Return a parser with the option every evaluation has."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--json", type=Path, help="file for the whole result")
    return parser


def _cell(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def print_table(rows: Sequence[Row]) -> None:
    """Print rows with the same keys as an aligned table."""
    if not rows:
        return
    header = list(rows[0])
    cells = [header, *([_cell(row[key]) for key in header] for row in rows)]
    widths = [max(len(line[i]) for line in cells) for i in range(len(header))]
    for line in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def finish(result: Row, rows: Sequence[Row], headline: Row, json_file: Path | None) -> None:
    """Print the table and the headline and write the JSON file.

    Args:
        result: everything, as it goes into the file.
        rows: of the table.
        headline: the few figures of the last line.
        json_file: where to write, or None.
    """
    print_table(rows)
    if json_file is not None:
        json_file.write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n", "utf-8")
    print(json.dumps(headline, ensure_ascii=False))


def load_average() -> float:
    """Return the machine's load of the last minute, to be printed beside every timing."""
    return os.getloadavg()[0]

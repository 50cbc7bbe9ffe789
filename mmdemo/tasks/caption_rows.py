"""Captions of many pictures as rows, and rows as lines of CSV or JSONL: nothing is lost on the way back."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from mmdemo.tasks.captioning import LANGUAGES
from mmdemo.tasks.index_rows import printable_path
from mmdemo.types import Caption, CaptionLanguage, Sentence

TableFormat = Literal["csv", "jsonl"]
TABLE_FORMATS: tuple[TableFormat, ...] = ("csv", "jsonl")
COLUMNS = (
    "path",
    "name",
    *(f"{column}_{language}" for language in LANGUAGES for column in ("caption", "score", "alternatives")),
    *(f"{column}_{language}" for column in ("reasons", "problem") for language in LANGUAGES),
    "sha256",
    "request",
)
"""The same for every request, so that one table can hold the answers to several."""
FORMULA_STARTS = "=+-@＝＋－＠\t\r\n"
"""Signs at which spreadsheets take a cell for a formula (OWASP, CSV injection)."""
QUOTE = "'"
"""Put before such a cell, and before one that begins with a quote itself."""
BETWEEN = " | "
"""Between the alternatives in a cell, and between reasons."""


@dataclass(frozen=True, eq=False)
class CaptionRow:
    """What became of one picture of many."""

    path: Path
    name: str
    captions: tuple[Caption, ...]  # the languages in the order asked for, each best first
    reasons: tuple[Sentence, ...] = ()
    problem: Sentence | None = None  # why there are no captions
    known: bool = False  # it was captioned before and not computed again
    done: int = 0  # files so far, this one included
    total: int = 0  # files in all
    skipped: int = 0  # files in the folders that are no pictures; in no row
    sha256: str = ""  # of the content; empty when it could not be read
    request: str = ""  # names what was asked of which models


def csv_lines(rows: Iterable[CaptionRow], header: bool = False) -> bytes:
    """Write rows as CSV.

    Args:
        rows: to write.
        header: begin with a byte-order mark, by which spreadsheets know UTF-8, and the names of the columns.

    Returns:
        UTF-8 with ``\\r\\n`` after every row.
    """
    stream = io.StringIO()
    writer = csv.writer(stream)
    if header:
        writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([harmless(cell) for cell in _cells(row)])
    return stream.getvalue().encode("utf-8-sig" if header else "utf-8", "backslashreplace")


def harmless(cell: str) -> str:
    """Keep a spreadsheet from running a cell as a formula."""
    return QUOTE + cell if cell[:1] and cell[0] in FORMULA_STARTS + QUOTE else cell


def _cells(row: CaptionRow) -> list[str]:
    cells: dict[str, str] = {"path": printable_path(row.path), "name": row.name}
    for language in LANGUAGES:
        own = [caption for caption in row.captions if caption.language == language]
        cells[f"caption_{language}"] = own[0].text if own else ""
        cells[f"score_{language}"] = f"{own[0].score:.4f}" if own else ""
        cells[f"alternatives_{language}"] = BETWEEN.join(f"{other.score:.4f} {other.text}" for other in own[1:])
        cells[f"reasons_{language}"] = BETWEEN.join(reason.text(language) for reason in row.reasons)
        cells[f"problem_{language}"] = row.problem.text(language) if row.problem else ""
    return [*(cells[column] for column in COLUMNS[:-2]), row.sha256, row.request]


def row_of_cells(cells: Sequence[str]) -> CaptionRow:
    """Read a row of CSV back.

    Args:
        cells: one for each of `COLUMNS`.

    Raises:
        ValueError: it is not what `csv_lines` writes.
    """
    plain = (cell.removeprefix(QUOTE) for cell in cells)
    values = dict(zip(COLUMNS, plain, strict=True))
    captions: list[Caption] = []
    for language in _languages_asked(values["request"]):
        if values[f"caption_{language}"]:
            captions.append(Caption(values[f"caption_{language}"], language, float(values[f"score_{language}"])))
        for other in filter(None, values[f"alternatives_{language}"].split(BETWEEN)):
            score, _, text = other.partition(" ")
            captions.append(Caption(text, language, float(score)))
    english, chinese = (values[f"reasons_{language}"] for language in LANGUAGES)
    said = zip(filter(None, english.split(BETWEEN)), filter(None, chinese.split(BETWEEN)), strict=True)
    problem = Sentence(values["problem_en"], values["problem_zh"]) if values["problem_en"] else None
    return CaptionRow(
        Path(values["path"]),
        values["name"],
        tuple(captions),
        tuple(Sentence(*pair) for pair in said),
        problem,
        sha256=values["sha256"],
        request=values["request"],
    )


def _languages_asked(request: str) -> tuple[CaptionLanguage, ...]:
    """Return the languages that the name of a request lists (see `caption_batch.request_name`), in its order."""
    asked = request.split(":")[1].split("+") if request.count(":") else []
    return tuple(language for language in asked if language in LANGUAGES) or LANGUAGES


def json_lines(rows: Iterable[CaptionRow], header: bool = False) -> bytes:
    """Write rows as JSON, one a line; such files have no header."""
    lines = (json.dumps(row_as_json(row), ensure_ascii=False) + "\n" for row in rows)
    return "".join(lines).encode("utf-8", "backslashreplace")


def row_as_json(row: CaptionRow) -> dict[str, Any]:
    """Return a row as JSON knows it, without heatmaps."""
    return {
        "path": printable_path(row.path),
        "name": row.name,
        "captions": [
            {"text": caption.text, "language": caption.language, "score": round(caption.score, 4)}
            for caption in row.captions
        ],
        "reasons": [{"en": reason.en, "zh": reason.zh} for reason in row.reasons],
        "problem": {"en": row.problem.en, "zh": row.problem.zh} if row.problem else None,
        "sha256": row.sha256,
        "request": row.request,
    }


def row_of_json(line: str) -> CaptionRow:
    """Read a line of JSONL back.

    Args:
        line: one JSON object.

    Raises:
        ValueError: it is not what `json_lines` writes.
    """
    values = json.loads(line)
    try:
        captions = [Caption(found["text"], found["language"], float(found["score"])) for found in values["captions"]]
        return CaptionRow(
            Path(values["path"]),
            str(values["name"]),
            tuple(captions),
            tuple(Sentence(**reason) for reason in values["reasons"]),
            Sentence(**values["problem"]) if values["problem"] else None,
            sha256=str(values["sha256"]),
            request=str(values["request"]),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("no row of captions") from error


WRITERS: dict[TableFormat, Callable[..., bytes]] = {"csv": csv_lines, "jsonl": json_lines}

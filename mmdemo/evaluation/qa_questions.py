"""Reads folders laid out like ``vqa``: ``images.tar`` and ``questions.jsonl`` with ten answers to each question."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from mmdemo.errors import FileMissing

QUESTIONS_FILE = "questions.jsonl"
IMAGES_FILE = "images.tar"


@dataclass(frozen=True)
class PeoplesQuestion:
    """A question with what ten people answered."""

    number: int
    picture: str  # file name
    split: str
    text: str
    answer_type: str  # yes/no, number or other
    question_type: str  # how it begins
    answers: tuple[str, ...]


def read_questions(folder: Path, split: str | None = None) -> list[PeoplesQuestion]:
    """Read the questions of a folder.

    Args:
        folder: holds ``questions.jsonl``.
        split: ``train``, ``val``, …; None for all.

    Raises:
        FileMissing: there is no such file.
    """
    path = folder / QUESTIONS_FILE
    if not path.is_file():
        raise FileMissing(name=str(path))
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    return [
        PeoplesQuestion(
            row["question_id"],
            row["image"],
            row["split"],
            row["question"],
            row.get("answer_type", "other"),
            row.get("question_type", ""),
            tuple(row["answers"]),
        )
        for row in rows
        if split is None or row["split"] == split
    ]

"""Fenced blocks of our documents, so that tests can run what readers are told to run."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^```(\w*)\s*$")


@dataclass(frozen=True)
class Block:
    """A fenced block."""

    document: str
    line: int  # of its first line, 1-based
    headings: tuple[str, ...]  # the section and the sections around it, outermost first
    language: str
    code: str

    def __str__(self) -> str:
        """Name it in a test report."""
        return f"{self.document}:{self.line}"


def blocks_of(path: Path, root: Path) -> list[Block]:
    """Find the fenced blocks of a document.

    Args:
        path: of the Markdown file.
        root: its name is given relative to this folder.
    """
    found: list[Block] = []
    headings: list[str] = []
    language, start, code = None, 0, []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        fence = FENCE.match(line)
        if language is None and line.startswith("#"):
            marks, _, title = line.partition(" ")
            headings = [*headings[: len(marks) - 1], title]
        if fence and language is None:
            language, start, code = fence[1], number + 1, []
        elif fence and language is not None:
            document = str(path.relative_to(root))
            found.append(Block(document, start, tuple(headings), language, "\n".join(code) + "\n"))
            language = None
        elif language is not None:
            code.append(line)
    assert language is None, f"{path} ends inside a block"
    return found

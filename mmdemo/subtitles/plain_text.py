"""A transcript without times: one cue a line, a long paragraph cut into its sentences."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from mmdemo.types import Cue

LINE_COLUMNS = 84
"""Two full subtitle lines; a longer line of text is a paragraph and is cut at its sentence ends."""

SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)\]]{0,3}\s+|(?<=[。！？｡])(?![。！？”’」』）])|(?<=[。！？][”’」』）])")
MAX_UNPRINTABLE_SHARE = 0.02
"""Text has next to no control characters, while every ninth byte of compressed data is one."""

CHECKED_CHARACTERS = 20_000
OTHER_KINDS = ("%pdf-", "{\\rtf", "<!doctype html", "<html", "<?xml")
"""How documents begin that are text, but no transcript."""


def looks_like_text(text: str) -> bool:
    """Tell a transcript from binary data and from documents of other kinds.

    Args:
        text: a decoded file.

    Returns:
        False when too many of its characters cannot be shown.
    """
    head = text[:CHECKED_CHARACTERS]
    if head.lstrip().lower().startswith(OTHER_KINDS):
        return False
    unprintable = sum(unicodedata.category(character) in ("Cc", "Cn", "Co", "Cs") for character in head)
    unprintable += head.count("\ufffd") - sum(map(head.count, "\n\t\f\0"))
    return unprintable <= MAX_UNPRINTABLE_SHARE * len(head)


def parse_plain_text(text: str) -> list[Cue]:
    """Read a transcript.

    Args:
        text: line ends are ``\\n``.

    Returns:
        Cues with start and end 0.0, not yet numbered.
    """
    return [Cue(0, 0.0, 0.0, piece) for line in text.split("\n") for piece in _sentences(line.strip())]


def _sentences(line: str) -> list[str]:
    if len(line) <= LINE_COLUMNS // 2 or _columns(line) <= LINE_COLUMNS:
        return [line]
    ends = [match.end() for match in SENTENCE_END.finditer(line)]
    return [line[start:end].strip() for start, end in zip([0, *ends], [*ends, len(line)], strict=True)]


def _columns(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in line[: LINE_COLUMNS + 1])


def format_plain_text(cues: Sequence[Cue]) -> str:
    """Write the text alone, one cue a line; line breaks inside a cue become spaces, or nothing between wide characters.

    Args:
        cues: in playing order.

    Returns:
        The file.
    """
    return "".join(f"{joined_lines(cue.text)}\n" for cue in cues)


def joined_lines(text: str) -> str:
    """Undo the line breaks of a cue.

    >>> joined_lines("How are\\nyou?"), joined_lines("你好\\n吗？")
    ('How are you?', '你好吗？')

    Args:
        text: of a cue.

    Returns:
        One line.
    """
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    joined = lines[0] if lines else ""
    for line in lines[1:]:
        # Korean is wide but puts spaces between its words.
        wide = all(unicodedata.east_asian_width(c) in "WF" and not "가" <= c <= "힣" for c in (joined[-1], line[0]))
        joined += line if wide else f" {line}"
    return joined

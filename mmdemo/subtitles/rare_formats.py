"""MicroDVD, MPL2, TMP, SAMI and TTML, read by pysubs2 and never written."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import pysubs2

from mmdemo.types import Cue

RARE_FORMATS = ("microdvd", "mpl2", "tmp", "sami", "ttml")

LINE_FORMATS = {
    "microdvd": re.compile(r"\s*\{\s*\d{1,9}\s*\}\s*\{\s*\d{1,9}\s*\}", re.ASCII),
    "mpl2": re.compile(r"\s*\[-?\d{1,9}\]\[-?\d{1,9}\]", re.ASCII),
    "tmp": re.compile(r"\d{1,2}:\d\d:\d\d:", re.ASCII),
}
"""How a line of each begins; most lines of a file must."""

USUAL_FRAME_RATE = 24_000 / 1001
"""Frames a second of films, for MicroDVD files that name none; a wrong guess stretches all times alike."""

LINE_CHARACTERS = 500
"""Longer lines are cut: no subtitle has them, and pysubs2 looks for tags in time quadratic in the length of a line."""

PARAGRAPH_CHARACTERS = 5_000
"""A longer paragraph of TTML is refused: pysubs2 joins its pieces in quadratic time too."""

PARAGRAPH_BEGIN = re.compile(r"<(?:[^<>\s:]+:)?p[\s>]")

OVERRIDE_BLOCK = re.compile(r"\{[^{}]*\}")


def rare_format(text: str) -> str | None:
    """Name the format of a file if it is one of `RARE_FORMATS`.

    Args:
        text: the decoded file.

    Returns:
        The name or None.
    """
    head = text[:1000].lower()
    if "http://www.w3.org/ns/ttml" in head:
        return "ttml"
    if head.lstrip().startswith("<sami"):
        return "sami"
    lines = [line for line in text[:100_000].split("\n") if line.strip()]
    for name, begin in LINE_FORMATS.items():
        if 2 * sum(begin.match(line) is not None for line in lines) > len(lines):
            return name
    return None


def parse_rare(text: str, format: str) -> list[Cue]:
    """Read a file through pysubs2.

    Args:
        text: line ends are ``\\n``.
        format: one of `RARE_FORMATS`.

    Returns:
        Cues in the order of the file, not yet numbered.

    Raises:
        ValueError: the file is damaged beyond what pysubs2 reads.
    """
    if format in LINE_FORMATS:
        text = "\n".join(line[:LINE_CHARACTERS] for line in text.split("\n"))
    if format == "ttml":
        _, *paragraphs = PARAGRAPH_BEGIN.split(text)
        if "<!ENTITY" in text or max(map(len, paragraphs), default=0) > PARAGRAPH_CHARACTERS:
            raise ValueError("made to exhaust the parser")
    try:
        script = _read(text, format)
    except (
        ElementTree.ParseError,
        ArithmeticError,
        AttributeError,
        LookupError,
        NotImplementedError,
        TypeError,
    ) as error:
        raise ValueError(f"not {format}") from error
    return [Cue(0, event.start / 1000, event.end / 1000, _plain(event.text)) for event in script]


def _read(text: str, format: str) -> pysubs2.SSAFile:
    try:
        return pysubs2.SSAFile.from_string(text, format)
    except pysubs2.UnknownFPSError:
        return pysubs2.SSAFile.from_string(text, format, fps=USUAL_FRAME_RATE)


def _plain(text: str) -> str:
    return OVERRIDE_BLOCK.sub("", text).replace(r"\N", "\n").replace(r"\n", "\n").replace(r"\h", " ")

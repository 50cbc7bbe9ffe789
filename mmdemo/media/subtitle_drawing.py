"""Draw lines of subtitles: white with a black edge, at the bottom of the picture, in any script."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import regex
from PIL import Image, ImageDraw, ImageFont

from mmdemo.errors import UnusableFont
from mmdemo.media.subtitle_fonts import UNDRAWN, Font
from mmdemo.types import UInt8Array

TEXT_HEIGHT = 0.055
"""Of the shorter side of the picture: the size at which ASS players draw by default (16 of 288 lines)."""
SMALLEST_TEXT = 8
"""Pixels."""
MARGIN = 0.05
"""Of the width and the height that stays free: the safe area of television (EBU R95)."""
MOST_HEIGHT = 0.45
"""Of the picture; longer texts are drawn smaller."""
SHRINK = 0.85
EDGE = 0.07
"""Width of the black edge in sizes of the text."""
LINE_STEP = 1.25
"""From line to line, in sizes of the text."""

PIECE = regex.compile(
    r"\s*(?:[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]\p{M}*[\p{Pe}\p{Pf}\p{Po}ー]*"
    r"|[^\s\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]+)"
)
"""What a line break may not cut: a word, or a character of scripts without spaces with the signs that close it."""
GRAPHEME = regex.compile(r"\X")
RIGHT_TO_LEFT = frozenset({"R", "AL"})
LEFT_TO_RIGHT = "L"


@dataclass(frozen=True, eq=False)
class DrawnText:
    """A drawing and where it goes; its corner and size are even, as colours have half the resolution."""

    x: int
    y: int
    alpha: UInt8Array  # [h, w] how much covers the picture
    white: UInt8Array  # [h, w] how bright it is there, 0 for the edge and 255 for the letters


@dataclass(frozen=True)
class _Run:
    text: str
    font: ImageFont.FreeTypeFont


class TextDrawer:
    """Draws texts for pictures of one size; the last few drawings are kept.

    Args:
        width: of the picture in pixels.
        height: likewise.
        fonts: that have the letters of all texts, the one to prefer first.
    """

    def __init__(self, width: int, height: int, fonts: Sequence[Font]) -> None:
        self._width, self._height = width, height
        self._fonts = fonts
        self._drawn = lru_cache(maxsize=8)(self._draw)

    def draw(self, text: str) -> DrawnText | None:
        """Draw a text.

        Args:
            text: its line breaks stay, and longer lines are broken.

        Returns:
            The drawing; None when there is nothing to see.

        Raises:
            UnusableFont: a font file was found fit for its letters but cannot be drawn with.
        """
        return self._drawn(text)

    def _draw(self, text: str) -> DrawnText | None:
        size = max(SMALLEST_TEXT, round(TEXT_HEIGHT * min(self._width, self._height)))
        while True:
            lines = [runs for line in text.split("\n") for runs in self._broken(self._drawable(line), size)]
            if size <= SMALLEST_TEXT or len(lines) * LINE_STEP * size <= MOST_HEIGHT * self._height:
                break
            size = max(SMALLEST_TEXT, round(SHRINK * size))
        return self._painted(lines, size) if lines else None

    def _drawable(self, line: str) -> str:
        """Leave out the signs that no font has (letters were checked before)."""
        signs = (sign for sign in line if self._has(sign) or unicodedata.category(sign) in UNDRAWN)
        return "".join(signs).strip()

    def _has(self, sign: str) -> bool:
        return any(ord(sign) in font.letters for font in self._fonts)

    def _broken(self, line: str, size: int) -> Iterator[list[_Run]]:
        """Break a line where it is wider than the picture allows."""
        room = (1.0 - 2.0 * MARGIN) * self._width
        kept = ""
        for piece in self._pieces(line, size, room):
            if kept and self._line_width(self._runs(kept + piece, size)) > room:
                yield self._runs(kept.strip(), size)
                kept = piece.lstrip()
            else:
                kept += piece
        if kept.strip():
            yield self._runs(kept.strip(), size)

    def _pieces(self, line: str, size: int, room: float) -> Iterator[str]:
        for piece in PIECE.findall(line):
            if self._line_width(self._runs(piece, size)) > room:
                yield from GRAPHEME.findall(piece)
            else:
                yield piece

    def _runs(self, line: str, size: int) -> list[_Run]:
        """Cut a line into stretches of one font each, from left to right as they are seen."""
        best = next((font for font in self._fonts if all(self._fits(sign, font) for sign in line)), None)
        if best is not None:
            return [_Run(line, _face(best, size))]
        stretches: list[tuple[Font, str]] = []
        for sign in line:
            last = stretches[-1][0] if stretches else None
            font = last if last and self._fits(sign, last) else None
            font = font or next((font for font in self._fonts if ord(sign) in font.letters), self._fonts[0])
            if stretches and font is last:
                stretches[-1] = font, stretches[-1][1] + sign
            else:
                stretches.append((font, sign))
        runs = [_Run(text, _face(font, size)) for font, text in stretches]
        return runs[::-1] if _reads_from_right(line) else runs

    def _fits(self, sign: str, font: Font) -> bool:
        return ord(sign) in font.letters or unicodedata.category(sign) in UNDRAWN

    @staticmethod
    def _line_width(runs: Sequence[_Run]) -> float:
        return sum(run.font.getlength(run.text) for run in runs)

    def _painted(self, lines: Sequence[Sequence[_Run]], size: int) -> DrawnText | None:
        edge, step = max(1, round(EDGE * size)), round(LINE_STEP * size)
        widths = [self._line_width(runs) for runs in lines]
        width = min(_even(max(widths) + 4 * edge), _even(self._width))
        height = _even(step * len(lines) + 2 * edge + size // 2)
        alpha, white = (Image.new("L", (width, height)) for _ in range(2))
        for number, (runs, line_width) in enumerate(zip(lines, widths, strict=True)):
            # The baseline is shared by fonts whose ascenders differ.
            x, baseline = (width - line_width) / 2, edge + size + number * step
            for run in runs:
                place = (x, baseline)
                ImageDraw.Draw(alpha).text(place, run.text, 255, run.font, "ls", stroke_width=edge, stroke_fill=255)
                ImageDraw.Draw(white).text(place, run.text, 255, run.font, "ls")
                x += run.font.getlength(run.text)
        left = (self._width - width) // 4 * 2
        top = max(0, int((1.0 - MARGIN) * self._height - height) // 2 * 2)
        shown = slice(0, _even(self._height - top - 1)), slice(0, _even(self._width - left - 1))
        letters = np.asarray(white)[shown]
        return DrawnText(left, top, np.asarray(alpha)[shown], letters) if letters.any() else None


def _even(length: float) -> int:
    return 2 * int(np.ceil(length / 2))


def _reads_from_right(line: str) -> bool:
    """Tell the direction of a line by its first letter that has one, as the Unicode algorithm does (UAX 9, P2)."""
    directions = (unicodedata.bidirectional(sign) for sign in line)
    strong = next((found for found in directions if found == LEFT_TO_RIGHT or found in RIGHT_TO_LEFT), LEFT_TO_RIGHT)
    return strong in RIGHT_TO_LEFT


@lru_cache(maxsize=32)
def _face(font: Font, size: int) -> ImageFont.FreeTypeFont:
    try:
        return ImageFont.truetype(str(font.path), size, index=font.number)
    except (OSError, ValueError) as error:
        raise UnusableFont(path=font.path) from error

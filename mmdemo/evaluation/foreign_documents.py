"""Made-up documents: pages, receipts, slides, charts, codes, maps and screens, none like another."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont

from mmdemo.types import UInt8Array

CHINESE_FONTS = (
    "opentype/noto/NotoSansCJK-Regular.ttc",
    "opentype/noto/NotoSerifCJK-Regular.ttc",
    "truetype/wqy/wqy-zenhei.ttc",
)
LATIN_FONTS = tuple(
    f"truetype/{name}.ttf"
    for name in ("liberation/LiberationSerif-Regular", "liberation/LiberationMono-Regular", "dejavu/DejaVuSans-Bold")
)
SYSTEM_FONTS = Path("/usr/share/fonts")
SYLLABLES = "ka lo mi ter an sen do ri va pu the con ing er sta ble qu or ment al is ye".split()

Picture = PIL.Image.Image
Random = np.random.Generator


@cache
def _font_files(chinese: bool) -> tuple[str, ...]:
    found = [SYSTEM_FONTS / name for name in (CHINESE_FONTS if chinese else LATIN_FONTS)]
    return tuple(str(path) for path in found if path.is_file())


@cache
def _font(path: str, size: int) -> PIL.ImageFont.FreeTypeFont | PIL.ImageFont.ImageFont:
    return PIL.ImageFont.truetype(path, size) if path else PIL.ImageFont.load_default(size)


def any_font(
    random: Random, size: float, chinese: bool = False
) -> PIL.ImageFont.FreeTypeFont | PIL.ImageFont.ImageFont:
    """Return Pillow's own font or one of the system's; for Chinese one of the system's, if it has any."""
    files = _font_files(chinese)
    choices = files if chinese and files else ("", *files)
    return _font(str(random.choice(choices)), max(int(size), 6))


def words(random: Random, count: int, chinese: bool = False) -> str:
    """Return that many made-up words, or Chinese characters."""
    if chinese:
        return "".join(chr(code) for code in random.integers(0x4E00, 0x8FFF, count)) if _font_files(True) else ""
    return " ".join("".join(random.choice(SYLLABLES, random.integers(1, 4))) for _ in range(count))


def colour(random: Random, low: int = 0, high: int = 256) -> tuple[int, int, int]:
    """Return a colour whose channels lie between two values."""
    red, green, blue = (int(value) for value in random.integers(low, high, 3))
    return red, green, blue


def sheet(random: Random, paper: tuple[int, int, int] | None = None) -> tuple[Picture, PIL.ImageDraw.ImageDraw]:
    """Return an empty sheet, upright, square or wide, and what draws on it."""
    size = int(random.choice([224, 320, 480, 640, 900]))
    shape = random.choice([0.7, 0.75, 1.0, 1.0, 1.33, 1.6])
    white = (255, 255, 255) if random.random() < 0.6 else colour(random, 225, 256)
    picture = PIL.Image.new("RGB", (int(size * min(shape, 1)), int(size / max(shape, 1))), paper or white)
    return picture, PIL.ImageDraw.Draw(picture)


def _lines(random: Random, chinese: bool) -> Picture:
    picture, draw = sheet(random)
    width, height = picture.size
    size = height / random.uniform(14, 60)
    ink, font = colour(random, 0, 90), any_font(random, size, chinese)
    columns = int(random.choice([1, 1, 1, 2, 3]))
    margin = width * random.uniform(0.03, 0.12)
    column = (width - margin) / columns
    y = margin
    if random.random() < 0.5:
        draw.text((margin, y), words(random, 12 if chinese else 5, chinese), ink, any_font(random, 2 * size, chinese))
        y += 3 * size
    for number in range(columns):
        down = y
        while down < height - (margin if random.random() < 0.98 else height):
            text = words(random, int(random.integers(4, 40)) if chinese else int(random.integers(2, 16)), chinese)
            while text and draw.textlength(text, font) > column - margin:
                text = text[: int(len(text) * 0.9)]
            draw.text((margin + number * column, down), text, ink, font)
            down += size * (2.4 if random.random() < 0.1 else 1.35)
    return picture


def text_page(random: Random) -> Picture:
    """A page of Latin text in one to three columns."""
    return _lines(random, chinese=False)


def chinese_page(random: Random) -> Picture:
    """A page of Chinese text; of Latin text where no font can write it."""
    return _lines(random, chinese=bool(_font_files(True)))


def receipt(random: Random) -> Picture:
    """A long till receipt: names on the left, prices on the right."""
    width = int(random.integers(180, 420))
    picture = PIL.Image.new("RGB", (width, int(width * random.uniform(1.1, 2.6))), colour(random, 225, 256))
    draw, size = PIL.ImageDraw.Draw(picture), width / random.uniform(14, 26)
    font = any_font(random, size)
    y = size
    draw.text((width / 4, y), words(random, 2).upper(), (20, 20, 20), any_font(random, size * 1.6))
    while (y := y + 1.4 * size) < picture.height - 2 * size:
        if random.random() < 0.12:
            draw.text((size, y), "-" * 60, (60, 60, 60), font)
            continue
        draw.text((size, y), words(random, 2)[:18], (30, 30, 30), font)
        draw.text((width - 4.5 * size, y), f"{random.uniform(0, 99):.2f}", (30, 30, 30), font)
    return picture


def form(random: Random) -> Picture:
    """A table or form: ruled cells, some of them filled in."""
    picture, draw = sheet(random)
    width, height = picture.size
    rows, columns = int(random.integers(4, 22)), int(random.integers(2, 9))
    cell_height, cell_width = height * 0.9 / rows, width * 0.9 / columns
    font, ink = any_font(random, cell_height * 0.5), colour(random, 0, 110)
    for row in range(rows):
        for column in range(columns):
            x, y = width * 0.05 + column * cell_width, height * 0.05 + row * cell_height
            fill = colour(random, 190, 240) if row == 0 else None
            draw.rectangle((x, y, x + cell_width, y + cell_height), fill, ink if random.random() < 0.95 else None)
            if random.random() < 0.75:
                text = words(random, 1) if random.random() < 0.5 else f"{random.uniform(0, 9999):.1f}"
                draw.text((x + 3, y + cell_height * 0.2), text[:12], ink, font)
    return picture


def slide(random: Random) -> Picture:
    """A slide or poster: a title, a few points, perhaps a box, on a plain or shaded ground."""
    dark = random.random() < 0.4
    picture, draw = sheet(random, colour(random, 0, 110) if dark else colour(random, 170, 256))
    width, height = picture.size
    ink = colour(random, 200, 256) if dark else colour(random, 0, 100)
    chinese = bool(random.random() < 0.3) and bool(_font_files(True))
    if random.random() < 0.5:
        draw.rectangle((0, 0, width, height * 0.2), colour(random))
    draw.text((width * 0.06, height * 0.06), words(random, 4, chinese), ink, any_font(random, height * 0.09, chinese))
    for row in range(int(random.integers(1, 7))):
        y = height * (0.28 + 0.1 * row)
        draw.ellipse((width * 0.07, y + 4, width * 0.085, y + 4 + width * 0.015), ink)
        draw.text((width * 0.11, y), words(random, 5, chinese), ink, any_font(random, height * 0.05, chinese))
    if random.random() < 0.5:
        draw.rounded_rectangle((width * 0.6, height * 0.4, width * 0.95, height * 0.9), 9, colour(random), ink)
    return picture


def handwriting(random: Random) -> Picture:
    """Lines of loops and strokes, like a note written by hand, perhaps on ruled paper."""
    picture, draw = sheet(random)
    width, height = picture.size
    step = height / random.uniform(6, 16)
    ink, thick = colour(random, 0, 120), max(int(step / random.uniform(10, 22)), 1)
    ruled = random.random() < 0.5
    for y in np.arange(step, height - step / 2, step):
        if ruled:
            draw.line((0, y + step / 3, width, y + step / 3), (150, 170, 220))
        turns = np.linspace(0, width / step * 14, int(width / step * 60))
        across = turns / turns[-1] * width * random.uniform(0.5, 0.95) + np.sin(turns) * step * 0.16
        heights = np.interp(turns, np.arange(0, turns[-1] + 3, 3), random.uniform(0.08, 0.5, int(turns[-1] / 3) + 2))
        points = list(zip(width * 0.04 + across, y - np.cos(turns) * heights * step * 0.7, strict=True))
        gap = 0
        for start in range(0, len(points) - 12, 12):
            gap = int(random.random() < 0.12)
            if not gap:
                draw.line(points[start : start + 13], ink, thick)
    return picture


def newspaper(random: Random, photo: UInt8Array) -> Picture:
    """A page of columns with a photograph printed in it."""
    picture = _lines(random, chinese=bool(random.random() < 0.3 and _font_files(True)))
    width, height = picture.size
    size = (int(width * random.uniform(0.25, 0.55)), int(height * random.uniform(0.15, 0.35)))
    print_ = PIL.Image.fromarray(photo).resize(size)
    if random.random() < 0.5:
        print_ = print_.convert("L").convert("RGB")
    picture.paste(print_, (int(random.uniform(0, width - size[0])), int(random.uniform(0, height - size[1]))))
    return picture

"""Made-up charts, codes, maps, screens and sheet music: documents with little running text."""

from __future__ import annotations

import numpy as np
import PIL.Image
import PIL.ImageDraw

from mmdemo.evaluation.foreign_documents import Picture, Random, any_font, colour, sheet, words


def chart(random: Random) -> Picture:
    """A chart of bars, lines, points or slices, with axes and labels."""
    picture, draw = sheet(random)
    width, height = picture.size
    kind, count = random.choice(["bars", "lines", "points", "slices"]), int(random.integers(3, 14))
    font, left, top = any_font(random, height / 24), width * 0.12, height * 0.12
    draw.text((left, height * 0.03), words(random, 3), (30, 30, 30), font)
    if kind == "slices":
        ends = np.cumsum(random.dirichlet(np.ones(count))) * 360
        box = (width * 0.2, top, width * 0.2 + height * 0.55, top + height * 0.55)
        for start, end in zip([0, *ends[:-1]], ends, strict=True):
            draw.pieslice(box, start, end, colour(random, 40, 250), "white")
    else:
        draw.line((left, top, left, height * 0.88, width * 0.95, height * 0.88), (40, 40, 40), 2)
        for y in np.linspace(top, height * 0.8, 5):
            draw.line((left, y, width * 0.95, y), (215, 215, 215))
            draw.text((2, y - 5), f"{random.uniform(0, 99):.0f}", (60, 60, 60), font)
    x = np.linspace(left, width * 0.92, count * (8 if kind == "points" else 1))
    for _ in range(int(random.integers(1, 4)) if kind in ("lines", "points") else int(kind == "bars")):
        y = (
            random.uniform(top, height * 0.85, len(x))
            if random.random() < 0.5
            else np.sort(random.uniform(top, height * 0.8, len(x)))
        )
        shade = colour(random, 0, 220)
        if kind == "lines":
            draw.line(list(zip(x, y, strict=True)), shade, max(int(width / 200), 1))
        for across, up in zip(x, y, strict=True):
            if kind == "points":
                draw.ellipse((across - 3, up - 3, across + 3, up + 3), shade)
            elif kind == "bars":
                draw.rectangle((across, up, across + width * 0.5 / count, height * 0.88), shade)
    return picture


def code(random: Random) -> Picture:
    """A QR-like or bar code on a label."""
    picture, draw = sheet(random, (255, 255, 255))
    width, height = picture.size
    modules = int(random.integers(21, 46))
    if random.random() < 0.7:
        grid = random.random((modules, modules)) < 0.5
        for row, column in ((0, 0), (0, modules - 7), (modules - 7, 0)):
            grid[row : row + 7, column : column + 7] = True
            grid[row + 1 : row + 6, column + 1 : column + 6] = False
            grid[row + 2 : row + 5, column + 2 : column + 5] = True
        side = int(min(width, height) * random.uniform(0.55, 0.95))
        ink = PIL.Image.fromarray(np.where(grid, 0, 255).astype(np.uint8)).resize(
            (side, side), PIL.Image.Resampling.NEAREST
        )
        picture.paste(ink, ((width - side) // 2, (height - side) // 2))
        return picture
    x = width * 0.1
    while x < width * 0.9:
        bar = random.integers(1, 5) * width / 300
        draw.rectangle((x, height * 0.25, x + bar, height * 0.7), (0, 0, 0))
        x += bar + random.integers(1, 5) * width / 300
    draw.text(
        (width * 0.2, height * 0.74),
        "".join(map(str, random.integers(0, 10, 12))),
        (0, 0, 0),
        any_font(random, height / 12),
    )
    return picture


def street_map(random: Random) -> Picture:
    """A map: blocks, parks, water, streets and names."""
    picture, draw = sheet(random, colour(random, 225, 250))
    width, height = picture.size
    for _ in range(int(random.integers(2, 8))):
        corners = random.normal(random.uniform(0, 1, 2), 0.15, (6, 2)) * picture.size
        middle = corners.mean(axis=0)
        order = np.argsort(np.arctan2(*(corners - middle).T))
        tint = [(190, 220, 170), (165, 205, 235), (225, 215, 200)][int(random.integers(3))]
        draw.polygon([tuple(corner) for corner in corners[order]], tint)
    for number in range(int(random.integers(8, 30))):
        start, end = random.uniform(-0.2, 1.2, (2, 2)) * picture.size
        bend = (start + end) / 2 + random.normal(0, width / 12, 2)
        road = [tuple(start), tuple(bend), tuple(end)]
        thick = max(int(width / random.uniform(40, 140)), 2)
        draw.line(road, (170, 160, 150), thick + 2)
        draw.line(road, (250, 200, 110) if number % 5 == 0 else (255, 255, 255), thick)
    for _ in range(int(random.integers(4, 14))):
        place = (random.uniform(0, width * 0.9), random.uniform(0, height * 0.95))
        draw.text(place, words(random, 1), (70, 70, 80), any_font(random, height / 32))
    return picture


def screen(random: Random) -> Picture:
    """A screen: windows, buttons, a list or code, light or dark."""
    dark = random.random() < 0.5
    ground, ink = (
        (colour(random, 15, 60), colour(random, 180, 256))
        if dark
        else (colour(random, 215, 256), colour(random, 10, 90))
    )
    picture = PIL.Image.new("RGB", [(640, 400), (800, 600), (360, 640), (1024, 576)][int(random.integers(4))], ground)
    draw, (width, height) = PIL.ImageDraw.Draw(picture), picture.size
    size = height / random.uniform(24, 48)
    draw.rectangle((0, 0, width, 1.8 * size), colour(random))
    draw.rectangle((0, 1.8 * size, width * 0.22, height), tuple(max(c - 12, 0) for c in ground))
    y = 3 * size
    while y < height - size:
        draw.text((size, y), words(random, 1)[:10], ink, any_font(random, size * 0.8))
        indent = int(random.integers(0, 5)) * size
        for x in np.cumsum(random.uniform(3, 8, int(random.integers(1, 7)))) * size:
            tint = colour(random, 120, 256) if dark else colour(random, 0, 140)
            draw.text(
                (width * 0.24 + indent + x - 3 * size, y), words(random, 1)[:9], tint, any_font(random, size * 0.9)
            )
        y += 1.5 * size
    for _ in range(int(random.integers(0, 4))):
        x, y = random.uniform(0.3, 0.8) * width, random.uniform(0.2, 0.9) * height
        draw.rounded_rectangle((x, y, x + 6 * size, y + 2 * size), 5, colour(random), ink)
        draw.text((x + size, y + size / 2), words(random, 1)[:7], "white", any_font(random, size))
    return picture


def sheet_music(random: Random) -> Picture:
    """Staves with notes."""
    picture, draw = sheet(random)
    width, height = picture.size
    gap = height / random.uniform(60, 110)
    for top in np.arange(height * 0.06, height * 0.92 - 6 * gap, gap * random.uniform(9, 14)):
        for line in range(5):
            draw.line((width * 0.05, top + line * gap, width * 0.95, top + line * gap), (20, 20, 20))
        for x in np.arange(width * 0.1, width * 0.93, gap * random.uniform(3, 7)):
            y = top + random.integers(-1, 9) * gap / 2
            draw.ellipse((x, y, x + 1.4 * gap, y + gap), (10, 10, 10))
            draw.line((x + 1.4 * gap, y + gap / 2, x + 1.4 * gap, y - 3 * gap), (10, 10, 10), max(int(gap / 6), 1))
    return picture

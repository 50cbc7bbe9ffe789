"""Made-up drawings: outlines, cartoons, clip art, plans, comics, and photographs redrawn as sketches."""

from __future__ import annotations

import numpy as np
import PIL.Image
import PIL.ImageChops
import PIL.ImageDraw
import PIL.ImageFilter
import PIL.ImageOps

from mmdemo.evaluation.foreign_documents import Picture, Random, any_font, colour, sheet, words

Draw = PIL.ImageDraw.ImageDraw
Points = list[tuple[float, float]]


def _wobbly(random: Random, points: Points, amount: float) -> Points:
    """Return a path between points as an unsteady hand draws it."""
    corners = np.array(points, float)
    steps = np.linspace(0, len(corners) - 1, 14 * len(corners))
    path = np.stack([np.interp(steps, np.arange(len(corners)), corners[:, axis]) for axis in (0, 1)], axis=1)
    drift = np.cumsum(random.normal(0, amount / 4, path.shape), axis=0)
    drift -= np.linspace(0, 1, len(path))[:, None] * drift[-1]
    return [(float(x), float(y)) for x, y in path + drift]


def ring(x: float, y: float, width: float, height: float, count: int = 24) -> Points:
    """Return a closed path of corners around a point."""
    turns = np.linspace(0, 2 * np.pi, count + 1)
    return [(x + width * float(np.cos(turn)), y + height * float(np.sin(turn))) for turn in turns]


def blob(random: Random, x: float, y: float, size: float) -> Points:
    """Return a closed wavy path around a point."""
    turns = np.linspace(0, 2 * np.pi, 30)
    radius = np.full(30, size)
    for k in range(1, 6):
        radius += size * random.normal(0, 0.25 / k) * np.cos(k * turns + random.uniform(0, 6))
    return [(x + float(r * np.cos(t)), y + float(r * np.sin(t))) for r, t in zip(radius, turns, strict=True)]


def outlines(random: Random) -> Picture:
    """Shapes and curves in outline, pen or pencil."""
    picture, draw = sheet(random)
    width, height = picture.size
    ink, thick = colour(random, 0, 120), max(int(width / random.uniform(60, 300)), 1)
    for _ in range(int(random.integers(2, 16))):
        x, y, size = random.uniform(0, width), random.uniform(0, height), random.uniform(0.05, 0.35) * width
        corners = int(random.integers(3, 8))
        path = (
            blob(random, x, y, size)
            if random.random() < 0.5
            else ring(x, y, size, size * random.uniform(0.4, 1), corners)
        )
        draw.line(_wobbly(random, path, random.choice([0, 1, 3])), ink, thick, joint="curve")
    return picture


def flat_shapes(random: Random) -> Picture:
    """Clip art: filled shapes in plain colours on a plain ground, with or without outlines."""
    picture, draw = sheet(random, colour(random, 150, 256) if random.random() < 0.6 else colour(random))
    width, height = picture.size
    outline = (20, 20, 20) if random.random() < 0.5 else None
    for _ in range(int(random.integers(2, 14))):
        x, y, size = random.uniform(0, width), random.uniform(0, height), random.uniform(0.06, 0.35) * width
        kind, fill = int(random.integers(4)), colour(random)
        box = (x - size, y - size / 2, x + size, y + size / 2)
        if kind == 0:
            draw.rounded_rectangle(box, size / 5, fill, outline, 3)
        elif kind == 1:
            draw.ellipse(box, fill, outline, 3)
        else:
            draw.polygon(
                blob(random, x, y, size) if kind == 2 else ring(x, y, size, size, int(random.integers(3, 7))),
                fill,
                outline,
            )
    return picture


def _house(random: Random, draw: Draw, x: float, y: float, size: float, line: dict[str, object]) -> None:
    fills = [colour(random) if line["filled"] else None for _ in range(3)]
    for fill, path in zip(
        fills,
        (
            [(x, y), (x + size, y), (x + size, y + size), (x, y + size), (x, y)],
            [(x, y), (x + size / 2, y - size * 0.7), (x + size, y), (x, y)],
            [
                (x + size * 0.4, y + size),
                (x + size * 0.4, y + size / 2),
                (x + size * 0.6, y + size / 2),
                (x + size * 0.6, y + size),
            ],
        ),
        strict=True,
    ):
        _stroke(random, draw, path, fill, line)


def _stroke(random: Random, draw: Draw, path: Points, fill: object, line: dict[str, object]) -> None:
    wobbly = _wobbly(random, path, float(line["wobble"]))  # type: ignore[arg-type]
    if fill is not None:
        draw.polygon(wobbly, fill)  # type: ignore[arg-type]
    draw.line(wobbly, line["ink"], line["thick"], joint="curve")  # type: ignore[arg-type]


def _figure(random: Random, draw: Draw, x: float, y: float, size: float, line: dict[str, object]) -> None:
    head = colour(random, 150, 256) if line["filled"] else None
    _stroke(random, draw, ring(x, y, size * 0.22, size * 0.22), head, line)
    hip = y + size * 0.8
    _stroke(random, draw, [(x, y + size * 0.22), (x, hip)], None, line)
    for side in (-1, 1):
        _stroke(
            random,
            draw,
            [(x, y + size * 0.4), (x + side * size * 0.35, y + size * random.uniform(0.2, 0.7))],
            None,
            line,
        )
        _stroke(random, draw, [(x, hip), (x + side * size * 0.25, hip + size * 0.5)], None, line)
        draw.ellipse((x + side * size * 0.08 - 2, y - 3, x + side * size * 0.08 + 2, y + 1), line["ink"])  # type: ignore[arg-type]


def _scene(random: Random, picture: Picture, wobble: float, filled: bool, thick: int) -> Picture:
    """Draw a sun, houses, trees and figures."""
    draw, (width, height) = PIL.ImageDraw.Draw(picture), picture.size
    for _ in range(int(random.integers(2, 8))):
        line: dict[str, object] = {
            "wobble": wobble,
            "filled": filled,
            "thick": thick,
            "ink": colour(random, 0, 170) if wobble else (15, 15, 15),
        }
        x, y, size = (
            random.uniform(0, 0.8) * width,
            random.uniform(0.25, 0.7) * height,
            random.uniform(0.12, 0.4) * height,
        )
        kind = int(random.integers(4))
        if kind == 0:
            _house(random, draw, x, y, size, line)
        elif kind == 1:
            _figure(random, draw, x, y, size, line)
        elif kind == 2:
            _stroke(random, draw, blob(random, x, y, size / 2), (60, 160, 60) if filled else None, line)
            _stroke(random, draw, [(x, y + size / 3), (x, y + size * 1.3)], None, line)
        else:
            _stroke(random, draw, ring(x, y / 3, size / 3, size / 3), (250, 210, 40) if filled else None, line)
            for turn in np.linspace(0, 2 * np.pi, 9)[:-1]:
                near, far = (size * 0.4, size * 0.55)
                ray = [(x + r * float(np.cos(turn)), y / 3 + r * float(np.sin(turn))) for r in (near, far)]
                _stroke(random, draw, ray, None, line)
    return picture


def child_drawing(random: Random) -> Picture:
    """Crayon houses, trees, suns and stick figures in an unsteady hand."""
    picture, _ = sheet(random)
    return _scene(
        random,
        picture,
        picture.width / 90,
        bool(random.random() < 0.3),
        max(picture.width // int(random.integers(40, 140)), 1),
    )


def cartoon(random: Random) -> Picture:
    """The same things in plain colours under a black outline, sky above and ground below."""
    picture, draw = sheet(random, colour(random, 120, 256))
    width, height = picture.size
    draw.rectangle((0, height * random.uniform(0.5, 0.8), width, height), colour(random, 40, 220))
    return _scene(random, picture, 0.0, True, max(width // 150, 2))


def face(random: Random) -> Picture:
    """A cartoon or emoji face, or an icon of one."""
    picture, draw = sheet(random, colour(random, 100, 256))
    width, height = picture.size
    x, y, size = width / 2, height / 2, min(width, height) * random.uniform(0.25, 0.45)
    ink, thick = (20, 20, 20), max(int(size / random.uniform(15, 40)), 1)
    if random.random() < 0.5:
        for side in (-1, 1):
            draw.polygon(
                [
                    (x + side * size * 0.9, y - size * 0.2),
                    (x + side * size * 0.8, y - size * 1.2),
                    (x + side * size * 0.3, y - size * 0.8),
                ],
                colour(random),
                ink,
            )
    draw.ellipse(
        (x - size, y - size, x + size, y + size * random.uniform(0.8, 1.1)), colour(random, 90, 256), ink, thick
    )
    for side in (-1, 1):
        eye, pupil = size * random.uniform(0.1, 0.28), size * 0.08
        ex, ey = x + side * size * 0.4, y - size * 0.2
        draw.ellipse((ex - eye, ey - eye, ex + eye, ey + eye), "white", ink, thick)
        draw.ellipse((ex - pupil, ey - pupil, ex + pupil, ey + pupil), ink)
    draw.arc((x - size / 2, y - size * 0.1, x + size / 2, y + size * 0.6), 10, 170, colour(random, 0, 120), 2 * thick)
    draw.ellipse((x - size * 0.1, y, x + size * 0.1, y + size * 0.2), colour(random))
    return picture


def comic(random: Random) -> Picture:
    """Panels with figures and speech bubbles."""
    picture, draw = sheet(random, (255, 255, 255))
    width, height = picture.size
    rows, columns = (int(value) for value in random.integers(1, 4, 2))
    grey = random.random() < 0.5
    for row in range(rows):
        for column in range(columns):
            size = (max(width // columns - 8, 40), max(height // rows - 8, 40))
            panel = PIL.Image.new("RGB", size, (255, 255, 255) if grey else colour(random, 120, 256))
            _scene(random, panel, size[0] / 200, not grey, 2)
            bubble = PIL.ImageDraw.Draw(panel)
            bubble.ellipse((size[0] * 0.1, 4, size[0] * 0.9, size[1] * 0.3), "white", "black", 2)
            bubble.text((size[0] * 0.2, size[1] * 0.1), words(random, 2), "black", any_font(random, size[1] / 14))
            bubble.rectangle((0, 0, size[0] - 1, size[1] - 1), None, "black", 3)
            picture.paste(panel, (column * (width // columns) + 4, row * (height // rows) + 4))
    return picture

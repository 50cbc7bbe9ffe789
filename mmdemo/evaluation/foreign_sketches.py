"""Made-up plans, diagrams and doodles, and photographs redrawn as sketches, cartoons and stencils."""

from __future__ import annotations

import numpy as np
import PIL.Image
import PIL.ImageChops
import PIL.ImageDraw
import PIL.ImageFilter
import PIL.ImageOps

from mmdemo.evaluation.foreign_documents import Picture, Random, any_font, colour, sheet, words
from mmdemo.evaluation.foreign_drawings import blob, ring
from mmdemo.types import UInt8Array


def plan(random: Random) -> Picture:
    """A technical drawing: rooms or parts, measured and lettered, perhaps white on blue."""
    blue = random.random() < 0.35
    picture, draw = sheet(random, (30, 60, 140) if blue else None)
    width, height = picture.size
    ink = (235, 240, 255) if blue else colour(random, 0, 90)
    for _ in range(int(random.integers(4, 16))):
        x, y = random.uniform(0.05, 0.7) * width, random.uniform(0.05, 0.7) * height
        w, h = random.uniform(0.05, 0.3) * width, random.uniform(0.05, 0.3) * height
        draw.rectangle((x, y, x + w, y + h), None, ink, int(random.integers(1, 4)))
        draw.line((x, y + h + 6, x + w, y + h + 6), ink)
        draw.text((x + w / 3, y + h + 7), f"{w:.0f}", ink, any_font(random, height / 40))
        if random.random() < 0.5:
            draw.arc((x, y, x + w, y + w), 0, 90, ink)
            draw.ellipse((x + w / 4, y + h / 4, x + w * 0.75, y + h * 0.75), None, ink)
    return picture


def diagram(random: Random) -> Picture:
    """Boxes with words, joined by arrows."""
    picture, draw = sheet(random)
    width, height = picture.size
    places = random.uniform(0.03, 0.75, (int(random.integers(3, 11)), 2)) * picture.size
    for start, end in zip(places[:-1], places[1:], strict=True):
        middle = (float(start[0]) + width * 0.1, float(start[1]) + height * 0.05)
        draw.line((*middle, float(end[0]) + width * 0.1, float(end[1]) + height * 0.05), (50, 50, 50), 2)
    for x, y in places:
        box = (x, y, x + width * 0.2, y + height * 0.1)
        (draw.rectangle if random.random() < 0.6 else draw.ellipse)(box, colour(random, 180, 256), (40, 40, 40), 2)
        draw.text(
            (x + width * 0.02, y + height * 0.03), words(random, 1)[:9], (20, 20, 20), any_font(random, height * 0.04)
        )
    return picture


def doodle(random: Random) -> Picture:
    """Scribbles, hatching and spirals."""
    picture, draw = sheet(random)
    width, height = picture.size
    for _ in range(int(random.integers(1, 7))):
        turns = np.linspace(0, random.uniform(10, 120), 500)
        x = random.uniform(0.2, 0.8) * width + width * random.uniform(0.05, 0.4) * np.sin(
            turns * random.uniform(0.2, 2) + random.uniform(0, 6)
        )
        y = random.uniform(0.2, 0.8) * height + height * random.uniform(0.05, 0.4) * np.cos(
            turns * random.uniform(0.2, 2)
        )
        draw.line(list(zip(x.tolist(), y.tolist(), strict=True)), colour(random, 0, 140), int(random.integers(1, 4)))
    return picture


def silhouette(random: Random) -> Picture:
    """A dark logo or icon on a light ground, or the other way round."""
    dark, light = colour(random, 0, 90), colour(random, 190, 256)
    picture, draw = sheet(random, light)
    width, height = picture.size
    x, y, size = width / 2, height / 2, min(width, height) * random.uniform(0.15, 0.4)
    draw.polygon(blob(random, x, y, size), dark)
    draw.polygon(ring(x + size * random.uniform(-0.5, 0.5), y, size / 2, size / 2, int(random.integers(3, 9))), light)
    if random.random() < 0.4:
        draw.text((x - size, y + size), words(random, 1)[:8].upper(), dark, any_font(random, size / 2))
    return PIL.ImageOps.invert(picture) if random.random() < 0.3 else picture


def edge_sketch(random: Random, photo: UInt8Array) -> Picture:
    """A photograph reduced to its edges, dark on white."""
    grey = PIL.Image.fromarray(photo).convert("L").filter(PIL.ImageFilter.GaussianBlur(random.uniform(0.5, 2)))
    found = grey.filter(PIL.ImageFilter.CONTOUR if random.random() < 0.4 else PIL.ImageFilter.FIND_EDGES)
    values = np.asarray(found, float)
    values = values if values.mean() > 127 else 255 - values * random.uniform(1.5, 4)
    if random.random() < 0.4:
        values = np.where(values < random.uniform(150, 225), 0, 255)
    return PIL.Image.fromarray(np.clip(values, 0, 255).astype(np.uint8)).convert("RGB")


def pencil_sketch(random: Random, photo: UInt8Array) -> Picture:
    """A photograph dodged into a pencil drawing."""
    grey = PIL.Image.fromarray(photo).convert("L")
    soft = PIL.ImageOps.invert(grey).filter(PIL.ImageFilter.GaussianBlur(random.uniform(2, 12)))
    values, under = np.asarray(grey, float), 255 - np.asarray(soft, float)
    sketch = np.clip(values / np.maximum(under, 1) * 255, 0, 255) ** random.uniform(1.0, 2.5)
    return PIL.Image.fromarray((255 * sketch / max(sketch.max(), 1)).astype(np.uint8)).convert("RGB")


def cartooned(random: Random, photo: UInt8Array) -> Picture:
    """A photograph smoothed to a few flat colours with black edges."""
    picture = PIL.Image.fromarray(photo)
    for _ in range(int(random.integers(2, 5))):
        picture = picture.filter(PIL.ImageFilter.MedianFilter(5))
    flat = PIL.ImageOps.posterize(picture, int(random.integers(2, 4)))
    if random.random() < 0.5:
        flat = picture.quantize(int(random.integers(4, 12))).convert("RGB")
    edges = np.asarray(picture.convert("L").filter(PIL.ImageFilter.FIND_EDGES), float)
    ink = PIL.Image.fromarray(np.where(edges > random.uniform(18, 45), 0, 255).astype(np.uint8)).convert("RGB")
    return PIL.ImageChops.multiply(flat, ink)


def stencil(random: Random, photo: UInt8Array) -> Picture:
    """A photograph in two tones, like a woodcut or a photocopy."""
    grey = PIL.Image.fromarray(photo).convert("L").filter(PIL.ImageFilter.GaussianBlur(random.uniform(0.5, 2)))
    mask = (np.asarray(grey) > np.quantile(np.asarray(grey), random.uniform(0.3, 0.7)))[:, :, None]
    dark, light = np.array(colour(random, 0, 90)), np.array(colour(random, 190, 256))
    return PIL.Image.fromarray(np.where(mask, light, dark).astype(np.uint8))

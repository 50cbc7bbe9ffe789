"""Draws the sunset among the examples: a picture near enough to photographs for the captioner to know what it sees.

Everything comes from formulas and seeded noise, so the file can be made again; CC0 1.0.
"""

from __future__ import annotations

import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFilter

from mmdemo.types import Float32Array

WIDTH, HEIGHT, HORIZON = 640, 480, 250
SUN_X, SUN_Y, SUN_RADIUS = 320, 215, 38
PEOPLE = ((250, 420, 210), (330, 428, 205), (410, 430, 200))
"""x and y of the feet and height, in pixels."""
SILHOUETTE = (12, 12, 20)
TRUNK = ((-0.9, -6.6), (0.9, -6.6), (0.7, -3.6), (-0.7, -3.6))
LEGS = (((-0.7, -3.7), (-0.05, -3.7), (-0.5, 0), (-1.0, 0)), ((0.05, -3.7), (0.7, -3.7), (1.1, 0), (0.6, 0)))
ARMS = ((-0.9, -6.4, -1.5, -4.0), (0.9, -6.4, 1.6, -4.3))
"""In eighths of the height, from between the feet."""


def sunset() -> PIL.Image.Image:
    """Draw three people who stand in the sea under a low sun."""
    picture = np.concatenate([_sky(), _sea()])  # [H, W, 3]
    for x, y, height in PEOPLE:
        picture = _with_person(picture, x, y, height)
    return PIL.Image.fromarray(picture.clip(0, 255).astype(np.uint8))


def _sky() -> Float32Array:
    rows, columns = np.mgrid[0:HORIZON, 0:WIDTH]
    distance = np.hypot(columns - SUN_X, rows - SUN_Y)
    sky = _gradient((60, 80, 140), (250, 170, 90), HORIZON)
    sky = sky + np.exp(-((distance / 120) ** 2))[..., None] * (90, 60, 10)
    clouds = (_noise(HORIZON, (8, 16, 32, 64), seed=1) - 0.6).clip(0, 1)
    sky = sky + 40 * clouds[..., None] * (1.0, 0.6, 0.5)
    sky[distance < SUN_RADIUS] = (255, 235, 180)
    return sky.astype(np.float32)


def _sea() -> Float32Array:
    rows = HEIGHT - HORIZON
    waves = _noise(rows, (2, 4, 8), seed=3)
    spread = 40 + 0.9 * np.arange(rows)[:, None]  # pixels; the path of light widens towards the shore
    light = np.exp(-(((np.arange(WIDTH)[None] - SUN_X) / spread) ** 2)) * (waves > 0.2)
    sea = _gradient((190, 120, 90), (30, 40, 70), rows)
    sea = sea + light[..., None] * (160, 120, 60) + 8 * waves[..., None]
    return sea.astype(np.float32)


def _gradient(top: tuple[int, int, int], bottom: tuple[int, int, int], rows: int) -> Float32Array:
    share = np.linspace(0, 1, rows)[:, None, None]
    colours = np.array(top) * (1 - share) + np.array(bottom) * share  # [rows, 1, 3]
    return np.broadcast_to(colours, (rows, WIDTH, 3)).astype(np.float32)


def _noise(rows: int, scales: tuple[int, ...], seed: int) -> Float32Array:
    """Add up smooth noise of several scales, each as strong as it is coarse; zero mean, unit variance."""
    random = np.random.default_rng(seed)
    total = np.zeros((rows, WIDTH), np.float32)
    for scale in scales:
        coarse = random.standard_normal((rows // scale + 2, WIDTH // scale + 2)).astype(np.float32)
        size = (WIDTH + 2 * scale, rows + 2 * scale)
        smooth = np.asarray(PIL.Image.fromarray(coarse).resize(size, PIL.Image.Resampling.BICUBIC))
        total += smooth[scale : scale + rows, scale : scale + WIDTH] * scale
    centred = total - total.mean()
    scaled: Float32Array = centred / centred.std()
    return scaled


def _with_person(picture: Float32Array, x: int, y: int, height: int) -> Float32Array:
    image = PIL.Image.fromarray(picture.clip(0, 255).astype(np.uint8))
    pen, unit = PIL.ImageDraw.Draw(image), height / 8
    pen.ellipse((x - 0.55 * unit, y - 8 * unit, x + 0.55 * unit, y - 6.8 * unit), fill=SILHOUETTE)
    for outline in (TRUNK, *LEGS):
        pen.polygon([(x + right * unit, y + down * unit) for right, down in outline], fill=SILHOUETTE)
    for x0, y0, x1, y1 in ARMS:
        ends = (x + x0 * unit, y + y0 * unit, x + x1 * unit, y + y1 * unit)
        pen.line(ends, fill=SILHOUETTE, width=int(0.45 * unit))
    return np.asarray(image.filter(PIL.ImageFilter.GaussianBlur(0.8)), np.float32)

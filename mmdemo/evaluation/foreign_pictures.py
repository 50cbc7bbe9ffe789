"""Pictures that no caption model of photographs learned from, made from a seed: documents, drawings and noise."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import PIL.Image
import PIL.ImageFilter
import PIL.ImageOps

from mmdemo.evaluation import foreign_documents, foreign_drawings, foreign_figures, foreign_noise, foreign_sketches
from mmdemo.evaluation.foreign_documents import Picture, Random
from mmdemo.types import UInt8Array

Kind = Literal["document", "drawing", "noise"]


@dataclass(frozen=True)
class Family:
    """One way to make foreign pictures."""

    name: str
    kind: Kind
    make: Callable[..., Picture]
    from_photo: bool = False  # redraws a photograph
    held_out: bool = False  # left out of the first fit, to see how far it reaches


def _families(kind: Kind, held_out: str, *makers: Callable[..., Picture]) -> tuple[Family, ...]:
    return tuple(
        Family(maker.__name__, kind, maker, "photo" in maker.__annotations__, maker.__name__ in held_out.split())
        for maker in makers
    )


FAMILIES: tuple[Family, ...] = (
    *_families(
        "document",
        "chart code street_map screen chinese_page",
        foreign_documents.text_page,
        foreign_documents.chinese_page,
        foreign_documents.receipt,
        foreign_documents.form,
        foreign_documents.slide,
        foreign_documents.handwriting,
        foreign_figures.chart,
        foreign_figures.code,
        foreign_figures.street_map,
        foreign_figures.screen,
        foreign_figures.sheet_music,
        foreign_documents.newspaper,
    ),
    *_families(
        "drawing",
        "edge_sketch pencil_sketch cartoon face comic stencil",
        foreign_drawings.outlines,
        foreign_drawings.flat_shapes,
        foreign_drawings.child_drawing,
        foreign_drawings.cartoon,
        foreign_drawings.face,
        foreign_sketches.plan,
        foreign_sketches.diagram,
        foreign_drawings.comic,
        foreign_sketches.doodle,
        foreign_sketches.silhouette,
        foreign_sketches.edge_sketch,
        foreign_sketches.pencil_sketch,
        foreign_sketches.cartooned,
        foreign_sketches.stencil,
    ),
    *_families(
        "noise",
        "clouds static spectrum_noise stripes blobs grain",
        foreign_noise.uniform_noise,
        foreign_noise.gaussian_noise,
        foreign_noise.salt_and_pepper,
        foreign_noise.static,
        foreign_noise.colour_blocks,
        foreign_noise.clouds,
        foreign_noise.spectrum_noise,
        foreign_noise.solid,
        foreign_noise.gradient,
        foreign_noise.stripes,
        foreign_noise.plasma,
        foreign_noise.grain,
        foreign_noise.blobs,
        foreign_noise.phase_noise,
        foreign_noise.shuffled_pixels,
    ),
)
PLAIN_SHARE = 0.5
"""Of documents and drawings, left as they were made; the others look scanned or photographed."""


def foreign_picture(family: Family, seed: int, photos: Sequence[UInt8Array]) -> UInt8Array:
    """Make one picture.

    Args:
        family: how.
        seed: the same seed makes the same picture (with the same fonts on the machine).
        photos: [H, W, 3] each, for the families that redraw one.

    Returns:
        [H, W, 3] RGB of any size.
    """
    random = np.random.default_rng([seed, zlib.crc32(family.name.encode())])
    picture = family.make(random, photos[seed % len(photos)]) if family.from_photo else family.make(random)
    if family.kind != "noise" and random.random() > PLAIN_SHARE:
        picture = _captured(random, picture)
    if random.random() < 0.3:
        # As small as the photographs of Flickr8k, so that a picture is not told by how sharp it is.
        picture = picture.resize((224, 224), PIL.Image.Resampling.BICUBIC)
    return np.asarray(picture.convert("RGB"))


def _captured(random: Random, picture: Picture) -> Picture:
    """Let a sheet look scanned or photographed: askew, unevenly lit, soft, grainy, compressed, perhaps inverted."""
    if random.random() < 0.15:
        picture = PIL.ImageOps.invert(picture)
    if random.random() < 0.5:
        ground = tuple(int(value) for value in random.integers(0, 256, 3))
        picture = picture.rotate(random.uniform(-12, 12), PIL.Image.Resampling.BICUBIC, True, fillcolor=ground)
    if random.random() < 0.5:
        picture = picture.filter(PIL.ImageFilter.GaussianBlur(random.uniform(0.3, 0.004 * picture.width + 0.3)))
    values = np.asarray(picture, float)
    if random.random() < 0.5:
        light = np.linspace(random.uniform(0.6, 1.1), random.uniform(0.6, 1.1), values.shape[1])[None, :, None]
        values = values * light * random.uniform(0.85, 1.0, 3)
    values = values + random.normal(0, random.choice([0, 2, 6, 12]), values.shape)
    stream = io.BytesIO()
    clipped = PIL.Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))
    clipped.save(stream, "JPEG", quality=int(random.integers(25, 95)))
    return PIL.Image.open(stream).convert("RGB")

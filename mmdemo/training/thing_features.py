"""Things that the detector finds in an archive's pictures, found once and kept on disk."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from mmdemo.detection.boxes import MOST_THINGS
from mmdemo.detection.detector import LOOKED_AT_ONCE, ThingDetector
from mmdemo.evaluation.caption_data import archive_names, archive_pictures
from mmdemo.training.features import Float16Array, archive_key, cached_rows, content_key
from mmdemo.types import Float32Array, Image, Region, Thing

NOTHING = -1.0
"""Class of rows that hold nothing."""


def archive_things(archive: Path, detector: ThingDetector, cache: Path) -> list[tuple[Thing, ...]]:
    """Look at an archive's pictures, or read what was found before.

    Args:
        archive: a tar of pictures.
        detector: its weights belong to the key of what is kept.
        cache: folder of features.

    Returns:
        The things of each picture, in the order of `archive_names`.
    """
    names = archive_names(archive)
    key = content_key(archive_key(archive), detector.model_id)

    def rows(first: int) -> Iterator[Float32Array]:
        pictures = zip(names[first:], archive_pictures(archive, first), strict=True)
        while batch := list(islice(pictures, LOOKED_AT_ONCE)):
            images = [Image(pixels, name, f"{key}:{name}") for name, pixels in batch]
            yield from (_row(things) for things in detector.things(images))

    stored = cached_rows(cache / f"things-{key}.f16", (len(names), MOST_THINGS, 6), rows)
    return [_things(row) for row in stored]


def _row(things: tuple[Thing, ...]) -> Float32Array:
    row = np.full((MOST_THINGS, 6), NOTHING, np.float32)
    for place, thing in enumerate(things):
        box = thing.region
        row[place] = (thing.class_id, thing.score, box.x0, box.y0, box.x1, box.y1)
    return row


def _things(row: Float16Array) -> tuple[Thing, ...]:
    return tuple(
        Thing(int(class_id), float(score), Region(*map(float, box)))
        for class_id, score, *box in row.tolist()
        if class_id != NOTHING
    )

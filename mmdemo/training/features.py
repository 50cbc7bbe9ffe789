"""Features of the frozen towers, computed once and kept on disk as float16 until the data or the tower changes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mmdemo.backbone.image_tower import ImageTower
from mmdemo.types import Float32Array, UInt8Array
from mmdemo.verified_files import disk_errors, ensure_folder, file_sha256

Float16Array = NDArray[np.float16]

CHUNK = 32
SMALLEST_CROP = 0.7
"""Part of each side that a random crop keeps at least."""


def content_key(*parts: object) -> str:
    """Return a short name for the inputs of a computation."""
    return hashlib.sha256(json.dumps([str(part) for part in parts]).encode()).hexdigest()[:16]


def archive_key(archive: Path) -> str:
    """Return a short name for an archive's bytes."""
    return str(file_sha256(archive))[:16]


def cached_rows(
    path: Path, shape: tuple[int, ...], produce: Callable[[int], Iterable[Float32Array]], chunk: int = CHUNK
) -> Float16Array:
    """Fill an array on disk row by row, going on where an earlier run stopped.

    Args:
        path: of the array; ``.done`` beside it counts the rows that stand.
        shape: [N, …] of the whole.
        produce: yields rows from a given one on.
        chunk: rows between two notes of progress.

    Returns:
        The finished array, memory-mapped.

    Raises:
        DiskFull: the array does not fit.
        FolderNotWritable: its folder cannot be written.
    """
    ensure_folder(path.parent)
    progress = path.with_suffix(".done")
    done = int(progress.read_text()) if progress.is_file() and path.is_file() else 0
    with disk_errors(path.parent, int(np.prod(shape)) * 2):
        if done < shape[0]:
            array = np.memmap(path, np.float16, "r+" if done else "w+", shape=shape)
            rows = iter(produce(done))
            while done < shape[0]:
                batch = list(islice(rows, chunk))
                assert batch, "the source yields every row"
                array[done : done + len(batch)] = np.stack(batch).astype(np.float16)
                done += len(batch)
                array.flush()
                progress.write_text(str(done))
    return np.memmap(path, np.float16, "r", shape=shape)


def picture_view(pixels: UInt8Array, view: int, position: int, seed: int = 0) -> UInt8Array:
    """Return one view of a picture: 0 as it is, 1 mirrored, others cropped at random and mirrored every second time.

    Args:
        pixels: [H, W, 3].
        view: which.
        position: of the picture in its archive, so that each is cropped in its own way.
        seed: of the crops.

    Returns:
        [H', W', 3].
    """
    if view >= 2:
        generator = np.random.default_rng([seed, view, position])
        keep_height, keep_width = generator.uniform(SMALLEST_CROP, 1.0, size=2)
        height, width = round(pixels.shape[0] * keep_height), round(pixels.shape[1] * keep_width)
        top = int(generator.integers(pixels.shape[0] - height + 1))
        left = int(generator.integers(pixels.shape[1] - width + 1))
        pixels = pixels[top : top + height, left : left + width]
        pixels = _recoloured(pixels, generator)
    return np.ascontiguousarray(pixels[:, ::-1] if view % 2 else pixels)


def _recoloured(pixels: UInt8Array, generator: np.random.Generator) -> UInt8Array:
    """Change brightness and colour a little."""
    gains = generator.uniform(0.8, 1.2) * generator.uniform(0.95, 1.05, size=3)
    recoloured: UInt8Array = np.clip(pixels * gains, 0, 255).astype(np.uint8)
    return recoloured


def picture_features(
    tower: ImageTower,
    folder: Path,
    key: str,
    count: int,
    pictures: Callable[[int], Iterator[UInt8Array]],
    view: int,
) -> Float16Array:
    """Return the image tower's tokens of one view of every picture.

    Args:
        tower: the image tower.
        folder: of the cache.
        key: names the pictures' content.
        count: of the pictures, N.
        pictures: decodes them from a given one on.
        view: see `picture_view`.

    Returns:
        [N, 81, 1280] float16, memory-mapped.
    """

    def produce(first: int) -> Iterator[Float32Array]:
        source = enumerate(pictures(first), first)
        while batch := list(islice(source, CHUNK)):
            yield from tower.encode([picture_view(pixels, view, position) for position, pixels in batch])

    path = folder / f"pictures-{key}-{tower.model_id}-view{view}.f16"
    return cached_rows(path, (count, tower.grid**2, tower.width), produce)


def ragged(path: Path, rows: Callable[[], Sequence[Float32Array]]) -> tuple[list[Float16Array], bool]:
    """Keep arrays of unequal length in one file.

    Args:
        path: ``.npz`` of the cache.
        rows: computes them, each [T, D].

    Returns:
        The arrays as float16, and whether they had been there.
    """
    if path.is_file():
        with np.load(path) as stored:
            flat, lengths = stored["flat"], stored["lengths"]
        return np.split(flat, np.cumsum(lengths)[:-1]), True
    computed = rows()
    lengths = np.array([len(row) for row in computed])
    flat = np.concatenate(computed).astype(np.float16)
    ensure_folder(path.parent)
    with disk_errors(path.parent, flat.nbytes):
        partial = path.with_suffix(".partial.npz")
        np.savez(partial, flat=flat, lengths=lengths)
        partial.replace(path)
    return np.split(flat, np.cumsum(lengths)[:-1]), False

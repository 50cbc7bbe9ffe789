"""Pictures: a file, a Pillow image or an array in, an `Image` out."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from mmdemo.config import Limits
from mmdemo.errors import UnreadableMedia, WrongMediaKind
from mmdemo.media.files import StrPath, check_file, check_size, display_name
from mmdemo.media.pictures import check_pixels, decode_picture, open_picture, to_eight_bits
from mmdemo.media.probing import probe
from mmdemo.types import Image, UInt8Array
from mmdemo.verified_files import file_sha256

ARRAY_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}


def load_image(source: StrPath | PIL.Image.Image | NDArray[Any], limits: Limits, name: str | None = None) -> Image:
    """Read a picture: upright, without alpha, in RGB.

    Args:
        source: a file; a Pillow image; or an array [H, W] or [H, W, C], C = 1 (grey), 2 (grey + alpha), 3 or 4,
            of bytes, 16-bit integers, or floats in 0..1 or 0..255.
        limits: size and pixel limits; the header is measured before anything is decoded.
        name: the name to show, when it is not the file's own.

    Returns:
        The picture; its hash is that of the file, or of the pixels when there is none.

    Raises:
        FileMissing: no such file.
        EmptyFile: no bytes.
        FileTooLarge: more bytes than a picture may have.
        TooManyPixels: more pixels than the limit.
        TruncatedMedia: the data end early.
        UnreadableMedia: no media, or damaged.
        WrongMediaKind: sound or a video.
    """
    if isinstance(source, PIL.Image.Image):
        return _from_pixels(decode_picture(source, limits, name or "image"), name or "image")
    if isinstance(source, np.ndarray):
        return _from_pixels(_array_pixels(source, limits, name or "image"), name or "image")
    shown = display_name(source, name)
    path = check_file(source, limits, shown)
    with open(path, "rb") as file:
        picture = open_picture(file, shown)
        if picture is None:
            raise WrongMediaKind(name=shown, kind=probe(path, limits, shown).kind, wanted="image")
        check_size(path, limits.image_megabytes, shown)
        pixels = decode_picture(picture, limits, shown)
    return Image(pixels, shown, file_sha256(path))


def _from_pixels(pixels: UInt8Array, name: str) -> Image:
    digest = hashlib.sha256(repr(pixels.shape).encode())
    digest.update(np.ascontiguousarray(pixels).data)
    return Image(pixels, display_name(name), digest.hexdigest())


def _array_pixels(array: NDArray[Any], limits: Limits, name: str) -> UInt8Array:
    if array.ndim == 2:
        array = array[:, :, None]
    if array.ndim != 3 or array.shape[2] not in ARRAY_MODES or array.dtype.kind not in "buif":
        raise UnreadableMedia(name=name)
    check_pixels(array.shape[1], array.shape[0], limits, name)
    pixels = np.ascontiguousarray(to_eight_bits(array))  # [H, W, C]
    if pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    return decode_picture(PIL.Image.fromarray(pixels), limits, name)

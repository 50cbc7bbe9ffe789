"""Recognise a picture by its content and bring it to upright 8-bit RGB, whatever Pillow made of it."""

from __future__ import annotations

import struct
from typing import Any, BinaryIO, NoReturn

import numpy as np
from numpy.typing import NDArray
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    Jpeg2KImagePlugin,
    JpegImagePlugin,
    PngImagePlugin,
    PpmImagePlugin,
    QoiImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)
from PIL.ExifTags import Base as ExifTag

from mmdemo.config import Limits
from mmdemo.errors import MMDemoError, OutOfMemory, TooManyPixels, TruncatedMedia, UnreadableMedia
from mmdemo.types import UInt8Array

# ``Image.open`` measures a picture against Pillow's own global limit and may warn or raise without naming the size.
# Going to the same factories directly leaves the judgement to `check_pixels`, and keeps out formats that run other
# programs (EPS calls Ghostscript) or nest pictures behind their header (ICO).
PLUGINS = (
    JpegImagePlugin,
    PngImagePlugin,
    GifImagePlugin,
    WebPImagePlugin,
    AvifImagePlugin,
    BmpImagePlugin,
    TiffImagePlugin,
    Jpeg2KImagePlugin,
    PpmImagePlugin,
    QoiImagePlugin,
)
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF", "BMP", "TIFF", "JPEG2000", "PPM", "QOI")
ANIMATED_FORMATS = frozenset({"GIF", "PNG", "WEBP", "AVIF"})
MAX_BLANK_FRAMES = 16
"""Animations may fade in from nothing; so many leading frames are looked at for one that shows something."""

TRANSPOSITIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation → what makes the picture upright."""


def open_picture(file: BinaryIO, name: str) -> ImageFile.ImageFile | None:
    """Read the header of a picture; no pixel is decoded.

    Args:
        file: an open file, which must stay open until the picture is decoded.
        name: the name to show in errors.

    Returns:
        The lazy Pillow image, or None when this is no picture.

    Raises:
        TruncatedMedia: a picture that breaks off within its header or, where the header tells, later.
        TooManyPixels: a GIF whose frames reach absurdly far beyond its canvas.
    """
    prefix = file.read(16)
    if prefix[:4] == b"RIFF" and prefix[8:12] == b"WEBP":
        (length,) = struct.unpack("<I", prefix[4:8])
        if file.seek(0, 2) < length + 8:
            raise TruncatedMedia(name=name)
    for kind in FORMATS:
        factory, accept = Image.OPEN[kind]
        if accept is None or accept(prefix) is not True:
            continue
        file.seek(0)
        try:
            return factory(file, "")
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise TooManyPixels(name=name, width="?", height="?", limit_megapixels="?") from None
        except Exception:  # plugins raise whatever a damaged header makes them stumble over
            continue
    return None


def check_pixels(width: int, height: int, limits: Limits, name: str) -> None:
    """Refuse a picture or a video frame that is too large to decode.

    Args:
        width: pixels.
        height: pixels.
        limits: holds the limit in megapixels.
        name: the name to show in the error.

    Raises:
        TooManyPixels: more than the limit.
        UnreadableMedia: not a single pixel.
    """
    if width < 1 or height < 1:
        raise UnreadableMedia(name=name)
    if width * height > limits.image_megapixels * 1e6:
        raise TooManyPixels(name=name, width=width, height=height, limit_megapixels=f"{limits.image_megapixels:g}")


def upright_size(picture: Image.Image) -> tuple[int, int]:
    """Return width and height in pixels after EXIF rotation, from the header alone."""
    width, height = picture.size
    # Pillow's TIFF plugin reports the turned size by itself.
    turned = picture.format != "TIFF" and _orientation(picture) in (5, 6, 7, 8)
    return (height, width) if turned else (width, height)


def decode_picture(picture: Image.Image, limits: Limits, name: str) -> UInt8Array:
    """Decode a picture: upright, alpha over white, every mode Pillow knows.

    Args:
        picture: a Pillow image, lazy or loaded; of an animation, the first frame that is not blank is taken.
        limits: frames past the pixel limit are refused.
        name: the name to show in errors.

    Returns:
        Pixels u8 [H, W, 3] RGB.

    Raises:
        TooManyPixels: past the limit.
        TruncatedMedia: the data end early.
        UnreadableMedia: the data are damaged.
        OutOfMemory: no memory left for the pixels.
    """
    check_pixels(*picture.size, limits, name)
    try:
        flat = _first_frame_with_content(picture, limits, name)
        orientation = _orientation(picture)
        if orientation in TRANSPOSITIONS:
            flat = flat.transpose(TRANSPOSITIONS[orientation])
        return np.array(flat, dtype=np.uint8)  # [H, W, 3]
    except MMDemoError:
        raise
    except MemoryError:
        raise OutOfMemory(name=name) from None
    except Exception as error:  # decoders raise whatever damaged data make them stumble over
        _raise_damage(error, name)


def _raise_damage(error: Exception, name: str) -> NoReturn:
    cut = isinstance(error, EOFError) or "truncated" in str(error).lower()
    raise (TruncatedMedia if cut else UnreadableMedia)(name=name) from None


def _first_frame_with_content(picture: Image.Image, limits: Limits, name: str) -> Image.Image:
    first = _on_white(picture)
    if picture.format not in ANIMATED_FORMATS or not getattr(picture, "is_animated", False) or _has_content(first):
        return first
    for index in range(1, MAX_BLANK_FRAMES):
        try:
            picture.seek(index)
            check_pixels(*picture.size, limits, name)
            frame = _on_white(picture)
        except (EOFError, OSError, SyntaxError):
            break
        if _has_content(frame):
            return frame
    return first


def _has_content(picture: Image.Image) -> bool:
    extrema: Any = picture.getextrema()
    return any(low != high for low, high in extrema)


def _orientation(picture: Image.Image) -> int:
    try:
        return int(picture.getexif().get(ExifTag.Orientation, 1))
    except Exception:  # damaged EXIF must not cost the picture
        return 1


def _on_white(picture: Image.Image) -> Image.Image:
    picture.load()
    if picture.mode in ("I", "F") or picture.mode.startswith("I;"):
        return Image.fromarray(to_eight_bits(np.asarray(picture))).convert("RGB")
    if picture.mode in ("La", "RGBa"):  # premultiplied alpha
        picture = picture.convert("LA" if picture.mode == "La" else "RGBA")
    if picture.has_transparency_data:
        opaque = picture.convert("RGBA")
        white = Image.new("RGB", opaque.size, "white")
        white.paste(opaque, mask=opaque.getchannel("A"))
        return white
    return picture.convert("RGB")


def to_eight_bits(values: NDArray[Any]) -> UInt8Array:
    """Scale pixel values of any type to 0..255.

    Args:
        values: any shape; bool, integers of any width, or floats (0..1, 0..255, or any other positive range).

    Returns:
        u8 of the same shape; NaN and what is negative become 0.
    """
    if values.dtype == np.uint8:
        return values
    if values.dtype == np.bool_:
        return values.astype(np.uint8) * np.uint8(255)
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite, and then 0
        values32 = values.astype(np.float32)
    values32 = np.nan_to_num(values32, nan=0.0, posinf=0.0, neginf=0.0)
    top = float(values32.max(initial=0.0))
    if values.dtype.kind == "f":
        full = 1.0 if top <= 1.0 else 255.0
    else:
        full = 65535.0 if values.dtype.itemsize == 2 or top > 255.0 else 255.0
    scaled: UInt8Array = np.clip(np.rint(values32 * (255.0 / max(full, top))), 0, 255).astype(np.uint8)
    return scaled

"""Small copies of pictures that stand inside HTML."""

from __future__ import annotations

import base64
import io

import PIL.Image

from mmdemo.types import UInt8Array

PREVIEW_SIDE = 512
"""Pixels of the longer side of a picture as it is sent back to the page."""
PREVIEW_QUALITY = 85


def preview_of(pixels: UInt8Array, side: int = PREVIEW_SIDE) -> str:
    """Make a small copy of a picture that can stand inside a page.

    Args:
        pixels: [H, W, 3] RGB.
        side: pixels of its longer side at most.

    Returns:
        A data URI with a JPEG.
    """
    picture = PIL.Image.fromarray(pixels)
    picture.thumbnail((side, side))
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=PREVIEW_QUALITY)
    return _uri("jpeg", written)


def data_uri(pixels: UInt8Array) -> str:
    """Write a picture as it is into a URI.

    Args:
        pixels: [H, W, 3] RGB or [H, W, 4] RGBA.

    Returns:
        A data URI with a PNG.
    """
    written = io.BytesIO()
    PIL.Image.fromarray(pixels).save(written, "PNG")
    return _uri("png", written)


def _uri(kind: str, written: io.BytesIO) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(written.getvalue()).decode('ascii')}"

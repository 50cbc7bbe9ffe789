"""Small copies of pictures that travel with their encoding, for generators that look at pixels and not at tokens."""

from __future__ import annotations

import numpy as np
import PIL.Image

from mmdemo.types import UInt8Array

PICTURE_SIDE = 896
"""Pixels of the longer side: 280 image tokens of 48 × 48 pixels, the most that Gemma 4 takes, are 804 × 804."""
FRAME_SIDE = 448
"""The same for a frame of a clip: 64 of them take 38 MB at most."""


def small_copy(pixels: UInt8Array, side: int = PICTURE_SIDE) -> UInt8Array:
    """Make a picture no larger than a generator looks at.

    Args:
        pixels: [H, W, 3] RGB.
        side: pixels of the longer side at most.

    Returns:
        [H', W', 3] of the same shape; a copy, so that the large picture can go.
    """
    picture = PIL.Image.fromarray(pixels)
    picture.thumbnail((side, side))
    return np.array(picture, np.uint8)

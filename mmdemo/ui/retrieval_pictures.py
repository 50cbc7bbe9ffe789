"""A small picture of every item for the gallery: the picture, a frame of the clip, or the shape of the sound."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageDraw

from mmdemo.config import settings
from mmdemo.types import Modality, UInt8Array

SIDE = 360
"""Pixels of the longer side."""
BARS = 40
LONGEST_SHAPE = 300.0
"""Seconds; a longer recording is drawn without its shape, which would take long to read."""
SOUND_BACKGROUND, SOUND_BARS = "#17403e", "#7accc1"
"""The theme's teal, dark and light; a picture takes no variables."""


def make_thumbnail(path: Path, modality: Modality, out_path: Path) -> Path:
    """Write a small picture of an item.

    Args:
        path: the item.
        modality: its kind.
        out_path: a JPEG to write.

    Returns:
        The same path.

    Raises:
        InputError: the item cannot be decoded.
    """
    if modality == "audio":
        picture = _sound_picture(path)
    else:
        picture = PIL.Image.fromarray(_pixels(path, modality))
        picture.thumbnail((SIDE, SIDE))
    picture.save(out_path, "JPEG", quality=85)
    return out_path


def make_blank(out_path: Path) -> Path:
    """Write the picture of an item that has none."""
    PIL.Image.new("RGB", (SIDE, SIDE), SOUND_BACKGROUND).save(out_path, "JPEG")
    return out_path


def _pixels(path: Path, modality: Modality) -> UInt8Array:
    from mmdemo import media

    limits = settings().limits
    if modality == "video":
        return media.load_video(path, replace(limits, video_frames=1), max_side=SIDE).frames[0]
    return media.load_image(path, limits).pixels


def _sound_picture(path: Path) -> PIL.Image.Image:
    from mmdemo import media

    picture = PIL.Image.new("RGB", (SIDE, SIDE), SOUND_BACKGROUND)
    draw = PIL.ImageDraw.Draw(picture)
    peaks = np.full(BARS, 0.02)
    info = media.probe(path, settings().limits)
    if 0 < info.duration <= LONGEST_SHAPE:
        waveform = media.load_audio(path, settings().limits).waveform  # [N]
        peaks = np.array([np.abs(part).max(initial=0.0) for part in np.array_split(waveform, BARS)])
        peaks = np.maximum(peaks / max(peaks.max(), 1e-6), 0.02)
    step = SIDE / (BARS + 4)
    for number, peak in enumerate(peaks):
        left, half = (number + 2) * step, peak * SIDE * 0.32
        box = (left + step * 0.2, SIDE / 2 - half, left + step * 0.8, SIDE / 2 + half)
        draw.rounded_rectangle(box, radius=step * 0.3, fill=SOUND_BARS)
    return picture

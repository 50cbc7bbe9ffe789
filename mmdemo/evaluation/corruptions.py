"""Ways to spoil pictures, sounds and texts, each in five severities; the same input is always spoilt the same way."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import PIL.Image
import PIL.ImageFilter

from mmdemo.types import Float32Array, UInt8Array

SEVERITIES = (1, 2, 3, 4, 5)
NOISE_LEVELS = (10, 20, 35, 50, 75)  # of 255
BLUR_SHARES = (0.004, 0.009, 0.014, 0.022, 0.036)  # radius by width
CROP_SIDES = (0.9, 0.8, 0.7, 0.6, 0.5)
JPEG_QUALITIES = (50, 30, 18, 10, 5)
BRIGHTNESS_GAINS = (0.75, 1.4, 0.5, 1.8, 0.3)
SOUND_GAINS_DB = (-6, -12, -20, -30, -40)
SOUND_NOISE_RATIOS_DB = (25, 15, 10, 5, 0)
CLIPPING_SHARES = (0.7, 0.5, 0.3, 0.15, 0.08)  # of the peak
TYPO_SHARES = (0.03, 0.06, 0.1, 0.15, 0.25)  # of the letters


def _picture(pixels: UInt8Array) -> PIL.Image.Image:
    return PIL.Image.fromarray(pixels)


def picture_noise(pixels: UInt8Array, severity: int) -> UInt8Array:
    """Add Gaussian noise."""
    noise = np.random.default_rng(severity).normal(0, NOISE_LEVELS[severity - 1], pixels.shape)
    noisy: UInt8Array = np.clip(pixels + noise, 0, 255).astype(np.uint8)
    return noisy


def picture_blur(pixels: UInt8Array, severity: int) -> UInt8Array:
    """Blur with a Gaussian."""
    radius = BLUR_SHARES[severity - 1] * pixels.shape[1]
    return np.asarray(_picture(pixels).filter(PIL.ImageFilter.GaussianBlur(radius)))


def picture_crop(pixels: UInt8Array, severity: int) -> UInt8Array:
    """Keep the middle."""
    height, width = pixels.shape[:2]
    keep = CROP_SIDES[severity - 1]
    top, left = round(height * (1 - keep) / 2), round(width * (1 - keep) / 2)
    return np.ascontiguousarray(pixels[top : height - top, left : width - left])


def picture_jpeg(pixels: UInt8Array, severity: int) -> UInt8Array:
    """Compress as JPEG."""
    stream = io.BytesIO()
    _picture(pixels).save(stream, "JPEG", quality=JPEG_QUALITIES[severity - 1])
    return np.asarray(PIL.Image.open(stream).convert("RGB"))


def picture_brightness(pixels: UInt8Array, severity: int) -> UInt8Array:
    """Darken or brighten."""
    changed: UInt8Array = np.clip(pixels * BRIGHTNESS_GAINS[severity - 1], 0, 255).astype(np.uint8)
    return changed


def sound_gain(waveform: Float32Array, severity: int) -> Float32Array:
    """Make softer."""
    softer: Float32Array = (waveform * 10 ** (SOUND_GAINS_DB[severity - 1] / 20)).astype(np.float32)
    return softer


def sound_noise(waveform: Float32Array, severity: int) -> Float32Array:
    """Add white noise."""
    noise = np.random.default_rng(severity).standard_normal(len(waveform))
    level = np.sqrt(np.mean(np.square(waveform))) * 10 ** (-SOUND_NOISE_RATIOS_DB[severity - 1] / 20)
    noisy: Float32Array = np.clip(waveform + level * noise, -1, 1).astype(np.float32)
    return noisy


def sound_clipping(waveform: Float32Array, severity: int) -> Float32Array:
    """Cut the peaks off."""
    bound = CLIPPING_SHARES[severity - 1] * float(np.abs(waveform).max())
    return np.clip(waveform, -bound, bound).astype(np.float32)


def typos(text: str, severity: int) -> str:
    """Drop, double or swap characters."""
    generator = np.random.default_rng([severity, len(text), *text.encode()[:16]])
    characters = list(text)
    for i in range(len(characters) - 2, 0, -1):
        if generator.random() >= TYPO_SHARES[severity - 1]:
            continue
        kind = int(generator.integers(3))
        if kind == 0:
            del characters[i]
        elif kind == 1:
            characters.insert(i, characters[i])
        else:
            characters[i], characters[i + 1] = characters[i + 1], characters[i]
    return "".join(characters)


PICTURE_CORRUPTIONS: dict[str, Callable[[UInt8Array, int], UInt8Array]] = {
    "noise": picture_noise,
    "blur": picture_blur,
    "crop": picture_crop,
    "JPEG": picture_jpeg,
    "brightness": picture_brightness,
}
SOUND_CORRUPTIONS: dict[str, Callable[[Float32Array, int], Float32Array]] = {
    "gain": sound_gain,
    "noise": sound_noise,
    "clipping": sound_clipping,
}

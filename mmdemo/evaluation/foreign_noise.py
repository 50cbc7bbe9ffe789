"""Made-up noise, plain surfaces and textures: pictures that show nothing."""

from __future__ import annotations

import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFilter

from mmdemo.evaluation.foreign_documents import Picture, Random, colour
from mmdemo.types import UInt8Array


def _size(random: Random) -> tuple[int, int]:
    height, width = (int(value) for value in random.choice([128, 224, 256, 320, 480], 2))
    return height, width


def _picture(values: np.ndarray) -> Picture:
    """Make [H, W] or [H, W, 3] values of 0..255 a picture."""
    return PIL.Image.fromarray(np.clip(values, 0, 255).astype(np.uint8)).convert("RGB")


def _enlarged(random: Random, values: np.ndarray, factors: tuple[int, ...]) -> Picture:
    picture, factor = _picture(values), int(random.choice(factors))
    ways = [PIL.Image.Resampling.NEAREST, PIL.Image.Resampling.BICUBIC]
    return picture.resize((picture.width * factor, picture.height * factor), ways[int(random.integers(2))])


def _channels(random: Random) -> tuple[int, ...]:
    return (3,) if random.random() < 0.6 else ()


def uniform_noise(random: Random) -> Picture:
    """Every value as likely, in colour or grey, grains of one to four pixels."""
    low, high = sorted(random.uniform(0, 256, 2)) if random.random() < 0.4 else (0, 256)
    shape = (*_size(random), *_channels(random))
    return _enlarged(random, random.uniform(low, max(high, low + 60), shape), (1, 1, 2, 4))


def gaussian_noise(random: Random) -> Picture:
    """Values around a colour or grey."""
    shape = (*_size(random), *_channels(random))
    middle = np.array(colour(random, 40, 216)) if len(shape) == 3 else random.uniform(40, 216)
    return _enlarged(random, random.normal(middle, random.uniform(12, 90), shape), (1, 1, 2))


def salt_and_pepper(random: Random) -> Picture:
    """Black and white specks on a plain ground."""
    height, width = _size(random)
    values = np.full((height, width, 3), colour(random), float)
    dice = random.random((height, width))
    share = random.uniform(0.05, 0.5)
    values[dice < share] = 0
    values[dice > 1 - share] = 255
    return _enlarged(random, values, (1, 1, 2))


def static(random: Random) -> Picture:
    """Television static: black and white or coloured grains, perhaps in lines."""
    height, width = _size(random)
    values = 255.0 * (random.random((height, width, *_channels(random))) < random.uniform(0.3, 0.7))
    if random.random() < 0.4:
        values[:: int(random.integers(2, 6))] *= random.uniform(0, 0.6)
    return _enlarged(random, values, (1, 2, 3))


def colour_blocks(random: Random) -> Picture:
    """Large squares of random colours."""
    rows, columns = random.integers(3, 24, 2)
    values = random.uniform(0, 256, (rows, columns, *_channels(random)))
    return _picture(values).resize(_size(random), PIL.Image.Resampling.NEAREST)


def clouds(random: Random) -> Picture:
    """Noise summed over octaves, as Perlin's is."""
    height, width = _size(random)
    rough, total = random.uniform(0.35, 0.8), np.zeros((height, width, 3))
    channels = 3 if random.random() < 0.5 else 1
    for octave in range(1, 8):
        grid = random.uniform(-1, 1, (2**octave + 1, 2**octave + 1, channels))
        layers = [PIL.Image.fromarray(grid[:, :, c].astype(np.float32)) for c in range(channels)]
        sizes = [np.asarray(layer.resize((width, height), PIL.Image.Resampling.BICUBIC)) for layer in layers]
        total += rough**octave * np.stack(sizes, axis=2)
    total = (total - total.min()) / np.ptp(total)
    if channels == 1 and random.random() < 0.5:
        return _picture(total * np.array(colour(random)) + (1 - total) * np.array(colour(random)))
    return _picture(255 * total)


def spectrum_noise(random: Random) -> Picture:
    """Noise whose power falls with frequency, from pink to brown, with the phase at random."""
    height, width = _size(random)
    frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None])
    falling = np.maximum(frequency, 1 / max(height, width)) ** -random.uniform(0.5, 2.2)
    planes = []
    for _ in range(3 if random.random() < 0.5 else 1):
        phase = np.exp(2j * np.pi * random.random(falling.shape))
        plane = np.fft.irfft2(falling * phase, (height, width))
        planes.append(127 + 45 * (plane - plane.mean()) / plane.std())
    return _picture(np.stack(planes * (3 // len(planes)), axis=2))


def solid(random: Random) -> Picture:
    """One colour, perhaps with the faintest grain."""
    values = np.full((*_size(random), 3), colour(random), float)
    if random.random() < 0.2:
        values[:] = random.choice([0, 255])
    return _picture(values + random.normal(0, random.choice([0, 0, 1, 3]), values.shape))


def gradient(random: Random) -> Picture:
    """Two colours running into each other, along a line or from a point."""
    height, width = _size(random)
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    angle, (cx, cy) = random.uniform(0, 2 * np.pi), random.uniform(0, 1, 2)
    ramp = np.hypot(x - cx, y - cy) if random.random() < 0.4 else np.cos(angle) * x + np.sin(angle) * y
    ramp = ((ramp - ramp.min()) / np.ptp(ramp))[:, :, None] ** random.uniform(0.6, 1.6)
    values = ramp * np.array(colour(random)) + (1 - ramp) * np.array(colour(random))
    return _picture(values + random.normal(0, random.choice([0, 2]), values.shape))


def stripes(random: Random) -> Picture:
    """Stripes, checks, dots or waves."""
    height, width = _size(random)
    y, x = np.mgrid[0:height, 0:width].astype(float)
    angle, period = random.uniform(0, np.pi), random.uniform(6, 60)
    along = np.cos(angle) * x + np.sin(angle) * y
    across = -np.sin(angle) * x + np.cos(angle) * y
    one, two = np.sin(2 * np.pi * along / period), np.sin(2 * np.pi * across / period)
    kind = int(random.integers(5))
    wave = [one, one * two, np.minimum(one, two), np.sin(2 * np.pi * np.hypot(x - width / 2, y) / period), one + two][
        kind
    ]
    mask = (wave > random.uniform(-0.4, 0.4)).astype(float) if random.random() < 0.7 else wave / 2 + 0.5
    return _picture(mask[:, :, None] * np.array(colour(random)) + (1 - mask[:, :, None]) * np.array(colour(random)))


def plasma(random: Random) -> Picture:
    """Sums of sines in each channel, as old screen savers drew them."""
    height, width = _size(random)
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    planes = []
    for _ in range(3):
        a, b, c, d = random.uniform(-9, 9, 4)
        planes.append(np.sin(a * x + b * y + c) + np.sin(d * np.hypot(x - 0.5, y - 0.3) + a) + np.sin(c * x * y * 3))
    values = np.stack(planes, axis=2)
    return _picture(127 + 42 * values)


def grain(random: Random) -> Picture:
    """A close texture: blurred, stretched or embossed noise, like cloth, sand or brushed metal."""
    height, width = _size(random)
    noise = _picture(random.normal(128, 60, (height, width)))
    if random.random() < 0.5:
        noise = noise.resize((width, max(height // int(random.integers(4, 40)), 2))).resize((width, height))
    noise = noise.filter(PIL.ImageFilter.GaussianBlur(random.uniform(0.4, 3)))
    if random.random() < 0.4:
        noise = noise.filter(PIL.ImageFilter.EMBOSS)
    values = np.asarray(noise, float) / 255
    return _picture(values * np.array(colour(random, 60, 256)) * random.uniform(0.8, 1.4))


def blobs(random: Random) -> Picture:
    """Blurred spots of light and colour."""
    height, width = _size(random)
    picture = PIL.Image.new("RGB", (width, height), colour(random))
    draw = PIL.ImageDraw.Draw(picture)
    for _ in range(int(random.integers(3, 25))):
        x, y, radius = random.uniform(0, width), random.uniform(0, height), random.uniform(0.03, 0.3) * width
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), colour(random))
    return picture.filter(PIL.ImageFilter.GaussianBlur(random.uniform(0.02, 0.12) * width))


def phase_noise(random: Random, photo: UInt8Array) -> Picture:
    """A photograph with its phases at random: its colours and coarseness without its things."""
    spectrum = np.fft.rfft2(photo.astype(float), axes=(0, 1))  # [H, W', 3]
    turned = spectrum * np.exp(2j * np.pi * random.random(spectrum.shape[:2]))[:, :, None]
    turned[0, 0] = spectrum[0, 0]
    return _picture(np.fft.irfft2(turned, photo.shape[:2], axes=(0, 1)))


def shuffled_pixels(random: Random, photo: UInt8Array) -> Picture:
    """A photograph cut into small squares that are laid at random."""
    side = int(random.choice([4, 8, 14, 16]))
    rows, columns = photo.shape[0] // side, photo.shape[1] // side
    cut = photo[: rows * side, : columns * side].reshape(rows, side, columns, side, 3).swapaxes(1, 2)
    laid = cut.reshape(-1, side, side, 3)[random.permutation(rows * columns)].reshape(rows, columns, side, side, 3)
    return _picture(laid.swapaxes(1, 2).reshape(rows * side, columns * side, 3))

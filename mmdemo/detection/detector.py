"""The detector: pictures in, things with their boxes out, each picture looked at once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import PIL.Image

from mmdemo.backbone.head_files import TrainedWeights, read_head, read_weights_config, weights_id
from mmdemo.config import Settings
from mmdemo.errors import WeightsCorrupt
from mmdemo.media import load_image
from mmdemo.types import Image, ImageFile, Thing, UInt8Array

if TYPE_CHECKING:  # importing torch takes seconds
    import torch

    from mmdemo.detection.nanodet import NanoDet

SHIPPED_FOLDER = Path(__file__).resolve().parents[2] / "assets" / "weights" / "detector"
WEIGHTS_NAME = "nanodet-g"
MEND = "git checkout -- assets/weights/detector"
DETECTOR = TrainedWeights("detector of things", MEND, "nanodet-g", (WEIGHTS_NAME,))
PIXEL_MEAN = (103.53, 116.28, 123.675)
PIXEL_SCALE = (57.375, 57.12, 58.395)
"""Of blue, green and red, as NanoDet-g was trained on."""
LOOKED_AT_ONCE = 8
HELD_PICTURES = 512
"""Pictures whose things stay in memory, at most a hundred of each."""


def load_detector(folder: Path, device: str) -> NanoDet:
    """Load the weights.

    Args:
        folder: of them.
        device: ``cpu`` or ``cuda``.

    Raises:
        WeightsMissing: a file is not there.
        WeightsCorrupt: a file is damaged or holds another network.
    """
    import torch

    from mmdemo.detection.nanodet import NanoDet

    read_weights_config(folder, DETECTOR)
    network = NanoDet()
    try:
        stored = read_head(folder, WEIGHTS_NAME)
        shapes = {name: value.shape for name, value in network.state_dict().items()}
        network.load_state_dict({name: value.reshape(shapes[name]) for name, value in stored.items()}, strict=True)
    except Exception as error:  # safetensors raises classes of its own for damaged files
        raise WeightsCorrupt(path=folder, command=MEND) from error
    network.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return network.eval().requires_grad_(False)


def detector_id(folder: Path, config: Mapping[str, object]) -> str:
    """Name the weights (see `weights_id`)."""
    return weights_id(folder, config, DETECTOR)


def preprocess(pixels: UInt8Array) -> torch.Tensor:
    """Squash a picture [H, W, 3] RGB to the network's square and scale it: [3, 416, 416]."""
    import torch

    from mmdemo.detection.nanodet import SIDE

    bilinear = PIL.Image.Resampling.BILINEAR
    squashed = PIL.Image.fromarray(pixels).resize((SIDE, SIDE), bilinear, reducing_gap=3.0)
    reversed_channels = np.asarray(squashed, np.float32)[:, :, ::-1]
    scaled = (reversed_channels - np.array(PIXEL_MEAN, np.float32)) / np.array(PIXEL_SCALE, np.float32)
    return torch.from_numpy(np.ascontiguousarray(scaled)).permute(2, 0, 1)


class ThingDetector:
    """Finds things of COCO's eighty classes; the weights are loaded when first needed.

    Args:
        settings: with the limits of pictures.
        device: ``cpu`` or ``cuda``.
        lock: held while the network runs.
        folder: of the weights; None for the shipped ones.
    """

    def __init__(self, settings: Settings, device: str, lock: threading.RLock, folder: Path | None = None) -> None:
        self._settings = settings
        self._device = device
        self._lock = lock
        self._folder = folder or SHIPPED_FOLDER
        self._kept: OrderedDict[str, tuple[Thing, ...]] = OrderedDict()
        self._guard = threading.Lock()

    @cached_property
    def model_id(self) -> str:
        """Name of the weights."""
        return str(read_weights_config(self._folder, DETECTOR)["model_id"])

    @cached_property
    def network(self) -> NanoDet:
        """The network in evaluation mode."""
        with self._lock:
            return load_detector(self._folder, self._device)

    def things(self, images: Sequence[Image | ImageFile]) -> list[tuple[Thing, ...]]:
        """Find what pictures show.

        Args:
            images: of any size.

        Returns:
            The things of each, surest first; from memory where the same bytes were looked at before.

        Raises:
            InputError: a picture cannot be decoded.
            WeightsError: the weights are missing or damaged.
        """
        with self._guard:
            found = {image.sha256: self._kept[image.sha256] for image in images if image.sha256 in self._kept}
        new = list({image.sha256: image for image in images if image.sha256 not in found}.values())
        for start in range(0, len(new), LOOKED_AT_ONCE):
            batch = new[start : start + LOOKED_AT_ONCE]
            seen = self._look([self._pixels(image) for image in batch])
            found |= {image.sha256: things for image, things in zip(batch, seen, strict=True)}
        with self._guard:
            for image in images:
                self._kept[image.sha256] = found[image.sha256]
                self._kept.move_to_end(image.sha256)
            while len(self._kept) > HELD_PICTURES:
                self._kept.popitem(last=False)
        return [found[image.sha256] for image in images]

    def kept(self, sha256: str) -> tuple[Thing, ...] | None:
        """Return what was found in a picture before, for whom its pixels are not at hand; None where it is not known.

        Args:
            sha256: of the picture, as given with it.
        """
        with self._guard:
            return self._kept.get(sha256)

    def _look(self, pictures: Sequence[UInt8Array]) -> list[tuple[Thing, ...]]:
        import torch

        from mmdemo.detection.boxes import things_of

        pixels = torch.stack([preprocess(picture) for picture in pictures])  # [B, 3, 416, 416]
        with self._lock, torch.inference_mode():
            levels = self.network(pixels.to(self._device, memory_format=torch.channels_last))
        return [things_of(levels, place) for place in range(len(pictures))]

    def _pixels(self, image: Image | ImageFile) -> UInt8Array:
        if isinstance(image, ImageFile):
            image = load_image(image.path, self._settings.limits, image.source)
        return image.pixels

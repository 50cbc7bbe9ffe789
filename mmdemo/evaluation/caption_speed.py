"""Times captions, beside a BLIP-base captioner of random weights in the same run.

``python -m mmdemo.evaluation.caption_speed`` makes a photograph-sized picture and measures, warm: picture to caption in
one language and in both, and from an encoding that is there. BLIP (Li et al. 2022) is built from its published config,
as its weights cannot be fetched here; with random weights it never ends a caption, so it writes exactly as many tokens
as are asked for, and so many are asked for as ours wrote.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from mmdemo.config import settings
from mmdemo.device import choose_threads
from mmdemo.evaluation.reports import evaluation_parser, finish, load_average
from mmdemo.runtime import Models, models
from mmdemo.tasks.captioning import CaptionRequest, caption
from mmdemo.types import Image

PICTURE_SIDES = (768, 1024)
BLIP_TOKENS = 14


def fresh_picture(seed: int) -> Image:
    """Return a picture that was never seen before: noise over colours, so that nothing comes from the cache."""
    random = np.random.default_rng(seed)
    height, width = PICTURE_SIDES
    coarse = random.integers(0, 256, (height // 64, width // 64, 3))
    pixels = coarse.repeat(64, axis=0).repeat(64, axis=1) + random.integers(-20, 20, (height, width, 3))
    return Image(np.clip(pixels, 0, 255).astype(np.uint8), f"speed {seed}", f"speed:{seed}")


def timed(work: Callable[[int], object], repetitions: int) -> dict[str, float]:
    """Run work so many times, after once unmeasured; returns the median and the slowest tenth in seconds."""
    work(0)
    seconds = []
    for number in range(1, repetitions + 1):
        started = time.perf_counter()
        work(number)
        seconds.append(time.perf_counter() - started)
    return {"p50": float(np.median(seconds)), "p90": float(np.quantile(seconds, 0.9))}


def blip(beams: int, config: Any = None) -> Callable[[int], object]:
    """Return what captions a picture with BLIP of random weights.

    Args:
        beams: as many as ours.
        config: a ``BlipConfig``; None = that of BLIP-base.
    """
    import torch
    from transformers import BlipConfig, BlipForConditionalGeneration

    torch.manual_seed(0)
    torch.set_num_threads(choose_threads(settings()))
    model: Any = BlipForConditionalGeneration(config or BlipConfig())
    model.eval()
    side = model.config.vision_config.image_size
    pixels = torch.randn(1, 3, side, side)

    def work(_: int) -> object:
        with torch.inference_mode():
            return model.generate(
                pixel_values=pixels, num_beams=beams, max_new_tokens=BLIP_TOKENS, min_new_tokens=BLIP_TOKENS
            )

    return work


def ours(found: Models, repetitions: int) -> dict[str, dict[str, float]]:
    """Time our captions."""
    pictures = [fresh_picture(seed) for seed in range(3 * (repetitions + 1))]
    one, both = CaptionRequest(("en",)), CaptionRequest(("en", "zh"))
    count = repetitions + 1
    encodings = [found.backbone.encode(picture) for picture in pictures[2 * count :]]
    return {
        "picture, one language": timed(lambda i: caption(pictures[i], found, one), repetitions),
        "picture, both languages": timed(lambda i: caption(pictures[count + i], found, both), repetitions),
        "encoding, one language": timed(lambda i: caption(encodings[i], found, one), repetitions),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; returns the exit code."""
    parser = evaluation_parser((__doc__ or "").splitlines()[0])
    parser.add_argument("--repetitions", type=int, default=15)
    options = parser.parse_args(arguments)
    before = load_average()
    found = models()
    figures = ours(found, options.repetitions)
    figures["BLIP-base, one language"] = timed(blip(found.generator.beams), max(options.repetitions // 3, 1))
    ratio = figures["BLIP-base, one language"]["p50"] / figures["picture, one language"]["p50"]
    rows: list[dict[str, object]] = [{"what": name, **values} for name, values in figures.items()]
    headline = {name: round(values["p50"], 3) for name, values in figures.items()} | {"times faster": round(ratio, 1)}
    finish({"seconds": figures, "times_faster": ratio, "load_average": before}, rows, headline, options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())

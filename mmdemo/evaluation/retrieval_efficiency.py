"""Efficiency of the joint space: milliseconds and megabytes an item, by modality and batch."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import numpy as np

from mmdemo.backbone.base import Backbone
from mmdemo.config import settings
from mmdemo.evaluation.caption_data import archive_pictures
from mmdemo.evaluation.retrieval_accuracy import CaptionedSplit, Rows
from mmdemo.media import audio_from_samples, load_image
from mmdemo.text import read_text
from mmdemo.types import SAMPLE_RATE, Encoding

BATCHES = (1, 8, 32)
ROUNDS = 3
AUDIO_SECONDS = (1.0, 5.0, 28.0)


def _row(measure: str, batch: int, times: list[float], encoding: Encoding) -> dict[str, object]:
    held = encoding.tokens.nbytes + (0 if encoding.embedding is None else encoding.embedding.nbytes)
    return {
        "measure": f"{measure}, batch {batch}: ms an item",
        "value": round(1000 * statistics.median(times) / batch, 2),
        "MB encoded": round(held / 1e6, 4),
        "MB in an index": 384 * 4 / 1e6,
    }


def measure_efficiency(folder: Path, name: str, split: CaptionedSplit, backbone: Backbone) -> Rows:
    """Time the whole way from decoded media to the embedding; every round sees new media, so nothing is cached.

    Args:
        folder: laid out like ``flickr8k``.
        name: of the split.
        split: for its captions.
        backbone: with the joint space.
    """
    limits = settings().limits
    fresh = iter(range(10**9))
    pixels = list(islice(archive_pictures(folder / f"{name}.tar"), max(BATCHES)))
    rows: Rows = []

    def pictures(batch: int) -> Encoding:
        marked = [np.roll(picture, next(fresh) + 1, axis=1) for picture in pixels[:batch]]
        return backbone.encode_images([load_image(picture, limits, "picture") for picture in marked])[0]

    for batch in BATCHES:
        rows.append(_row("picture", batch, *_timed(lambda: pictures(batch))))  # noqa: B023 - called at once
    for language, captions in split.captions.items():
        for batch in BATCHES:

            def texts() -> Encoding:
                wording = [f"{text} {next(fresh)}" for text in captions.texts[:batch]]  # noqa: B023 - called at once
                return backbone.encode_texts([read_text(text, limits) for text in wording])[0]

            rows.append(_row(f"text {language}", batch, *_timed(texts)))
    for seconds in AUDIO_SECONDS:

        def sound() -> Encoding:
            noise = np.random.default_rng(next(fresh)).normal(0, 0.1, round(seconds * SAMPLE_RATE))  # noqa: B023
            return backbone.encode(audio_from_samples(noise.astype(np.float32), SAMPLE_RATE, "noise"))

        rows.append(_row(f"sound of {seconds:g} s", 1, *_timed(sound)))
    return rows


def _timed(work: Callable[[], Encoding]) -> tuple[list[float], Encoding]:
    encoding = work()  # warms up
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        encoding = work()
        times.append(time.perf_counter() - started)
    return times, encoding

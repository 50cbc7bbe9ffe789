"""Compares ways to show where the decoder looked, by deletion.

``python -m mmdemo.evaluation.caption_heatmaps --data ../shared/data --pictures 100`` takes away the part of the picture
that a word's heatmap points at, and measures how much less probable the word becomes (Petsiuk, Das & Saenko 2018). The
better the map, the larger the fall; taking away places at random is the baseline.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import torch

from mmdemo.errors import FileMissing
from mmdemo.evaluation.caption_data import archive_pictures
from mmdemo.evaluation.reports import evaluation_parser, finish
from mmdemo.generators.base import CaptionPrompt, Sampling
from mmdemo.generators.decoder import DecoderGenerator
from mmdemo.generators.heatmaps import METHOD, token_heatmaps
from mmdemo.runtime import models
from mmdemo.types import Encoding, Float32Array, Image

DELETED = (0.1, 0.2, 0.3)
"""Shares of the grid that are taken away."""
SMALL_WORDS = frozenset("a an the of in on at with and is are to up down his her its their by from".split())


def token_scores(generator: DecoderGenerator, encoding: Encoding, ids: Sequence[int]) -> Float32Array:
    """Return the log-probability of each token of an English caption of a picture."""
    network = generator.loaded.network
    prompt = generator.prompt_ids(CaptionPrompt("en"))
    memory = generator.memory([encoding], ["en"])
    row = torch.tensor([[*prompt, *ids]], device=network.embedding.device)
    hidden, _ = network.hidden(memory, row[:, :-1])
    scores = network.log_probabilities(hidden, memory, row[:, :-1])[0, len(prompt) - 1 :]  # [T, V]
    return np.asarray(scores.gather(1, row[0, len(prompt) :, None])[:, 0].cpu().numpy(), np.float32)


def without(encoding: Encoding, places: np.ndarray) -> Encoding:
    """Put the picture's mean token in the place of some."""
    tokens = np.array(encoding.tokens, np.float32)
    tokens[places] = tokens.mean(axis=0)
    return replace(encoding, tokens=tokens)


def fall(
    generator: DecoderGenerator,
    encoding: Encoding,
    ids: Sequence[int],
    words: Sequence[int],
    maps: Float32Array,
    share: float,
    before: Float32Array,
) -> list[float]:
    """Return by how much each word's log-probability falls without the places that its map points at most."""
    count = max(round(share * maps.shape[1]), 1)
    falls = []
    for word in words:
        places = np.argsort(-maps[word], kind="stable")[:count]
        falls.append(float(before[word] - token_scores(generator, without(encoding, places), ids)[word]))
    return falls


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the evaluation; returns the exit code."""
    parser = evaluation_parser((__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--split", default="val")
    parser.add_argument("--pictures", type=int, default=100)
    options = parser.parse_args(arguments)
    folder = options.data / "flickr8k" if (options.data / "flickr8k").is_dir() else options.data
    if not folder.is_dir():
        raise FileMissing(name=str(options.data))
    found = models()
    generator = found.generator
    assert isinstance(generator, DecoderGenerator), "heatmaps are those of the decoder trained here"
    pixels = islice(archive_pictures(folder / f"{options.split}.tar"), options.pictures)
    falls: dict[tuple[str, float], list[float]] = {}
    random = np.random.default_rng(0)
    with torch.no_grad():
        for place, picture in enumerate(pixels):
            encoding = found.backbone.encode(Image(picture, f"{place}", f"{options.split}:{place}"))
            _measure(generator, encoding, random, falls)
    rows: list[dict[str, object]] = [
        {"map": name, "deleted": share, "fall of log-probability": round(float(np.mean(own)), 4), "words": len(own)}
        for (name, share), own in sorted(falls.items())
    ]
    headline = {f"{row['map']} {row['deleted']}": row["fall of log-probability"] for row in rows}
    finish({"rows": rows, "ships": METHOD}, rows, headline, options.json)
    return 0


def _measure(
    generator: DecoderGenerator,
    encoding: Encoding,
    random: np.random.Generator,
    falls: dict[tuple[str, float], list[float]],
) -> None:
    """Add the falls of one picture's best caption."""
    loaded = generator.loaded
    best = generator.captions([encoding], [CaptionPrompt("en")], Sampling(count=3))[0][0]
    ids = loaded.tokenizer.ids([best.text])[0]
    pieces = loaded.tokenizer.token_texts(ids)
    words = [i for i, piece in enumerate(pieces) if piece.strip("▁") not in SMALL_WORDS]
    memory = generator.memory([encoding], ["en"])
    prompt = generator.prompt_ids(CaptionPrompt("en"))
    before = token_scores(generator, encoding, ids)
    maps: dict[str, Float32Array] = {
        "attention": token_heatmaps(loaded.network, memory, prompt, ids, "attention"),
        "gradient": token_heatmaps(loaded.network, memory, prompt, ids, "gradient"),
        "random": random.random((len(ids), loaded.network.shape.positions), np.float32),
    }
    for name, own in maps.items():
        for share in DELETED:
            falls.setdefault((name, share), []).extend(fall(generator, encoding, ids, words, own, share, before))


if __name__ == "__main__":
    sys.exit(main())

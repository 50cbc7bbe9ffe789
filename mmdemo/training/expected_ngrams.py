"""Learns what captions of a picture are expected to say (see `mmdemo.generators.expected_ngrams`).

``python -m mmdemo.training.expected_ngrams --data ../shared/data`` fits a ridge regression from pictures to the tf-idf
vectors of their captions for each language, in a minute or two once the pictures' features are cached.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from scipy import sparse

from mmdemo.backbone.head_files import CONFIG_FILE, in_eight_bits, weights_id
from mmdemo.config import settings
from mmdemo.evaluation.caption_data import archive_names
from mmdemo.generators.consensus import LONGEST_NGRAM, Ngram
from mmdemo.generators.decoder_files import TOKENIZER_FILE, decoder_folder
from mmdemo.generators.expected_ngrams import EXPECTED_NGRAMS, LANGUAGES, caption_ngrams, pooled, tokenizer_key
from mmdemo.generators.tokenizer import Tokenizer
from mmdemo.training.caption_examples import plain_captions
from mmdemo.training.features import Float16Array
from mmdemo.training.loop import unit
from mmdemo.training.sources import data_hash, load_towers, split_views
from mmdemo.training.stages import HELD_OUT_PICTURES, is_held_out
from mmdemo.verified_files import disk_errors, ensure_folder

PENALTIES = (0.1, 0.3, 1.0, 3.0, 10.0)
"""Of the ridge, in units of the mean square of a feature times their number."""
TEST_SHARE = 10
"""Every tenth picture is kept out while the penalty is chosen."""
SIMILAR = 20
"""Pictures whose captions are to be chosen from."""
FLAT = 0.05
"""Added to the spread of each feature, so that one that hardly varies is not blown up."""


@dataclass(frozen=True, eq=False)
class NgramTable:
    """The n-grams that the captions of N pictures hold."""

    listed: list[Ngram]  # M
    weights: np.ndarray  # [M] idf
    unknown: float  # idf of those not listed
    captions: sparse.csr_matrix  # [C, M] tf-idf vector of each caption, of unit norm for each length of n-grams
    owners: np.ndarray  # [C] whose caption it is
    shares: sparse.csr_matrix  # [N, M] means over each picture's captions


def ngram_table(captions: Sequence[Sequence[Sequence[int]]], least: int) -> NgramTable:
    """Count the n-grams of the captions of N pictures.

    Args:
        captions: tokens of each caption of each picture.
        least: pictures whose captions hold an n-gram that is listed.
    """
    counted = [caption_ngrams(caption) for own in captions for caption in own]
    owners = np.repeat(np.arange(len(captions)), [len(own) for own in captions])
    held = {
        (ngram, owner) for sizes, owner in zip(counted, owners.tolist(), strict=True) for one in sizes for ngram in one
    }
    pictures = Counter(ngram for ngram, _ in held)
    idf = {ngram: math.log(len(captions) / count) for ngram, count in pictures.items()}
    listed = sorted(ngram for ngram, count in pictures.items() if count >= least)
    places = {ngram: place for place, ngram in enumerate(listed)}
    by_size = ((row, counts) for row, sizes in enumerate(counted) for counts in sizes)
    found = [entry for row, counts in by_size for entry in _unit_entries(row, counts, idf, places)]
    rows, columns, values = zip(*found, strict=True)
    shape = (len(counted), len(listed))
    vectors = sparse.csr_matrix((np.array(values, np.float32), (rows, columns)), shape=shape)
    sizes = np.bincount(owners, minlength=len(captions))[owners]
    means = sparse.csr_matrix((1 / sizes.astype(np.float32), (owners, np.arange(len(counted)))))
    weights = np.array([idf[ngram] for ngram in listed], np.float32)
    return NgramTable(listed, weights, math.log(len(captions)), vectors, owners, (means @ vectors).tocsr())


def _unit_entries(
    row: int, counts: Mapping[Ngram, int], idf: Mapping[Ngram, float], places: Mapping[Ngram, int]
) -> Iterator[tuple[int, int, float]]:
    """Yield the entries of a caption's vector for one length: its row, the n-gram's place, the part of the norm."""
    norm = math.hypot(*(count * idf[ngram] for ngram, count in counts.items()))
    for ngram, count in counts.items():
        if ngram in places and norm:
            yield row, places[ngram], count * idf[ngram] / norm


def pooled_views(grids: Sequence[Float16Array], rows: Sequence[int]) -> list[torch.Tensor]:
    """Return the pooled tokens [N, F] of some pictures in each view."""
    return [torch.cat([pooled(torch.from_numpy(grid[row].astype(np.float32))[None]) for row in rows]) for grid in grids]


def choose_penalty(views: Sequence[torch.Tensor], table: NgramTable) -> tuple[float, dict[str, float]]:
    """Return the penalty that chooses best among captions of similar pictures, and what each is worth.

    What is expected of a picture that was kept out chooses one of the captions of those most like it; the choice is
    worth its mean cosine with the picture's own captions, which is CIDEr but for lengths.
    """
    kept_out = np.arange(len(views[0])) % TEST_SHARE == 0
    inside = torch.from_numpy(~kept_out)
    learned, asked = torch.cat([view[inside] for view in views]), views[0][~inside]
    shares, truth = table.shares[~kept_out], table.shares[kept_out]
    base = np.asarray(shares.mean(axis=0))
    moments = learned.T @ learned
    near = (unit(asked) @ unit(views[0][inside]).T).topk(min(SIMILAR, int(inside.sum())), dim=1).indices.numpy()
    learners = np.flatnonzero(~kept_out)
    worth = {}
    for penalty in PENALTIES:
        solved = torch.linalg.solve(moments + penalty * learned.shape[1] * torch.eye(learned.shape[1]), asked.T)
        amounts = (solved.T @ learned.T).numpy().reshape(len(asked), len(views), -1).sum(axis=1)  # [Q, N']
        found = amounts @ shares + (1 - amounts.sum(axis=1, keepdims=True)) * base  # [Q, M]
        chosen = []
        for row, similar in enumerate(near):
            candidates = table.captions[np.isin(table.owners, learners[similar])]
            best = int(np.argmax(candidates @ found[row]))
            chosen.append(float((candidates[best] @ truth[row].T).sum()) / LONGEST_NGRAM)
        worth[str(penalty)] = float(np.mean(chosen))
    return max(PENALTIES, key=lambda penalty: worth[str(penalty)]), worth


def fit(
    views: Sequence[torch.Tensor], table: NgramTable, penalty: float, rank: int
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Fit the ridge regression and keep the directions that foretell most.

    Args:
        views: V of standardised features [N, F].
        table: of the captions.
        penalty: of the ridge.
        rank: directions kept, R.

    Returns:
        ``down`` [F, R], ``up`` [R, M], ``base`` [M].
    """
    base = torch.from_numpy(np.asarray(table.shares.mean(axis=0)))[0]
    width = views[0].shape[1]
    moments = sum((view.T @ view for view in views), torch.zeros(width, width)) + penalty * width * torch.eye(width)
    together = sum(views[1:], views[0])  # every view of a picture has the same captions
    crossed = torch.from_numpy(np.asarray((table.shares.T @ together.numpy()).T))  # [F, M]
    crossed = crossed - together.sum(dim=0)[:, None] * base
    lower = torch.linalg.cholesky(moments)
    whitened = torch.linalg.solve_triangular(lower, crossed, upper=False)  # [F, M]
    _, directions = torch.linalg.eigh(whitened @ whitened.T)
    kept = directions.flip(1)[:, : min(rank, width)]  # [F, R]
    down = torch.linalg.solve_triangular(lower.T, kept, upper=True)
    return down, kept.T @ whitened, base


def write(folder: Path, language: str, table: NgramTable, mean: torch.Tensor, spread: torch.Tensor, maps: Any) -> None:
    """Write what one language needs; the large matrices in eight bits."""
    down, up, base = maps
    listed = torch.full((len(table.listed), LONGEST_NGRAM), -1, dtype=torch.int16)
    for row, ngram in enumerate(table.listed):
        listed[row, : len(ngram)] = torch.tensor(ngram)
    state = {
        **in_eight_bits({"up": up, "down": down}),
        "base": base,
        "mean": mean,
        "spread": spread,
        "weights": torch.from_numpy(table.weights),
        "unknown": torch.tensor([table.unknown]),
    }
    contiguous = {name: value.contiguous() for name, value in {**state, "ngrams": listed}.items()}
    save_file(contiguous, folder / f"{language}.safetensors")


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit both languages; returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="holds flickr8k/")
    parser.add_argument("--out", type=Path, default=Path("runs/expected-ngrams"), help="folder of what is written")
    parser.add_argument("--views", type=int, default=2, help="views of each picture")
    parser.add_argument("--rank", type=int, default=128, help="directions in which pictures differ")
    parser.add_argument("--least", type=int, default=5, help="pictures whose captions hold an n-gram that is listed")
    options = parser.parse_args(arguments)
    flickr = options.data / "flickr8k"
    tokenizer = Tokenizer.load(decoder_folder() / TOKENIZER_FILE)
    names = archive_names(flickr / "train.tar")
    rows = [row for row, name in enumerate(names) if not is_held_out(name, HELD_OUT_PICTURES)]
    views = pooled_views(split_views(flickr, "train", options.views, load_towers(settings())), rows)
    mean, spread = views[0].mean(dim=0), views[0].std(dim=0) + FLAT
    views = [(view - mean) / spread for view in views]
    ensure_folder(options.out)
    found: dict[str, Any] = {}
    with disk_errors(options.out):
        for language in LANGUAGES:
            captions = plain_captions(flickr, language, "train")
            table = ngram_table([tokenizer.ids(list(captions[row])) for row in rows], options.least)
            penalty, worth = choose_penalty(views, table)
            write(options.out, language, table, mean, spread, fit(views, table, penalty, options.rank))
            found[language] = {"ngrams": len(table.listed), "penalty": penalty, "worth": worth}
            print(json.dumps({language: found[language]}), flush=True)
        said = {name: value for name, value in vars(options).items() if not isinstance(value, Path)}
        recipe = {"module": "mmdemo.training.expected_ngrams", "options": said, "data": data_hash(options.data)}
        key = tokenizer_key(decoder_folder() / TOKENIZER_FILE)
        config: dict[str, Any] = {"format": 1, "tokenizer": key}
        config["model_id"] = weights_id(options.out, config, EXPECTED_NGRAMS)
        for name, content in ((CONFIG_FILE, config), ("recipe.json", {**recipe, "found": found})):
            (options.out / name).write_text(json.dumps(content, indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

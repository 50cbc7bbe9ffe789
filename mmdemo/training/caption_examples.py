"""What the decoder learns from: compressed pictures in several views, their classes, and tokenised captions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from mmdemo.evaluation.caption_data import archive_names, captioned_pictures
from mmdemo.generators.tokenizer import END_ID, Tokenizer, plain
from mmdemo.training import stages
from mmdemo.training.assembly import compressed, fit_compression
from mmdemo.training.features import Float16Array
from mmdemo.training.sources import Towers, split_views

SOURCES = ("en", "zh", "zh-mt")
"""Tables of captions; each is a prompt of its own, ``caption:en`` and so on."""
MOST_TOKENS = {"en": 22, "zh": 18, "zh-mt": 22}
"""Longer captions (2 %) are cut, without an end. Every batch is padded to this length: matrices of a size not met
before cost oneDNN 20 ms of compiling each, more than the padding."""
WORD_BOUNDS = (9, 13)
CHARACTER_BOUNDS = {"zh": (7, 10), "zh-mt": (14, 19)}
"""From where on a caption counts as medium and as long; about a third of each table is of either kind."""


@dataclass(frozen=True, eq=False)
class CaptionExamples:
    """Pictures with their captions in every source."""

    views: Sequence[torch.Tensor]  # V of [N, 81, I] float16
    logits: Sequence[torch.Tensor]  # V of [N, K] of the tower's own classifier
    texts: dict[str, list[tuple[str, ...]]]  # plain captions by source, N each
    names: tuple[str, ...]

    def subset(self, kept: Sequence[int]) -> CaptionExamples:
        """Return the examples of some pictures."""
        rows = torch.tensor(list(kept))
        return CaptionExamples(
            [view[rows] for view in self.views],
            [logits[rows] for logits in self.logits],
            {source: [own[i] for i in kept] for source, own in self.texts.items()},
            tuple(self.names[i] for i in kept),
        )


def length_name(text: str, source: str) -> str:
    """Tell whether a plain caption is short, medium or long for its source."""
    size = len(text.split()) if source == "en" else len(text)
    medium, long = WORD_BOUNDS if source == "en" else CHARACTER_BOUNDS[source]
    return "short" if size < medium else "medium" if size < long else "long"


def plain_captions(folder: Path, source: str, split: str) -> list[tuple[str, ...]]:
    """Read the captions of a split in the decoder's form, in the order of the archive."""
    return [
        tuple(text for caption in picture.captions if (text := plain(caption, source)))
        for picture in captioned_pictures(folder, source, split)
    ]


def read_examples(
    flickr: Path, split: str, views: int, towers: Towers, compress: torch.nn.Linear | None
) -> tuple[CaptionExamples, torch.nn.Linear]:
    """Read a split.

    Args:
        flickr: holds the archives and tables.
        split: ``train`` or ``val``.
        views: of each picture.
        towers: with the cache of their features.
        compress: the map to compress by; None to find one.

    Returns:
        The examples and the map.
    """
    grids = split_views(flickr, split, views, towers)
    compress = compress or fit_compression(grids[0], stages.IMAGE_SHAPE.input_width)
    return (
        CaptionExamples(
            [compressed(grid, compress) for grid in grids],
            [class_logits(grid, towers) for grid in grids],
            {source: plain_captions(flickr, source, split) for source in SOURCES},
            tuple(archive_names(flickr / f"{split}.tar")),
        ),
        compress,
    )


def class_logits(grid: Float16Array, towers: Towers) -> torch.Tensor:
    """Run the tower's own classifier on stored tokens [N, 81, 1280]; returns [N, K]."""
    parts = [towers.image.classify(grid[start : start + 256].astype(np.float32)) for start in range(0, len(grid), 256)]
    return torch.from_numpy(np.concatenate(parts))


@dataclass(frozen=True, eq=False)
class TextBatch:
    """Texts about some pictures, K for each, ready for the decoder."""

    source: str
    inputs: torch.Tensor  # [B * K, T] prompt and text
    targets: torch.Tensor  # [B * K, T] what comes next, 0 where nothing is asked

    def to(self, device: torch.device) -> TextBatch:
        """Return the batch on a device."""
        return TextBatch(self.source, self.inputs.to(device), self.targets.to(device))


def text_batch(texts: Sequence[str], source: str, tokenizer: Tokenizer, lengths: Sequence[str | None]) -> TextBatch:
    """Pad texts behind their prompts.

    Args:
        texts: plain; those of more than `MOST_TOKENS` are cut.
        source: which prompt.
        tokenizer: of the decoder.
        lengths: short, medium or long for each text; None to leave the length open.
    """
    rows = []
    for ids, length in zip(tokenizer.ids(texts), lengths, strict=True):
        # An open length is told by the middle one's absence: the task's prompt stands twice.
        prompt = tokenizer.prompt(f"caption:{source}", length)
        prompt = prompt if length else prompt * 2
        rows.append((prompt, [*ids, END_ID][: MOST_TOKENS[source]]))
    width = MOST_TOKENS[source] + 1
    inputs = torch.zeros(len(rows), width, dtype=torch.long)
    targets = torch.zeros(len(rows), width, dtype=torch.long)
    for i, (prompt, ids) in enumerate(rows):
        inputs[i, : 1 + len(ids)] = torch.tensor([*prompt, *ids[:-1]])
        targets[i, 1 : 1 + len(ids)] = torch.tensor(ids)
    return TextBatch(source, inputs, targets)

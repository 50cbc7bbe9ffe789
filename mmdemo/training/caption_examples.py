"""What the decoder learns from: compressed pictures in several views, their classes, and tokenised captions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch

from mmdemo.evaluation.caption_data import archive_names, captioned_pictures
from mmdemo.generators.tokenizer import END_ID, Tokenizer, plain
from mmdemo.training.caption_views import ViewReader

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

    views: Sequence[torch.Tensor]  # V of [M, 81, I] float16, of all pictures of the split
    logits: Sequence[torch.Tensor]  # V of [M, K] of the tower's own classifier
    rows: np.ndarray  # [N] which of them are the examples
    texts: dict[str, list[tuple[str, ...]]]  # plain captions by source, N each
    names: tuple[str, ...]

    def subset(self, kept: Sequence[int]) -> CaptionExamples:
        """Return the examples of some pictures; the views are shared."""
        return replace(
            self,
            rows=self.rows[list(kept)],
            texts={source: [own[i] for i in kept] for source, own in self.texts.items()},
            names=tuple(self.names[i] for i in kept),
        )

    def pictures(self, views: Sequence[int], places: Sequence[int]) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the compressed tokens [B, 81, I] and the logits [B, K] of examples, each in a view of its own."""
        chosen = [(view, self.rows[place]) for view, place in zip(views, places, strict=True)]
        # Autocast to bfloat16 on a processor does not stack float16, which is how views are kept.
        with torch.autocast("cpu", enabled=False):
            return (
                torch.stack([self.views[view][row] for view, row in chosen]),
                torch.stack([self.logits[view][row] for view, row in chosen]),
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


def read_examples(flickr: Path, split: str, views: int, reader: ViewReader) -> CaptionExamples:
    """Read a split.

    Args:
        flickr: holds the archives and tables.
        split: ``train`` or ``val``.
        views: of each picture.
        reader: of views.
    """
    archive = flickr / f"{split}.tar"
    grids, logits = reader.read(archive, views)
    texts = {source: plain_captions(flickr, source, split) for source in SOURCES}
    names = tuple(archive_names(archive))
    return CaptionExamples(grids, logits, np.arange(len(names)), texts, names)


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
    width = MOST_TOKENS[source] + 1
    inputs = np.zeros((len(texts), width), np.int64)
    targets = np.zeros((len(texts), width), np.int64)
    for row, (text, length) in enumerate(zip(texts, lengths, strict=True)):
        # An open length is told by the middle one's absence: the task's prompt stands twice.
        prompt = tokenizer.prompt(f"caption:{source}", length)
        ids = [*_ids(tokenizer, text), END_ID][: MOST_TOKENS[source]]
        inputs[row, : 1 + len(ids)] = [*(prompt if length else prompt * 2), *ids[:-1]]
        targets[row, 1 : 1 + len(ids)] = ids
    return TextBatch(source, torch.from_numpy(inputs), torch.from_numpy(targets))


@lru_cache(maxsize=200_000)
def _ids(tokenizer: Tokenizer, text: str) -> list[int]:
    """Return the tokens of a text, which comes again in every pass."""
    return tokenizer.ids([text])[0]

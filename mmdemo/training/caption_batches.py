"""Draws batches for the decoder: pictures with some captions of every source, and now and then a swapped class."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from mmdemo.generators.label_names import LabelReader, label_names
from mmdemo.generators.tokenizer import Tokenizer
from mmdemo.training.caption_examples import CaptionExamples, TextBatch, length_name, text_batch
from mmdemo.training.label_swaps import swap_labels, swapped_texts

TEXTS = {"en": 4, "zh": 2, "zh-mt": 1}
"""Captions drawn for each picture a step: reading the picture is shared by all of them."""
OPEN_LENGTH = 0.3
"""Share of the texts whose prompt leaves the length open."""
SWAPPED = 0.15
"""Share of the pictures that suit whose class is exchanged."""
WITHOUT_LABELS = 0.1
"""Share of the pictures that come without classes, so that the decoder can do without."""
DRAWING_PROCESSES = 3
DROPPED_LABELS = 0.15
"""Share of the classes that are left out."""


@dataclass(frozen=True, eq=False)
class CaptionBatch:
    """Pictures and their texts."""

    pictures: torch.Tensor  # [B] places among the examples
    compressed: torch.Tensor  # [B, 81, I]
    label_ids: torch.Tensor  # [B, L]
    label_probabilities: torch.Tensor  # [B, L]
    texts: tuple[TextBatch, ...]  # one a source
    swapped: torch.Tensor  # [B] true where the class is not the picture's own


def caption_batches(
    examples: CaptionExamples,
    tokenizer: Tokenizer,
    reader: LabelReader,
    size: int,
    seed: int,
    counts: Mapping[str, int] = TEXTS,
    swapped: float = SWAPPED,
) -> Iterable[CaptionBatch]:
    """Go through all pictures once, in random order and random views.

    Beside a GPU, other processes draw the batches: drawing one takes as long there as learning from it.

    Args:
        examples: to learn from.
        tokenizer: of the decoder.
        reader: of the classes.
        size: pictures a batch.
        seed: of this pass.
        counts: texts drawn for a picture, by source.
        swapped: share of the pictures that suit whose class is exchanged.
    """
    batches = CaptionBatches(examples, tokenizer, reader, size, seed, dict(counts), swapped)
    workers = DRAWING_PROCESSES if torch.cuda.is_available() else 0
    found: Iterable[CaptionBatch] = DataLoader(batches, batch_size=None, num_workers=workers)
    return found


@dataclass(frozen=True, eq=False)
class CaptionBatches(Dataset[CaptionBatch]):
    """The batches of one pass by their number (see `caption_batches`)."""

    examples: CaptionExamples
    tokenizer: Tokenizer
    reader: LabelReader
    size: int
    seed: int
    counts: Mapping[str, int]
    swapped: float

    def __len__(self) -> int:
        return -(-len(self.examples.names) // self.size)

    def __getitem__(self, number: int) -> CaptionBatch:
        order = np.random.default_rng(self.seed).permutation(len(self.examples.names))
        places = order[number * self.size : (number + 1) * self.size]
        random = np.random.default_rng([self.seed, number])
        return _batch(self.examples, self.tokenizer, self.reader, places, random, self.counts, self.swapped)


def _batch(
    examples: CaptionExamples,
    tokenizer: Tokenizer,
    reader: LabelReader,
    places: np.ndarray,
    random: np.random.Generator,
    counts: Mapping[str, int],
    swapped: float,
) -> CaptionBatch:
    views = random.integers(len(examples.views), size=len(places))
    compressed, logits = examples.pictures(views.tolist(), places.tolist())
    found_ids, found_probabilities = reader.most_probable(logits)
    ids, probabilities = found_ids.numpy().copy(), found_probabilities.numpy().copy()
    drawn: dict[str, list[str]] = {source: [] for source in counts}
    exchanged = np.zeros(len(places), bool)
    for row, place in enumerate(places):
        texts = {source: examples.texts[source][place] for source in counts}
        swap = swap_labels(ids[row], probabilities[row], label_names(), random) if random.random() < swapped else None
        if swap is not None:
            kind, name, new_ids, new_probabilities = swap
            renamed = {s: swapped_texts(own, s[:2], kind, name) for s, own in texts.items()}
            if all(renamed.values()):
                ids[row], probabilities[row] = new_ids, new_probabilities
                texts = {source: tuple(own) for source, own in renamed.items()}
                exchanged[row] = True
            else:
                swap = None
        if swap is None:
            kept = random.random(ids.shape[1]) >= DROPPED_LABELS
            probabilities[row] *= kept * (random.random() >= WITHOUT_LABELS)
        for source, count in counts.items():
            own = texts[source] or ("",)
            drawn[source] += [own[i] for i in random.choice(len(own), count, replace=len(own) < count)]
    batches = tuple(
        text_batch(
            texts,
            source,
            tokenizer,
            [None if random.random() < OPEN_LENGTH else length_name(text, source) for text in texts],
        )
        for source, texts in drawn.items()
    )
    label_ids, label_probabilities = torch.from_numpy(ids), torch.from_numpy(probabilities)
    swaps = torch.from_numpy(exchanged)
    return CaptionBatch(torch.from_numpy(places), compressed, label_ids, label_probabilities, batches, swaps)

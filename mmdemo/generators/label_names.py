"""Names of the image tower's thousand classes in both languages, and which of them the decoder reads."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import torch

from mmdemo.detection.thing_names import classes_of
from mmdemo.generators.decoder_network import DecoderShape
from mmdemo.generators.tokenizer import Tokenizer
from mmdemo.types import Sentence

TABLE = Path(__file__).resolve().parents[2] / "assets" / "labels" / "imagenet-1k.tsv"
LEAST_PROBABILITY = 0.03
"""Classes below are left out: in a picture of people nearly all mass lies on clothes and nonsense."""


@dataclass(frozen=True)
class LabelName:
    """What a class is called."""

    en: str
    zh: str

    def text(self, language: str) -> str:
        """Return the name in a language."""
        return Sentence(self.en, self.zh).text(language)


@lru_cache(maxsize=1)
def label_names() -> tuple[LabelName, ...]:
    """Return the names in the order of ImageNet-1k (Russakovsky et al. 2015)."""
    with TABLE.open(encoding="utf-8", newline="") as stream:
        return tuple(LabelName(row["en"], row["zh"]) for row in csv.DictReader(stream, delimiter="\t"))


@lru_cache(maxsize=1)
def unknown_to_detector() -> torch.Tensor:
    """Return [1000] of 1 for classes that the detector has no name for, such as a lion, and 0 for a “school bus”."""
    known = [classes_of(name.en) or classes_of(name.en.rpartition(" ")[2]) for name in label_names()]
    return torch.tensor([0.0 if classes else 1.0 for classes in known])


class LabelReader:
    """Puts classes into the form that the decoder reads.

    Args:
        tokenizer: of the decoder.
        shape: of the decoder.
        names: of the classes, in order.
    """

    def __init__(self, tokenizer: Tokenizer, shape: DecoderShape, names: tuple[LabelName, ...]) -> None:
        self.shape = shape
        self._pieces = {}
        for language in ("en", "zh"):
            rows = torch.zeros(len(names), shape.pieces, dtype=torch.long)
            for row, ids in zip(rows, tokenizer.ids([name.text(language) for name in names]), strict=True):
                row[: len(ids)] = torch.tensor(ids[: shape.pieces])
            self._pieces[language] = rows

    def most_probable(self, logits: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the classes that are read.

        Args:
            logits: [B, K] of the classifier.

        Returns:
            Ids [B, L] and probabilities [B, L], 0 where the class is too improbable.
        """
        probabilities, ids = logits.float().softmax(dim=1).topk(self.shape.labels, dim=1)
        return ids, probabilities.where(probabilities >= LEAST_PROBABILITY, 0.0)

    def pieces(self, ids: torch.Tensor, probabilities: torch.Tensor, language: str) -> torch.Tensor:
        """Return the tokens of the classes' names.

        Args:
            ids: [B, L] classes.
            probabilities: [B, L], 0 = not to be read.
            language: ``en`` or ``zh``.

        Returns:
            [B, L * P], 0 = none.
        """
        named = self._pieces[language[:2]][ids.cpu()] * (probabilities.cpu() > 0)[:, :, None]  # [B, L, P]
        return named.flatten(1).to(ids.device)

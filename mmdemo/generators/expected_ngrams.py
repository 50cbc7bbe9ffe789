"""What people's captions of a picture are expected to say, by which the captions of the search are ranked.

Consensus reranking (Devlin et al. 2015, "Exploring nearest neighbor approaches") compares a candidate with the captions
of similar pictures by CIDEr (Vedantam et al. 2015). Here those captions need not be at hand: their tf-idf vectors are
predicted from the picture by a linear map of low rank, learned by ridge regression
(`mmdemo.training.expected_ngrams`). The n-grams are of the decoder's tokens, so that both languages are treated alike.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch

from mmdemo.backbone.head_files import TrainedWeights, read_head, read_weights_config
from mmdemo.errors import WeightsCorrupt
from mmdemo.generators.consensus import LONGEST_NGRAM, SCALE, Ngram, ngram_counts
from mmdemo.generators.tokenizer import END_ID
from mmdemo.types import CaptionLanguage
from mmdemo.verified_files import file_sha256

SHIPPED_FOLDER = Path(__file__).resolve().parents[2] / "assets" / "weights" / "expected-ngrams"
MEND = "git checkout -- assets/weights/expected-ngrams"
LANGUAGES: tuple[CaptionLanguage, ...] = ("en", "zh")
EXPECTED_NGRAMS = TrainedWeights("expected n-grams of captions", MEND, "expected-ngrams", LANGUAGES)


def pooled(tokens: torch.Tensor) -> torch.Tensor:
    """Sum up the image tower's tokens [B, T, D] as the square roots of their mean and their largest, [B, 2 D]."""
    return torch.cat([tokens.mean(dim=1), tokens.amax(dim=1)], dim=1).clamp(min=0).sqrt()


def caption_ngrams(ids: Sequence[int]) -> list[dict[Ngram, int]]:
    """Count the n-grams of a text and its end, those of one token first (see `ngram_counts`)."""
    return ngram_counts((*ids, END_ID))


class ExpectedNgrams:
    """Tells how well a caption says what is expected of a picture's captions.

    Args:
        state: M n-grams ``ngrams`` [M, 4], -1 behind short ones, with ``weights`` [M] (idf) and ``base`` [M], their
            mean share in captions of any picture; ``mean`` and ``spread`` [F] of pooled tokens; ``down`` [F, R] and
            ``up`` [R, M], what a picture changes in the shares; ``unknown`` [1] idf of n-grams that are not listed.
    """

    def __init__(self, state: Mapping[str, torch.Tensor]) -> None:
        self._mean, self._spread = state["mean"], state["spread"]
        self._down, self._up, self._base = state["down"], state["up"], state["base"]
        self._unknown = float(state["unknown"][0])
        listed = state["ngrams"].to(torch.int64).tolist()
        weights = state["weights"].tolist()
        known: list[Ngram] = [tuple(i for i in row if i >= 0) for row in listed]
        self._places = {ngram: place for place, ngram in enumerate(known)}
        self._weights = dict(zip(known, weights, strict=True))

    def expected(self, tokens: torch.Tensor) -> torch.Tensor:
        """Return the expected shares [B, M] of the n-grams in captions of pictures with tokens [B, T, D]."""
        standard = (pooled(tokens) - self._mean) / self._spread  # [B, F]
        shares: torch.Tensor = self._base + standard @ self._down @ self._up
        return shares

    def scores(self, tokens: torch.Tensor, texts: Sequence[Sequence[int]]) -> list[float]:
        """Score captions of one picture.

        Args:
            tokens: [T, D] of the image tower.
            texts: C captions in tokens, without their ends.

        Returns:
            C numbers, about the CIDEr that each is expected to get, 0 to 10.
        """
        shares = self.expected(tokens[None].float())[0].numpy()  # [M]
        return [self._score(text, shares) for text in texts]

    def _score(self, text: Sequence[int], shares: np.ndarray) -> float:
        total = 0.0
        for counts in caption_ngrams(text):
            weights = {ngram: count * self._weights.get(ngram, self._unknown) for ngram, count in counts.items()}
            product = sum(
                weight * float(shares[self._places[ngram]])
                for ngram, weight in weights.items()
                if ngram in self._places
            )
            norm = math.hypot(*weights.values())
            total += product / norm if norm else 0.0
        return SCALE * total / LONGEST_NGRAM


def tokenizer_key(path: Path) -> str:
    """Name a tokenizer by its file's bytes; n-grams of one say nothing in another."""
    return str(file_sha256(path))[:16]


def load_expected_ngrams(tokenizer_path: Path, folder: Path = SHIPPED_FOLDER) -> dict[str, ExpectedNgrams]:
    """Read what was learned for each language.

    Args:
        tokenizer_path: of the decoder whose captions are to be scored.
        folder: of the weights.

    Returns:
        By language; nothing for a decoder with another tokenizer than they were learned in.

    Raises:
        WeightsMissing: a file is not there.
        WeightsCorrupt: a file is damaged.
    """
    config = read_weights_config(folder, EXPECTED_NGRAMS)
    if config.get("tokenizer") != tokenizer_key(tokenizer_path):
        return {}
    try:
        return {language: ExpectedNgrams(read_head(folder, language)) for language in LANGUAGES}
    except Exception as error:  # safetensors raises classes of its own for damaged files
        raise WeightsCorrupt(path=folder, command=MEND) from error

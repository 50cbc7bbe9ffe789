"""CIDEr-D, fast: the reward of self-critical training, and the agreement by which candidates are ranked."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ngram = tuple[Hashable, ...]
Tokens = Sequence[Hashable]

LONGEST_NGRAM = 4
"""N-grams of 1 to 4 tokens count alike (Vedantam et al. 2015)."""
LENGTH_SIGMA = 6.0
"""Tokens of difference in length at which a score falls to exp(-1/2) (Vedantam et al. 2015, CIDEr-D)."""
SCALE = 10.0
"""CIDEr-D is ten times a mean cosine."""


@dataclass(frozen=True, eq=False)
class PreparedCaptions:
    """What hypotheses are compared with: R captions, indexed by n-gram."""

    places: dict[Ngram, tuple[tuple[int, int], ...]]  # in which captions, and how often in each
    inverse_norms: tuple[tuple[float, ...], ...]  # [4][R] of the tf-idf vectors, 0 for an empty vector
    bigrams: tuple[int, ...]  # [R]

    def __len__(self) -> int:
        return len(self.bigrams)


class CiderScorer:
    """Scores captions by CIDEr-D (Vedantam et al. 2015), in the arithmetic of coco-caption.

    An n-gram weighs log(images / images whose references hold it); one that no reference holds weighs log(images). The
    score is ten times the mean, over lengths of n-grams and references, of the cosine of the tf-idf vectors, where a
    repeated n-gram counts no more often than in the reference and a difference in length is punished. A caption
    of fewer than four tokens lacks n-grams of some lengths and stays below 10 even when it is the reference.

    Args:
        references: for each of I images its captions, in tokens of any hashable kind (words, or a tokenizer's numbers).
            Scores of a single image are 0, since all its n-grams are in all images.
    """

    def __init__(self, references: Sequence[Sequence[Tokens]]) -> None:
        self._references = references
        self._prepared: dict[int, PreparedCaptions] = {}
        frequency: dict[Ngram, int] = {}
        for captions in references:
            for ngram in {ngram for caption in captions for counts in ngram_counts(caption) for ngram in counts}:
                frequency[ngram] = frequency.get(ngram, 0) + 1
        # Weights enter every product twice, so only their squares are kept; most n-grams are held by few images, so
        # that the numbers themselves are shared between them.
        squares = {count: math.log(len(references) / count) ** 2 for count in set(frequency.values())}
        self._square_weights = {ngram: squares[count] for ngram, count in frequency.items()}
        self._unknown_square = math.log(len(references)) ** 2 if references else 0.0

    def __len__(self) -> int:
        """Count the images."""
        return len(self._references)

    def prepare(self, image: int) -> PreparedCaptions:
        """Index the references of an image; done once and kept.

        Args:
            image: its position in the corpus.
        """
        if image not in self._prepared:
            self._prepared[image] = self.prepare_captions(self._references[image])
        return self._prepared[image]

    def prepare_captions(self, captions: Sequence[Tokens]) -> PreparedCaptions:
        """Index captions of any source, such as the candidates for one picture, to be weighed as the corpus has it.

        Args:
            captions: R in tokens.
        """
        places: dict[Ngram, list[tuple[int, int]]] = {}
        inverse_norms: list[list[float]] = [[] for _ in range(LONGEST_NGRAM)]
        for number, caption in enumerate(captions):
            for size, counts in enumerate(ngram_counts(caption)):
                for ngram, count in counts.items():
                    places.setdefault(ngram, []).append((number, count))
                square = self._square_norm(counts.items())
                inverse_norms[size].append(1.0 / math.sqrt(square) if square else 0.0)
        return PreparedCaptions(
            {ngram: tuple(found) for ngram, found in places.items()},
            tuple(tuple(norms) for norms in inverse_norms),
            tuple(_bigrams(caption) for caption in captions),
        )

    def score(self, hypothesis: Tokens, image: int) -> float:
        """Score a caption of an image of the corpus.

        Args:
            hypothesis: in tokens; an empty one scores 0.
            image: its position in the corpus.

        Returns:
            0 to 10.
        """
        return self.score_against(hypothesis, self.prepare(image))

    def scores(self, hypotheses: Sequence[Tokens], images: Sequence[int]) -> NDArray[np.float64]:
        """Score a caption of each of N images.

        Args:
            hypotheses: N in tokens.
            images: N positions in the corpus; one may come several times.

        Returns:
            [N] of 0 to 10.
        """
        pairs = zip(hypotheses, images, strict=True)
        return np.array([self.score(hypothesis, image) for hypothesis, image in pairs], np.float64)

    def agreement(self, candidates: Sequence[Tokens]) -> NDArray[np.float64]:
        """Score each candidate by all the others, so that the best one is what most of them say (Devlin et al. 2015).

        Args:
            candidates: N captions of one picture, in tokens.

        Returns:
            [N] the mean score against the N - 1 others, 0 to 10; 0 when there are none.
        """
        prepared = [self.prepare_captions([candidate]) for candidate in candidates]
        table = [[self.score_against(candidate, other) for other in prepared] for candidate in candidates]
        against: NDArray[np.float64] = np.array(table, np.float64).reshape(len(candidates), len(candidates))
        mean: NDArray[np.float64] = (against.sum(axis=1) - against.diagonal()) / max(len(candidates) - 1, 1)
        return mean

    def score_against(self, hypothesis: Tokens, prepared: PreparedCaptions) -> float:
        """Score a caption against captions from `prepare` or `prepare_captions`.

        Args:
            hypothesis: in tokens; an empty one scores 0.
            prepared: R captions.

        Returns:
            0 to 10; 0 when there is nothing to compare with.
        """
        length = _bigrams(hypothesis)
        decay = [math.exp(-((length - other) ** 2) / (2 * LENGTH_SIGMA**2)) for other in prepared.bigrams]
        places, weights, unknown = prepared.places, self._square_weights, self._unknown_square
        total = 0.0
        for counts, inverse_norms in zip(ngram_counts(hypothesis), prepared.inverse_norms, strict=True):
            product = square_norm = 0.0
            for ngram, count in counts.items():
                square = weights.get(ngram, unknown)
                square_norm += count * count * square
                # min(tf, tf') idf * tf' idf, summed over the references; most n-grams are in none of them.
                for number, times in places.get(ngram, ()):
                    clipped = count if count < times else times
                    product += clipped * times * square * inverse_norms[number] * decay[number]
            if square_norm:
                total += product / math.sqrt(square_norm)
        return SCALE * total / (LONGEST_NGRAM * max(len(prepared), 1))

    def _square_norm(self, counts: Iterable[tuple[Ngram, int]]) -> float:
        return sum(count * count * self._square_weights.get(ngram, self._unknown_square) for ngram, count in counts)


def cider_d(hypotheses: Sequence[Tokens], references: Sequence[Sequence[Tokens]]) -> float:
    """Return the mean CIDEr-D of a set of captions (Vedantam et al. 2015), weighed by its own references.

    Args:
        hypotheses: N in tokens.
        references: for each the captions it is compared with.

    Returns:
        0 to 10; NaN when there are no captions.
    """
    assert len(hypotheses) == len(references), f"{len(hypotheses)} hypotheses, {len(references)} sets of references"
    if not hypotheses:
        return float("nan")
    return float(CiderScorer(references).scores(hypotheses, range(len(hypotheses))).mean())


def _bigrams(tokens: Tokens) -> int:
    # coco-caption takes the number of bigrams for the length; it differs from that of tokens for an empty caption.
    return max(len(tokens) - 1, 0)


def ngram_counts(tokens: Tokens) -> list[dict[Ngram, int]]:
    """Count the n-grams of each length, 1 first, up to `LONGEST_NGRAM`."""
    counted: list[dict[Ngram, int]] = []
    for size in range(1, LONGEST_NGRAM + 1):
        counts: dict[Ngram, int] = {}
        for ngram in zip(*(tokens[i:] for i in range(size)), strict=False):
            counts[ngram] = counts.get(ngram, 0) + 1
        counted.append(counts)
    return counted

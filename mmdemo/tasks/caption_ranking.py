"""Ranks candidate captions by what the joint space says of them, and by what is expected of the picture's captions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mmdemo.backbone.base import Backbone
from mmdemo.generators.base import Candidate
from mmdemo.tasks.indexing import whole_embedding
from mmdemo.text import text_of
from mmdemo.types import CaptionLanguage, Encoding, Float32Array


@dataclass(frozen=True)
class RankingWeights:
    """What counts in the ranking; the mean log-probability a token counts 1."""

    similarity: float  # of the candidate and the picture, in the joint space
    agreement: float  # mean similarity of the candidate and the others
    expected: float = 0.0  # of how well it says what is expected of the picture's captions


WEIGHTS: dict[str, RankingWeights] = {"en": RankingWeights(4.0, 0.0, 4.0), "zh": RankingWeights(1.0, 4.0, 4.0)}
"""Fitted on held-out training pictures by ``python -m mmdemo.training.caption_ranking``."""


@dataclass(frozen=True)
class RankedCaption:
    """A candidate with what is known of it."""

    text: str
    log_probability: float  # mean a token
    similarity: float  # cosine with the picture
    probability: float  # calibrated, that it belongs to the picture


def rank_candidates(
    encoding: Encoding,
    candidates: Sequence[Sequence[Candidate]],
    languages: Sequence[CaptionLanguage],
    backbone: Backbone,
) -> list[list[RankedCaption]]:
    """Order the candidates for one picture.

    Args:
        encoding: of the picture.
        candidates: of each language.
        languages: one for each list.
        backbone: embeds the texts.

    Returns:
        The candidates of each language, best first.
    """
    texts = [text_of(candidate.text) for own in candidates for candidate in own]
    embeddings = np.stack([whole_embedding(found) for found in backbone.encode_texts(texts)]) if texts else None
    ranked, start = [], 0
    for own, language in zip(candidates, languages, strict=True):
        part = embeddings[start : start + len(own)] if embeddings is not None else np.zeros((0, 1), np.float32)
        start += len(own)
        ranked.append(_ordered(own, part, encoding, WEIGHTS[language], backbone))
    return ranked


def _ordered(
    candidates: Sequence[Candidate],
    embeddings: Float32Array,
    encoding: Encoding,
    weights: RankingWeights,
    backbone: Backbone,
) -> list[RankedCaption]:
    if not candidates:
        return []
    similarities = embeddings @ whole_embedding(encoding)  # [C]
    scores = rank_scores(
        np.array([candidate.log_probability for candidate in candidates]),
        similarities,
        embeddings,
        np.array([candidate.expected for candidate in candidates]),
        weights,
    )
    return [
        RankedCaption(
            candidates[i].text,
            candidates[i].log_probability,
            float(similarities[i]),
            backbone.match_probability(float(similarities[i]), encoding.modality, "text"),
        )
        for i in np.argsort(-scores, kind="stable")
    ]


def rank_scores(
    log_probabilities: np.ndarray,
    similarities: np.ndarray,
    embeddings: np.ndarray,
    expected: np.ndarray,
    weights: RankingWeights,
) -> np.ndarray:
    """Return what candidates are ordered by.

    Args:
        log_probabilities: [C] mean a token.
        similarities: [C] cosines with the picture.
        embeddings: [C, D] of unit norm.
        expected: [C] how well each says what is expected.
        weights: of the parts.

    Returns:
        [C].
    """
    together = embeddings @ embeddings.T  # [C, C]
    agreement = (together.sum(axis=1) - together.diagonal()) / max(len(together) - 1, 1)
    by_space = weights.similarity * similarities + weights.agreement * agreement
    scores: np.ndarray = log_probabilities + by_space + weights.expected * expected
    return scores

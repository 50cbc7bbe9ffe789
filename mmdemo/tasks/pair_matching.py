"""Does this text fit this picture, recording or clip? A calibrated probability, and reasons to distrust it."""

from __future__ import annotations

from dataclasses import dataclass

from mmdemo import reasons
from mmdemo.backbone.base import Backbone, Media
from mmdemo.config import Limits, settings
from mmdemo.tasks.indexing import whole_embedding
from mmdemo.text import read_text
from mmdemo.types import Encoding, Sentence

UNDECIDED = (0.35, 0.65)
"""Probabilities between which the answer is neither yes nor no."""


@dataclass(frozen=True)
class Match:
    """How well a text and media belong together."""

    probability: float  # 0..1, calibrated
    similarity: float  # cosine
    reasons: tuple[Sentence, ...] = ()


def match(text: str, media: Media | Encoding, backbone: Backbone, limits: Limits | None = None) -> Match:
    """Tell whether a text describes media.

    Args:
        text: in English or Chinese.
        media: a picture, a recording, a clip, or the encoding of one.
        backbone: encodes both.
        limits: of the text; None for those of the settings.

    Returns:
        The probability with reasons to distrust it.

    Raises:
        EmptyText: there is no text.
        TextTooLong: over the limit.
        InputError: the media cannot be decoded.
    """
    written = backbone.encode(read_text(text, limits or settings().limits))
    seen = backbone.encode(media)
    similarity = float(whole_embedding(written) @ whole_embedding(seen))
    probability = backbone.match_probability(similarity, written.modality, seen.modality)
    doubts = (reasons.undecided_match(probability),) if UNDECIDED[0] < probability < UNDECIDED[1] else ()
    return Match(probability, similarity, (*doubts, *seen.reasons))

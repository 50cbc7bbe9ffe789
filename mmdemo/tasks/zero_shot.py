"""Classification against any labels, in English or Chinese, without training on any of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mmdemo import reasons
from mmdemo.backbone.base import Backbone, Media
from mmdemo.config import Limits, settings
from mmdemo.errors import DuplicateLabel, EmptyLabel, NoLabels, TooManyLabels
from mmdemo.tasks.indexing import whole_embedding
from mmdemo.text import read_text
from mmdemo.types import Encoding, Float32Array, Sentence

LABEL_LIMIT = 500
FITTING = 0.5
"""Calibrated probability below which the best label is said not to fit."""
CLEAR_LEAD = 0.15
"""Lead of the best label over the second below which the choice is called a close one."""

PICTURE_TEMPLATES = ("{}", "a photo of {}", "a picture that shows {}")
SOUND_TEMPLATES = ("{}", "the sound of {}", "{} can be heard")
CHINESE_PICTURE_TEMPLATES = ("{}", "一张{}的照片", "图片里有{}")
CHINESE_SOUND_TEMPLATES = ("{}", "{}的声音", "可以听到{}")


@dataclass(frozen=True)
class LabelScore:
    """How well a label fits."""

    label: str
    probability: float  # among the labels; they add up to 1
    similarity: float  # cosine


@dataclass(frozen=True)
class Classification:
    """Every label, best first, and what speaks against believing the first."""

    labels: tuple[LabelScore, ...]
    fit: float  # calibrated probability that the best label describes the media at all
    reasons: tuple[Sentence, ...] = ()


def check_labels(labels: Sequence[str], limits: Limits) -> tuple[str, ...]:
    """Check labels from a user.

    Args:
        labels: at least two, in any language.
        limits: names the longest text.

    Returns:
        The labels without white space around them.

    Raises:
        NoLabels: fewer than two.
        TooManyLabels: more than `LABEL_LIMIT`.
        EmptyLabel: nothing but white space.
        DuplicateLabel: twice the same, upper or lower case.
        TextTooLong: over the limit.
    """
    if len(labels) < 2:
        raise NoLabels()
    if len(labels) > LABEL_LIMIT:
        raise TooManyLabels(count=len(labels), limit=LABEL_LIMIT)
    seen: dict[str, str] = {}
    for number, label in enumerate(labels, start=1):
        if not label.strip():
            raise EmptyLabel(number=number)
        text = read_text(label, limits).text
        if text.casefold() in seen:
            raise DuplicateLabel(label=text)
        seen[text.casefold()] = text
    return tuple(seen.values())


def classify(
    media: Media | Encoding, labels: Sequence[str], backbone: Backbone, limits: Limits | None = None
) -> Classification:
    """Tell which of some labels describes media best.

    Args:
        media: a picture, a recording, a clip, a text, or the encoding of one.
        labels: at least two, in English or Chinese.
        backbone: encodes media and labels.
        limits: of texts; None for those of the settings.

    Returns:
        All labels, best first, with reasons to distrust the choice.

    Raises:
        InputError: the labels or the media cannot be used.
    """
    limits = limits or settings().limits
    checked = check_labels(labels, limits)
    encoding = backbone.encode(media)
    similarities = _label_embeddings(checked, encoding, backbone, limits) @ whole_embedding(encoding)  # [L]
    weights = np.exp((similarities - similarities.max()) / backbone.scale.label_temperature)
    probabilities = weights / weights.sum()
    order = np.argsort(-similarities, kind="stable")
    scores = tuple(LabelScore(checked[i], float(probabilities[i]), float(similarities[i])) for i in order)
    best = whole_embedding(backbone.encode(read_text(scores[0].label, limits)))
    fit = backbone.match_probability(float(best @ whole_embedding(encoding)), encoding.modality, "text")
    doubts = [reasons.no_label_fits(scores[0].label, fit)] if fit < FITTING else []
    if scores[0].probability - scores[1].probability < CLEAR_LEAD:
        doubts.append(reasons.close_labels(scores[0].label, scores[1].label))
    return Classification(scores, fit, (*doubts, *encoding.reasons))


def _label_embeddings(labels: Sequence[str], encoding: Encoding, backbone: Backbone, limits: Limits) -> Float32Array:
    """Embed labels, [L, D] of unit norm, each as the mean of the sentences it stands in."""
    texts = []
    for label in labels:
        chinese = any("\u4e00" <= character <= "\u9fff" for character in label)
        if encoding.modality == "audio":
            templates = CHINESE_SOUND_TEMPLATES if chinese else SOUND_TEMPLATES
        else:
            templates = CHINESE_PICTURE_TEMPLATES if chinese else PICTURE_TEMPLATES
        texts += [read_text(template.format(label)[: limits.text_characters], limits) for template in templates]
    vectors = np.stack([whole_embedding(found) for found in backbone.encode_texts(texts)])  # [L * 3, D]
    means = vectors.reshape(len(labels), len(PICTURE_TEMPLATES), -1).mean(axis=1)  # [L, D]
    scaled: Float32Array = means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)
    return scaled

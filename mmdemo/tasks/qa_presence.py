"""Whether things are to be seen or heard: calibrated probabilities from the joint space."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mmdemo.backbone.base import Backbone
from mmdemo.runtime import Models
from mmdemo.tasks.indexing import whole_embedding
from mmdemo.tasks.qa_kept import Kept
from mmdemo.tasks.qa_topic import caption_forms
from mmdemo.tasks.questions import Question
from mmdemo.tasks.unfamiliar_pictures import everyday_labels
from mmdemo.text import text_of
from mmdemo.types import Answer, CaptionLanguage, Encoding, Float32Array, Modality, Sentence

SEEN = 0.5
"""Probability from which a thing is said to be there. On Flickr8k's validation pictures 3 % of those whose captions
never name a thing reach it, and 52 % of those where three of five do; of COCO's, which no head was trained on, 7 % and
46 %."""
NOT_SEEN = 0.15
"""Below it a thing is said not to be there; in between the answer is not sure."""
NEARNESS_SHARE = 0.6
"""Part of a picture's nearness to all labels that is taken off its similarity to one phrase. It raises the area under
the curve from 0.784 to 0.805 for things that COCO's questions take for granted, from 0.893 to 0.904 on Flickr8k."""
HOPELESS = 0.05
"""Probability in the joint space below which the generator is not asked any more."""
WITNESS_WEIGHTS = (1.0, 0.5)
"""Of the log odds of the joint space and of the generator, whose yes and no are right in two of three cases: evidence
of its own, discounted as both look at the same tokens."""
YES: dict[CaptionLanguage, str] = {"en": "yes", "zh": "是"}
AGREEING = frozenset({"yes", "是", "有", "是的", "有的"})
NO: dict[CaptionLanguage, str] = {"en": "no", "zh": "不是"}

_labels: Kept[str, Float32Array] = Kept(1)


def phrase_embedding(phrase: str, language: CaptionLanguage, backbone: Backbone) -> Float32Array:
    """Embed what is looked for: [D] of unit norm, the mean over the ways to write it.

    Args:
        phrase: see `mmdemo.tasks.qa_topic.depicted`.
        language: of it.
        backbone: encodes it; it is in the cache after the first time.
    """
    texts = [text_of(form) for form in caption_forms(phrase, language)]
    mean = np.mean([whole_embedding(found) for found in backbone.encode_texts(texts)], axis=0)  # [D]
    scaled: Float32Array = (mean / max(float(np.linalg.norm(mean)), 1e-9)).astype(np.float32)
    return scaled


def presence(
    phrase: str,
    language: CaptionLanguage,
    embeddings: Sequence[Float32Array] | Float32Array,
    backbone: Backbone,
    modality: Modality = "image",
) -> Float32Array:
    """Return how likely each of some pictures or sounds shows what a phrase says.

    Args:
        phrase: see `mmdemo.tasks.qa_topic.depicted`.
        language: of it.
        embeddings: [N, D] of unit norm.
        backbone: embeds the phrase.
        modality: of what the embeddings are of, ``image`` or ``audio``.

    Returns:
        [N] calibrated probabilities.
    """
    vectors = np.asarray(embeddings, np.float32)  # [N, D]
    similarities = vectors @ phrase_embedding(phrase, language, backbone)  # [N]
    usual = backbone.scale.usual_nearness
    if modality == "image" and usual is not None:
        similarities = similarities - NEARNESS_SHARE * (vectors @ _mean_label(backbone) - usual)
    return np.array([backbone.match_probability(float(s), modality, "text") for s in similarities], np.float32)


def confirmed_presence(phrase: str, language: CaptionLanguage, picture: Encoding, near: float, models: Models) -> float:
    """Return how likely a picture shows what a phrase says, by the joint space and by the generator's yes or no.

    The joint space knows whole scenes, the generator single things; each errs where the other does not.

    Args:
        phrase: see `mmdemo.tasks.qa_topic.depicted`.
        language: of it.
        picture: encoded.
        near: what the joint space says (see `presence`).
        models: of them the generator.

    Returns:
        The probability, 0..1.
    """
    if near < HOPELESS:
        return near
    (guesses,) = models.generator.answers(picture, [closed_question(phrase, language)], language)
    shares = {guess.text.lower(): guess.probability for guess in guesses}
    yes, no = shares.get(YES[language], 0.0), shares.get(NO[language], 0.0)
    if not yes + no:
        return near
    said = np.clip([near, yes / (yes + no)], 1e-3, 1 - 1e-3)
    odds = float(np.dot(np.log(said / (1 - said)), WITNESS_WEIGHTS))
    return float(1 / (1 + np.exp(-odds)))


def doubted(answer: Answer, question: Question, near: float) -> Answer:
    """Take the certainty off a yes to what the joint space does not see at all.

    Args:
        answer: to a question.
        question: that was asked.
        near: what the joint space says of the thing asked about (see `presence`).
    """
    agrees = answer.guesses and answer.guesses[0].text.lower() in AGREEING
    if question.kind != "yes_no" or not answer.sure or not agrees or near >= NOT_SEEN:
        return answer
    text = Sentence("Not sure; I do not find it here.", "不确定：没有找到。").text(question.language)
    return replace(answer, text=text, probability=min(answer.probability, 0.5), sure=False)


def closed_question(phrase: str, language: CaptionLanguage) -> str:
    """Ask whether a picture shows what a phrase says."""
    if language == "zh":
        return f"图里有{phrase}吗"
    return f"{caption_forms(phrase, language)[0].replace('there is', 'is there', 1)} in the picture?"


def _mean_label(backbone: Backbone) -> Float32Array:
    """Return the mean embedding of the everyday labels, [D]; shorter than 1."""

    def embed() -> Float32Array:
        texts = [text_of(form) for english, _ in everyday_labels() for form in _plain_forms(english)]
        mean: Float32Array = np.mean([whole_embedding(found) for found in backbone.encode_texts(texts)], axis=0)
        return mean

    return _labels.get_or(backbone, "en", embed)


def _plain_forms(label: str) -> tuple[str, ...]:
    return (f"there is {label}", label)

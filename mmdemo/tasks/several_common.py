"""What several media have in common and where they differ, by what can be said of each."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np

from mmdemo.runtime import Models
from mmdemo.tasks.captioning import CaptionRequest, caption_encoding
from mmdemo.tasks.indexing import whole_embedding
from mmdemo.tasks.qa_media import AskProgress, Medium, Steps, look, placed
from mmdemo.tasks.qa_phrases import capital, in_common, medium_name
from mmdemo.tasks.qa_presence import NOT_SEEN, SEEN, presence
from mmdemo.tasks.qa_sound import answer_sound
from mmdemo.tasks.question_words import content_words
from mmdemo.tasks.questions import Question
from mmdemo.tasks.video_answer_captions import frame_caption
from mmdemo.tasks.video_answer_frames import seen_clip
from mmdemo.types import Answer, Evidence, EvidenceKind, Float32Array, MediaKind, Span

MOST_TOLD = 6
"""Media that are told one by one."""
SURE = 0.5


@dataclass(frozen=True, eq=False)
class Told:
    """What there is to say about one of the media."""

    place: int
    text: str
    probability: float
    evidence: tuple[Evidence, ...]
    embedding: Float32Array | None  # [D] of what is to be seen


def tell(question: Question, medium: Medium, models: Models) -> Generator[AskProgress, None, Told]:
    """Say in a sentence what one of the media is.

    Args:
        question: gives the language, and the wording for recordings.
        medium: any.
        models: all of them.
    """
    if medium.kind == "audio":
        answer = placed((yield from answer_sound(question, medium, models)), medium.place)
        return Told(medium.place, answer.text, answer.probability, answer.evidence, None)
    encoding = yield from look(medium, models)
    yield AskProgress("reading", 0.0, medium.place)
    span: Span | None = None
    kind: EvidenceKind = "whole"
    if encoding.modality == "image":
        captions = caption_encoding(encoding, models, CaptionRequest(languages=(question.language,))).captions
        embedding = whole_embedding(encoding)
    else:
        clip = seen_clip(encoding, models.backbone)
        frame = clip.main_frames(1)[0]
        captions = frame_caption(clip, frame, question.language, models).captions
        embedding, kind, span = clip.embeddings[frame], "frame", clip.scenes[clip.scene_at(frame)].span
    text, score = (captions[0].text, captions[0].score) if captions else ("", 0.0)
    return Told(medium.place, text, score, (Evidence(medium.place, kind, score, span),), embedding)


def answer_each(question: Question, media: Sequence[Medium], kinds: Sequence[MediaKind], models: Models) -> Steps:
    """Say of each of some media what it is."""
    told = []
    for medium in media[:MOST_TOLD]:
        told.append((yield from tell(question, medium, models)))
    return _answer(question, " ".join(_lines(told, kinds, question)), told)


def answer_common(
    question: Question, media: Sequence[Medium], kinds: Sequence[MediaKind], models: Models, differ: bool
) -> Steps:
    """Say what some media have in common, or where they differ.

    What one of two captions names is common where the other picture shows it too, by the joint space.

    Args:
        question: that asks for it.
        media: at least two.
        kinds: of all the media, for their names.
        models: all of them.
        differ: whether the differences are asked for.

    Yields:
        Progress.

    Returns:
        The answer, with every one of the media cited.
    """
    told = []
    for medium in media[:MOST_TOLD]:
        told.append((yield from tell(question, medium, models)))
    yield AskProgress("answering", 0.0, media[-1].place)
    shared = _shared_things(told, question, models)
    names = [medium_name(own.place, kinds, question.language) for own in told]
    lines = _lines(told, kinds, question)
    return _answer(question, in_common(shared, names, lines, differ, question.language), told)


def _lines(told: Sequence[Told], kinds: Sequence[MediaKind], question: Question) -> list[str]:
    colon = "：" if question.language == "zh" else ": "
    return [f"{capital(medium_name(own.place, kinds, question.language))}{colon}{own.text}" for own in told]


def _answer(question: Question, text: str, told: Sequence[Told]) -> Answer:
    probability = float(np.mean([own.probability for own in told])) if told else 0.0
    evidence = tuple(own.evidence[0] for own in told if own.evidence)
    return Answer(text, question.language, probability, probability >= SURE, (), evidence)


def _shared_things(told: Sequence[Told], question: Question, models: Models) -> list[str]:
    """Return the words of the captions whose things show in all the pictures."""
    seen = [own for own in told if own.embedding is not None]
    if len(seen) < 2 or len(seen) < len(told):
        return []
    embeddings = np.stack([own.embedding for own in seen if own.embedding is not None])  # [M, D]
    words = dict.fromkeys(word for own in seen for word in content_words(own.text, question.language))
    shared = []
    for word in words:
        likely = presence(word, question.language, embeddings, models.backbone)  # [M]
        named = np.array([word in content_words(own.text, question.language) for own in seen])
        if (named | (likely >= SEEN)).all() and (likely >= NOT_SEEN).all():
            shared.append(word)
    return shared

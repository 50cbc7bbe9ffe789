"""Whether a recording and a picture belong together: what is said, or else the sound, against what is to be seen."""

from __future__ import annotations

from collections.abc import Generator, Sequence

import numpy as np

from mmdemo.backbone.base import Backbone
from mmdemo.runtime import Models
from mmdemo.tasks.heard import Heard
from mmdemo.tasks.indexing import whole_embedding
from mmdemo.tasks.pair_matching import UNDECIDED
from mmdemo.tasks.qa_media import AskProgress, Medium, Steps, look
from mmdemo.tasks.qa_phrases import fits
from mmdemo.tasks.qa_sound import listen
from mmdemo.tasks.questions import Question
from mmdemo.tasks.video_answer_frames import seen_clip
from mmdemo.text import text_of
from mmdemo.types import Answer, Evidence, EvidenceKind, Float32Array, Span

LEAST_WORDS = 3
"""A shorter sentence describes nothing."""
WHOLE_WORDS = 60
"""A transcript of up to so many words is compared as a whole too."""


def answer_fit(question: Question, first: Medium, second: Medium, models: Models) -> Steps:
    """Tell whether a recording and a picture or clip belong together.

    Args:
        question: that asks for it.
        first: one of them is a recording, or both have something to be seen and the second is heard.
        second: the other.
        models: backbone and speech recogniser.

    Yields:
        Progress.

    Returns:
        Yes, no or not sure, with the sentence that fits best and the picture.
    """
    audible, visible = (first, second) if first.kind == "audio" else (second, first)
    pictures, spans = yield from _pictures(visible, models)
    found = yield from listen(audible, models)
    yield AskProgress("answering", 0.0, visible.place)
    if found.has_speech:
        probability, heard, frame = _said(found, pictures, audible.place, models.backbone)
    else:
        probability, heard, frame = _sounding(found, pictures, audible.place, models.backbone)
    kind: EvidenceKind = "whole" if spans is None else "frame"
    seen = Evidence(visible.place, kind, probability, spans[frame] if spans is not None else None)
    return _told(question, probability, heard, seen)


def _told(question: Question, probability: float, heard: Evidence, seen: Evidence) -> Answer:
    fit = True if probability >= UNDECIDED[1] else False if probability <= UNDECIDED[0] else None
    text = fits(fit, heard.text, question.language)
    certainty = probability if fit is not False else 1 - probability
    return Answer(text, question.language, certainty, fit is not None, (), (heard, seen))


def _pictures(
    visible: Medium, models: Models
) -> Generator[AskProgress, None, tuple[Float32Array, tuple[Span, ...] | None]]:
    """Return the embeddings of a picture or of the frames of a clip, [P, D], with the times of frames."""
    encoding = yield from look(visible, models)
    if encoding.modality == "image":
        return whole_embedding(encoding)[None], None
    clip = seen_clip(encoding, models.backbone)
    return clip.embeddings, clip.spans


def _said(found: Heard, pictures: Float32Array, place: int, backbone: Backbone) -> tuple[float, Evidence, int]:
    """Compare the sentences that are said with the pictures; returns probability, evidence and the nearest picture."""
    parts = sentences(found)
    vectors = np.stack([whole_embedding(part) for part in backbone.encode_texts([text_of(text) for _, text in parts])])
    similarities = vectors @ pictures.T  # [S, P]
    best, frame = np.unravel_index(int(np.argmax(similarities)), similarities.shape)
    probability = backbone.match_probability(float(similarities[best, frame]), "text", "image")
    span, text = parts[int(best)]
    return probability, Evidence(place, "passage", probability, span, text=text), int(frame)


def sentences(found: Heard) -> Sequence[tuple[Span, str]]:
    """Return what may describe something: the sentences of a recording, and all of it where it is short."""
    segments = [segment for segment in found.transcript.segments if segment.words]
    count = sum(len(segment.words) for segment in segments)
    whole = Span(segments[0].start, segments[-1].end), " ".join(segment.text.strip() for segment in segments)
    single = [(Span(part.start, part.end), part.text.strip()) for part in segments if len(part.words) >= LEAST_WORDS]
    return [whole, *single] if count <= WHOLE_WORDS or not single else single


def _sounding(found: Heard, pictures: Float32Array, place: int, backbone: Backbone) -> tuple[float, Evidence, int]:
    """Compare sound without words with the pictures."""
    spans = backbone.embed_spans(found.encoding)
    similarities = np.stack([vector for _, vector in spans]) @ pictures.T  # [S, P]
    best, frame = np.unravel_index(int(np.argmax(similarities)), similarities.shape)
    probability = backbone.match_probability(float(similarities[best, frame]), "audio", "image")
    return probability, Evidence(place, "sound", probability, spans[int(best)][0]), int(frame)

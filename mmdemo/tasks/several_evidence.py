"""How much each of several media speaks for the thing that a question is about: shown, said or heard."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np

from mmdemo.runtime import Models
from mmdemo.tasks.heard import Heard
from mmdemo.tasks.indexing import whole_embedding
from mmdemo.tasks.qa_kept import Kept
from mmdemo.tasks.qa_media import AskProgress, Medium, look
from mmdemo.tasks.qa_presence import confirmed_presence, presence
from mmdemo.tasks.qa_sound import asks_for_sight, asks_for_sound, asks_for_speech, listen, moments
from mmdemo.tasks.qa_topic import depicted
from mmdemo.tasks.questions import Question
from mmdemo.tasks.sound_answers import NamedSound, asked_label, label_name, named_sounds
from mmdemo.tasks.sound_labels import SOUND_LABELS
from mmdemo.tasks.video_answer_frames import find_sightings, seen_clip
from mmdemo.types import Encoding, Evidence

HELD_SOUNDS = 64
SHARPNESS = 0.6
"""Exponent of the odds of each of the media."""
NONE_ODDS = 0.4
"""Odds that none of them is meant. Both fitted to 8,400 choices among two to six validation pictures of Flickr8k and
pictures of COCO by a word or a caption, in both languages, a quarter of them without the right one: the expected
calibration error is 0.05 for captions, 0.07 for words and 0.03 for COCO."""

_sounds: Kept[str, tuple[NamedSound, ...]] = Kept(HELD_SOUNDS)


@dataclass(frozen=True)
class MediumEvidence:
    """What one of the media has of the thing."""

    place: int
    probability: float  # calibrated, that it has the thing at all
    evidence: Evidence
    picture: Encoding | None = None  # that shows it best, where it is to be seen


def gather(
    question: Question, media: Sequence[Medium], models: Models
) -> Generator[AskProgress, None, tuple[MediumEvidence, ...]]:
    """Look for the thing that a question is about in each of some media.

    Args:
        question: with a topic.
        media: to look at and listen to.
        models: backbone and speech recogniser.

    Yields:
        Progress.

    Returns:
        One piece of evidence for each of the media that can have the thing, in order: recordings show nothing, and
        pictures say nothing.

    Raises:
        InputError: media cannot be decoded.
    """
    found = []
    for medium in able(question, media):
        pieces: list[tuple[Evidence, Encoding | None]] = []
        if medium.kind != "audio" and not asks_for_sound(question):
            pieces.append((yield from _seen(question, medium, models)))
        if medium.sound is not None and not asks_for_sight(question):
            pieces += [(heard, None) for heard in (yield from _heard(question, medium, models))]
        best, picture = max(pieces, key=lambda piece: piece[0].score)
        found.append(MediumEvidence(medium.place, best.score, best, picture))
    return tuple(found)


def able(question: Question, media: Sequence[Medium]) -> list[Medium]:
    """Return the media that can have what a question asks for: those with sound, or those to be seen, or all."""
    if asks_for_sound(question):
        return [medium for medium in media if medium.sound is not None]
    if asks_for_sight(question):
        return [medium for medium in media if medium.kind != "audio"]
    return list(media)


def _seen(
    question: Question, medium: Medium, models: Models
) -> Generator[AskProgress, None, tuple[Evidence, Encoding | None]]:
    """Look for the thing in a picture or in the frames of a clip."""
    encoding = yield from look(medium, models)
    phrase, language = depicted(question), question.language
    if encoding.modality == "image":
        near = float(presence(phrase, language, whole_embedding(encoding)[None], models.backbone)[0]) if phrase else 0.0
        return Evidence(medium.place, "whole", confirmed_presence(phrase, language, encoding, near, models)), encoding
    clip = seen_clip(encoding, models.backbone)
    shown = find_sightings(phrase, language, clip, models)
    if not shown:
        return Evidence(medium.place, "whole", 0.0), None
    return Evidence(medium.place, "frame", shown[0].probability, shown[0].span), clip.frame(shown[0].frame)


def _heard(question: Question, medium: Medium, models: Models) -> Generator[AskProgress, None, list[Evidence]]:
    """Look for the thing in what is said and in what is to be heard besides."""
    found = yield from listen(medium, models)
    spoken = yield from moments(question.topic, question, found, models, medium.place)
    pieces = [Evidence(medium.place, "passage", said.probability, said.span, text=said.text) for said in spoken[:1]]
    if not asks_for_speech(question):
        yield AskProgress("reading", 0.0, medium.place)
        pieces += _sounding(question, found, medium.place, models)
    return pieces or [Evidence(medium.place, "whole", 0.0)]


def _sounding(question: Question, found: Heard, place: int, models: Models) -> list[Evidence]:
    """Look for the thing among the sounds that can be named."""
    label = asked_label(question, models.backbone)
    if label is None:
        return []
    sounds = _sounds.get_or(models.backbone, found.encoding.sha256, lambda: named_sounds(found, models))
    if not sounds:
        return []
    best = max(sounds, key=lambda sound: float(sound.probabilities[label]))
    name = label_name(SOUND_LABELS[label], question.language)
    return [Evidence(place, "sound", float(best.probabilities[label]), best.span, text=name)]


def choice_probabilities(found: Sequence[MediumEvidence]) -> list[float]:
    """Return how likely each of the media is the one that is meant; what is left to 1 says that none is.

    Args:
        found: with calibrated probabilities of their own, which do not know that one is meant.
    """
    clipped = np.clip([piece.probability for piece in found], 1e-4, 1 - 1e-4)
    odds = (clipped / (1 - clipped)) ** SHARPNESS
    return [float(value) for value in odds / (odds.sum() + NONE_ODDS)]

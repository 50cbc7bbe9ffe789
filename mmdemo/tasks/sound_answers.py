"""What is to be heard in a recording besides words: sounds named in the joint space; music, noise, silence as such."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mmdemo import reasons
from mmdemo.backbone.base import Backbone
from mmdemo.runtime import Models
from mmdemo.tasks.heard import Heard
from mmdemo.tasks.passage_terms import english_stem
from mmdemo.tasks.questions import Question
from mmdemo.tasks.sound_labels import SOUND_LABELS, SoundLabel
from mmdemo.tasks.sound_naming import (
    NamedSound,
    embedded,
    label_embeddings,
    label_name,
    label_probabilities,
    named_sounds,
)
from mmdemo.types import Answer, CaptionLanguage, Evidence, Guess, Sentence, Span

__all__ = [
    "NamedSound",
    "answer_sound",
    "asked_label",
    "label_embeddings",
    "label_name",
    "label_probabilities",
    "named_sounds",
]

SURE = 0.5
GUESSES = 3


def answer_sound(question: Question, heard: Heard, models: Models, media: int = 0) -> Answer:
    """Say what is to be heard, or whether one thing is.

    Args:
        question: of the kind ``sound``, or a yes/no question about a sound.
        heard: the recording.
        models: whose joint space names sounds.
        media: place of the recording among the media that were asked about.

    Returns:
        The answer with the stretches it rests on.
    """
    sounds = named_sounds(heard, models)
    if not sounds:
        return _silence(question, heard, media)
    if question.kind == "yes_no":
        return _whether(question, sounds, models, media)
    totals: dict[int, float] = {}
    for sound in sounds:
        totals[sound.best] = totals.get(sound.best, 0.0) + sound.span.duration
    # What is not speech comes first: who asks for a sound does not mean the talking around it.
    order = sorted(sounds, key=lambda s: (SOUND_LABELS[s.best].group in ("speech", "noise"), -totals[s.best]))
    best = order[0]
    certain = float(best.probabilities.max())
    guesses = tuple(
        Guess(label_name(SOUND_LABELS[int(i)], question.language), float(best.probabilities[int(i)]))
        for i in np.argsort(-best.probabilities, kind="stable")[:GUESSES]
    )
    evidence = tuple(_evidence(sound, sound.best, question.language, media) for sound in order[:GUESSES])
    sure = certain >= SURE
    distrust: tuple[Sentence, ...] = () if sure else (reasons.no_label_fits(guesses[0].text, certain),)
    return Answer(
        _text(guesses[0].text, sure, question.language), question.language, certain, sure, guesses, evidence, distrust
    )


def _text(name: str, sure: bool, language: CaptionLanguage) -> str:
    if sure:
        return name
    return f"不确定，也许是{name}" if language == "zh" else f"I am not sure, perhaps: {name}"


def _evidence(sound: NamedSound, label: int, language: CaptionLanguage, media: int) -> Evidence:
    name = label_name(SOUND_LABELS[label], language)
    return Evidence(media, "sound", float(sound.probabilities[label]), span=sound.span, text=name)


def _silence(question: Question, heard: Heard, media: int) -> Answer:
    """Say that nothing is to be heard."""
    whole = Evidence(media, "sound", 1.0, span=Span(0.0, heard.encoding.duration))
    if question.language == "zh":
        text = "没有：录音是静音。" if question.kind == "yes_no" else "静音：录音中没有声音。"
    else:
        text = "No: the recording is silent." if question.kind == "yes_no" else "Silence: there is nothing to hear."
    return Answer(text, question.language, 0.95, True, (Guess(text, 0.95),), (whole,))


def _whether(question: Question, sounds: Sequence[NamedSound], models: Models, media: int) -> Answer:
    """Tell whether something is to be heard."""
    place = asked_label(question, models.backbone)
    if place is None:
        text = "不确定：不认识这种声音。" if question.language == "zh" else "I am not sure: I do not know that sound."
        return Answer(text, question.language, 0.0, False)
    members = _group_members(place)
    best = max(sounds, key=lambda sound: float(sound.probabilities[members].sum()))
    chance = float(best.probabilities[members].sum())
    name = label_name(SOUND_LABELS[place], question.language)
    heard_instead = label_name(SOUND_LABELS[best.best], question.language)
    if chance >= SURE:
        text = f"有：{name}" if question.language == "zh" else f"Yes: {name}"
        return Answer(
            text,
            question.language,
            chance,
            True,
            (Guess(name, chance),),
            (_evidence(best, place, question.language, media),),
        )
    evidence = tuple(_evidence(sound, sound.best, question.language, media) for sound in sounds[:GUESSES])
    sure = 1.0 - chance >= 1.0 - SURE / 2
    if question.language == "zh":
        text = f"没有：听到的是{heard_instead}" if sure else f"不确定：可能是{heard_instead}"
    else:
        text = f"No: what is to be heard is {heard_instead}" if sure else f"I am not sure, perhaps: {heard_instead}"
    return Answer(text, question.language, 1.0 - chance, sure, (Guess(heard_instead, 1.0 - chance),), evidence)


def _group_members(place: int) -> list[int]:
    """Return the labels that count as an asked-for one: music is also any instrument."""
    if SOUND_LABELS[place].group == "music":
        return [i for i, label in enumerate(SOUND_LABELS) if label.group == "music"]
    return [place]


def asked_label(question: Question, backbone: Backbone) -> int | None:
    """Find the label that a question names: by its words, else by meaning.

    Args:
        question: about one sound.
        backbone: compares by meaning where no word is the same.

    Returns:
        Place in `SOUND_LABELS`, None where nothing is near.
    """
    if question.language == "zh":
        asked = "".join(question.topic)
        shared = [len(set(asked) & set(label.zh.removesuffix("声"))) for label in SOUND_LABELS]
    else:
        stems = {english_stem(word) for word in question.topic}
        shared = [len(stems & _stems(label)) for label in SOUND_LABELS]
    if max(shared, default=0) > 0:
        return int(np.argmax(shared))
    if not question.topic:
        return None
    similarities = label_embeddings(backbone) @ embedded([" ".join(question.topic)], backbone)  # [L]
    return int(similarities.argmax()) if float(similarities.max()) >= NEAR_MEANING else None


NEAR_MEANING = 0.75
"""Similarity of two names of one sound in the joint space."""


def _stems(label: SoundLabel) -> frozenset[str]:
    words = " ".join((label.en, *label.phrases)).split()
    return frozenset(english_stem(word) for word in words) - {"a", "the", "on", "play", "person", "peopl"}

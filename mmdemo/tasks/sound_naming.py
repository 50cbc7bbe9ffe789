"""Names what is to be heard, span by span: kinds of sound by a detector, sounds by the joint space."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from mmdemo.backbone.base import Backbone, read_rows
from mmdemo.backbone.observed import unobserved
from mmdemo.backbone.sound_kinds import SOUND_KINDS, load_sound_kinds, stretch_features
from mmdemo.runtime import Models
from mmdemo.tasks.heard import Heard
from mmdemo.tasks.sound_labels import SOUND_LABELS, SoundLabel
from mmdemo.text import text_of
from mmdemo.types import CaptionLanguage, Float32Array, Span

SPAN_SECONDS, HOP_SECONDS = 5.0, 2.5
LEAST_SOUND_SHARE = 0.1
"""A recording with sound in less of it is silent."""
AUDIBLE_SPAN_TOKENS = 10
NOISE_ODDS = 0.1
"""Mere noise is this much rarer than in the detector's training, where all kinds are as frequent; rain is like it."""
LEAST_SPEECH = 0.1
"""Probability of speech by the sound itself from which recognised words are believed."""


@dataclass(frozen=True, eq=False)
class NamedSound:
    """A stretch of sound with the probability of every label."""

    span: Span
    probabilities: Float32Array  # [L]

    @property
    def best(self) -> int:
        """Place of the most probable label."""
        return int(self.probabilities.argmax())


_lock = threading.Lock()
_label_rows: WeakKeyDictionary[Any, Float32Array] = WeakKeyDictionary()


def label_embeddings(backbone: Backbone) -> Float32Array:
    """Return the embeddings of `SOUND_LABELS`, each the mean of its English names, [L, D] unit norm, computed once."""
    shared = unobserved(backbone)
    with _lock:
        found = _label_rows.get(shared)
    if found is None:
        found = np.stack([embedded((label.en, *label.phrases), backbone) for label in SOUND_LABELS])
        with _lock:
            _label_rows[shared] = found
    return found


def embedded(names: Sequence[str], backbone: Backbone) -> Float32Array:
    """Return the mean embedding of some names of one thing, [D] unit norm."""
    rows = [encoding.embedding for encoding in backbone.encode_texts([text_of(name) for name in names])]
    mean = np.mean([row for row in rows if row is not None], axis=0)
    scaled: Float32Array = (mean / max(float(np.linalg.norm(mean)), 1e-12)).astype(np.float32)
    return scaled


def named_sounds(heard: Heard, models: Models) -> tuple[NamedSound, ...]:
    """Name what is to be heard, span by span.

    Args:
        heard: the recording.
        models: whose joint space names sounds.

    Returns:
        Spans in order; neighbours with the same best label are one. Nothing for a silent recording.
    """
    encoding = heard.encoding
    starts = encoding.spans[:, 0]  # [T]
    if not len(starts) or len(starts) * 0.02 < LEAST_SOUND_SHARE * max(encoding.duration, 0.1):
        return ()
    labels, kinds = label_embeddings(models.backbone), load_sound_kinds()
    found: list[NamedSound] = []
    for span, embedding in models.backbone.embed_spans(encoding, SPAN_SECONDS, HOP_SECONDS):
        first, behind = np.searchsorted(starts, [span.start - 1e-3, span.end - 1e-3])
        if behind - first < AUDIBLE_SPAN_TOKENS:
            continue
        tokens = read_rows(encoding.tokens, slice(int(first), int(behind)))
        kind = kinds.probabilities(stretch_features(tokens)[None])[0]  # [K]
        similar = labels @ embedding / models.backbone.scale.label_temperature  # [L]
        found.append(NamedSound(span, label_probabilities(similar, kind, _spoken_share(heard, span))))
    return tuple(_merged(found))


def label_probabilities(scores: Float32Array, kind: Float32Array, spoken: float) -> Float32Array:
    """Share out the probability of each kind of sound among its labels.

    Args:
        scores: [L] similarities of a stretch with `SOUND_LABELS`, over the temperature of the joint space.
        kind: [K] probability of each of `SOUND_KINDS`.
        spoken: share of the stretch in which words are heard.

    Returns:
        [L] adds up to 1.
    """
    groups = np.array([_kind_of(label) for label in SOUND_LABELS])
    weights = dict(zip(SOUND_KINDS, map(float, kind), strict=True))
    weights["noise"] *= NOISE_ODDS
    # Words alone prove nothing: a recogniser hears “heee” in a chainsaw.
    spoken = spoken if weights["speech"] >= LEAST_SPEECH else 0.0
    total = sum(weights.values())
    weights = {name: value / total * (1.0 - spoken) for name, value in weights.items()}
    weights["speech"] += spoken
    shares = np.zeros(len(SOUND_LABELS), np.float32)
    for name, weight in weights.items():
        own = groups == name
        # Of instruments the joint space knows too little to name one: music is just music.
        scaled = np.where(own, scores, -np.inf) if name == "event" else np.where(own, 0.0, -np.inf)
        part = np.exp(scaled - scaled.max())
        shares += weight * part / part.sum()
    return shares


def _kind_of(label: SoundLabel) -> str:
    if label.group in ("noise", "speech"):
        return label.group
    if label.group == "music":
        return "music" if label.en == "music" else "instrument"
    return "event"


def _spoken_share(heard: Heard, span: Span) -> float:
    seconds = sum(
        max(min(stretch.span.end, span.end) - max(stretch.span.start, span.start), 0.0)
        for stretch in heard.stretches
        if stretch.kind == "speech"
    )
    return min(seconds / max(span.duration, 1e-6), 1.0)


def _merged(sounds: Sequence[NamedSound]) -> list[NamedSound]:
    merged: list[NamedSound] = []
    for sound in sounds:
        if merged and merged[-1].best == sound.best:
            before = merged.pop()
            mean = ((before.probabilities + sound.probabilities) / 2).astype(np.float32)
            sound = NamedSound(Span(before.span.start, sound.span.end), mean)
        merged.append(sound)
    return merged


def label_name(label: SoundLabel, language: CaptionLanguage) -> str:
    """Return the name of a sound in a language."""
    return label.zh if language == "zh" else label.en

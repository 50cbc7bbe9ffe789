"""Recordings in which every phone is clear, made by hand."""

from __future__ import annotations

import numpy as np

from mmdemo.alignment.phone_track import PhoneTrack
from mmdemo.alignment.pronunciations import pronunciations
from mmdemo.backbone.spoken_phones import PHONES, SILENCE, phone_number

PHONE_FRAMES = 8
UNLIKELY = -7.0


def clear_track(seconds: float, *words: tuple[str, float], language: str = "en") -> PhoneTrack:
    """Return a track that is silent but for words at times; each of their phones lasts 80 ms."""
    likelihoods = np.full((round(100 * seconds), len(PHONES)), UNLIKELY, np.float32)
    likelihoods[:, SILENCE] = 0.0
    for word, start in words:
        at = round(100 * start)
        for phone in pronunciations(word, language)[0].split():
            likelihoods[at : at + PHONE_FRAMES] = UNLIKELY
            likelihoods[at : at + PHONE_FRAMES, phone_number(phone)] = 0.0
            at += PHONE_FRAMES
    return PhoneTrack(likelihoods, np.ones(len(likelihoods), np.bool_), language)

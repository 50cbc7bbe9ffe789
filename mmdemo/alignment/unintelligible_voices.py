"""Voices that Whisper does not understand, such as synthetic Mandarin: a text is placed by how long its lines take."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mmdemo.alignment.forced_plan import PlannedWord, speaking_rate
from mmdemo.alignment.forced_voice_time import VOICE_PROBABILITY, VOICELESS_WEIGHT
from mmdemo.alignment.forced_words import GivenWord, HeardWord
from mmdemo.backbone.sound_activity import TOKEN_SECONDS
from mmdemo.types import Float32Array
from mmdemo.word_times import TimedToken

GARBLED_SHARE = 0.3
GARBLED_PROBABILITY = 0.5
STRANGE_PROBABILITY = 0.6
"""Of a voice that Whisper hardly understands, little or doubtful words come back, of which the text has few; in
another script than the text's they are no better for being a little likelier."""

FOLLOWED_PROBABILITY = 0.3
"""Of the words of a text that was not recognised: synthetic Swedish has 0.35 to 0.45 and cross-attention follows it,
Mandarin 0.06 and Thai 0.2, where it is led astray."""


def is_garbled(given: Sequence[GivenWord], heard: Sequence[HeardWord], matched: int, voiced: float) -> bool:
    """Tell whether what was heard is so little, or so doubtful, that it says nothing about the text.

    Args:
        given: words of the text.
        heard: words that were recognised.
        matched: how many of the text were among them.
        voiced: seconds of sure voice.
    """
    if not heard or matched >= GARBLED_SHARE * len(given):
        return False
    strange = other_script([word.key for word in heard], [key for word in given for key in word.keys])
    most = STRANGE_PROBABILITY if strange else GARBLED_PROBABILITY
    doubtful = float(np.mean([word.probability for word in heard])) < most
    return doubtful or speaking_rate((), (), ()) * sum(word.weight for word in heard) < GARBLED_SHARE * voiced


def leads_astray(timed: Sequence[TimedToken]) -> bool:
    """Tell whether cross-attention knows nothing about the words that it placed.

    Args:
        timed: words of a window.
    """
    return float(np.mean([word.probability for word in timed])) < FOLLOWED_PROBABILITY


def other_script(heard: Sequence[str], given: Sequence[str]) -> bool:
    """Tell whether most of what was heard is written in Latin letters and most of the text is not.

    Args:
        heard: words as they are compared.
        given: words as they are compared.
    """

    def latin(words: Sequence[str]) -> float:
        return float(np.mean([unicodedata.name(word[0], "").startswith("LATIN") for word in words if word]))

    return bool(heard) and bool(given) and latin(heard) > 0.5 > latin(given)


def evenly_paced(
    planned: Sequence[PlannedWord], timed: Sequence[TimedToken], voice: Float32Array
) -> tuple[TimedToken, ...]:
    """Spread words over a window's voice, where cross-attention knows nothing about them.

    Args:
        planned: words of a window.
        timed: the same as cross-attention placed them; their probabilities stay.
        voice: [T] probability of speech.

    Returns:
        The same words in packed seconds.
    """
    elapsed = np.concatenate([[0.0], np.cumsum(np.where(voice > VOICE_PROBABILITY, 1.0, VOICELESS_WEIGHT))])  # [T + 1]
    shares = np.concatenate([[0.0], np.cumsum([word.weight for word in planned])])  # [N + 1]
    edges = np.interp(shares / shares[-1] * elapsed[-1], elapsed, np.arange(len(elapsed))) * TOKEN_SECONDS
    return tuple(
        replace(token, start=float(a), end=float(b)) for token, a, b in zip(timed, edges[:-1], edges[1:], strict=True)
    )

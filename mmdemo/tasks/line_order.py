"""Finds out whether neighbouring subtitles of a file that otherwise fits stand in each other's place."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing

import numpy as np

from mmdemo.alignment.forced_words import GivenWord, given_words
from mmdemo.alignment.swapped_lines import (
    TRIED_GAIN,
    Trial,
    exchange_gains,
    exchanged_order,
    is_suspected,
    text_likelihood,
    with_exchanged_times,
)
from mmdemo.runtime import Models
from mmdemo.tasks.cross_lingual_hearing import windows_of
from mmdemo.types import Audio, AudioFile, Cue, EncodedWindow, Encoding

MOST_TRIALS = 40
"""In one window of half a minute; more lines than that are no speech."""


def are_lines_suspected(cues: Sequence[Cue]) -> bool:
    """Tell, without listening, whether neighbouring cues look exchanged: one too long for its time, one too short.

    Args:
        cues: in any order.
    """
    ordered = sorted(cues, key=lambda cue: cue.start)
    lengths = [float(sum(sign.isalnum() for sign in cue.text)) for cue in ordered]
    return is_suspected(exchange_gains(lengths, [cue.end - cue.start for cue in ordered]))


def order_lines(
    sound: AudioFile | Audio | Encoding, cues: Sequence[Cue], models: Models, language: str
) -> Generator[float, None, tuple[Cue, ...]]:
    """Put the texts of neighbours in the order in which they are heard.

    Args:
        sound: the recording.
        cues: with times that fit it as a whole, in the language of the speech.
        models: backbone and speech recogniser.
        language: ISO 639-1 code.

    Yields:
        Media seconds that were heard.

    Returns:
        The cues in the order given, some of them with each other's times.
    """
    places = sorted(range(len(cues)), key=lambda i: (cues[i].start, i))
    words = [given_words([cues[i].text], language) for i in places]
    gains = exchange_gains(
        [sum(word.weight for word in line) for line in words], [cues[i].end - cues[i].start for i in places]
    )
    order = list(range(len(places)))
    middles = np.array([0.5 * (cues[i].start + cues[i].end) for i in places])
    with closing(windows_of(sound, models)) as windows:
        for window in windows:
            yield window.window.start
            inside = np.flatnonzero((middles >= window.window.start) & (middles < window.window.end)).tolist()
            if len(inside) >= 2 and models.speech.has_speech(window):
                order[inside[0] : inside[-1] + 1] = _ordered(window, inside, words, gains, models, language)
    return with_exchanged_times(cues, places, order)


def _ordered(
    window: EncodedWindow,
    inside: Sequence[int],
    words: Sequence[Sequence[GivenWord]],
    gains: np.ndarray,
    models: Models,
    language: str,
) -> tuple[int, ...]:
    """Return which of a window's texts stands at each of its places."""
    trials = [
        Trial(at, len(words[place]) + len(words[place + 1]))
        for at, place in enumerate(inside[:-1])
        if gains[place] >= TRIED_GAIN and words[place] and words[place + 1]
    ][:MOST_TRIALS]

    def likelihood(order: Sequence[int]) -> float:
        texts = [word.text for at in (*order, *range(len(order), len(inside))) for word in words[inside[at]]]
        return text_likelihood([token.probability for token in models.speech.align_text(window, texts, language)])

    order = exchanged_order(trials, likelihood)
    return (*(inside[at] for at in order), *inside[len(order) :])

"""Finds out whether neighbouring subtitles of a file that otherwise fits stand in each other's place."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing

import numpy as np

from mmdemo.alignment.forced_words import given_words
from mmdemo.alignment.phone_places import phones_exchanged
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
from mmdemo.tasks.cue_phones import hear_phones
from mmdemo.types import Audio, AudioFile, Cue, EncodedWindow, Encoding, Span

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
    lines = [[word.text for word in line] for line in words]
    weights = [sum(word.weight for word in line) for line in words]
    gains = exchange_gains(weights, [cues[i].end - cues[i].start for i in places])
    tried = [i for i, gain in enumerate(gains) if gain >= TRIED_GAIN and lines[i] and lines[i + 1]]
    spans = [Span(cues[i].start, cues[i].end) for i in places]
    track = yield from hear_phones(sound, cues, models, language)
    if track is not None:
        found = dict(zip(tried, phones_exchanged(track, words, spans, tried), strict=True))
    else:
        found = yield from _heard_by_decoder(sound, spans, lines, tried, models, language)
    trials = [
        Trial(place, len(lines[place]) + len(lines[place + 1]), float(gains[place]), gain)
        for place, gain in sorted(found.items())
    ]
    return with_exchanged_times(cues, places, exchanged_order(trials, len(places)))


def _heard_by_decoder(
    sound: AudioFile | Audio | Encoding,
    spans: Sequence[Span],
    lines: Sequence[Sequence[str]],
    tried: Sequence[int],
    models: Models,
    language: str,
) -> Generator[float, None, dict[int, float]]:
    """Return what the sound gains where neighbours change places, by the first place of each pair."""
    middles = np.array([0.5 * (span.start + span.end) for span in spans])
    found: dict[int, float] = {}
    with closing(windows_of(sound, models)) as windows:
        for window in windows:
            yield window.window.start
            inside = np.flatnonzero((middles >= window.window.start) & (middles < window.window.end)).tolist()
            if inside and models.speech.has_speech(window):
                for place, gain in _sound_gains(window, inside, lines, tried, models, language):
                    found[place] = found.get(place, 0.0) + gain
    return found


def _sound_gains(
    window: EncodedWindow,
    inside: Sequence[int],
    lines: Sequence[Sequence[str]],
    tried: Sequence[int],
    models: Models,
    language: str,
) -> Iterator[tuple[int, float]]:
    """Yield pairs, by the first place of each, with what this window gains when they change places.

    Of a pair over the edge of the window only one line is in it, and the other one stands in its place.
    """

    def likelihood(places: Sequence[int]) -> float:
        texts = [text for place in places for text in lines[place]]
        return text_likelihood([token.probability for token in models.speech.align_text(window, texts, language)])

    pairs = range(max(inside[0] - 1, 0), min(inside[-1] + 1, len(lines) - 1))
    there = [i for i in tried if i in pairs][:MOST_TRIALS]
    before = likelihood(inside) if there else 0.0
    for i in there:
        other = {i: i + 1, i + 1: i}
        yield i, likelihood([other.get(place, place) for place in inside]) - before

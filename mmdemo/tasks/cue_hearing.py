"""Finds out where mistimed cues are said, in their own language, without recognising anything."""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from contextlib import closing

from mmdemo.alignment.cue_places import CuePlace, PlacedCue
from mmdemo.alignment.cue_spotting import LEAST_WINDOWS, ForcedWord, even_start, spotted_cues, text_parts, word_fit
from mmdemo.alignment.forced_words import GivenWord, given_words
from mmdemo.alignment.heard_cues import HeardCue
from mmdemo.backbone.window_parts import window_part
from mmdemo.runtime import Models
from mmdemo.tasks.cross_lingual_hearing import windows_of
from mmdemo.types import Audio, AudioFile, Cue, EncodedWindow, Encoding, Span
from mmdemo.word_times import MediaClock

MOST_FORCED_PARTS = 48
"""Every part of the text is forced onto every window, which is no longer cheap beyond five minutes; there are enough
words then for recognition to find some."""
WINDOW_SECONDS = 25.0
"""Of media to an encoded window, about."""
MARGIN_SECONDS = 1.2
"""On either side of a place: cues that were set by ear are off by 0.6 s at most, and so may their map be."""
LEAST_SHARE = 0.5
"""Of a place that a window must hold."""


def spot_cues(
    sound: AudioFile | Audio | Encoding, cues: Sequence[Cue], models: Models, language: str
) -> Generator[float, None, tuple[HeardCue, ...]]:
    """Tell where the text of each cue fits the sound better than elsewhere.

    Args:
        sound: the recording.
        cues: with times that may be wrong.
        models: backbone and speech recogniser.
        language: ISO 639-1 code of the cues.

    Yields:
        Media seconds that were heard.

    Returns:
        One a cue; none where the recording is too short or too long for this.
    """
    parts = tuple(text_parts(given_words([cue.text for cue in cues], language)))
    if len(parts) * max(math.ceil(sound.duration / WINDOW_SECONDS), LEAST_WINDOWS) > MOST_FORCED_PARTS:
        return ()
    heard: list[list[ForcedWord]] = []
    with closing(windows_of(sound, models)) as windows:
        for window in windows:
            yield window.window.start
            if models.speech.has_speech(window):
                heard.append([word for part in parts for word in _forced(part, window, models, language)])
    return spotted_cues(cues, heard) if len(heard) >= LEAST_WINDOWS else ()


def _forced(words: Sequence[GivenWord], window: EncodedWindow, models: Models, language: str) -> list[ForcedWord]:
    clock = MediaClock(window.window)
    timed = models.speech.align_text(window, [word.text for word in words], language)
    return [
        ForcedWord(word, Span(clock.start(token.start), clock.end(token.end)), token.probability)
        for word, token in zip(words, timed, strict=True)
    ]


def hear_places(
    sound: AudioFile | Audio | Encoding, cues: Sequence[Cue], places: Sequence[CuePlace], models: Models, language: str
) -> Generator[float, None, tuple[PlacedCue, ...]]:
    """Tell how likely each cue is at places where it may be said.

    Args:
        sound: the recording.
        cues: with their old times.
        places: of cues, in any order.
        models: backbone and speech recogniser.
        language: ISO 639-1 code of the cues.

    Yields:
        Media seconds that were heard.

    Returns:
        One for each place that some window holds, in any order; without cues of no words.
    """
    lines: dict[int, list[GivenWord]] = {place.cue: [] for place in places}
    for word in given_words([cue.text for cue in cues], language):
        if word.line in lines:
            lines[word.line].append(word)
    heard: dict[CuePlace, tuple[float, PlacedCue]] = {}
    with closing(windows_of(sound, models)) as windows:
        for window in windows:
            yield window.window.start
            for place in places:
                share = _share_inside(place.span, window)
                if lines[place.cue] and share >= LEAST_SHARE and (place not in heard or share > heard[place][0]):
                    found = _heard_at(place, lines[place.cue], cues[place.cue], window, models, language)
                    if found is not None:
                        heard[place] = share, found
    return tuple(found for _, found in heard.values())


def _share_inside(span: Span, window: EncodedWindow) -> float:
    inside = min(span.end, window.window.end) - max(span.start, window.window.start)
    return inside / max(span.duration, 1e-3)


def _heard_at(
    place: CuePlace, words: Sequence[GivenWord], cue: Cue, window: EncodedWindow, models: Models, language: str
) -> PlacedCue | None:
    part = window_part(window, Span(place.span.start - MARGIN_SECONDS, place.span.end + MARGIN_SECONDS))
    if part is None:
        return None
    forced = _forced(words, part, models, language)
    start, spread = even_start(cue, forced)
    return PlacedCue(place, word_fit(forced), start, spread, len(words))

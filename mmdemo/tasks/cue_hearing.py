"""Finds out where mistimed cues are said, in their own language, without recognising anything."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing

from mmdemo.alignment.cue_places import CuePlace, PlacedCue
from mmdemo.alignment.cue_spotting import LEAST_WINDOWS, ForcedWord, even_start, spotted_cues, text_parts, word_fit
from mmdemo.alignment.filled_pauses import filled_spans
from mmdemo.alignment.forced_words import GivenWord, given_words, words_by_line
from mmdemo.alignment.heard_cues import HeardCue
from mmdemo.alignment.phone_places import LEAST_SHARE, MARGIN_SECONDS, phones_anywhere, phones_at
from mmdemo.alignment.phone_track import PhoneTrack
from mmdemo.backbone.filled_pauses import find_filled_pauses
from mmdemo.backbone.sound_activity import TOKEN_SECONDS
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


def spot_cues(
    sound: AudioFile | Audio | Encoding,
    cues: Sequence[Cue],
    models: Models,
    language: str,
    track: PhoneTrack | None = None,
) -> Generator[float, None, tuple[HeardCue, ...]]:
    """Tell where the text of each cue fits the sound better than elsewhere.

    Args:
        sound: the recording.
        cues: with times that may be wrong.
        models: backbone and speech recogniser.
        language: ISO 639-1 code of the cues.
        track: its phones, where they can be read; they tell more than the decoder.

    Yields:
        Media seconds that were heard.

    Returns:
        One a cue; none where the recording is too short for this.
    """
    if track is not None:
        return phones_anywhere(track, cues, words_by_line([cue.text for cue in cues], language))
    parts = _parts(cues, language)
    heard: list[list[ForcedWord]] = []
    with closing(windows_of(sound, models)) as windows:
        for window in windows:
            yield window.window.start
            if models.speech.has_speech(window):
                heard.append([word for part in parts for word in _forced(part, window, models, language)])
    return spotted_cues(cues, heard) if len(heard) >= LEAST_WINDOWS else ()


def hear_filled_pauses(sound: AudioFile | Audio | Encoding, models: Models) -> Generator[float, None, tuple[Span, ...]]:
    """Find where somebody says “um …” or the like.

    Args:
        sound: the recording.
        models: backbone and speech recogniser.

    Yields:
        Media seconds that were heard.

    Returns:
        Media times, in order.
    """
    found: list[Span] = []
    with closing(windows_of(sound, models)) as windows:
        for window in windows:
            yield window.window.start
            found += filled_spans(window, find_filled_pauses(window, models.speech.model_id))
    return tuple(found)


def are_few_enough(sound: AudioFile | Audio | Encoding, cues: Sequence[Cue], language: str) -> bool:
    """Tell whether a recording and its text are short enough to try every cue everywhere."""
    windows = max(math.ceil(sound.duration / WINDOW_SECONDS), LEAST_WINDOWS)
    return len(_parts(cues, language)) * windows <= MOST_FORCED_PARTS


def _parts(cues: Sequence[Cue], language: str) -> tuple[Sequence[GivenWord], ...]:
    return tuple(text_parts(given_words([cue.text for cue in cues], language)))


def _forced(words: Sequence[GivenWord], window: EncodedWindow, models: Models, language: str) -> list[ForcedWord]:
    clock = MediaClock(window.window)
    timed = models.speech.align_text(window, [word.text for word in words], language)
    return [
        ForcedWord(word, Span(clock.start(token.start), clock.end(token.end)), token.probability)
        for word, token in zip(words, timed, strict=True)
    ]


def hear_places(
    sound: AudioFile | Audio | Encoding,
    cues: Sequence[Cue],
    places: Sequence[CuePlace],
    models: Models,
    language: str,
    track: PhoneTrack | None = None,
) -> Generator[float, None, tuple[PlacedCue, ...]]:
    """Tell how likely each cue is at places where it may be said.

    Args:
        sound: the recording.
        cues: with their old times.
        places: of cues, in any order.
        models: backbone and speech recogniser.
        language: ISO 639-1 code of the cues.
        track: its phones, where they can be read; they tell more than the decoder.

    Yields:
        Media seconds that were heard.

    Returns:
        One for each place that was encoded, in any order; without cues of no words.
    """
    lines = words_by_line([cue.text for cue in cues], language)
    if track is not None:
        return phones_at(track, cues, places, lines)
    heard: list[PlacedCue] = []
    waiting = sorted((place for place in places if place.cue in lines), key=lambda place: -place.span.end)
    before: tuple[EncodedWindow, ...] = ()
    with closing(windows_of(sound, models)) as windows:
        for window in windows:
            yield window.window.start
            near = (*before, window)
            while waiting and waiting[-1].span.end + MARGIN_SECONDS <= window.window.end:
                heard += _heard_at(waiting.pop(), lines, cues, near, models, language)
            before = (window,)
    for place in waiting:
        heard += _heard_at(place, lines, cues, before, models, language)
    return tuple(heard)


def _heard_at(
    place: CuePlace,
    lines: Mapping[int, Sequence[GivenWord]],
    cues: Sequence[Cue],
    windows: Sequence[EncodedWindow],
    models: Models,
    language: str,
) -> Iterator[PlacedCue]:
    """Yield what is heard of a cue at a place, if enough of that was encoded."""
    part = window_part(windows, Span(place.span.start - MARGIN_SECONDS, place.span.end + MARGIN_SECONDS))
    if part is not None and part.window.token_count * TOKEN_SECONDS >= LEAST_SHARE * place.span.duration:
        words = lines[place.cue]
        forced = _forced(words, part, models, language)
        start, spread = even_start(cues[place.cue], forced)
        yield PlacedCue(place, word_fit(forced), start, spread, len(words))

"""Finds out where mistimed cues are said, in their own language, without recognising anything."""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from contextlib import closing

from mmdemo.alignment.cue_spotting import LEAST_WINDOWS, ForcedWord, spotted_cues, text_parts
from mmdemo.alignment.forced_words import GivenWord, given_words
from mmdemo.alignment.heard_cues import HeardCue
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

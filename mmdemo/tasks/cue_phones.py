"""Hears the phones of a recording to which subtitles may belong."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing

import numpy as np

from mmdemo.alignment.filled_pauses import filled_spans, writes_hesitations
from mmdemo.alignment.pause_levels import FRAME_SECONDS
from mmdemo.alignment.phone_track import PhoneTrack
from mmdemo.backbone.filled_pauses import find_filled_pauses
from mmdemo.backbone.spoken_phones import FRAMES_A_TOKEN, PHONES, SILENCE, PhoneReader
from mmdemo.backbone.window_parts import tokens_in_time
from mmdemo.runtime import Models
from mmdemo.tasks.cross_lingual_hearing import windows_of
from mmdemo.types import Audio, AudioFile, Cue, EncodedWindow, Encoding, Float32Array, Span


def can_hear_phones(models: Models, language: str) -> bool:
    """Tell whether the speech model's tokens and the language can be read.

    Args:
        models: backbone and speech recogniser.
        language: ISO 639-1 code.

    Raises:
        WeightsMissing: the weights of the reader of phones are not there.
        WeightsCorrupt: they are damaged.
    """
    return isinstance(models.speech.word_aligner(language), PhoneReader)


def hear_phones(
    sound: AudioFile | Audio | Encoding, cues: Sequence[Cue], models: Models, language: str
) -> Generator[float, None, PhoneTrack | None]:
    """Hear which phone is said when; an “um” that the cues do not write is none.

    Args:
        sound: the recording.
        cues: what may be said in it.
        models: backbone and speech recogniser.
        language: ISO 639-1 code of the cues.

    Yields:
        Media seconds that were heard.

    Returns:
        The phones; None where neither the speech model's tokens nor the language can be read.

    Raises:
        WeightsMissing: the weights of the reader of phones are not there.
        WeightsCorrupt: they are damaged.
    """
    reader = models.speech.word_aligner(language)
    if not isinstance(reader, PhoneReader):
        return None
    written = writes_hesitations([cue.text for cue in cues], language)
    heard: list[tuple[int, Float32Array, np.ndarray]] = []  # first frame, [F, P], [F]
    pauses: list[Span] = []
    with closing(windows_of(sound, models)) as windows:
        for window in windows:
            yield window.window.start
            filled = None if written else find_filled_pauses(window, models.speech.model_id)
            pauses += () if filled is None else filled_spans(window, filled)
            heard.append(_heard(window, reader, None if filled is None else ~filled))
    likelihoods, known = _joined(heard)
    return PhoneTrack(likelihoods, known, language, tuple(pauses))


def _heard(window: EncodedWindow, reader: PhoneReader, said: np.ndarray | None) -> tuple[int, Float32Array, np.ndarray]:
    tokens, known = tokens_in_time(window, said)
    first = round(window.window.start / FRAME_SECONDS)
    return first, reader.likelihoods(tokens, known), np.repeat(known, FRAMES_A_TOKEN)


def _joined(heard: Sequence[tuple[int, Float32Array, np.ndarray]]) -> tuple[Float32Array, np.ndarray]:
    """Put windows on one line of time, silence between them."""
    frames = max((first + len(known) for first, _, known in heard), default=0)
    likelihoods = np.full((frames, len(PHONES)), -np.inf, np.float32)
    likelihoods[:, SILENCE] = 0.0
    encoded = np.zeros(frames, np.bool_)
    for first, found, known in heard:
        likelihoods[first : first + len(found)] = found
        encoded[first : first + len(known)] = known
    return likelihoods, encoded

"""Moves single cues of a file that was placed to where their words are clearly said, by the phones that are heard."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field

import numpy as np

from mmdemo.alignment.filled_pauses import writes_hesitations
from mmdemo.alignment.forced_words import HESITATIONS, given_words
from mmdemo.alignment.pause_levels import FRAME_SECONDS
from mmdemo.alignment.phone_words import PhoneAligner
from mmdemo.backbone.filled_pauses import find_filled_pauses
from mmdemo.backbone.spoken_phones import PHONES, SILENCE, PhoneReader
from mmdemo.backbone.window_parts import tokens_in_time
from mmdemo.runtime import Models
from mmdemo.tasks.cross_lingual_hearing import windows_of
from mmdemo.types import Audio, AudioFile, Cue, EncodedWindow, Encoding, Float32Array

REACH_SECONDS = 1.5
"""Before and behind a cue, in which its words are looked for."""
NEAR_SECONDS = 0.15
"""A cue that begins so near to its words stays where it is: voice activity knows its onset better."""
LEAST_GAIN, LEAST_FIT = 20.0, -1.5
"""Nats by which words must be likelier elsewhere, and how well they must fit there. Of 684 cues of 48 development files
under music, with errors of 0.3 s, 46 are moved so: 35 from beyond 300 ms to within, three the other way; 93.9 → 98.5 %
are right then."""
MOST_GAIN = 1e5
"""With more they could not be where they were expected, as at the edge of a recording; that says nothing."""
LONGEST_GAP_FRAMES = 1000
"""Between two windows; no cue lasts over a longer silence."""


def find_moves(
    sound: AudioFile | Audio | Encoding, cues: Sequence[Cue], models: Models, language: str
) -> Generator[float, None, tuple[float, ...]]:
    """Find by how much cues are beside their words.

    Args:
        sound: the recording.
        cues: placed, in any order.
        models: backbone and speech recogniser.
        language: ISO 639-1 code of the cues.

    Yields:
        Media seconds that were heard.

    Returns:
        Seconds, one a cue; 0.0 for those that stand well enough, and for all where neither the speech model's tokens
        nor the language can be read.

    Raises:
        WeightsMissing: the weights of the reader of phones are not there.
        WeightsCorrupt: they are damaged.
    """
    reader = models.speech.word_aligner(language)
    moves = [0.0] * len(cues)
    if not isinstance(reader, PhoneReader):
        return tuple(moves)
    texts = [cue.text for cue in cues]
    keys: dict[int, list[str]] = {}
    for word in given_words(texts, language):
        keys.setdefault(word.line, []).extend(word.keys)
    written = writes_hesitations(texts, language)
    # A drawn-out “um” that is written at a cue's beginning is not heard as the phones of a word.
    waiting = sorted((i for i in keys if keys[i][0] not in HESITATIONS), key=lambda i: -cues[i].end)
    heard = _Heard()
    with closing(windows_of(sound, models)) as windows:
        for window in windows:
            yield window.window.start
            said = None if written else ~find_filled_pauses(window, models.speech.model_id)
            heard = heard.followed_by(window, reader.likelihoods(*tokens_in_time(window, said)))
            while waiting and cues[waiting[-1]].end + REACH_SECONDS <= window.window.end:
                i = waiting.pop()
                moves[i] = heard.move(cues[i], keys[i], language)
    for i in waiting:
        moves[i] = heard.move(cues[i], keys[i], language)
    return tuple(moves)


@dataclass(frozen=True, eq=False)
class _Heard:
    """Phones of the last two windows."""

    first: int = 0  # frame of the media
    likelihoods: Float32Array = field(default_factory=lambda: np.zeros((0, len(PHONES)), np.float32))  # [F, P]
    last: int = 0  # frames of the later window

    def followed_by(self, window: EncodedWindow, found: Float32Array) -> _Heard:
        """Return the same with a window more, and without the first of two."""
        begin = round(window.window.start / FRAME_SECONDS)
        between = max(begin - self.first - len(self.likelihoods), 0)
        if between > LONGEST_GAP_FRAMES:
            return _Heard(begin, found, len(found))
        gap = np.full((between, len(PHONES)), -np.inf, np.float32)
        gap[:, SILENCE] = 0.0
        kept = self.likelihoods[len(self.likelihoods) - self.last :]
        return _Heard(begin - between - len(kept), np.concatenate([kept, gap, found]), len(found))

    def move(self, cue: Cue, words: Sequence[str], language: str) -> float:
        """Return by how much a cue is beside its words, 0.0 where that is not clear."""
        reach, near = round(REACH_SECONDS / FRAME_SECONDS), round(NEAR_SECONDS / FRAME_SECONDS)
        start, end = (round(seconds / FRAME_SECONDS) - self.first for seconds in (cue.start, cue.end))
        first = max(start - reach, 0)
        aligner = PhoneAligner(self.likelihoods[first : max(end + reach, 0)], language)
        spotted = aligner.spot(words, (start - first - near, start - first + near))
        if spotted is None or spotted.fit < LEAST_FIT or not LEAST_GAIN <= spotted.gain < MOST_GAIN:
            return 0.0
        return (self.first + first) * FRAME_SECONDS + spotted.start - cue.start

"""The voices of a recording without the music under them, as a recording of their own."""

from __future__ import annotations

import hashlib
import wave
from collections import deque
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from mmdemo.backbone.recordings import sound_blocks
from mmdemo.separation.separator import VoiceSeparator
from mmdemo.separation.stretches import Stretch, core_of, never_falls_silent, stretches
from mmdemo.types import SAMPLE_RATE, Audio, AudioFile, Float32Array
from mmdemo.verified_files import disk_errors

LEAST_MUSIC_DB, MOST_MUSIC_DB = -8.0, 4.0
"""Against the voices. All 173 stretches of own cases under music lie between (-7.6 to 0.8), of the same without music
98 % are below -9. Above it nobody speaks (music or noise alone: 13.6 at least), or the network takes a real voice for
music, as it now and then does with a drawled “um” in a clean recording too, so that one stretch does not decide."""
VOTING_STRETCHES = 5
"""Of those that may have music, the last so many vote: more than half must have some."""
LEAST_VOTES = 3
"""Before the end of the recording."""
MAYBE_MUSIC_DB = -10.5
"""In a third of a stretch, which is looked into first."""
LOOKING_SHARE = 0.1
"""Of the work, up to where music is found or there is none."""
FULL_SCALE, SAMPLE_BYTES = 32767, 2


def voices_of(
    sound: Audio | AudioFile, separator: VoiceSeparator | None, folder: Path
) -> Generator[float, None, AudioFile | None]:
    """Take the music from under the voices of a recording, wherever there is any.

    Args:
        sound: what was recorded.
        separator: None where there is none.
        folder: where the voices are written, 32 kB a second; the caller deletes it.

    Yields:
        The share of the work that is done; `LOOKING_SHARE` at most where there is no music.

    Returns:
        The voices, as a recording whose hash is its own; None where there is no music, or no separator.

    Raises:
        InputError: the sound cannot be decoded.
        WeightsCorrupt: the separator's weights cannot be read.
        DiskFull: the voices do not fit.
        FolderNotWritable: the folder cannot be written.
    """
    if separator is None or not separator.is_installed():
        return None
    work = _Separation(sound, separator)
    if not (yield from work.has_music()):
        return None
    path = folder / "voices.wav"
    with disk_errors(folder):
        seconds = yield from work.write(path)
    key = hashlib.sha256(f"{separator.model_id}:{sound.sha256}".encode()).hexdigest()
    return AudioFile(path, sound.duration or seconds, sound.source, key)  # as declared, so that a lack is told


@dataclass
class _Separation:
    """One recording's voices; what was separated to find music is not separated again."""

    sound: Audio | AudioFile
    separator: VoiceSeparator
    looked_at: int = 0  # stretches that seemed to have music
    votes: deque[bool] = field(default_factory=lambda: deque(maxlen=VOTING_STRETCHES))
    known: dict[int, Float32Array | None] = field(default_factory=dict)  # by the first sample of a stretch

    def has_music(self) -> Generator[float, None, bool]:
        """Look for music from the beginning to where it is sure that there is some."""
        with closing(self._stretches()) as found:
            for stretch in found:
                if never_falls_silent(stretch.core):
                    self.votes.append(self._votes_for_music(stretch))
                    if len(self.votes) >= LEAST_VOTES and self._is_carried():
                        return True
                yield LOOKING_SHARE * self._share(stretch)
        return self._is_carried()

    def _is_carried(self) -> bool:
        return 2 * sum(self.votes) > len(self.votes)

    def write(self, path: Path) -> Generator[float, None, float]:
        """Write the voices as WAV; returns their seconds."""
        samples = 0
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(SAMPLE_BYTES)
            file.setframerate(SAMPLE_RATE)
            for stretch in self._stretches():
                voices = self._voices(stretch)
                core = stretch.core if voices is None else voices
                file.writeframes((np.clip(core, -1.0, 1.0) * FULL_SCALE).round().astype("<i2").tobytes())
                samples += len(core)
                yield LOOKING_SHARE + (1.0 - LOOKING_SHARE) * self._share(stretch)
        return samples / SAMPLE_RATE

    def _share(self, stretch: Stretch) -> float:
        """Return how much of the recording lies before a stretch's end, 0 where nobody knows its length."""
        behind = (stretch.first + len(stretch.core)) / SAMPLE_RATE
        return min(behind / self.sound.duration, 1.0) if self.sound.duration else 0.0

    def _stretches(self) -> Generator[Stretch, None, None]:
        yield from stretches(sound_blocks(self.sound))

    def _votes_for_music(self, stretch: Stretch) -> bool:
        """Tell whether a stretch has music; once many were looked at, only a part of it is at first."""
        self.looked_at += 1
        if self.looked_at > VOTING_STRETCHES:
            if self.separator.separate(stretch.middle).music_decibels < MAYBE_MUSIC_DB:
                return False
            self.known.pop(next(iter(self.known), -1), None)  # memory stays flat
        self.known[stretch.first] = voices = self._voices(stretch)
        return voices is not None

    def _voices(self, stretch: Stretch) -> Float32Array | None:
        """Return the voices of a stretch [N], None where hardly anything else is heard, or hardly a voice."""
        if stretch.first in self.known:
            return self.known.pop(stretch.first)
        if not never_falls_silent(stretch.core):
            return None
        separated = self.separator.separate(stretch.waveform)
        return core_of(separated.voices) if LEAST_MUSIC_DB <= separated.music_decibels <= MOST_MUSIC_DB else None

"""Where a recording is silent and where somebody speaks, on the 20 ms grid of the audio tower's tokens."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mmdemo.recently_used import RecentlyUsed
from mmdemo.types import SAMPLE_RATE, Float32Array

TOKEN_SAMPLES = 320
"""Samples under one token of the Whisper encoder: 20 ms (Radford et al. 2022, section 2.2)."""
TOKEN_SECONDS = TOKEN_SAMPLES / SAMPLE_RATE

VAD_FRAME_SAMPLES = 512
"""Samples of one Silero frame at 16 kHz: 32 ms (snakers4/silero-vad)."""
VAD_CONTEXT_SAMPLES = 32 * VAD_FRAME_SAMPLES
"""About a second of the past is heard again before each block, so that Silero's state has settled."""

BoolArray = NDArray[np.bool_]

BLOCK_TOKENS = 1504
"""Tokens analysed at once (30.08 s); 1504 × 320 samples is a whole number of Silero frames."""
BLOCK_SAMPLES = BLOCK_TOKENS * TOKEN_SAMPLES

KEPT_BLOCKS = 2 * 3600 // 30
"""Whose voices stay in memory: those of two hours, 1.4 MB."""

QUIETEST_DB = -75.0
"""Below this level relative to full scale there is nothing to hear."""
FLOOR_PERCENTILE = 10.0
LOUD_PERCENTILE = 95.0
ABOVE_FLOOR_DB = 8.0
BELOW_LOUD_DB = 27.0
"""A silence lies near the noise floor *and* this far under the loud parts, so that steady music is never cut."""
VOICE_LEVEL_DB = -20.0
MOST_GAIN_DB = 30.0
"""Silero hears each block at one loudness: at its own level it missed 12 s of plain speech in the development case."""
SILENT_VOICE_PROBABILITY = 0.15
"""Silero must also be sure that nobody speaks: quiet speech is worth more than a shorter window."""


@dataclass(frozen=True, eq=False)
class ActivityBlock:
    """A stretch of sound with what was found in it; every array counts in tokens of 20 ms."""

    first_token: int  # position in the recording
    waveform: Float32Array  # [T * TOKEN_SAMPLES]
    level_db: Float32Array  # [T] relative to full scale
    voice: Float32Array  # [T] probability that somebody speaks
    silent: BoolArray  # [T]


def rechunk(blocks: Iterable[Float32Array], samples: int) -> Iterator[Float32Array]:
    """Cut a stream of arrays of any length into arrays of one length; the last one is shorter."""
    pending: list[Float32Array] = []
    held = 0
    for block in blocks:
        pending.append(block)
        held += len(block)
        while held >= samples:
            joined = np.concatenate(pending)
            yield joined[:samples]
            pending = [joined[samples:]]
            held = len(pending[0])
    if held:
        yield np.concatenate(pending)


_kept_voices: RecentlyUsed[bytes, Float32Array] = RecentlyUsed(KEPT_BLOCKS)
"""What Silero said of the last blocks: subtitles are held against a sound before it is encoded."""


class SoundActivity:
    """Finds silence by level and Silero together; one object a recording, as it follows the noise floor."""

    def __init__(self) -> None:
        from faster_whisper.vad import get_vad_model

        self._vad = get_vad_model()
        self._past = np.zeros(0, np.float32)
        self._levels: deque[Float32Array] = deque(maxlen=2)

    def analyse(self, blocks: Iterable[Float32Array]) -> Iterator[ActivityBlock]:
        """Analyse a recording as it is decoded.

        Args:
            blocks: waveforms at 16 kHz, of any length, one behind the other.

        Yields:
            Blocks of 30 s; the last one is padded with zeros to a whole token.
        """
        first_token = 0
        for block in rechunk(blocks, BLOCK_SAMPLES):
            padded = np.pad(block, (0, -len(block) % TOKEN_SAMPLES))
            level_db = levels_db(padded)
            voice = self._kept_or_heard(padded, level_db)
            yield ActivityBlock(first_token, padded, level_db, voice, self._silent(level_db, voice))
            first_token += len(level_db)

    def _kept_or_heard(self, waveform: Float32Array, level_db: Float32Array) -> Float32Array:
        """Return [T] probability of speech, which is the same for the same block behind the same past."""
        digest = hashlib.blake2b(len(self._past).to_bytes(8) + self._past.tobytes(), digest_size=16)
        digest.update(waveform.tobytes())
        voice = _kept_voices.get(digest.digest())
        if voice is None:
            voice = self._voice(waveform, level_db)
            voice.setflags(write=False)
            _kept_voices.put(digest.digest(), voice)
        self._past = waveform[-VAD_CONTEXT_SAMPLES:] if len(waveform) >= VAD_CONTEXT_SAMPLES else self._past[:0]
        return voice

    def _voice(self, waveform: Float32Array, level_db: Float32Array) -> Float32Array:
        loud = float(np.percentile(level_db, LOUD_PERCENTILE))
        gain = 10.0 ** (min(max(VOICE_LEVEL_DB - loud, -MOST_GAIN_DB), MOST_GAIN_DB) / 20.0)
        heard = np.clip(np.concatenate([self._past, waveform]) * np.float32(gain), -1.0, 1.0)
        heard = np.pad(heard, (0, -len(heard) % VAD_FRAME_SAMPLES))
        frames = np.asarray(self._vad(heard), np.float32).reshape(-1)[len(self._past) // VAD_FRAME_SAMPLES :]
        token_middles = (np.arange(len(waveform) // TOKEN_SAMPLES) + 0.5) * TOKEN_SAMPLES
        frame_middles = (np.arange(len(frames)) + 0.5) * VAD_FRAME_SAMPLES
        voice: Float32Array = np.interp(token_middles, frame_middles, frames).astype(np.float32)  # [T]
        return voice

    def _silent(self, level_db: Float32Array, voice: Float32Array) -> BoolArray:
        self._levels.append(level_db)
        recent = np.concatenate(self._levels)
        audible = recent[recent > QUIETEST_DB]
        if not len(audible):
            return np.ones(len(level_db), np.bool_)
        floor, loud = np.percentile(audible, [FLOOR_PERCENTILE, LOUD_PERCENTILE])
        threshold = max(QUIETEST_DB, min(floor + ABOVE_FLOOR_DB, loud - BELOW_LOUD_DB))
        silent: BoolArray = (level_db <= threshold) & (voice < SILENT_VOICE_PROBABILITY)
        return silent


def levels_db(waveform: Float32Array) -> Float32Array:
    """Return the level of each token [T], relative to full scale, of a waveform [T * TOKEN_SAMPLES]."""
    frames = waveform.reshape(-1, TOKEN_SAMPLES)  # [T, 320]
    power = np.mean(np.square(frames, dtype=np.float64), axis=1)
    levels: Float32Array = (10.0 * np.log10(power + 1e-12)).astype(np.float32)
    return levels

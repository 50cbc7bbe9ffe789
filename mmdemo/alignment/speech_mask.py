"""When somebody speaks, every 10 ms: from the sound by Silero and level together, or from what the backbone keeps."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from mmdemo.backbone.sound_activity import QUIETEST_DB, TOKEN_SAMPLES, SoundActivity
from mmdemo.stepwise import run_through
from mmdemo.types import SAMPLE_RATE, EncodedWindow, Encoding, Float32Array, Span

FRAME_SECONDS = 0.01
"""Finer than an eye can tell, and as fine as the level of speech can be told from one pitch period to the next."""
FRAME_SAMPLES = round(FRAME_SECONDS * SAMPLE_RATE)
FRAMES_PER_TOKEN = TOKEN_SAMPLES // FRAME_SAMPLES

VOICE_DELAY_FRAMES = 2
"""Silero crosses one half 20 ms late at both ends of an utterance (median over read, synthetic and spelled speech)."""
VOICE_REACH_FRAMES = 6
"""The level decides this far around what Silero hears (60 ms): nearer, onsets of consonants are cut; farther, noise
comes in."""
LEVEL_WEIGHT = 0.6
"""Share of level against Silero alone. Level places edges to 10 ms in clean sound and tells nothing under music."""
LEVEL_BLOCK_FRAMES = 3000
"""The noise floor is looked for in 30 s and their neighbours."""
FLOOR_PERCENTILE = 10.0
LOUD_PERCENTILE = 95.0
LEAST_ABOVE_FLOOR_DB = 6.0
ABOVE_FLOOR_SHARE = 0.35
"""Speech starts this share of the way from the noise floor to the loud parts, in decibels."""
LEVEL_SOFTNESS_DB = 2.0
LEAST_AUDIBLE_FRAMES = 50
REFERENCE_DIP_SECONDS = 0.06
"""Made before the start of each reference cue, so that cues that touch still show where one ends."""


@dataclass(frozen=True, eq=False)
class SpeechMask:
    """How probable speech is in each 10 ms of a recording."""

    speech: Float32Array  # [T] 0..1

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return len(self.speech) * FRAME_SECONDS

    @property
    def speech_seconds(self) -> float:
        """How much speech there is in all."""
        return float(self.speech.sum(dtype=np.float64)) * FRAME_SECONDS


def listen(blocks: Iterable[Float32Array]) -> Generator[float, None, SpeechMask]:
    """Find speech without encoding anything, in steps, so that it can show progress and stop.

    Args:
        blocks: waveforms at 16 kHz, one behind the other, as `media.audio_blocks` gives them.

    Yields:
        The media seconds that were heard, every half a minute of sound.

    Returns:
        The mask; memory grows by 1 kB a second of sound.
    """
    voices: list[Float32Array] = []
    levels: list[Float32Array] = []
    seconds = 0.0
    for block in SoundActivity().analyse(blocks):
        voices.append(np.repeat(block.voice, FRAMES_PER_TOKEN))
        frames = block.waveform.reshape(-1, FRAME_SAMPLES)  # [T, 160]
        power = np.mean(np.square(frames), axis=1, dtype=np.float64)
        levels.append((10.0 * np.log10(power + 1e-12)).astype(np.float32))
        seconds += len(block.waveform) / SAMPLE_RATE
        yield seconds
    if not voices:
        return SpeechMask(np.zeros(0, np.float32))
    return SpeechMask(combine(np.concatenate(voices), np.concatenate(levels)))


def mask_of_sound(blocks: Iterable[Float32Array]) -> SpeechMask:
    """Find speech without encoding anything, in one go (see `listen`)."""
    return run_through(listen(blocks))


def mask_of_windows(windows: Iterable[EncodedWindow], duration: float) -> SpeechMask:
    """Lay out the voice activity that came with encoded windows; silence that was left out is silence.

    Args:
        windows: in any order.
        duration: of the recording, seconds.

    Returns:
        The mask.
    """
    speech = np.zeros(int(np.ceil(duration / FRAME_SECONDS)), np.float32)  # [T]
    for encoded in windows:
        for piece in encoded.window.pieces:
            part = encoded.voice_activity[piece.first_token : piece.first_token + piece.token_count]
            _lay(speech, piece.start, part)
    return SpeechMask(speech)


def mask_of_encoding(encoding: Encoding) -> SpeechMask:
    """Lay out the voice activity of an encoded recording without reading its tokens.

    Args:
        encoding: of audio.

    Returns:
        The mask.
    """
    assert encoding.voice_activity is not None, "only audio has voice activity"
    speech = np.zeros(int(np.ceil(encoding.duration / FRAME_SECONDS)), np.float32)  # [T]
    for window in encoding.windows:
        for piece in window.pieces:
            first = window.first_token + piece.first_token
            _lay(speech, piece.start, encoding.voice_activity[first : first + piece.token_count])
    return SpeechMask(speech)


def mask_of_cues(spans: Sequence[Span]) -> SpeechMask:
    """Take subtitles for speech: there is some wherever a cue stands.

    Args:
        spans: seconds, in any order; what lies before 0:00 is left out.

    Returns:
        The mask, as long as the last cue and a little more.
    """
    last = max((span.end for span in spans), default=0.0)
    speech = np.zeros(int(np.ceil(max(last, 0.0) / FRAME_SECONDS)) + 1, np.float32)  # [T]
    for span in spans:
        speech[max(_frame(span.start), 0) : max(_frame(span.end), 0)] = 1.0
    for span in spans:
        speech[max(_frame(span.start - REFERENCE_DIP_SECONDS), 0) : max(_frame(span.start), 0)] = 0.0
    return SpeechMask(speech)


def combine(voice: Float32Array, level_db: Float32Array) -> Float32Array:
    """Sharpen Silero's probabilities by the level.

    Args:
        voice: [T] probability of speech in each 10 ms.
        level_db: [T] level relative to full scale.

    Returns:
        [T] probability of speech, without Silero's delay.
    """
    from scipy.ndimage import maximum_filter1d

    early = _earlier(voice, VOICE_DELAY_FRAMES)
    near = maximum_filter1d(early, 2 * VOICE_REACH_FRAMES + 1, mode="constant")
    sharp = np.minimum(near, _loudness(level_db))
    mixed: Float32Array = (LEVEL_WEIGHT * sharp + (1.0 - LEVEL_WEIGHT) * early).astype(np.float32)
    return mixed


def _loudness(level_db: Float32Array) -> Float32Array:
    """Return [T] how clearly the level stands above the local noise floor, 0..1."""
    loudness = np.zeros(len(level_db), np.float32)
    for first in range(0, len(level_db), LEVEL_BLOCK_FRAMES):
        around = level_db[max(first - LEVEL_BLOCK_FRAMES, 0) : first + 2 * LEVEL_BLOCK_FRAMES]
        audible = around[around > QUIETEST_DB]
        if len(audible) < LEAST_AUDIBLE_FRAMES:
            continue
        floor, loud = np.percentile(audible, [FLOOR_PERCENTILE, LOUD_PERCENTILE])
        threshold = floor + max(LEAST_ABOVE_FLOOR_DB, ABOVE_FLOOR_SHARE * (loud - floor))
        here = level_db[first : first + LEVEL_BLOCK_FRAMES]
        loudness[first : first + LEVEL_BLOCK_FRAMES] = 1.0 / (1.0 + np.exp((threshold - here) / LEVEL_SOFTNESS_DB))
    return loudness


def _earlier(values: Float32Array, frames: int) -> Float32Array:
    return np.concatenate([values[frames:], np.zeros(min(frames, len(values)), np.float32)])


def _lay(speech: Float32Array, start: float, voice: Float32Array) -> None:
    """Write the voice activity of consecutive tokens into a mask."""
    values = np.repeat(voice, FRAMES_PER_TOKEN)
    first = round(start / FRAME_SECONDS) - VOICE_DELAY_FRAMES
    skipped = max(-first, 0)
    room = speech[first + skipped : first + len(values)]
    room[:] = values[skipped : skipped + len(room)]


def _frame(seconds: float) -> int:
    return round(seconds / FRAME_SECONDS)

"""Where speech is heard that phones are learned from: dry, in rooms, by telephone, beside noise, voices and music."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mmdemo.evaluation.alignment_sounds import (
    MUSIC_RMS,
    Random,
    coloured_noise,
    in_room,
    music,
    over,
    through_telephone,
)
from mmdemo.evaluation.alignment_voices import Voice, say
from mmdemo.separation.separator import VoiceSeparator
from mmdemo.types import SAMPLE_RATE, Float32Array

SCENES = (*("dry", "room", "noise", "telephone", "music", "voices", "dry", "noise", "room by telephone", "engine"),)
CROWD = ("de+f1", "es+m2", "fr+m3", "it+f4", "en-us+f5", "nl+m2")
CROWD_VOICES, CROWD_CAPTIONS = 3, 9
ENGINE_HERTZ, ENGINE_HARMONICS = (40.0, 220.0), 24
FAINT = 3e-4


@dataclass(frozen=True)
class Scenes:
    """Puts speech somewhere, where exactly the random numbers decide.

    Args:
        captions: what the voices in the background say.
        separator: takes music away again, seven times of ten; None: it stays.
    """

    captions: Sequence[str]
    separator: VoiceSeparator | None

    def __call__(self, speech: Float32Array, random: Random) -> Float32Array:
        """Return [N] what is heard of speech [N]."""
        scene = SCENES[int(random.integers(len(SCENES)))]
        seconds = len(speech) / SAMPLE_RATE
        heard = speech
        if scene.startswith("room"):
            heard = in_room(heard, float(random.uniform(0.2, 0.9)), random)[: len(heard)]
        if scene == "noise":
            heard = over(heard, _noise(seconds, random), float(random.uniform(4.0, 20.0)))
        if scene == "engine":
            heard = over(heard, _engine(seconds, random), float(random.uniform(4.0, 18.0)))
        if scene == "voices":
            heard = over(heard, self._crowd(random), float(random.uniform(8.0, 18.0)))
        if scene == "telephone" and random.random() < 0.5:
            heard = over(heard, _noise(seconds, random), float(random.uniform(10.0, 25.0)))
        if scene.endswith("telephone"):
            heard = through_telephone(heard)
        if scene == "music":
            heard = over(heard, music(seconds, random), float(random.uniform(3.0, 12.0)))
            if random.random() < 0.7 and self.separator is not None:
                heard = self.separator.separate(heard.astype(np.float32)).voices
        faint = random.normal(size=len(heard)) * FAINT * 10 ** random.uniform(-1.0, 0.5)
        return np.clip(heard + faint, -1.0, 1.0).astype(np.float32)

    def _crowd(self, random: Random) -> Float32Array:
        waveforms = [
            say(" ".join(str(random.choice(self.captions)) for _ in range(CROWD_CAPTIONS)), Voice(str(voice))).waveform
            for voice in random.choice(CROWD, CROWD_VOICES, replace=False)
        ]
        shortest = min(map(len, waveforms))
        together: Float32Array = np.sum([waveform[:shortest] for waveform in waveforms], axis=0, dtype=np.float32)
        return together


def _noise(seconds: float, random: Random) -> Float32Array:
    """Return noise of any colour, half of the time one that comes and goes."""
    noise = coloured_noise(seconds, random, float(random.uniform(0.0, 2.0)))
    if random.random() < 0.5:
        noise = noise * _swells(len(noise), 40, (0.05, 1.0), random)
    return noise.astype(np.float32)


def _swells(samples: int, points: int, bounds: tuple[float, float], random: Random) -> Float32Array:
    at = np.linspace(0.0, 1.0, points)
    return np.interp(np.linspace(0.0, 1.0, samples), at, random.uniform(*bounds, points)).astype(np.float32)


def _engine(seconds: float, random: Random) -> Float32Array:
    """Return something like a motor: harmonics of a tone that wavers, in noise."""
    samples = round(seconds * SAMPLE_RATE)
    pitch = random.uniform(*ENGINE_HERTZ) * _swells(samples, 12, (0.8, 1.25), random)  # [N] hertz
    phase = 2 * np.pi * np.cumsum(pitch, dtype=np.float64) / SAMPLE_RATE
    tone = np.zeros(samples)
    for k in range(1, ENGINE_HARMONICS + 1):
        loudness = random.uniform(0.2, 1.0) / k ** random.uniform(0.3, 1.2)
        tone += loudness * np.sin(k * phase + random.uniform(0.0, 6.0))
    tone *= _swells(samples, 25, (0.1, 1.0), random)
    hiss: Float32Array = coloured_noise(seconds, random, float(random.uniform(0.0, 1.5))) * np.float32(
        random.uniform(0.2, 1.0)
    )
    return (tone * (MUSIC_RMS / np.std(tone)) + hiss).astype(np.float32)

"""Hesitant speech to learn filled pauses from: espeak-ng in many voices, each token labelled by what is said there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from mmdemo.backbone.base import Backbone
from mmdemo.backbone.sound_activity import TOKEN_SAMPLES, TOKEN_SECONDS
from mmdemo.evaluation.alignment_development import DEVELOPMENT_TEXTS
from mmdemo.evaluation.alignment_sounds import Random, coloured_noise, in_room, music, over, scaled
from mmdemo.evaluation.alignment_texts import TUNING_TEXTS
from mmdemo.evaluation.alignment_voices import Voice, say
from mmdemo.evaluation.sound_data import spoken_texts
from mmdemo.media import audio_from_samples
from mmdemo.separation.separator import VoiceSeparator
from mmdemo.types import SAMPLE_RATE, Float32Array

ENGLISH = "en"
VOICES: tuple[tuple[str, str], ...] = (
    *((name, ENGLISH) for name in ("en-us+f1", "en-us+m1", "en-us+f4", "en-us+m5", "en-us+m7", "en+m3", "en+f3")),
    *((name, ENGLISH) for name in ("en-gb-x-rp+m2", "en-gb-scotland+f2", "en-us-nyc+m6", "en-029+f5")),
    *((name, ENGLISH) for name in ("en-gb-x-gbclan+m4", "en-us+klatt", "en-us+klatt4", "en-us+Annie", "en+Mario")),
    *((name, ENGLISH) for name in ("en-us+grandpa", "en-us+Andy", "fr+m3", "fr+f5", "it+m5", "nl+m2", "pt+f4")),
    *(("pl+m6", ENGLISH), ("de+m1", "de"), ("de+f2", "de"), ("es+f1", "es"), ("sv+m1", "sv")),
)
"""Voices of espeak-ng with the language of what they read. Foreign ones that read English give more sounds than the few
texts of their own would; none is the voice of a recording that is held out for the alignment."""
HELD_OUT_EVERY = 4
"""Of the voices; they only tell whether the fit generalises to a voice that it has not heard."""
FILLERS = ("um", "uh", "erm", "er", "uhm", "hmm", "umm", "uhh", "mm", "em", "eh", "ehm", "uh um")
FILLER_SHARE = 0.8
"""Of the places where a sentence is broken."""
SENTENCE_PACE, FILLER_PACE = (130, 210), (60, 140)
"""Words a minute; people draw out their filled pauses."""
PAUSE_SECONDS = (0.05, 1.2)
RECORDING_SECONDS = 25.0
SCENES = ("dry", "room", "noise", "music", "music", "dry")
"""Where each recording of a voice is heard, in turn; music is taken away again as the alignment does it."""
WORD, FILLED_PAUSE, SILENCE = 0, 1, 2


@dataclass(frozen=True, eq=False)
class LabelledTokens:
    """Tokens of the audio tower with what is said in each."""

    tokens: Float32Array  # [N, W]
    labels: np.ndarray  # [N] int8: `WORD`, `FILLED_PAUSE` or `SILENCE`
    held_out: np.ndarray  # [N] bool


@dataclass(frozen=True)
class DataRecipe:
    """How the recordings are made."""

    voices: tuple[tuple[str, str], ...] = VOICES
    recordings: int = 12  # of each voice
    seconds: float = RECORDING_SECONDS  # of each
    seed: int = 0

    def digest(self, texts: Sequence[str]) -> str:
        """Name the data by everything that it is made of."""
        described = json.dumps([asdict(self), FILLERS, SCENES, list(texts)])
        return hashlib.sha256(described.encode()).hexdigest()[:16]


def sentences(data: Path, language: str) -> list[str]:
    """Return what voices of a language read: captions in English, else the texts that alignment is tuned on.

    Args:
        data: ``shared/data``.
        language: ISO 639-1 code.
    """
    if language == ENGLISH:
        return sorted(set(spoken_texts(data / "flickr8k").values()))
    return [line for texts in (TUNING_TEXTS, DEVELOPMENT_TEXTS) for line in texts.get(language, ())]


def labelled_tokens(
    texts: Mapping[str, Sequence[str]], recipe: DataRecipe, backbone: Backbone, separator: VoiceSeparator | None
) -> Iterator[LabelledTokens]:
    """Make the recordings of each voice and encode them.

    Args:
        texts: what the voices of each language read.
        recipe: how they are made.
        backbone: encodes them.
        separator: takes music away; None: there is no music.

    Yields:
        The tokens of one voice after the other.

    Raises:
        FileMissing: espeak-ng or a voice is not there.
    """
    for number, (voice, language) in enumerate(recipe.voices):
        random = np.random.default_rng([recipe.seed, number])
        tokens: list[Float32Array] = []
        labels: list[int] = []
        for scene in (SCENES[i % len(SCENES)] for i in range(recipe.recordings)):
            waveform, said = _recording(voice, texts[language], recipe.seconds, random)
            for row, label in _encoded(_in_scene(waveform, scene, random, separator), said, backbone):
                tokens.append(row)
                labels.append(label)
        held_out = np.full(len(labels), number % HELD_OUT_EVERY == HELD_OUT_EVERY - 1)
        yield LabelledTokens(np.array(tokens, np.float32), np.array(labels, np.int8), held_out)


def _recording(voice: str, texts: Sequence[str], seconds: float, random: Random) -> tuple[Float32Array, np.ndarray]:
    """Return hesitant sentences and what is said in each sample."""
    waveforms: list[Float32Array] = []
    said: list[np.ndarray] = []
    while sum(map(len, waveforms)) < seconds * SAMPLE_RATE:
        for waveform, label in _hesitant(str(random.choice(texts)), voice, random):
            waveforms.append(waveform)
            said.append(np.full(len(waveform), label, np.int8))
    return scaled(np.concatenate(waveforms)), np.concatenate(said)


def _hesitant(text: str, voice: str, random: Random) -> Iterator[tuple[Float32Array, int]]:
    """Yield the pieces of a sentence, pauses and fillers between them, each with its label."""
    words = text.split()
    stops = sorted({int(i) for i in random.integers(0, len(words), int(random.integers(1, 4)))})
    pace, pitch = int(random.integers(*SENTENCE_PACE)), int(random.integers(25, 75))
    for first, stop in zip([0, *stops], [*stops, len(words)], strict=True):
        if stop > first:
            yield say(" ".join(words[first:stop]), Voice(voice, pace, pitch)).waveform, WORD
            yield _silence(random), SILENCE
        if stop < len(words) and random.random() < FILLER_SHARE:
            lower = Voice(voice, int(random.integers(*FILLER_PACE)), pitch - int(random.integers(0, 15)))
            yield say(str(random.choice(FILLERS)), lower).waveform, FILLED_PAUSE
            yield _silence(random), SILENCE


def _silence(random: Random) -> Float32Array:
    return np.zeros(round(float(random.uniform(*PAUSE_SECONDS)) * SAMPLE_RATE), np.float32)


def _in_scene(waveform: Float32Array, scene: str, random: Random, separator: VoiceSeparator | None) -> Float32Array:
    seconds = len(waveform) / SAMPLE_RATE
    if scene == "room":
        waveform = in_room(waveform, float(random.uniform(0.2, 0.8)), random)[: len(waveform)]
    elif scene == "noise":
        waveform = over(waveform, coloured_noise(seconds, random), float(random.uniform(8.0, 20.0)))
    elif scene == "music" and separator is not None:
        waveform = over(waveform, music(seconds, random), float(random.uniform(3.0, 12.0)))
        waveform = separator.separate(waveform.astype(np.float32)).voices
    faint = random.normal(size=len(waveform)) * 3e-4
    return (waveform + faint).astype(np.float32)


def _encoded(waveform: Float32Array, said: np.ndarray, backbone: Backbone) -> Iterator[tuple[Float32Array, int]]:
    """Yield each token with what most of its samples say."""
    for encoded in backbone.encode_windows(audio_from_samples(waveform, SAMPLE_RATE, "hesitant")):
        for piece in encoded.window.pieces:
            first = round(piece.start / TOKEN_SECONDS)
            for i in range(piece.token_count):
                samples = said[(first + i) * TOKEN_SAMPLES : (first + i + 1) * TOKEN_SAMPLES]
                if len(samples) == TOKEN_SAMPLES:
                    label = int(np.bincount(samples, minlength=3).argmax())
                    yield encoded.tokens[piece.first_token + i], label

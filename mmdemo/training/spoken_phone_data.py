"""Speech to learn phones from: espeak-ng in many voices and languages, with the time of every word.

Recordings are encoded once and kept, so that a run that was stopped goes on from there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np
import regex

from mmdemo.alignment.pause_levels import FRAME_SAMPLES
from mmdemo.alignment.pronunciations import pronunciations
from mmdemo.backbone.base import Backbone
from mmdemo.backbone.sound_activity import TOKEN_SAMPLES, TOKEN_SECONDS
from mmdemo.evaluation.alignment_sounds import Random, scaled
from mmdemo.evaluation.alignment_voices import Voice, say
from mmdemo.media import audio_from_samples
from mmdemo.training.spoken_loose_words import read_loose_words
from mmdemo.training.spoken_phone_texts import ENGLISH, ReadingMatter, text_to_read
from mmdemo.types import SAMPLE_RATE, Float32Array

ACCENTS = (
    *("en-us", "en-us", "en-us", "en", "en", "en-gb-x-rp", "en-gb-scotland", "en-029", "en-us-nyc"),
    *("en-gb-x-gbclan", "en-gb-x-gbcwmd"),
)
OTHERS = (
    *("de", "es", "fr", "it", "nl", "pl", "pt", "pt-br", "sv", "cs", "fi", "hu", "ro", "hr", "id", "da", "nb", "sk"),
    *("tr", "ru", "uk", "el", "cmn-latn-pinyin", "cmn-latn-pinyin", "cmn-latn-pinyin"),
)
CODES = {"pt-br": "pt", "nb": "no", "cmn-latn-pinyin": "zh"}
"""ISO 639-1, where espeak-ng has another name."""
MANNERS = (
    *("f1", "f2", "f3", "f4", "f5", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "klatt", "klatt2", "klatt4"),
    *("Annie", "Mario", "grandpa", "Andy", "Mike", "Lee", "Alicia", "steph", "Michael", "Andrea", "rob", "max"),
    *("steph3", "Gene"),
)
"""None is that of a recording of the last three sets that the alignment was held out on."""
ENGLISH_OF_TEN = 6
SPEEDS = (1.0, 1.0, 0.92, 1.08, 0.85, 1.15)
"""Played faster or slower, a voice passes for one with another throat."""
PACE, PITCH = (110, 240), (20, 80)
SHORTEST_SAMPLES = SAMPLE_RATE // 10

Scenery = Callable[[Float32Array, Random], Float32Array]
"""Puts speech where it is heard."""


@dataclass(frozen=True, eq=False)
class SpokenRecording:
    """An encoded recording with what is said in it."""

    tokens: np.ndarray  # [T, W] float16, zeros where nothing was encoded
    known: np.ndarray  # [T] bool: encoded
    level: Float32Array  # [2T] of the speech alone, every 10 ms
    words: tuple[tuple[float, float, tuple[str, ...]], ...]  # start, end in seconds, phones; none: not to be learned


@dataclass(frozen=True)
class DataRecipe:
    """How the recordings are made."""

    recordings: int = 540
    loose_words: int = 180  # recordings of words that many voices say by themselves, after the others
    seconds: float = 26.0  # of each, at least
    seed: int = 1

    def digest(self, matter: ReadingMatter) -> str:
        """Name the data by everything that it is made of."""
        texts = (matter.english, matter.chinese, matter.words, sorted(matter.sentences.items()))
        described = json.dumps([asdict(self), ACCENTS, OTHERS, MANNERS, SPEEDS, texts])
        return hashlib.sha256(described.encode()).hexdigest()[:16]


def recordings(
    matter: ReadingMatter, recipe: DataRecipe, backbone: Backbone, scenery: Scenery, folder: Path
) -> Iterator[SpokenRecording]:
    """Make the recordings that a folder lacks, and read all of them.

    Args:
        matter: what is read.
        recipe: how they are made.
        backbone: encodes them.
        scenery: puts each somewhere.
        folder: where they are kept.

    Yields:
        One after the other.

    Raises:
        FileMissing: espeak-ng or a voice is not there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    chosen = readers(recipe)
    for number in range(recipe.recordings + recipe.loose_words):
        kind = "" if number < len(chosen) else "-loose"
        path = folder / f"{recipe.seed}-{number:05d}{kind}.npz"
        if not path.is_file():
            random = np.random.default_rng([recipe.seed, number])
            if number < len(chosen):
                waveform, words = _read_aloud(*chosen[number], matter, recipe.seconds, random)
            else:
                english = partial(_phones, language=ENGLISH)
                waveform, words = read_loose_words(any_voice, english, matter, recipe.seconds, random)
            made = _encoded(scenery(waveform, random), waveform, words, backbone)
            part = path.with_suffix(".part.npz")
            np.savez(part, tokens=made.tokens, known=made.known, level=made.level, words=json.dumps(made.words))
            part.replace(path)
        with np.load(path) as stored:
            said = tuple((start, end, tuple(phones)) for start, end, phones in json.loads(str(stored["words"])))
            yield SpokenRecording(stored["tokens"], stored["known"], stored["level"], said)


def readers(recipe: DataRecipe) -> list[tuple[str, str]]:
    """Return the voice and the language of each recording that one voice reads."""
    random = np.random.default_rng(recipe.seed)
    found = []
    for number in range(recipe.recordings):
        base = str(random.choice(ACCENTS if number % 10 < ENGLISH_OF_TEN else OTHERS))
        manner = str(random.choice(MANNERS))
        found.append((f"{base}+{manner}", ENGLISH if number % 10 < ENGLISH_OF_TEN else CODES.get(base, base)))
    return found


def any_voice(random: Random) -> tuple[Voice, float]:
    """Return an English voice and how fast it is played."""
    name = f"{random.choice(ACCENTS)}+{random.choice(MANNERS)}"
    return Voice(name, int(random.integers(*PACE)), int(random.integers(*PITCH))), float(random.choice(SPEEDS))


def _read_aloud(
    voice: str, language: str, matter: ReadingMatter, seconds: float, random: Random
) -> tuple[Float32Array, list[tuple[float, float, tuple[str, ...]]]]:
    """Let a voice read until there is enough of it."""
    waveforms = [np.zeros(int(random.uniform(0.2, 1.0) * SAMPLE_RATE), np.float32)]
    words: list[tuple[float, float, tuple[str, ...]]] = []
    at = len(waveforms[0]) / SAMPLE_RATE
    speed = float(random.choice(SPEEDS))
    while at < seconds:
        text = text_to_read(matter, language, random)
        if not text.strip():
            continue
        spoken = say(text, Voice(voice, int(random.integers(*PACE)), int(random.integers(*PITCH))))
        if len(spoken.waveform) < SHORTEST_SAMPLES:
            continue
        played = spoken.waveform
        if speed != 1.0:
            played = audio_from_samples(played, round(SAMPLE_RATE * speed), "speed").waveform
        loudness = np.float32(10 ** random.uniform(-0.6, 0.0))
        for word in spoken.words:
            phones = _phones(word.text, language)
            words.append((at + word.span.start / speed, at + word.span.end / speed, phones))
        pause = round(float(np.clip(random.lognormal(-1.0, 0.9), 0.05, 3.0)) * SAMPLE_RATE)
        waveforms += [scaled(played) * loudness, np.zeros(pause, np.float32)]
        at += (len(played) + pause) / SAMPLE_RATE
    return np.concatenate(waveforms), words


def _phones(word: str, language: str) -> tuple[str, ...]:
    """Return how a word sounds as the alignment will read it; nothing where a part cannot be read."""
    parts = [regex.sub(r"[^\w']", "", part).strip("'") for part in regex.split(r"[\s\-–—]+", word.lower())]
    sounds = [pronunciations(part, language)[:1] for part in parts if part]
    return tuple(phone for sound in sounds for phone in sound[0].split()) if sounds and all(sounds) else ()


def _encoded(
    heard: Float32Array,
    spoken: Float32Array,
    words: Sequence[tuple[float, float, tuple[str, ...]]],
    backbone: Backbone,
) -> SpokenRecording:
    """Encode a recording as it is heard; levels are those of the speech alone."""
    count = len(spoken) // TOKEN_SAMPLES
    known = np.zeros(count, np.bool_)
    tokens: np.ndarray | None = None
    for encoded in backbone.encode_windows(audio_from_samples(heard, SAMPLE_RATE, "spoken")):
        tokens = np.zeros((count, encoded.tokens.shape[1]), np.float16) if tokens is None else tokens
        for piece in encoded.window.pieces:
            first = round(piece.start / TOKEN_SECONDS)
            fitting = min(piece.token_count, count - first)
            tokens[first : first + fitting] = encoded.tokens[piece.first_token : piece.first_token + fitting]
            known[first : first + fitting] = True
    assert tokens is not None, "speech fills at least one window"
    level = np.sqrt(np.mean(np.square(spoken[: count * TOKEN_SAMPLES].reshape(-1, FRAME_SAMPLES)), axis=1))  # [2T]
    return SpokenRecording(tokens, known, level.astype(np.float32), tuple(words))

"""Sound with its text for the audio head: spoken captions, espeak-ng readings, digits, and named sounds."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from mmdemo.backbone.audio_tower import AudioTower
from mmdemo.backbone.audio_windows import MAX_WINDOW_TOKENS, pack_windows
from mmdemo.backbone.sound_activity import TOKEN_SAMPLES, SoundActivity
from mmdemo.evaluation.sound_data import HELD_OUT_FOLD, decoded, held_out_speech, label_text, members, spoken_texts
from mmdemo.types import SAMPLE_RATE, Float32Array

VOICES = ("en-us", "en-gb", "en-us+f2", "en-gb+m3", "en-us+m7", "en-gb+f4", "en-us+f5", "en-gb-scotland", "en-029+m1")
SPEEDS = (125, 200)
"""Words a minute, from to."""
DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
DIGIT_PHRASES = 100
SOUND_PHRASES = ("{}", "the sound of {}", "a recording of {}", "{} can be heard", "we hear {}")
SYNONYMS = {
    "dog bark": ("a dog barking", "a barking dog", "dogs bark loudly"),
    "chainsaw": ("a chainsaw cutting wood", "someone saws a tree with a chainsaw", "a loud motor saw"),
    "fire crackling": ("a crackling fire", "a campfire burning", "wood crackles in the fire"),
    "helicopter": ("a helicopter flying by", "the rotor of a helicopter", "a helicopter in the air"),
    "rain": ("rain falling", "heavy rain on a roof", "it is raining"),
    "rooster": ("a rooster crowing", "a crowing cock", "a rooster crows in the morning"),
    "sea waves": ("waves of the sea", "ocean waves on the beach", "the surf at the shore"),
    "baby cry": ("a crying baby", "a baby cries", "an infant is crying"),
    "clock tick": ("a ticking clock", "the ticking of a clock", "a clock ticks"),
    "person sneeze": ("a person sneezing", "somebody sneezes", "a loud sneeze"),
}
"""How people who search name the sounds that the data names in two words."""


@dataclass(frozen=True, eq=False)
class Clip:
    """A sound and the texts that fit it equally well."""

    waveform: Float32Array  # [N] at 16 kHz
    texts: tuple[str, ...]
    group: str  # clips of one group are never each other's negatives


def without_silence(waveform: Float32Array) -> Float32Array:
    """Shorten long silences as the backbone does before the tower listens."""
    return np.concatenate([window.waveform for window in pack_windows(SoundActivity().analyse([waveform]))])


def varied(waveform: Float32Array, generator: np.random.Generator) -> Float32Array:
    """Return a sound played faster or slower, louder or softer, with noise over it.

    Args:
        waveform: [N].
        generator: of the choices.
    """
    import soxr

    speed = float(generator.uniform(0.88, 1.14))
    stretched = soxr.resample(waveform, SAMPLE_RATE * speed, SAMPLE_RATE).astype(np.float32)
    level = float(np.sqrt(np.mean(np.square(stretched))) + 1e-6)
    noise = generator.standard_normal(len(stretched)).astype(np.float32)
    if generator.random() < 0.5:  # brown noise: wind, traffic, a hum
        noise = np.cumsum(noise).astype(np.float32)
        noise -= np.convolve(noise, np.ones(800, np.float32) / 800, mode="same")
    noise *= level / float(np.sqrt(np.mean(np.square(noise))) + 1e-6)
    ratio_db = float(generator.uniform(5.0, 30.0))
    gain = float(generator.uniform(0.3, 1.2))
    changed: Float32Array = np.clip(gain * (stretched + noise * 10 ** (-ratio_db / 20)), -1, 1).astype(np.float32)
    return changed


def espeak(text: str, voice: str, speed: int, pitch: int) -> Float32Array:
    """Read a text aloud with Debian's espeak-ng.

    Args:
        text: to read.
        voice: such as ``en-us+f2``.
        speed: words a minute.
        pitch: 0..99.
    """
    command = ["espeak-ng", "-v", voice, "-s", str(speed), "-p", str(pitch), "--stdout", "--", text]
    done = subprocess.run(command, capture_output=True, check=True)
    return decoded(done.stdout, "espeak")


def espeak_clips(captions: Sequence[str], count: int, seed: int) -> Iterator[Clip]:
    """Read captions drawn at random in voices, at speeds and pitches drawn at random; every second one is varied."""
    generator = np.random.default_rng([seed, 1])
    for i, position in enumerate(generator.permutation(len(captions))[:count]):
        text = captions[position]
        waveform = espeak(
            text, str(generator.choice(VOICES)), int(generator.integers(*SPEEDS)), int(generator.integers(25, 75))
        )
        yield Clip(varied(waveform, generator) if i % 2 else waveform, (text,), text)


def spoken_clips(archive: Path, texts: dict[str, str], variants: int, seed: int) -> Iterator[Clip]:
    """Yield the spoken captions of training, each as it is and in changed versions."""
    generator = np.random.default_rng([seed, 2])
    held_out = held_out_speech(archive)
    for name, content in members(archive, ".mp3"):
        if name not in held_out:
            clip = Clip(decoded(content, name), (texts[Path(name).stem],), texts[Path(name).stem])
            yield clip
            for _ in range(variants):
                yield replace(clip, waveform=varied(clip.waveform, generator))


def sound_clips(archive: Path, variants: int, seed: int) -> Iterator[Clip]:
    """Yield the named sounds of all folds but the held-out one."""
    generator = np.random.default_rng([seed, 3])
    for name, content in members(archive, ".ogg"):
        folder, file = name.split("/")[-2:]
        if file.startswith(f"{HELD_OUT_FOLD}-"):
            continue
        label = label_text(folder)
        texts = tuple(phrase.format(label) for phrase in SOUND_PHRASES) + SYNONYMS.get(label, ())
        clip = Clip(without_silence(decoded(content, name)), texts, f"sound:{label}")
        yield clip
        for _ in range(variants):
            yield replace(clip, waveform=varied(clip.waveform, generator))


def digit_clips(archive: Path, seed: int) -> Iterator[Clip]:
    """Join digits that people said into phrases: the few real voices among the data."""
    generator = np.random.default_rng([seed, 4])
    recordings = [(Path(name).name, content) for name, content in members(archive, ".wav")]
    for _ in range(DIGIT_PHRASES):
        chosen = generator.choice(len(recordings), int(generator.integers(2, 6)), replace=False)
        gap = np.zeros(SAMPLE_RATE // 8, np.float32)
        pieces = [piece for i in chosen for piece in (decoded(recordings[i][1], recordings[i][0]), gap)]
        text = " ".join(DIGITS[int(recordings[i][0][0])] for i in chosen)
        yield Clip(np.concatenate(pieces), (text,), text)


def encode_clips(clips: Sequence[Clip], tower: AudioTower, seed: int) -> list[Float32Array]:
    """Encode clips, most of them several to a window, so that the head hears sound from every place in a window.

    Args:
        clips: to encode.
        tower: the audio tower.
        seed: of the order and the window lengths.

    Returns:
        One [T, 512] a clip, in the clips' order.
    """
    generator = np.random.default_rng([seed, 5])
    found: dict[int, Float32Array] = {}
    for group in _grouped([len(clip.waveform) // TOKEN_SAMPLES for clip in clips], generator):
        pieces, bounds, at = [], [], 0
        for i in group:
            count = min(len(clips[i].waveform) // TOKEN_SAMPLES, MAX_WINDOW_TOKENS)
            pause = int(generator.integers(5, 25))
            pieces.append(np.pad(clips[i].waveform[: count * TOKEN_SAMPLES], (0, pause * TOKEN_SAMPLES)))
            bounds.append((at, at + count))
            at += count + pause
        tokens, _ = tower.encode(np.concatenate(pieces)[: MAX_WINDOW_TOKENS * TOKEN_SAMPLES])  # [T, D]
        found.update({i: tokens[first:behind] for i, (first, behind) in zip(group, bounds, strict=True)})
    return [found[i] for i in range(len(clips))]


def _grouped(lengths: Sequence[int], generator: np.random.Generator) -> Iterable[list[int]]:
    """Draw clips into windows of random target length (tokens)."""
    group: list[int] = []
    used, target = 0, 0
    for i in generator.permutation(len(lengths)):
        if group and used + lengths[i] + 25 > target:
            yield group
            group, used = [], 0
        if not group:
            target = int(generator.choice([1, 500, MAX_WINDOW_TOKENS, MAX_WINDOW_TOKENS]))
        group.append(int(i))
        used += lengths[i] + 25
    if group:
        yield group


def training_clips(data: Path, captions: Sequence[str], espeak_count: int, variants: int, seed: int) -> list[Clip]:
    """Gather every clip for the audio head.

    Args:
        data: folder with ``sounds`` and ``flickr8k``; archives that are missing are left out.
        captions: of training pictures, for espeak-ng to read.
        espeak_count: how many of them.
        variants: changed versions of each recording.
        seed: of every choice.
    """
    sounds = data / "sounds"
    clips: list[Clip] = []
    if (sounds / "spoken_captions.tar").is_file():
        clips += spoken_clips(sounds / "spoken_captions.tar", spoken_texts(data / "flickr8k"), variants, seed)
    if (sounds / "esc10.tar").is_file():
        clips += sound_clips(sounds / "esc10.tar", variants, seed)
    if (sounds / "spoken_digits.tar").is_file():
        clips += digit_clips(sounds / "spoken_digits.tar", seed)
    return clips + list(espeak_clips(captions, espeak_count, seed))

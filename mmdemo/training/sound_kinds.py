"""Fits the detector of music, noise and speech among sounds (see `mmdemo.backbone.sound_kinds`).

``python -m mmdemo.training.sound_kinds --data ../shared/data --music FOLDER --out assets/weights/sound-kinds``: the
folder holds Ogg files of instrumental music in subfolders, of which those named with ``--held-out`` only tell whether
the fit generalises. The shipped weights took the music of Debian's package extremetuxracer-data and held out that of
frozen-bubble-data.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mmdemo.backbone.audio_tower import AudioTower
from mmdemo.backbone.base import Backbone
from mmdemo.backbone.sound_kinds import SOUND_KINDS, WEIGHTS_FILE, SoundKinds, stretch_features
from mmdemo.evaluation.alignment_sounds import Random, coloured_noise, music
from mmdemo.evaluation.sound_data import HELD_OUT_FOLD, decoded, held_out_speech, members
from mmdemo.media import audio_from_samples
from mmdemo.runtime import models
from mmdemo.types import SAMPLE_RATE, Float32Array

COMPOSED, COMPOSED_HELD_OUT = 50, 20
NOISES, NOISES_HELD_OUT = 42, 18
SPOKEN = 100
EXCERPTS = 8
"""Of each piece of music."""
SLOPES = {"white": 0.0, "pink": 1.0, "brown": 2.0}
PENALTY = 0.01
STEPS, RATE = 2000, 0.02


@dataclass(frozen=True, eq=False)
class Example:
    """A stretch of sound."""

    held_out: bool
    kind: str
    name: str
    waveform: Float32Array  # [N] at 16 kHz


def examples(data: Path, folder: Path, held_out: str, random: Random) -> Iterator[Example]:
    """Yield stretches of three to six seconds of every kind.

    Args:
        data: ``shared/data``.
        folder: of Ogg files of music, in subfolders.
        held_out: part of the path of the music that is not for the fit.
        random: of lengths, levels and places.
    """
    yield from _events(data / "sounds" / "esc10.tar", random)
    yield from _spoken(data / "sounds" / "spoken_captions.tar")
    for seed in range(COMPOSED + COMPOSED_HELD_OUT):
        level = float(random.uniform(0.3, 1.5))
        piece = music(float(random.uniform(3, 6)), np.random.default_rng(1000 + seed)) * level
        yield Example(seed >= COMPOSED, "music", f"composed {seed}", piece.astype(np.float32))
    yield from _recorded_music(folder, held_out, random)
    for seed in range(NOISES + NOISES_HELD_OUT):
        name = list(SLOPES)[seed % len(SLOPES)]
        noise = coloured_noise(float(random.uniform(3, 6)), np.random.default_rng(seed), SLOPES[name])
        level = 10 ** (float(random.uniform(-50, -15)) / 20) / float(np.sqrt(np.mean(noise**2)))
        yield Example(seed >= NOISES, "noise", name, (noise * level).astype(np.float32))


def _events(archive: Path, random: Random) -> Iterator[Example]:
    for i, (name, content) in enumerate(members(archive, ".ogg")):
        label, file = name.split("/")[-2:]
        waveform, held_out = decoded(content, file), file.startswith(f"{HELD_OUT_FOLD}-")
        if i % 2 and not held_out:  # a part of the sound, as a span may cut it
            start = int(random.integers(0, 2 * SAMPLE_RATE))
            waveform = waveform[start : start + int(random.integers(2 * SAMPLE_RATE, 3 * SAMPLE_RATE))]
        yield Example(held_out, "event", label, waveform)


def _spoken(archive: Path) -> Iterator[Example]:
    held_out = held_out_speech(archive)
    for i, (name, content) in enumerate(members(archive, ".mp3")):
        if i < SPOKEN:
            yield Example(name in held_out, "speech", name, decoded(content, name)[: 5 * SAMPLE_RATE])


def _recorded_music(folder: Path, held_out: str, random: Random) -> Iterator[Example]:
    for path in sorted(folder.rglob("*.ogg")):
        waveform = decoded(path.read_bytes(), path.name)
        for _ in range(EXCERPTS):
            start = int(random.integers(0, max(len(waveform) - 6 * SAMPLE_RATE, 1)))
            excerpt = waveform[start : start + int(random.uniform(3, 5) * SAMPLE_RATE)]
            yield Example(held_out in str(path), "music", path.name, excerpt)


def features_of(example: Example, backbone: Backbone) -> Float32Array | None:
    """Return [2 * W] of a stretch, None where nothing is to be heard."""
    encoding = backbone.encode_sound(audio_from_samples(example.waveform, SAMPLE_RATE, example.name))
    return stretch_features(np.asarray(encoding.tokens, np.float32)) if len(encoding.tokens) else None


def fit(features: Float32Array, kinds: Sequence[str]) -> SoundKinds:
    """Fit a softmax regression with a quadratic penalty, each kind with the same weight.

    Args:
        features: [N, 2 * W].
        kinds: N of `SOUND_KINDS`.
    """
    mean, deviation = features.mean(axis=0), features.std(axis=0) + 1e-3
    x = (features - mean) / deviation  # [N, F]
    targets = np.array([[kind == name for name in SOUND_KINDS] for kind in kinds], np.float32)  # [N, K]
    balance = (targets / np.maximum(targets.sum(axis=0), 1)).sum(axis=1, keepdims=True) / len(SOUND_KINDS)  # [N, 1]
    weights = np.zeros((x.shape[1], len(SOUND_KINDS)), np.float32)
    offsets = np.zeros(len(SOUND_KINDS), np.float32)
    for _ in range(STEPS):
        scores = x @ weights + offsets
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        error = (shares / shares.sum(axis=1, keepdims=True) - targets) * balance  # [N, K]
        weights -= RATE * (x.T @ error + PENALTY * weights)
        offsets -= RATE * error.sum(axis=0)
    return SoundKinds(mean.astype(np.float32), deviation.astype(np.float32), weights, offsets)


def save(fitted: SoundKinds, folder: Path, figures: dict[str, float]) -> None:
    """Write the weights with their config.

    Args:
        fitted: what `fit` returned.
        folder: made when missing.
        figures: shares of the held-out stretches that were told right, by kind.
    """
    from safetensors.numpy import save as as_bytes

    folder.mkdir(parents=True, exist_ok=True)
    arrays = {
        name: np.asarray(getattr(fitted, name), np.float32) for name in ("mean", "deviation", "weights", "offsets")
    }
    content = as_bytes(arrays)
    (folder / WEIGHTS_FILE).write_bytes(content)
    config = {
        "format": 1,
        "tower": AudioTower.model_id,
        "kinds": SOUND_KINDS,
        "held out": figures,
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n", "utf-8")


def shares_right(fitted: SoundKinds, features: Float32Array, kinds: Sequence[str]) -> dict[str, float]:
    """Return the share of stretches of each kind that are told right."""
    told = [SOUND_KINDS[int(i)] for i in fitted.probabilities(features).argmax(axis=1)]
    found: dict[str, float] = {}
    for name in SOUND_KINDS:
        right = [one == name for one, kind in zip(told, kinds, strict=True) if kind == name]
        found[name] = round(float(np.mean(right)), 4) if right else float("nan")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit as the command line asks; returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--music", type=Path, required=True, help="folder of Ogg files")
    parser.add_argument("--held-out", default="frozen-bubble", help="part of the paths that are not for the fit")
    parser.add_argument("--out", type=Path, default=Path("runs/sound-kinds"))
    options = parser.parse_args(arguments)
    backbone, seen = models().backbone, []
    for example in examples(options.data, options.music, options.held_out, np.random.default_rng(0)):
        found = features_of(example, backbone)
        if found is not None:
            seen.append((example.held_out, example.kind, found))
    parts = {part: [(kind, row) for held_out, kind, row in seen if held_out == part] for part in (False, True)}
    fitted = fit(np.stack([row for _, row in parts[False]]), [kind for kind, _ in parts[False]])
    figures = shares_right(fitted, np.stack([row for _, row in parts[True]]), [kind for kind, _ in parts[True]])
    save(fitted, options.out, figures)
    print(json.dumps({"fitted on": len(parts[False]), "held out": len(parts[True]), **figures}))
    return 0


if __name__ == "__main__":
    sys.exit(main())

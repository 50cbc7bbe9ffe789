"""What goes wrong between subtitles and sound: each fault takes a true case and returns what a user would hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from mmdemo.evaluation.alignment_cases import TrueLine
from mmdemo.evaluation.alignment_changes import (
    Trial,
    cut,
    drifted,
    dropped,
    inserted,
    jittered,
    shifted,
    swapped,
    translated,
    under_music,
    with_extra_lines,
)
from mmdemo.evaluation.alignment_sounds import Random, coloured_noise, music
from mmdemo.evaluation.alignment_texts import UNSPOKEN_TEXTS
from mmdemo.types import SAMPLE_RATE, Cue, Float32Array

SHIFT_SECONDS = 7.3
FILM_RATE = 25 / 23.976
"""Subtitles timed for a film at 23.976 pictures a second, shown with one that runs at 25, or the reverse."""
DROP_SHIFT_SECONDS = -3.1
FAINT = 1e-4
"""Silence of a real recording: 80 dB below full scale."""


@dataclass(frozen=True, eq=False)
class Scene:
    """A true case, and what faults are made of."""

    lines: tuple[TrueLine, ...]
    waveform: Float32Array  # [N] at 16 kHz
    other_speech: Float32Array  # [M] of somebody else, not in the text
    other_lines: tuple[TrueLine, ...]  # of another film
    random: Random


def true_trial(scene: Scene) -> Trial:
    """Return the correct file."""
    cues = tuple(Cue(i, line.span.start, line.span.end, line.text) for i, line in enumerate(scene.lines, start=1))
    return Trial("correct", cues, tuple(line.span for line in scene.lines), scene.waveform, "unchanged")


def _untimed(trial: Trial) -> Trial:
    return replace(trial, timed=False, expected="aligned")


def _everything(scene: Scene) -> Trial:
    return _with_every_fault(true_trial(scene), scene)


def _everything_translated(scene: Scene) -> Trial:
    return _with_every_fault(_translation(scene), scene)


def _with_every_fault(trial: Trial, scene: Scene) -> Trial:
    trial = under_music(inserted(trial, scene.other_speech), scene.random)
    return jittered(shifted(drifted(dropped(trial, scene.random), FILM_RATE), SHIFT_SECONDS), scene.random)


def _translation(scene: Scene) -> Trial:
    return translated(true_trial(scene), scene.lines)


def _of_another_film(scene: Scene) -> Trial:
    other = true_trial(replace(scene, lines=scene.other_lines))
    return replace(other, truth=(None,) * len(other.cues), expected="refused")


def _nothing_said(scene: Scene, waveform: Float32Array) -> Trial:
    trial = true_trial(scene)
    return replace(trial, waveform=waveform, truth=(None,) * len(trial.cues), expected="refused")


def _silence(scene: Scene) -> Float32Array:
    return (scene.random.normal(size=len(scene.waveform)) * FAINT).astype(np.float32)


def _unspoken(scene: Scene) -> tuple[str, ...]:
    return (*(line.text for line in scene.other_lines[:3]), *UNSPOKEN_TEXTS)


FAULTS: Mapping[str, Callable[[Scene], Trial]] = MappingProxyType(
    {
        "transcript": lambda s: _untimed(true_trial(s)),
        "transcript, music": lambda s: _untimed(under_music(true_trial(s), s.random)),
        "transcript, drop": lambda s: _untimed(dropped(true_trial(s), s.random)),
        "transcript, extra": lambda s: _untimed(with_extra_lines(true_trial(s), s.random, _unspoken(s))),
        "correct": true_trial,
        "shift": lambda s: shifted(true_trial(s), SHIFT_SECONDS),
        "drift": lambda s: drifted(true_trial(s), FILM_RATE),
        "insert": lambda s: inserted(true_trial(s), s.other_speech),
        "cut": lambda s: cut(true_trial(s)),
        "drop": lambda s: shifted(dropped(true_trial(s), s.random), DROP_SHIFT_SECONDS),
        "music": lambda s: jittered(shifted(under_music(true_trial(s), s.random), SHIFT_SECONDS), s.random),
        "everything": _everything,
        "extra": lambda s: shifted(with_extra_lines(true_trial(s), s.random, _unspoken(s)), SHIFT_SECONDS),
        "swapped": lambda s: shifted(swapped(true_trial(s), s.random), SHIFT_SECONDS),
        "translation": lambda s: shifted(_translation(s), SHIFT_SECONDS),
        "translation, jitter": lambda s: shifted(jittered(_translation(s), s.random), SHIFT_SECONDS),
        "translation, insert": lambda s: inserted(_translation(s), s.other_speech),
        "translation, cut": lambda s: cut(_translation(s)),
        "translation, everything": _everything_translated,
        "other film": _of_another_film,
        "music alone": lambda s: _nothing_said(s, music(len(s.waveform) / SAMPLE_RATE, s.random)),
        "noise alone": lambda s: _nothing_said(s, coloured_noise(len(s.waveform) / SAMPLE_RATE, s.random)),
        "silence": lambda s: _nothing_said(s, _silence(s)),
    }
)
"""Every fault by name."""


def make_trial(fault: str, scene: Scene) -> Trial:
    """Apply a fault to a true case.

    Args:
        fault: a key of `FAULTS`.
        scene: the case and its material.

    Returns:
        What a user would hold, in the order of a file.
    """
    return replace(FAULTS[fault](scene).ordered(), fault=fault)


def applies(fault: str, scene: Scene) -> bool:
    """Tell whether a case can have a fault: translations and another film must be there."""
    if fault.startswith("translation"):
        return all(line.translation for line in scene.lines)
    return fault != "other film" or bool(scene.other_lines)

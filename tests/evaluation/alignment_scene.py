"""A small true case made of tones, for tests of faults, measures and the whole command."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mmdemo.evaluation.alignment_cases import AlignmentCase, TrueLine, TrueWord
from mmdemo.evaluation.alignment_faults import Scene
from mmdemo.types import SAMPLE_RATE, Float32Array, Span

LINES = 10
SECONDS = 62.0


def true_lines(count: int = LINES, prefix: str = "line", first: float = 5.0) -> tuple[TrueLine, ...]:
    """Return lines of two seconds every six, with two words each and a translation."""
    lines = []
    for i in range(count):
        start = first + 6.0 * i
        words = (
            TrueWord(prefix, Span(start, start + 1.0)),
            TrueWord(f"number{i}", Span(start + 1.0, start + 2.0)),
        )
        lines.append(TrueLine(f"{prefix} number{i}", Span(start, start + 2.0), words, f"Zeile {i}"))
    return tuple(lines)


def tones(lines: Sequence[TrueLine], seconds: float = SECONDS) -> Float32Array:
    """Return sound that is loud exactly where a line is said: line i is a constant of (i + 1) / 20."""
    waveform = np.zeros(round(seconds * SAMPLE_RATE), np.float32)
    for i, line in enumerate(lines):
        waveform[round(line.span.start * SAMPLE_RATE) : round(line.span.end * SAMPLE_RATE)] = (i + 1) / 20
    return waveform


def scene(seed: int = 0) -> Scene:
    """Return the case with strangers' speech at a level that no line has."""
    lines = true_lines()
    strangers = np.full(3 * SAMPLE_RATE, -0.9, np.float32)
    other = true_lines(8, "foreign", 2.0)
    return Scene(lines, tones(lines), strangers, other, np.random.default_rng(seed))


def case(folder: Path, name: str = "case", prefix: str = "line") -> AlignmentCase:
    """Return the case, whose sound would lie in a folder."""
    return AlignmentCase(name, "given", "en", folder / f"{name}.wav", SECONDS, true_lines(prefix=prefix), "de")

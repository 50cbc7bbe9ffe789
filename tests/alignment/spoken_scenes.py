"""Makes masks and cues as films have them: lines with pauses of many lengths, and speech detectors that are unsure."""

from __future__ import annotations

import numpy as np

from mmdemo.alignment.speech_mask import FRAME_SECONDS, SpeechMask
from mmdemo.types import Span


def scene(count: int, seed: int = 0) -> list[Span]:
    """Return lines of 0.5 to 5 s with pauses of 0.1 to 10 s, most of them short."""
    generator = np.random.default_rng(seed)
    lines: list[Span] = []
    end = 1.0
    for _ in range(count):
        start = end + float(np.clip(np.exp(generator.normal(-0.4, 0.9)), 0.1, 10.0))
        end = start + float(generator.uniform(0.5, 5.0))
        lines.append(Span(start, end))
    return lines


def mask_of(lines: list[Span], seconds: float | None = None, seed: int = 0, noise: float = 0.2) -> SpeechMask:
    """Return the mask of somebody who speaks these lines, with short pauses between words and a detector's doubts."""
    generator = np.random.default_rng(seed)
    length = int((seconds if seconds is not None else lines[-1].end + 3.0) / FRAME_SECONDS)
    speech = np.zeros(length)
    for line in lines:
        speech[round(line.start / FRAME_SECONDS) : round(line.end / FRAME_SECONDS)] = 0.9
        for pause in generator.uniform(line.start + 0.2, line.end - 0.1, int(line.end - line.start)):
            speech[round(pause / FRAME_SECONDS) : round(pause / FRAME_SECONDS) + 8] = 0.2
    doubt = np.repeat(generator.uniform(-noise, noise, length // 10 + 1), 10)[:length]
    return SpeechMask(np.clip(speech + doubt, 0.0, 1.0).astype(np.float32))


def moved(lines: list[Span], rate: float = 1.0, offset: float = 0.0) -> list[Span]:
    """Return the lines at rate · t + offset."""
    return [Span(rate * line.start + offset, rate * line.end + offset) for line in lines]

"""Single changes to subtitles and sound, of which faults are made; each knows where every cue belongs afterwards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from mmdemo.evaluation.alignment_cases import TrueLine
from mmdemo.evaluation.alignment_sounds import Random, looped, music, over
from mmdemo.types import SAMPLE_RATE, Cue, Float32Array, Span

Expected = Literal["aligned", "unchanged", "refused"]

INSERTED_SECONDS = 20.0
CUT_SECONDS = 15.0
DROPPED_SHARE = 0.3
MUSIC_DECIBELS = 8.0
"""Speech over music, as in the reference's tables."""
JITTER_SECONDS = 0.3
"""Standard deviation of each cue's own error, as of subtitles placed by ear."""
EXTRA_SHARE = 0.25
SWAPPED_SHARE = 0.3


@dataclass(frozen=True, eq=False)
class Trial:
    """Subtitles as a user holds them, with the sound they are for and where each of them belongs."""

    fault: str
    cues: tuple[Cue, ...]
    truth: tuple[Span | None, ...]  # one a cue; None: never said in this sound
    waveform: Float32Array  # [N] at 16 kHz
    expected: Expected = "aligned"
    timed: bool = True  # False: a transcript, the times of whose cues mean nothing

    def ordered(self) -> Trial:
        """Return the same with its cues sorted and numbered, none before zero, as a file has them."""
        pairs = sorted(zip(self.cues, self.truth, strict=True), key=lambda pair: pair[0].start)
        cues = tuple(
            replace(cue, index=i, start=max(cue.start, 0.0), end=max(cue.end, cue.start, 0.0))
            for i, (cue, _) in enumerate(pairs, start=1)
        )
        return replace(self, cues=cues, truth=tuple(span for _, span in pairs))


def shifted(trial: Trial, seconds: float) -> Trial:
    """Move every cue; forwards where moving back would pass zero, as a file cannot."""
    if trial.cues and trial.cues[0].start + seconds < 0:
        seconds = -seconds
    return _moved(trial, lambda time: time + seconds)


def drifted(trial: Trial, rate: float) -> Trial:
    """Stretch the clock of the cues."""
    return _moved(trial, lambda time: time * rate)


def jittered(trial: Trial, random: Random) -> Trial:
    """Move each cue by an error of its own, at most two standard deviations, never before its neighbour."""
    errors = np.clip(random.normal(0, JITTER_SECONDS, len(trial.cues)), -2 * JITTER_SECONDS, 2 * JITTER_SECONDS)
    starts = np.maximum.accumulate([cue.start + float(e) for cue, e in zip(trial.cues, errors, strict=True)])
    moved = zip(trial.cues, starts.tolist(), strict=True)
    cues = tuple(replace(cue, start=start, end=start + cue.end - cue.start) for cue, start in moved)
    return replace(trial, cues=cues, expected="aligned")


def dropped(trial: Trial, random: Random) -> Trial:
    """Lose a share of the cues."""
    count = round(len(trial.cues) * (1 - DROPPED_SHARE))
    kept = sorted(int(i) for i in random.choice(len(trial.cues), max(count, 1), replace=False))
    cues, truth = tuple(trial.cues[i] for i in kept), tuple(trial.truth[i] for i in kept)
    return replace(trial, cues=cues, truth=truth, expected="aligned")


def inserted(trial: Trial, speech: Float32Array) -> Trial:
    """Put other speech into the sound, in the pause nearest to the middle; the cues know nothing of it."""
    at = _middle_pause(trial)
    samples = round(INSERTED_SECONDS * SAMPLE_RATE)
    cut = round(at * SAMPLE_RATE)
    waveform = np.concatenate([trial.waveform[:cut], looped(speech, samples), trial.waveform[cut:]])
    truth = tuple(
        Span(span.start + INSERTED_SECONDS, span.end + INSERTED_SECONDS) if span and span.start >= at else span
        for span in trial.truth
    )
    return replace(trial, waveform=waveform, truth=truth, expected="aligned")


def cut(trial: Trial) -> Trial:
    """Take a piece out of the sound from the pause nearest to the middle on; its cues are never heard."""
    start = _middle_pause(trial)
    pauses = [pause for pause in _pauses(trial) if pause >= start + CUT_SECONDS / 3]
    stop = min(pauses, key=lambda pause: abs(pause - start - CUT_SECONDS)) if pauses else start
    first, last = round(start * SAMPLE_RATE), round(stop * SAMPLE_RATE)
    waveform = np.concatenate([trial.waveform[:first], trial.waveform[last:]])

    def place(span: Span | None) -> Span | None:
        if span is None or start <= span.start < stop:
            return None
        back = stop - start if span.start >= stop else 0.0
        return Span(span.start - back, span.end - back)

    return replace(trial, waveform=waveform, truth=tuple(place(span) for span in trial.truth), expected="aligned")


def under_music(trial: Trial, random: Random) -> Trial:
    """Lay music under the sound."""
    background = music(len(trial.waveform) / SAMPLE_RATE, random)
    return replace(trial, waveform=over(trial.waveform, background, MUSIC_DECIBELS))


def with_extra_lines(trial: Trial, random: Random, texts: Sequence[str]) -> Trial:
    """Add cues that nobody says, each a second after another cue began."""
    count = max(round(len(trial.cues) * EXTRA_SHARE), 1)
    chosen = sorted(int(i) for i in random.choice(len(trial.cues), count, replace=False))
    extra = tuple(
        Cue(0, trial.cues[i].start + 1.0, trial.cues[i].start + 3.0, texts[k % len(texts)])
        for k, i in enumerate(chosen)
    )
    return replace(trial, cues=trial.cues + extra, truth=trial.truth + (None,) * count, expected="aligned").ordered()


def swapped(trial: Trial, random: Random) -> Trial:
    """Exchange the times of neighbours, so that their texts stand in the wrong order."""
    cues, truth = list(trial.cues), list(trial.truth)
    i = 0
    while i + 1 < len(cues):
        if random.random() < SWAPPED_SHARE or (i + 3 >= len(cues) and cues == list(trial.cues)):
            first, second = cues[i], cues[i + 1]
            cues[i], cues[i + 1] = replace(first, text=second.text), replace(second, text=first.text)
            truth[i], truth[i + 1] = truth[i + 1], truth[i]
            i += 1
        i += 1
    return replace(trial, cues=tuple(cues), truth=tuple(truth), expected="aligned")


def translated(trial: Trial, lines: Sequence[TrueLine]) -> Trial:
    """Give every cue the text of the other language."""
    cues = tuple(replace(cue, text=line.translation) for cue, line in zip(trial.cues, lines, strict=True))
    return replace(trial, cues=cues, expected="aligned")


def _moved(trial: Trial, move: Callable[[float], float]) -> Trial:
    cues = tuple(replace(cue, start=move(cue.start), end=move(cue.end)) for cue in trial.cues)
    return replace(trial, cues=cues, expected="aligned")


def _pauses(trial: Trial) -> list[float]:
    """Return the middles of the pauses between lines in the sound."""
    spans = sorted((span for span in trial.truth if span), key=lambda span: span.start)
    return [(a.end + b.start) / 2 for a, b in zip(spans, spans[1:], strict=False) if b.start > a.end]


def _middle_pause(trial: Trial) -> float:
    middle = len(trial.waveform) / SAMPLE_RATE / 2
    return min(_pauses(trial), key=lambda pause: abs(pause - middle), default=middle)

"""From a case and a fault to the files that an aligner is given."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from rapidfuzz import fuzz

from mmdemo.evaluation.alignment_cases import AlignmentCase, TrueLine
from mmdemo.evaluation.alignment_changes import Trial
from mmdemo.evaluation.alignment_engine import Aligner, Job
from mmdemo.evaluation.alignment_faults import Scene, applies, make_trial
from mmdemo.evaluation.alignment_measures import Answer, Score, same_lines, score_answer, word_differences
from mmdemo.evaluation.alignment_sounds import load_sound
from mmdemo.evaluation.alignment_texts import GENERALISATION_TEXTS
from mmdemo.evaluation.sample_media import SPEECH_FILES, sample
from mmdemo.subtitles import save_subtitles
from mmdemo.types import SAMPLE_RATE, Float32Array, Span

SAME_LINE = 90.0
"""Of RapidFuzz's ratio of token sets, 0 to 100."""
LEAST_CHARACTERS = 12


@dataclass(frozen=True)
class Run:
    """What one aligner did with one case under one fault."""

    aligner: str
    case: str
    fault: str
    seconds: float  # of the sound
    answer: Answer
    score: Score


def scene_of(case: AlignmentCase, cases: Sequence[AlignmentCase], fault: str) -> Scene:
    """Gather what a fault of a case is made of; random numbers depend on both names alone.

    Args:
        case: the case.
        cases: all of this run, one of which lends the subtitles of another film.
        fault: the fault.
    """
    random = np.random.default_rng(zlib.crc32(f"{case.name}/{fault}".encode()))
    strangers = np.concatenate([load_sound(sample(name)) for name in SPEECH_FILES])
    waveform = load_sound(case.media)
    return Scene(case.lines, waveform, strangers, other_film(case, cases), random)


def other_film(case: AlignmentCase, cases: Sequence[AlignmentCase]) -> tuple[TrueLine, ...]:
    """Return lines of which this case says none: of another case, best in the same language, or else invented."""
    others = [one for one in cases if one.name != case.name and not _tells_the_same(case, one)]
    same = [one for one in others if one.language == case.language] or others
    if same:
        return same[zlib.crc32(case.name.encode()) % len(same)].lines
    random = np.random.default_rng(zlib.crc32(case.name.encode()))
    lines, at = [], 0.0
    for text in GENERALISATION_TEXTS["en"]:
        start = at + float(random.uniform(0.5, 3.0))
        at = start + 0.06 * len(text) + 0.5
        lines.append(TrueLine(text, Span(start, at)))
    return tuple(lines)


def _tells_the_same(one: AlignmentCase, other: AlignmentCase) -> bool:
    """Tell whether two cases share a line, also one with hesitations written or in another language."""
    first, second = ([text for line in case.lines for text in _wordings(line)] for case in (one, other))
    return any(fuzz.token_set_ratio(a, b) >= SAME_LINE for a in first for b in second)


def _wordings(line: TrueLine) -> Iterator[str]:
    """Yield what a line says in its languages, if that is more than a word; “Perhaps.” may stand in any film."""
    yield from (text for text in (line.text, line.translation) if len(text) >= LEAST_CHARACTERS)


def write_trial(case: AlignmentCase, trial: Trial, folder: Path) -> Job:
    """Write the sound and the subtitles of a trial.

    Args:
        case: the case it was made of.
        trial: what a user would hold.
        folder: exists.

    Returns:
        The job for an aligner.
    """
    media, subtitles = folder / "media.wav", folder / "subtitles.srt"
    _write_sound(media, trial.waveform, f"{case.name}/{trial.fault}")
    lines = tuple(cue.text for cue in trial.cues)
    if not trial.timed:
        return Job(media, case.language, lines, None)
    save_subtitles(trial.cues, subtitles, "srt")
    return Job(media, case.language, lines, subtitles, trial.fault.startswith("translation"))


def _write_sound(path: Path, waveform: Float32Array, comment: str) -> None:
    """Write a WAV whose comment makes it a file of its own, so that no cache knows it from another fault."""
    import soundfile

    with soundfile.SoundFile(path, "w", SAMPLE_RATE, 1, "PCM_16") as file:
        file.comment = comment
        file.write(waveform)


def run_trials(
    cases: Sequence[AlignmentCase], faults: Sequence[str], aligners: Sequence[Aligner], folder: Path
) -> Iterator[Run]:
    """Run every aligner on every case under every fault that applies.

    Args:
        cases: with true times.
        faults: keys of `FAULTS`.
        aligners: those that can run here.
        folder: for the files, emptied by the caller.

    Yields:
        Each run as it ends.
    """
    for case in cases:
        for fault in faults:
            scene = scene_of(case, cases, fault)
            if not applies(fault, scene):
                continue
            trial = make_trial(fault, scene)
            job = write_trial(case, trial, folder)
            for aligner in aligners:
                if aligner.takes(job):
                    answer = aligner.run(job)
                    score = _scored(case, trial, answer)
                    yield Run(aligner.name, case.name, fault, len(trial.waveform) / SAMPLE_RATE, answer, score)


def _scored(case: AlignmentCase, trial: Trial, answer: Answer) -> Score:
    """Measure lines, and words where the sound and the text are those of the case."""
    score = score_answer(trial.cues, trial.truth, trial.expected, answer, trial.timed)
    if trial.fault not in ("transcript", "transcript, music") or not answer.cues:
        return score
    places = same_lines([line.text for line in case.lines], answer.cues)
    differences, missing = word_differences(case.lines, places, answer.cues, case.language)
    return replace(score, words=tuple(differences), missing_words=missing)

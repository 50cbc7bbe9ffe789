"""How well and how fast speech is transcribed: error rate, word times and real-time factor.

``python -m mmdemo.evaluation.transcription --data ../shared/data`` takes the cases of ``alignment/*.json``, a sequence
of spoken digits with silences between them (built here from ``sounds/spoken_digits.tar``, so that every word's time is
known exactly), and the spoken captions of ``sounds/spoken_captions.tar``.
"""

from __future__ import annotations

import io
import json
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from mmdemo.config import settings
from mmdemo.evaluation.empty_cache import empty_cache
from mmdemo.evaluation.metrics import matching_units, normalized_words, time_errors, word_error_rate
from mmdemo.evaluation.reports import evaluation_parser, finish, load_average
from mmdemo.evaluation.sample_media import SPEECH_FILES, sample
from mmdemo.evaluation.subtitle_alignment import find_cases
from mmdemo.media import audio_from_samples, open_audio
from mmdemo.runtime import Models, load_models
from mmdemo.tasks.subtitle_alignment import transcribe_whole
from mmdemo.types import SAMPLE_RATE, Audio, AudioFile, Span, Transcript

DIGIT_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
DIGIT_COUNT = 60
SILENCES = (0.3, 0.6, 1.0, 2.0)
"""Seconds of silence put between digits, drawn at random."""


@dataclass(frozen=True)
class SpeechCase:
    """A recording with what is said in it."""

    name: str
    media: Audio | AudioFile
    language: str
    text: str
    lines: tuple[tuple[str, Span], ...]  # with exact times, may be empty


def alignment_cases(folder: Path) -> Iterator[SpeechCase]:
    """Read the development cases: JSON beside a WAV of the same stem."""
    for path in sorted(folder.glob("*.json")):
        case = json.loads(path.read_text("utf-8"))
        lines = tuple((line["text"], Span(line["start"], line["end"])) for line in case["lines"])
        media = open_audio(path.with_suffix(".wav"), settings().limits)
        yield SpeechCase(case["name"], media, case["lang"], " ".join(text for text, _ in lines), lines)


def _members(archive: Path, suffix: str) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(archive) as tar:
        for member in sorted(tar.getmembers(), key=lambda member: member.name):
            stream = tar.extractfile(member) if member.name.endswith(suffix) else None
            if stream is not None:
                yield Path(member.name).name, stream.read()


def digits_case(archive: Path, seed: int) -> SpeechCase:
    """Join spoken digits by several people with silences, so that each word's time is exact.

    Args:
        archive: ``spoken_digits.tar``.
        seed: of the choice of speakers, digits and silences.
    """
    import soundfile

    generator = np.random.default_rng(seed)
    recordings = list(_members(archive, ".wav"))
    pieces, lines, at = [], [], 0
    for i in generator.choice(len(recordings), DIGIT_COUNT, replace=False):
        name, data = recordings[int(i)]
        samples, rate = soundfile.read(io.BytesIO(data), dtype="float32")
        waveform = audio_from_samples(samples, rate, name).waveform
        silence = np.zeros(round(float(generator.choice(SILENCES)) * SAMPLE_RATE), np.float32)
        at += len(silence)
        lines.append((DIGIT_WORDS[int(name[0])], Span(at / SAMPLE_RATE, (at + len(waveform)) / SAMPLE_RATE)))
        at += len(waveform)
        pieces += [silence, waveform]
    joined = audio_from_samples(np.concatenate(pieces), SAMPLE_RATE, "digits")
    return SpeechCase("digits", joined, "en", " ".join(text for text, _ in lines), tuple(lines))


def caption_cases(data: Path, count: int) -> Iterator[SpeechCase]:
    """Read spoken captions: the file name is the image's, the text its first caption."""
    texts: dict[str, str] = {}
    for line in (data / "flickr8k" / "captions.en.tsv").read_text("utf-8").splitlines():
        image, _, caption = line.split("\t")
        texts.setdefault(Path(image).stem, caption)
    with tempfile.TemporaryDirectory() as folder:
        for name, content in list(_members(data / "sounds" / "spoken_captions.tar", ".mp3"))[:count]:
            path = Path(folder) / name
            path.write_bytes(content)
            yield SpeechCase(name, open_audio(path, settings().limits), "en", texts[Path(name).stem], ())


def warming_case() -> SpeechCase:
    """Return a clip of no case, so that loading and warming up are in nobody's real-time factor."""
    return SpeechCase("warming", open_audio(sample(SPEECH_FILES[0]), settings().limits), "en", "dagger", ())


@dataclass(frozen=True)
class CaseResult:
    """Figures of one case."""

    name: str
    seconds: float
    error_rate: float
    edits: int
    reference_length: int
    start_mean_ms: float
    start_median_ms: float
    start_within_100_ms: float
    start_within_500_ms: float
    missing: int
    real_time_factor: float


def _spelled(unit: str) -> str:
    return DIGIT_WORDS[int(unit)] if unit.isdigit() and len(unit) == 1 else unit


def _heard_units(transcript: Transcript, language: str, spell_digits: bool) -> list[tuple[str, float]]:
    """Return every unit heard with the time it starts; digits written as figures are spelt out one by one."""
    units: list[tuple[str, float]] = []
    for segment in transcript.segments:
        for word in segment.words:
            parts = normalized_words(word.text, language)
            if spell_digits:
                parts = [character for part in parts for character in (part if part.isdigit() else [part])]
            length = (word.end - word.start) / max(len(parts), 1)
            units += [
                (_spelled(part) if spell_digits else part, word.start + i * length) for i, part in enumerate(parts)
            ]
    return units


@dataclass(frozen=True)
class Measured:
    """What came of one case, before it is summed up."""

    name: str
    seconds: float
    edits: int
    reference_length: int
    differences: tuple[float, ...]  # of line starts, seconds
    missing: int  # lines whose first word was not recognised
    elapsed: float  # seconds


def measure_case(case: SpeechCase, loaded: Models) -> Measured:
    """Transcribe one case and compare with the truth.

    Line starts are compared where the first unit of a line was recognised; the rest counts as missing.
    """
    started = time.perf_counter()
    transcript = transcribe_whole(case.media, loaded, case.language).transcript
    elapsed = time.perf_counter() - started
    assert transcript is not None, "the last item carries the transcript"
    spell_digits = case.name == "digits"
    heard = _heard_units(transcript, case.language, spell_digits)
    rate = word_error_rate(case.text, " ".join(unit for unit, _ in heard), case.language)
    reference = [(unit, i) for i, (text, _) in enumerate(case.lines) for unit in normalized_words(text, case.language)]
    first_of_line = {i: n for n, (_, i) in reversed(list(enumerate(reference)))}
    pairs = dict(matching_units([unit for unit, _ in reference], [unit for unit, _ in heard]))
    differences = tuple(
        heard[pairs[position]][1] - case.lines[i][1].start for i, position in first_of_line.items() if position in pairs
    )
    missing = len(first_of_line) - len(differences)
    return Measured(case.name, transcript.duration, rate.edits, rate.reference_length, differences, missing, elapsed)


def summed_up(name: str, measured: Sequence[Measured]) -> CaseResult:
    """Return the figures of one case, or of several together."""
    seconds = sum(one.seconds for one in measured)
    edits, length = sum(one.edits for one in measured), sum(one.reference_length for one in measured)
    errors = time_errors([e for one in measured for e in one.differences], sum(one.missing for one in measured))
    return CaseResult(
        name,
        seconds,
        edits / length,
        edits,
        length,
        errors.mean_ms,
        errors.median_ms,
        errors.within_100_ms,
        errors.within_500_ms,
        errors.missing,
        sum(one.elapsed for one in measured) / seconds,
    )


def built_cases(names: Sequence[str], data: Path, cache: Path) -> list[SpeechCase]:
    """Return cases that alignment is measured on (see `mmdemo.evaluation.subtitle_alignment`)."""
    found = find_cases(names, data, cache)
    limits = settings().limits
    return [
        SpeechCase(
            case.name,
            open_audio(case.media, limits),
            case.language,
            " ".join(line.text for line in case.lines),
            tuple((line.text, line.span) for line in case.lines),
        )
        for case in found
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the evaluation; returns the exit code."""
    parser = evaluation_parser(__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--captions", type=int, default=100, help="spoken captions to take")
    parser.add_argument("--cases", nargs="*", default=[], help="of subtitle_alignment as well: files, folders, kinds")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    cases = [
        *alignment_cases(options.data / "alignment"),
        digits_case(options.data / "sounds" / "spoken_digits.tar", options.seed),
    ]
    with tempfile.TemporaryDirectory() as folder:
        loaded = load_models(empty_cache(Path(folder) / "cache"))
        measure_case(warming_case(), loaded)
        results = [summed_up(case.name, [measure_case(case, loaded)]) for case in cases]
        captions = [measure_case(case, loaded) for case in caption_cases(options.data, options.captions)]
        results.append(summed_up("captions", captions))
        built = [measure_case(case, loaded) for case in built_cases(options.cases, options.data, settings().cache_dir)]
    results += [summed_up(one.name, [one]) for one in built]
    results += [summed_up("cases together", built)] if built else []
    rows = [asdict(result) for result in results]
    headline = {result.name: round(result.error_rate, 4) for result in results}
    finish(
        {"cases": rows, "load_average": load_average(), "seed": options.seed},
        rows,
        {"error_rate": headline, "real_time_factor": round(results[0].real_time_factor, 3)},
        options.json,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

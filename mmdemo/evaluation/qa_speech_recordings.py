"""Builds the recordings that questions about speech are asked about: voices, captions, digits, with exact times."""

from __future__ import annotations

import multiprocessing
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mmdemo.evaluation.alignment_cases import AlignmentCase, TrueLine, TrueWord, read_case, write_case
from mmdemo.evaluation.alignment_sounds import Random, scaled, trimmed
from mmdemo.evaluation.alignment_voices import Spoken, Voice, digit_recordings, say
from mmdemo.evaluation.qa_speech_texts import PARAGRAPHS, QuestionSet
from mmdemo.evaluation.sound_data import decoded, held_out_speech, members, spoken_texts
from mmdemo.types import SAMPLE_RATE, Float32Array, Span

GENERATION = 2
"""Part of the folder's name: raised whenever a text or the way of building changes."""
DEV_CAPTIONS = 40
"""Of the hundred spoken captions that no training heard; the rest is for the figures that are reported."""
SECONDS_A_LINE, PAUSE_SECONDS = 4.0, 1.0
"""Times of a text that nobody spoke."""
ROOM_TONE = 3e-4
"""A recording is never digitally silent: 70 dB below full scale."""
DIGIT_ORDERS = {"digits dev": "0123456789", "digits held": "4193058276"}
PACE = (150, 175)
"""Words a minute of the synthetic voices."""
PAUSES = (0.5, 1.4)
"""Seconds between two sentences."""


@dataclass(frozen=True)
class Plan:
    """What a recording is made of."""

    name: str
    language: str
    parts: tuple[str, ...]  # paragraphs, captions or digits, in order
    spoken: bool = True  # False: only its text is asked about, as espeak-ng's “cmn” spells Mandarin in English


PLANS: dict[QuestionSet, tuple[Plan, ...]] = {
    "dev": (
        Plan("dev long", "en", ("harbour", "captions dev")),
        Plan("dev Mandarin", "zh", ("village",), spoken=False),
        Plan("dev text", "en", ("expedition",), spoken=False),
        Plan("dev digits", "en", ("digits dev",)),
    ),
    "held": (
        Plan("held ten minutes", "en", ("mountain", "captions dev", "captions held", "company")),
        Plan("held Mandarin", "zh", ("market",), spoken=False),
        Plan("held digits", "en", ("digits held",)),
    ),
}
GIVEN = ("talk", "zh")
"""Real recordings of ``shared/data/alignment`` that both sets ask about, with questions of their own."""


@dataclass(frozen=True)
class QuestionRecording:
    """A recording with the true time of every sentence of its parts."""

    case: AlignmentCase
    starts: dict[str, int]  # part → place of its first sentence among the lines of the case
    spoken: bool = True  # see `Plan`

    def line(self, part: str, place: int) -> TrueLine:
        """Return a sentence of a part."""
        return self.case.lines[self.starts[part] + place]


def question_recordings(folder: Path, data: Path, which: QuestionSet) -> Iterator[QuestionRecording]:
    """Return the recordings of a set, built where they are not in the folder yet.

    Args:
        folder: of a cache, made when missing.
        data: ``shared/data``.
        which: of the sets.

    Yields:
        The recordings, then the given ones.

    Raises:
        FileMissing: espeak-ng, one of its voices, or an archive is missing.
    """
    home = folder / f"qa-speech-{GENERATION}"
    home.mkdir(parents=True, exist_ok=True)
    for plan in PLANS[which]:
        if not plan.spoken:
            yield _text_only(plan)
            continue
        path = home / f"{plan.name.replace(' ', '-')}.json"
        if not path.is_file():
            # A new process: espeak-ng carries a state from sentence to sentence, so it must always begin alike.
            with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
                pool.submit(build_and_write, plan, path.with_suffix(".wav"), data).result()
        case = read_case(path)
        counts = [len(part_pieces(part, data, None)) for part in plan.parts]
        firsts = np.cumsum([0, *counts[:-1]])
        yield QuestionRecording(case, dict(zip(plan.parts, map(int, firsts), strict=True)))
    for name in GIVEN:
        yield QuestionRecording(read_case(data / "alignment" / f"{name}.json"), {name: 0})


def _text_only(plan: Plan) -> QuestionRecording:
    """Return a recording that nobody spoke, its lines at even times."""
    sentences = [text for part in plan.parts for text in next(p for p in PARAGRAPHS if p.name == part).sentences]
    seconds = SECONDS_A_LINE + PAUSE_SECONDS
    lines = tuple(TrueLine(text, Span(i * seconds, i * seconds + SECONDS_A_LINE)) for i, text in enumerate(sentences))
    case = AlignmentCase(plan.name, "given", plan.language, Path(), len(lines) * seconds, lines)
    return QuestionRecording(case, {plan.parts[0]: 0}, spoken=False)


def build_and_write(plan: Plan, media: Path, data: Path) -> None:
    """Build a recording and write it with its case beside it.

    Args:
        plan: what it is made of.
        media: its WAV file.
        data: ``shared/data``.
    """
    random = np.random.default_rng(zlib.crc32(plan.name.encode()))
    pieces = [piece for part in plan.parts for piece in part_pieces(part, data, random)]
    waveform, lines = _joined([piece for piece in pieces if piece is not None], random)
    write_case(AlignmentCase(plan.name, "given", plan.language, media, len(waveform) / SAMPLE_RATE, lines), waveform)


def part_pieces(part: str, data: Path, random: Random | None) -> list[Spoken | None]:
    """Speak the sentences of a part.

    Args:
        part: name of a paragraph, of captions or of digits.
        data: ``shared/data``.
        random: of pace, pitch and speakers; None counts the sentences and speaks none.
    """
    if part.startswith("captions"):
        return list(_captions(part, data, random))
    if part.startswith("digits"):
        order = DIGIT_ORDERS[part]
        return [None] * len(order) if random is None else list(_digits(order, data, random))
    paragraph = next(paragraph for paragraph in PARAGRAPHS if paragraph.name == part)
    if random is None:
        return [None] * len(paragraph.sentences)
    return [
        say(sentence, Voice(paragraph.voices[i % len(paragraph.voices)], *_manner(random)))
        for i, sentence in enumerate(paragraph.sentences)
    ]


def _manner(random: Random) -> tuple[int, int]:
    return int(random.integers(*PACE)), int(random.integers(40, 60))


def _captions(part: str, data: Path, random: Random | None) -> Iterator[Spoken | None]:
    archive = data / "sounds" / "spoken_captions.tar"
    names = sorted(held_out_speech(archive))
    chosen = set(names[:DEV_CAPTIONS] if part.endswith("dev") else names[DEV_CAPTIONS:])
    if random is None:
        yield from [None] * len(chosen)
        return
    texts = spoken_texts(data / "flickr8k")
    for name, content in members(archive, ".mp3"):
        if name in chosen:
            yield Spoken(trimmed(decoded(content, name)), texts[Path(name).stem].removesuffix(" ."), ())


def _digits(order: str, data: Path, random: Random) -> Iterator[Spoken]:
    """Choose one recording of each digit, by whoever comes first in a random order of all recordings."""
    recordings = digit_recordings(data / "sounds" / "spoken_digits.tar", 10_000, random)
    words = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    for digit in order:
        yield next(recording for recording in recordings if recording.text == words[int(digit)])


def _joined(pieces: Sequence[Spoken], random: Random) -> tuple[Float32Array, tuple[TrueLine, ...]]:
    """Join sentences with pauses over a faint noise, and tell when each is said."""
    waveforms: list[Float32Array] = [np.zeros(SAMPLE_RATE, np.float32)]
    lines: list[TrueLine] = []
    at = SAMPLE_RATE
    for piece in pieces:
        start = at / SAMPLE_RATE
        words = tuple(TrueWord(word.text, Span(start + word.span.start, start + word.span.end)) for word in piece.words)
        lines.append(TrueLine(piece.text, Span(start, start + piece.seconds), words))
        pause = np.zeros(round(float(random.uniform(*PAUSES)) * SAMPLE_RATE), np.float32)
        waveforms += [scaled(piece.waveform), pause]
        at += len(piece.waveform) + len(pause)
    joined = np.concatenate(waveforms)
    toned = joined + random.normal(size=len(joined)) * ROOM_TONE
    return np.clip(toned, -1.0, 1.0).astype(np.float32), tuple(lines)

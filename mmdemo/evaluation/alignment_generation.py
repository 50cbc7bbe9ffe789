"""Builds alignment cases whose times are exact, from voices, recordings, rooms and noise; the same on every run.

``python -m mmdemo.evaluation.alignment_generation FOLDER --data ../shared/data`` writes them all, to be listened to.
"""

from __future__ import annotations

import multiprocessing
import sys
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from mmdemo.evaluation.alignment_cases import AlignmentCase, TrueLine, TrueWord, read_case, write_case
from mmdemo.evaluation.alignment_lines import pause_seconds, spoken_lines, translation_language
from mmdemo.evaluation.alignment_recipes import RECIPES, Kind, Recipe
from mmdemo.evaluation.alignment_sounds import (
    Random,
    coloured_noise,
    in_room,
    load_sound,
    looped,
    music,
    over,
    scaled,
    through_telephone,
)
from mmdemo.evaluation.alignment_texts import TUNING_TEXTS
from mmdemo.evaluation.alignment_voices import Voice, say
from mmdemo.evaluation.reports import evaluation_parser, finish
from mmdemo.evaluation.sample_media import SPEECH_FILES, sample
from mmdemo.evaluation.sound_data import decoded, members
from mmdemo.types import SAMPLE_RATE, Float32Array, Span

GENERATION = 4
"""Part of the folder's name: raised whenever a recipe or the way of building changes."""
ROOM_TONE = 3e-4
"""A recording is never digitally silent: 70 dB below full scale."""


def build_cases(folder: Path, data: Path, kind: Kind | None = None) -> Iterator[AlignmentCase]:
    """Build the cases that are not in a folder yet.

    Args:
        folder: of a cache, made when missing.
        data: ``shared/data``, for recordings.
        kind: only these; None for all.

    Yields:
        The cases in the order of `RECIPES`.

    Raises:
        FileMissing: espeak-ng, one of its voices, or an archive is missing.
    """
    home = folder / f"alignment-cases-{GENERATION}"
    home.mkdir(parents=True, exist_ok=True)
    for recipe in RECIPES:
        if kind is None or recipe.kind == kind:
            path = home / f"{recipe.name.replace(' ', '-')}.json"
            if not path.is_file():
                _build_afresh(recipe, path.with_suffix(".wav"), data)
            yield read_case(path)


def _build_afresh(recipe: Recipe, media: Path, data: Path) -> None:
    """Build in a new process: espeak-ng carries a state from sentence to sentence, so it must always begin alike."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        pool.submit(_build_and_write, recipe, media, data).result()


def _build_and_write(recipe: Recipe, media: Path, data: Path) -> None:
    write_case(*build_case(recipe, media, data))


def build_case(recipe: Recipe, media: Path, data: Path) -> tuple[AlignmentCase, Float32Array]:
    """Build one case; the same in every process, but not twice alike in one.

    Args:
        recipe: what it is made of.
        media: where its sound will be written.
        data: ``shared/data``.

    Returns:
        The case and its sound [N] at 16 kHz.
    """
    random = np.random.default_rng(zlib.crc32(recipe.name.encode()))
    pieces, translations = spoken_lines(recipe, data, random)
    lines: list[TrueLine] = []
    waveforms = [_opening(recipe, random)]
    at = len(waveforms[0])
    for piece, translation in zip(pieces, translations, strict=True):
        start = at / SAMPLE_RATE
        words = tuple(TrueWord(word.text, Span(start + word.span.start, start + word.span.end)) for word in piece.words)
        # A filler that nobody wrote may come first: the line begins with its first written word.
        first = words[0].span.start if words else start
        lines.append(TrueLine(piece.text, Span(first, start + piece.seconds), words, translation))
        pause = np.zeros(round(pause_seconds(recipe.pauses, random) * SAMPLE_RATE), np.float32)
        waveforms += [scaled(piece.waveform), pause]
        at += len(piece.waveform) + len(pause)
    waveform = _treated(np.concatenate(waveforms), recipe, data, random)
    other = "" if not any(translations) else translation_language(recipe)
    case = AlignmentCase(
        recipe.name, recipe.kind, recipe.language, media, len(waveform) / SAMPLE_RATE, tuple(lines), other
    )
    return case, waveform


def _opening(recipe: Recipe, random: Random) -> Float32Array:
    """Return what is heard before the first line."""
    lead = np.zeros(round(float(random.uniform(0.5, 3.0)) * SAMPLE_RATE), np.float32)
    if not recipe.preamble:
        return lead
    speech = np.concatenate([load_sound(sample(name)) for name in SPEECH_FILES])
    return np.concatenate([lead, scaled(speech), lead])


def _treated(waveform: Float32Array, recipe: Recipe, data: Path, random: Random) -> Float32Array:
    """Put the speech where it is heard: a room, a background, a telephone."""
    if recipe.room:
        waveform = in_room(waveform, recipe.room, random)
    if recipe.background:
        waveform = over(waveform, _background(recipe, len(waveform) / SAMPLE_RATE, data, random), recipe.decibels)
    if recipe.telephone:
        waveform = through_telephone(waveform)
    tone = random.normal(size=len(waveform)) * ROOM_TONE
    return np.clip(waveform + tone, -1.0, 1.0).astype(np.float32)


def _background(recipe: Recipe, seconds: float, data: Path, random: Random) -> Float32Array:
    if recipe.background == "music":
        return music(seconds, random)
    if recipe.background.endswith("noise"):
        return coloured_noise(seconds, random, 2.0 if recipe.background.startswith("brown") else 1.0)
    if recipe.background == "voices":
        texts = [" ".join(TUNING_TEXTS[language]) for language in ("de", "es", "en")]
        crowd = [say(text, Voice(voice)) for text, voice in zip(texts, ("de+f1", "es+m2", "en-us+f5"), strict=True)]
        whole = min(len(one.waveform) for one in crowd)
        together: Float32Array = np.sum([one.waveform[:whole] for one in crowd], axis=0, dtype=np.float32)  # [N]
        return together
    clips = [
        decoded(content, name)
        for name, content in members(data / "sounds" / "esc10.tar", ".ogg")
        if recipe.background in name
    ]
    chosen = [clips[int(i)] for i in random.choice(len(clips), min(6, len(clips)), replace=False)]
    return looped(np.concatenate(chosen), round(seconds * SAMPLE_RATE))


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the cases; returns the exit code."""
    parser = evaluation_parser(__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    options = parser.parse_args(arguments)
    cases = list(build_cases(options.folder, options.data))
    rows = [
        {"case": case.name, "language": case.language, "seconds": round(case.duration, 1), "lines": len(case.lines)}
        for case in cases
    ]
    seconds = round(sum(case.duration for case in cases))
    finish({"cases": rows}, rows, {"cases": len(rows), "seconds": seconds}, options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())

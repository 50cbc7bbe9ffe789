"""What is said in a built case, line by line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from mmdemo.evaluation.alignment_allotment import ALLOTMENT_MANDARIN, ALLOTMENT_TEXTS
from mmdemo.evaluation.alignment_development import DEVELOPMENT_TEXTS, UNSPACED_TEXTS
from mmdemo.evaluation.alignment_held_out import HELD_OUT_MANDARIN, HELD_OUT_TEXTS
from mmdemo.evaluation.alignment_journey import JOURNEY_MANDARIN, JOURNEY_TEXTS
from mmdemo.evaluation.alignment_observatory import OBSERVATORY_MANDARIN, OBSERVATORY_TEXTS
from mmdemo.evaluation.alignment_recipes import CAPTIONS, DIGITS, Recipe
from mmdemo.evaluation.alignment_sounds import Random, trimmed
from mmdemo.evaluation.alignment_texts import GENERALISATION_TEXTS, MANDARIN_TEXTS, TUNING_TEXTS
from mmdemo.evaluation.alignment_theatre import THEATRE_MANDARIN, THEATRE_TEXTS
from mmdemo.evaluation.alignment_voices import Spoken, Voice, digit_recordings, joined, say
from mmdemo.evaluation.sound_data import decoded, members, spoken_texts
from mmdemo.media import audio_from_samples
from mmdemo.types import SAMPLE_RATE, Float32Array

TEXTS = {
    "tuning": TUNING_TEXTS,
    "development": DEVELOPMENT_TEXTS,
    "generalisation": GENERALISATION_TEXTS,
    "generalisation-2": JOURNEY_TEXTS,
    "generalisation-3": THEATRE_TEXTS,
    "generalisation-4": OBSERVATORY_TEXTS,
    "generalisation-5": ALLOTMENT_TEXTS,
    "held-out": HELD_OUT_TEXTS,
}
MANDARIN = {
    "generalisation-2": JOURNEY_MANDARIN,
    "generalisation-3": THEATRE_MANDARIN,
    "generalisation-4": OBSERVATORY_MANDARIN,
    "generalisation-5": ALLOTMENT_MANDARIN,
    "held-out": HELD_OUT_MANDARIN,
}
TRANSLATIONS = {
    "generalisation": "fr",
    "generalisation-2": "es",
    "generalisation-3": "fr",
    "generalisation-4": "it",
    "generalisation-5": "de",
    "held-out": "es",
}
"""Of English; German otherwise."""
FILLERS = {"en": ("um", "uh"), "pt": ("hum", "eh"), "es": ("eh", "em")}
CHORUS_LINES = 4
DIGITS_A_LINE, DIGIT_LINES = 5, 12
CAPTION_LINES = 24
READER_SPEEDS = (0.88, 1.0, 1.1, 1.16)
"""One voice read the captions; played at these speeds it passes for several."""


def translation_language(recipe: Recipe) -> str:
    """Return the language that a recipe's lines are translated into."""
    if recipe.language != "en":
        return "en"
    if recipe.voices == (CAPTIONS,):
        return "zh"
    return TRANSLATIONS.get(recipe.kind, "de")


def spoken_lines(recipe: Recipe, data: Path, random: Random) -> tuple[list[Spoken], list[str]]:
    """Speak the lines of a case.

    Args:
        recipe: what it is made of.
        data: ``shared/data``, for recordings.
        random: of voices, fillers and pauses inside lines.

    Returns:
        The lines, and each in `translation_language`, or "" where there is no translation.

    Raises:
        FileMissing: espeak-ng, one of its voices, or an archive is missing.
    """
    if recipe.voices == (DIGITS,):
        digits = digit_recordings(data / "sounds" / "spoken_digits.tar", DIGITS_A_LINE * DIGIT_LINES, random)
        rows = [digits[i : i + DIGITS_A_LINE] for i in range(0, len(digits), DIGITS_A_LINE)]
        lines = [joined(row, [pause_seconds(recipe.pauses, random) / 2 for _ in row[1:]]) for row in rows]
        return lines, [""] * len(lines)
    if recipe.voices == (CAPTIONS,):
        return _captions(recipe, data, random)
    sentences = _sentences(recipe)
    if recipe.chorus:
        sentences += 2 * sentences[:CHORUS_LINES]
    pieces = []
    for i, (text, _) in enumerate(sentences):
        voice = Voice(
            recipe.voices[i % len(recipe.voices)], int(random.integers(*recipe.pace)), int(random.integers(35, 65))
        )
        pieces.append(_hesitantly(text, voice, recipe, random) if recipe.hesitant else say(text, voice))
    return pieces, [translation for _, translation in sentences]


def _sentences(recipe: Recipe) -> list[tuple[str, str]]:
    if recipe.kind == "development" and recipe.language in UNSPACED_TEXTS:
        return list(UNSPACED_TEXTS[recipe.language])
    if recipe.language == "zh" and recipe.kind in MANDARIN:
        return list(MANDARIN[recipe.kind])
    if recipe.language == "zh":
        half = len(MANDARIN_TEXTS) // 2
        return list(MANDARIN_TEXTS[:half] if recipe.kind == "tuning" else MANDARIN_TEXTS[half:])
    texts = TEXTS[recipe.kind]
    return list(zip(texts[recipe.language], texts[translation_language(recipe)], strict=True))


def _captions(recipe: Recipe, data: Path, random: Random) -> tuple[list[Spoken], list[str]]:
    """Return captions as they were read, those of the one kind from other files than those of the other."""
    folder = data / "flickr8k"
    texts = spoken_texts(folder)
    rows = (folder / "captions.zh-mt.tsv").read_text("utf-8").splitlines()[1:]
    translations: dict[str, str] = {}
    for image, _, text in (row.split("\t") for row in rows):
        translations.setdefault(Path(image).stem, text)
    found = list(members(data / "sounds" / "spoken_captions.tar", ".mp3"))
    held_out = recipe.kind in TRANSLATIONS
    half = found[len(found) // 2 :] if held_out else found[: len(found) // 2]
    chosen = random.choice(len(half), min(CAPTION_LINES, len(half)), replace=False)
    pieces, others = [], []
    for name, content in (half[int(i)] for i in chosen):
        speed = float(random.choice(READER_SPEEDS)) if held_out else 1.0
        waveform = _at_speed(trimmed(decoded(content, name)), speed)
        pieces.append(Spoken(waveform, texts[Path(name).stem].removesuffix(" ."), ()))
        others.append(translations.get(Path(name).stem, ""))
    return pieces, others


def _at_speed(waveform: Float32Array, speed: float) -> Float32Array:
    """Play faster or slower, with the pitch that goes with it."""
    return audio_from_samples(waveform, round(SAMPLE_RATE * speed), "speed").waveform if speed != 1.0 else waveform


def _hesitantly(text: str, voice: Voice, recipe: Recipe, random: Random) -> Spoken:
    """Say a sentence in pieces, with fillers and pauses between them."""
    words = text.split()
    stops = sorted({int(i) for i in random.integers(1, max(len(words), 2), 2)} | {len(words)})
    pieces, written, last = [], [], 0
    for stop in stops:
        part = " ".join(words[last:stop])
        if random.random() < 0.7:
            filler = str(random.choice(FILLERS[recipe.language]))
            pieces.append(say(filler, replace(voice, words_a_minute=90)))
            written += [filler] if recipe.written_fillers else []
        pieces.append(say(part, voice))
        written.append(part)
        last = stop
    spoken = joined(pieces, [float(random.uniform(0.15, 1.4)) for _ in pieces[1:]])
    if recipe.written_fillers:
        return replace(spoken, text=" ".join(written))
    return replace(spoken, text=text, words=tuple(w for w in spoken.words if w.text not in FILLERS[recipe.language]))


def pause_seconds(pauses: str, random: Random) -> float:
    """Draw the pause after a line."""
    if pauses == "even":
        return float(random.uniform(0.4, 1.4))
    if pauses == "short":
        return float(random.uniform(0.12, 0.35))
    if pauses == "long":
        return float(random.choice([0.5, 2.0, 4.0, 9.0]))
    return float(np.clip(random.lognormal(-0.4, 0.9), 0.15, 8.0))

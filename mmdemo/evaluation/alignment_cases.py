"""Cases of alignment: a recording, what is said in it line by line, and when.

A case is a JSON file beside a sound file of the same stem, laid out like ``shared/data/alignment``::

    {"name": …, "lang": …, "duration": …, "lines": [{"text": …, "start": …, "end": …, "words": null}, …]}

Cases built here add ``kind``, and to each line ``translation``, the same sentence in ``translation_lang``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mmdemo.errors import FileMissing, UnreadableSubtitles
from mmdemo.types import SAMPLE_RATE, Cue, Float32Array, Span

SOUND_SUFFIXES = (".wav", ".flac", ".mp3", ".m4a", ".ogg", ".opus", ".mp4", ".mkv")


@dataclass(frozen=True)
class TrueWord:
    """A word with the time at which it is really said."""

    text: str
    span: Span


@dataclass(frozen=True)
class TrueLine:
    """A line with the time at which it is really said."""

    text: str
    span: Span
    words: tuple[TrueWord, ...] = ()
    translation: str = ""


@dataclass(frozen=True)
class AlignmentCase:
    """A recording whose lines' times are known."""

    name: str
    kind: str  # given, or a `Kind` of recipe
    language: str  # ISO 639-1, of what is said
    media: Path
    duration: float  # seconds
    lines: tuple[TrueLine, ...]
    translation_language: str = ""

    def cues(self) -> tuple[Cue, ...]:
        """Return the true subtitles."""
        return tuple(Cue(i, line.span.start, line.span.end, line.text) for i, line in enumerate(self.lines, start=1))


def read_cases(paths: Sequence[Path]) -> Iterator[AlignmentCase]:
    """Read cases, given one by one or as folders of them.

    Args:
        paths: JSON files or folders that hold some.

    Yields:
        The cases, those of a folder by name.

    Raises:
        FileMissing: there is no such file, or no sound beside it.
        UnreadableSubtitles: a JSON file is not a case.
    """
    for path in paths:
        if not path.exists():
            raise FileMissing(name=str(path))
        for file in sorted(path.glob("*.json")) if path.is_dir() else [path]:
            yield read_case(file)


def read_case(path: Path) -> AlignmentCase:
    """Read one case.

    Args:
        path: of its JSON file.

    Raises:
        FileMissing: no sound file of the same stem lies beside it.
        UnreadableSubtitles: the file is not a case.
    """
    media = [path.with_suffix(suffix) for suffix in SOUND_SUFFIXES if path.with_suffix(suffix).is_file()]
    if not media:
        raise FileMissing(name=str(path.with_suffix(SOUND_SUFFIXES[0])))
    try:
        found: Mapping[str, Any] = json.loads(path.read_text("utf-8"))
        return AlignmentCase(
            name=str(found["name"]),
            kind=str(found.get("kind", "given")),
            language=str(found["lang"]),
            media=media[0],
            duration=float(found["duration"]),
            lines=tuple(_line(line) for line in found["lines"]),
            translation_language=str(found.get("translation_lang", "")),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise UnreadableSubtitles(name=path.name) from error


def _line(found: Mapping[str, Any]) -> TrueLine:
    words = tuple(_word(word) for word in found.get("words") or ())
    span = Span(float(found["start"]), float(found["end"]))
    return TrueLine(str(found["text"]), span, words, str(found.get("translation", "")))


def _word(found: Any) -> TrueWord:
    """Read a word, written as an object or as a list of text, start and end."""
    if isinstance(found, Mapping):
        found = (found["text"] if "text" in found else found["word"], found["start"], found["end"])
    text, start, end = found
    return TrueWord(str(text), Span(float(start), float(end)))


def write_case(case: AlignmentCase, waveform: Float32Array) -> None:
    """Write a case: its sound as 16-bit WAV, the rest as JSON beside it.

    Args:
        case: its ``media`` says where.
        waveform: [N] at 16 kHz.
    """
    import soundfile

    soundfile.write(case.media, waveform, SAMPLE_RATE, "PCM_16")
    lines = [
        {
            "text": line.text,
            "start": round(line.span.start, 4),
            "end": round(line.span.end, 4),
            "words": [[word.text, round(word.span.start, 4), round(word.span.end, 4)] for word in line.words] or None,
            "translation": line.translation,
        }
        for line in case.lines
    ]
    about = {
        "name": case.name,
        "kind": case.kind,
        "lang": case.language,
        "duration": case.duration,
        "translation_lang": case.translation_language,
        "lines": lines,
    }
    case.media.with_suffix(".json").write_text(json.dumps(about, ensure_ascii=False, indent=1), "utf-8")

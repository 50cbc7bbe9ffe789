"""The doors of the package: subtitle files ↔ cues, whatever the format, encoding or damage."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from mmdemo.config import MEGABYTE, Limits
from mmdemo.errors import (
    EmptyFile,
    FileMissing,
    FileTooLarge,
    OutputNotWritable,
    TooManyCues,
    UnknownFormat,
    UnreadableSubtitles,
)
from mmdemo.subtitles.arrow_formats import format_srt, format_vtt, has_timing_line, parse_srt, parse_vtt
from mmdemo.subtitles.json_format import format_json, is_json, parse_json
from mmdemo.subtitles.lyrics import format_lrc, is_lrc, parse_lrc
from mmdemo.subtitles.plain_text import format_plain_text, looks_like_text, parse_plain_text
from mmdemo.subtitles.rare_formats import parse_rare, rare_format
from mmdemo.subtitles.substation import format_ass, is_substation, parse_substation, substation_version
from mmdemo.subtitles.text_encoding import decode_text
from mmdemo.subtitles.textgrid import format_textgrid, is_textgrid, parse_textgrid
from mmdemo.types import Cue

SUBTITLE_EXTENSIONS: Mapping[str, str] = MappingProxyType(
    {
        "srt": ".srt",
        "vtt": ".vtt",
        "ass": ".ass",
        "lrc": ".lrc",
        "json": ".json",
        "txt": ".txt",
        "textgrid": ".TextGrid",
    }
)
"""The formats that can be written, with the extension of their files."""

SUBTITLE_FORMATS = tuple(SUBTITLE_EXTENSIONS)

PARSERS: Mapping[str, Callable[[str], list[Cue]]] = MappingProxyType(
    {
        "srt": parse_srt,
        "vtt": parse_vtt,
        "ass": parse_substation,
        "ssa": parse_substation,
        "lrc": parse_lrc,
        "json": parse_json,
        "textgrid": parse_textgrid,
        "txt": parse_plain_text,
    }
)

# NUL, the other control characters but tab and line feed, byte-order marks astray, halves of surrogate pairs.
UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ud800-\udfff]")


@dataclass(frozen=True)
class SubtitleFile:
    """What was read from a subtitle file."""

    cues: tuple[Cue, ...]  # numbered from 1, by start; a transcript without times has 0.0 throughout
    format: str  # srt, vtt, ass, ssa, lrc, json, textgrid, txt, or one of `rare_formats`
    encoding: str  # a codec name of Python
    newline: str  # ``\n``, ``\r\n`` or ``\r``


def load_subtitles(path: Path, name: str | None = None, limits: Limits | None = None) -> SubtitleFile:
    """Read a subtitle file.

    Args:
        path: the file; its extension plays no part.
        name: what error messages call it; the file name when None.
        limits: how large a file may be; the defaults of `Limits` when None.

    Returns:
        The cues with the format and encoding that were found.

    Raises:
        FileMissing: there is no such file.
        EmptyFile: it holds nothing but blanks.
        FileTooLarge: more bytes than the limit; the file is not read.
        TooManyCues: more cues than the limit.
        UnreadableSubtitles: these are no subtitles.
    """
    name = path.name if name is None else name
    limits = limits or Limits()
    if not path.is_file():
        raise FileMissing(name=name)
    _check_size(path.stat().st_size, name, limits)
    return parse_subtitles(path.read_bytes(), name, limits)


def parse_subtitles(data: bytes, name: str, limits: Limits | None = None) -> SubtitleFile:
    """Read subtitles that are in memory.

    Args:
        data: the bytes of a file.
        name: what error messages call it.
        limits: how large a file may be; the defaults of `Limits` when None.

    Returns:
        The cues with the format and encoding that were found.

    Raises:
        EmptyFile: there is nothing but blanks.
        FileTooLarge: more bytes than the limit.
        TooManyCues: more cues than the limit.
        UnreadableSubtitles: these are no subtitles.
    """
    limits = limits or Limits()
    _check_size(len(data), name, limits)
    decoded = decode_text(data)
    if not decoded.text.strip("\0\ufeff \t\n\r\f"):
        raise EmptyFile(name=name)
    format = sniff_format(decoded.text)
    if format is None:
        raise UnreadableSubtitles(name=name)
    try:
        cues = PARSERS[format](decoded.text) if format in PARSERS else parse_rare(decoded.text, format)
    except (ValueError, RecursionError) as error:
        raise UnreadableSubtitles(name=name) from error
    cues = [cue for cue in cues if cue.text and not cue.text.isspace()]
    if len(cues) > limits.subtitle_cues:
        raise TooManyCues(count=len(cues), limit=limits.subtitle_cues)
    cues = _tidy(cues)
    if not cues:
        raise UnreadableSubtitles(name=name)
    return SubtitleFile(tuple(cues), format, decoded.encoding, decoded.newline)


def _check_size(size: int, name: str, limits: Limits) -> None:
    if size == 0:
        raise EmptyFile(name=name)
    if size > limits.subtitle_megabytes * MEGABYTE:
        raise FileTooLarge(name=name, size_mb=round(size / MEGABYTE, 1), limit_mb=limits.subtitle_megabytes)


def sniff_format(text: str) -> str | None:
    """Name the format of a subtitle file by its content.

    Args:
        text: the decoded file.

    Returns:
        A key of `PARSERS` or a format of `rare_formats`; None for what is no text.
    """
    if text.lstrip("\ufeff\0 \n\t").startswith("WEBVTT"):
        return "vtt"
    if is_substation(text):
        return substation_version(text)
    if is_textgrid(text):
        return "textgrid"
    if is_json(text):
        return "json"
    if has_timing_line(text):
        return "srt"
    if is_lrc(text):
        return "lrc"
    return rare_format(text) or ("txt" if looks_like_text(text) else None)


def _tidy(cues: Sequence[Cue]) -> list[Cue]:
    """Clean the text, put times in order, drop what is empty, sort by start and number."""
    kept = []
    for cue in cues:
        lines = (line.strip() for line in UNWANTED.sub("", cue.text).split("\n"))
        text = "\n".join(line for line in lines if line)
        if text:
            # A cue that ends before it starts was most likely written the wrong way round.
            start, end = sorted((max(cue.start, 0.0), max(cue.end, 0.0)))
            kept.append(replace(cue, start=start, end=end, text=text))
    kept.sort(key=lambda cue: cue.start)
    return [replace(cue, index=number) for number, cue in enumerate(kept, start=1)]


def format_subtitles(cues: Sequence[Cue], format: str, *, language: str = "") -> str:
    """Write cues in a subtitle format.

    Args:
        cues: in playing order.
        format: one of `SUBTITLE_FORMATS`, in any case, with or without a point before it.
        language: noted in the formats that have a place for it.

    Returns:
        The content of the file, line ends ``\\n``.

    Raises:
        UnknownFormat: it cannot be written here.
        InvalidCue: a time is not finite or runs backwards.
    """
    writers: dict[str, Callable[[], str]] = {
        "srt": lambda: format_srt(cues),
        "vtt": lambda: format_vtt(cues, language),
        "ass": lambda: format_ass(cues, language),
        "lrc": lambda: format_lrc(cues, language),
        "json": lambda: format_json(cues, language),
        "txt": lambda: format_plain_text(cues),
        "textgrid": lambda: format_textgrid(cues),
    }
    write = writers.get(format.lower().removeprefix("."))
    if write is None:
        raise UnknownFormat(format=format, known=", ".join(SUBTITLE_FORMATS))
    return write()


def save_subtitles(cues: Sequence[Cue], path: Path, format: str, *, language: str = "") -> None:
    """Write cues to a UTF-8 file.

    Args:
        cues: in playing order.
        path: the file, replaced if it exists; its folder is made when missing.
        format: one of `SUBTITLE_FORMATS`.
        language: noted in the formats that have a place for it.

    Raises:
        UnknownFormat: it cannot be written here.
        InvalidCue: a time is not finite or runs backwards.
        OutputNotWritable: the file cannot be made.
    """
    text = format_subtitles(cues, format, language=language)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8", errors="replace"))
    except OSError as error:
        raise OutputNotWritable(path=path) from error

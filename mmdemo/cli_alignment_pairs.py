"""Finds the subtitles of a folder with the media of the same name, and tells which were done before."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mmdemo.errors import NoSubtitlesFound, OutputIsInput

KEPT_ENDINGS = (".srt", ".vtt", ".ass", ".ssa", ".lrc", ".textgrid")
"""Files that are written under their own name."""

READ_ENDINGS = (*KEPT_ENDINGS, ".sub", ".smi", ".sami", ".ttml", ".dfxp")
"""What counts as subtitles in a folder; .txt and .json are too often something else there."""


@dataclass(frozen=True)
class FolderRun:
    """What was asked for."""

    media: Path
    subtitles: Path
    output: Path
    format: str  # empty: as each file came
    again: bool
    as_json: bool


@dataclass(frozen=True)
class Pair:
    """A subtitle file with all that has its name."""

    subtitles: Path
    media: tuple[Path, ...]  # in the order in which they are tried
    output: Path


def find_pairs(run: FolderRun) -> list[Pair]:
    """Find the subtitles of a folder with the media of the same name, in its subfolders too.

    ``Film.srt``, ``Film.en.srt`` and ``Film.en.forced.srt`` belong to ``Film.mkv``, whatever the case of the letters.

    Raises:
        NoSubtitlesFound: the folder has none.
        OutputIsInput: results would take the place of what they are made from.
    """
    if run.output.resolve() in (run.subtitles.resolve(), run.media.resolve()):
        raise OutputIsInput(path=shown(run.output))
    inside = run.output.resolve()
    subtitles = [
        path
        for path in _files(run.subtitles)
        if path.suffix.lower() in READ_ENDINGS and inside not in path.resolve().parents
    ]
    if not subtitles:
        raise NoSubtitlesFound(name=run.subtitles)
    media = _media_by_name(run)
    names = [path.relative_to(run.subtitles) for path in subtitles]
    outputs = [run.output / _output_name(name, run.format) for name in names]
    twice = {output for output, count in Counter(outputs).items() if count > 1}
    return [
        Pair(path, _media_of(name, media), output.with_name(name.name + output.suffix) if output in twice else output)
        for path, name, output in zip(subtitles, names, outputs, strict=True)
    ]


def _files(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(place) / name for name in sorted(names) if not name.startswith("."))


def _output_name(name: Path, format: str) -> Path:
    from mmdemo.subtitles import SUBTITLE_EXTENSIONS

    if format:
        wanted = format.lower().lstrip(".")
        return name.with_suffix(SUBTITLE_EXTENSIONS.get(wanted, f".{wanted}"))
    return name if name.suffix.lower() in KEPT_ENDINGS else name.with_name(f"{name.name}.srt")


def _media_by_name(run: FolderRun) -> dict[tuple[Path, str], list[Path]]:
    """Return all files by folder and name; subtitles may stand in for media only in a folder of their own."""
    apart = run.media.resolve() != run.subtitles.resolve()
    found: dict[tuple[Path, str], list[Path]] = {}
    for path in sorted(_files(run.media), key=lambda path: path.suffix.lower() in READ_ENDINGS):
        if apart or path.suffix.lower() not in READ_ENDINGS:
            found.setdefault((path.parent.relative_to(run.media), path.stem.lower()), []).append(path)
    return found


def _media_of(name: Path, media: dict[tuple[Path, str], list[Path]]) -> tuple[Path, ...]:
    stem = name.stem.lower()
    while (name.parent, stem) not in media and "." in stem:
        stem = stem.rpartition(".")[0]
    return tuple(media.get((name.parent, stem), ()))


def is_known(pair: Pair) -> bool:
    """Tell whether an earlier run wrote the result after all that it is made from."""
    try:
        written = pair.output.stat().st_mtime
        return all(path.stat().st_mtime <= written for path in (pair.subtitles, *pair.media))
    except OSError:
        return False


def shown(path: Path) -> str:
    """Return a path that can be printed whatever its bytes."""
    from mmdemo.tasks.index_rows import printable_path

    return printable_path(path)

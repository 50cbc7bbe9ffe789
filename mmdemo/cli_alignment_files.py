"""What ``align`` and ``resync`` read and write."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mmdemo.config import MEGABYTE, settings
from mmdemo.errors import InputError, OutputNotWritable, SubtitlesWithoutTimes, UnknownFormat, UnreadableSubtitles
from mmdemo.types import Cue, Outcome, SubtitleAlignment

if TYPE_CHECKING:
    from mmdemo.subtitles import SubtitleFile

UNCHANGED, REFUSED = 3, 4
"""Exit codes beside those of `mmdemo.cli_output`."""

FALLBACK_FORMAT = "srt"
"""For texts without times, and for formats that are read but not written."""


REPORTED_DECIMALS = 4


@dataclass(frozen=True)
class Source:
    """A subtitle file or a transcript as it came in."""

    path: Path
    data: bytes
    file: SubtitleFile

    def with_times(self) -> Source:
        """Return it.

        Raises:
            SubtitlesWithoutTimes: it has none.
        """
        if self.file.format == "txt":
            raise SubtitlesWithoutTimes(name=self.path.name)
        return self


def read_source(path: Path) -> Source:
    """Read a subtitle file or a transcript.

    Raises:
        InputError: everything that `mmdemo.subtitles.load_subtitles` refuses, and a file that may not be read.
    """
    from mmdemo.subtitles import load_subtitles

    try:
        file = load_subtitles(path, None, settings().limits)
        return Source(path, path.read_bytes(), file)
    except OSError as error:
        raise UnreadableSubtitles(name=path.name) from error


def reference_cues(path: Path) -> tuple[Cue, ...] | None:
    """Return the cues of a subtitle file that stands where media could; None for everything else."""
    from mmdemo.subtitles import load_subtitles
    from mmdemo.subtitles.plain_text import looks_like_text

    limits = settings().limits
    try:
        if not path.is_file() or path.stat().st_size > limits.subtitle_megabytes * MEGABYTE:
            return None
        file = load_subtitles(path, None, limits)
        # Media may carry lyrics or subtitles as text, and is no text for it.
        readable = looks_like_text(path.read_bytes().decode(file.encoding, "replace"))
    except (InputError, OSError):
        return None
    return file.cues if readable and file.format != "txt" else None


def output_format(source: Source, format: str, output: Path | None) -> str:
    """Choose the format to write: the one that was asked for, else that of the input, so that it can be kept whole.

    Args:
        source: what is read.
        format: asked for by name; may be empty.
        output: asked for by its ending; may be None.

    Raises:
        UnknownFormat: it cannot be written.
    """
    from mmdemo.subtitles import SUBTITLE_FORMATS

    wanted = (format or (output.suffix if output else "")).lower().lstrip(".")
    if wanted and wanted not in SUBTITLE_FORMATS and not _keeps(source, wanted):
        raise UnknownFormat(format=wanted, known=", ".join(SUBTITLE_FORMATS))
    own = source.file.format
    known = own != "txt" and (own in SUBTITLE_FORMATS or _keeps(source, own))
    return wanted or (own if known else FALLBACK_FORMAT)


def _keeps(source: Source, wanted: str) -> bool:
    """Tell whether a file in this format is the one that came in with other times."""
    from mmdemo.subtitles.retiming import can_retime

    own = source.file.format
    return can_retime(own) and (wanted == own or {wanted, own} == {"ass", "ssa"})


def written_file(source: Source, cues: Sequence[Cue], wanted: str, language: str) -> bytes:
    """Return the bytes of a result.

    Args:
        source: what came in; a file of its format keeps everything but its times.
        cues: one for each of the source, in its order.
        wanted: what `output_format` returned.
        language: noted in formats that have a place for it.

    Raises:
        InvalidCue: a time is not finite or runs backwards.
    """
    from mmdemo.subtitles import format_subtitles
    from mmdemo.subtitles.retiming import retimed_file

    if _keeps(source, wanted):
        return retimed_file(source.data, source.path.name, cues, settings().limits)
    return format_subtitles(cues, wanted, language=language).encode("utf-8", "replace")


def check_output(path: Path | None) -> None:
    """Refuse an output before any work is done for it.

    Raises:
        OutputNotWritable: it is a folder, or its folder cannot be made or written.
    """
    from mmdemo.tasks.caption_table import writing_to

    if path is None:
        return
    with writing_to(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise OutputNotWritable(path=path)


def save(data: bytes, path: Path) -> None:
    """Write a file at once: a run that is stopped leaves the old one or none, never a part.

    Raises:
        OutputDiskFull: no space is left.
        OutputNotWritable: it cannot be written.
    """
    from mmdemo.tasks.caption_table import writing_to

    with writing_to(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not path.is_file():
            path.write_bytes(data)  # a pipe or a terminal
            return
        target = path.resolve()
        partial = target.with_name(f".{target.name[:200]}.{os.getpid()}.tmp")
        try:
            partial.write_bytes(data)
            os.replace(partial, target)
        finally:
            with contextlib.suppress(OSError):
                partial.unlink(missing_ok=True)


def print_file(data: bytes) -> None:
    """Print a result: its very bytes into a pipe or a file, its text on a terminal."""
    from mmdemo.subtitles.text_encoding import decode_text

    if sys.stdout.isatty():
        sys.stdout.write(decode_text(data).text)
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
    sys.stdout.flush()


def report(outcome: Outcome, alignment: SubtitleAlignment) -> dict[str, Any]:
    """Return a result as JSON knows it: cues with words, confidence, time map, reasons; times in seconds."""
    return {"outcome": outcome, **_rounded(asdict(alignment))}


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return value if isinstance(value, str | int) else round(float(value), REPORTED_DECIMALS)


def moves(alignment: SubtitleAlignment) -> str:
    """Say by how much the times of a file move: ``+2.50 s``, or from where to where if that differs."""
    shifts = [after - before for before, after in alignment.time_map]
    if not shifts:
        return ""
    least, most = f"{min(shifts):+.2f}", f"{max(shifts):+.2f}"
    return f"{least} s" if least == most else f"{least} … {most} s"

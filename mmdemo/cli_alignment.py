"""The commands ``align`` and ``resync``: a text gets times, or subtitles get the right ones."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from mmdemo.cli_alignment_files import (
    REFUSED,
    UNCHANGED,
    Source,
    check_output,
    output_format,
    print_file,
    read_source,
    reference_cues,
    report,
    save,
    written_file,
)
from mmdemo.cli_alignment_folders import resync_folders
from mmdemo.cli_alignment_pairs import FolderRun
from mmdemo.cli_caption_output import print_reasons
from mmdemo.cli_output import DONE, ProgressLine, print_json
from mmdemo.config import settings
from mmdemo.errors import FileAndFolder, UnknownFormat
from mmdemo.types import Outcome, SubtitleAlignment

EXIT_CODES = {"aligned": DONE, "unchanged": UNCHANGED, "refused": REFUSED}
EXIT_CODES_TOLD = (
    "Exit codes: 0 aligned, 3 unchanged (the times were right already), 4 refused (text and media do not belong "
    "together, or nobody speaks; nothing is written), 2 an error. For folders: 2 if any file failed, else 4 if any "
    "was refused, else 3 if all were right already, else 0."
)


def add_commands(commands: Any) -> None:
    """Describe the commands to the parser.

    Args:
        commands: what ``add_subparsers`` returned.
    """
    align = commands.add_parser("align", help="give a text the times at which it is spoken", epilog=EXIT_CODES_TOLD)
    align.add_argument("media", type=Path, help="a recording or a video")
    align.add_argument(
        "text", type=Path, help="a transcript, one subtitle a line, or subtitles whose times are ignored"
    )
    _add_options(align)
    align.add_argument(
        "--karaoke", action="store_true", help="write the times of single words too, which .ass and .vtt can show"
    )
    resync = commands.add_parser(
        "resync", help="put the times of subtitles right; everything else in them stays", epilog=EXIT_CODES_TOLD
    )
    resync.add_argument(
        "media", type=Path, help="a recording, a video, subtitles whose times are right, or a folder of them"
    )
    resync.add_argument(
        "subtitles", type=Path, help="the file to put right, or a folder of files named like their media"
    )
    _add_options(resync)
    resync.add_argument("--again", action="store_true", help="folders: also redo what an earlier run has done")


def _add_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--language", default="auto", help="spoken language (en, zh, …); default: detect it")
    command.add_argument("--format", default="", help="srt, vtt, ass, lrc, txt, json or textgrid; default: as it came")
    command.add_argument("--output", type=Path, help="file (or folder) to write; the ending of a file names its format")
    command.add_argument(
        "--json", action="store_true", help="print outcome, cues, words, confidence, time map and reasons as JSON"
    )


def align_text(options: argparse.Namespace) -> int:
    """Run ``mmdemo align``."""
    from mmdemo.media import open_audio
    from mmdemo.runtime import models
    from mmdemo.tasks.transcript_alignment import align

    source = read_source(options.text)
    write = _writer(source, options)
    audio = open_audio(options.media, settings().limits)
    check_output(options.output)
    progress = ProgressLine(sys.stderr)
    found: SubtitleAlignment | None = None
    with closing(align(audio, source.file.cues, models(), options.language)) as steps:
        for step in steps:
            progress.show(_progress(step.seconds_done, step.duration))
            found = step.alignment
    progress.clear()
    assert found is not None, "the last item carries the result"
    return _finish("aligned" if found.cues else "refused", found, write, options)


def _writer(source: Source, options: argparse.Namespace) -> Callable[[SubtitleAlignment], bytes]:
    """Return what makes a file of a result; formats that cannot be written are refused now."""
    karaoke = options.command == "align" and options.karaoke
    named = options.format or ("ass" if karaoke and options.output is None else "")
    wanted = output_format(source, named, options.output)
    if not karaoke:
        return lambda found: written_file(source, found.cues, wanted, found.language)

    from mmdemo.subtitles.karaoke import KARAOKE_FORMATS

    if wanted not in KARAOKE_FORMATS:
        raise UnknownFormat(format=wanted, known=", ".join(KARAOKE_FORMATS))
    return lambda found: KARAOKE_FORMATS[wanted](found.cues, found.language).encode("utf-8", "replace")


def resync_subtitles(options: argparse.Namespace) -> int:
    """Run ``mmdemo resync``."""
    if options.media.is_dir() and options.subtitles.is_dir() and options.output is not None:
        run = FolderRun(options.media, options.subtitles, options.output, options.format, options.again, options.json)
        return resync_folders(run, lambda media, source, show: resync_one(media, source, options.language, show))
    if options.media.is_dir() or options.subtitles.is_dir():
        raise FileAndFolder()
    source = read_source(options.subtitles).with_times()
    write = _writer(source, options)
    check_output(options.output)
    progress = ProgressLine(sys.stderr)
    outcome, found = resync_one(options.media, source, options.language, progress.show)
    progress.clear()
    return _finish(outcome, found, write, options)


def resync_one(
    media: Path, source: Source, language: str, show: Callable[[str], None]
) -> tuple[Outcome, SubtitleAlignment]:
    """Put one file right.

    Args:
        media: what it belongs to, or other subtitles of that.
        source: the file.
        language: of the speech; ``auto`` detects it.
        show: is told how far the work has come.

    Returns:
        What became of it.

    Raises:
        InputError: the media cannot be listened to.
    """
    from mmdemo.media import open_audio
    from mmdemo.runtime import models
    from mmdemo.tasks.reference_resync import resync_to_reference
    from mmdemo.tasks.subtitle_resync import resync

    reference = reference_cues(media)
    if reference is not None:
        return resync_to_reference(source.file.cues, reference, "" if language == "auto" else language)
    audio = open_audio(media, settings().limits)
    last = None
    with closing(resync(audio, source.file.cues, models(), language)) as steps:
        for last in steps:
            show(_progress(last.seconds_done, last.duration))
    assert last is not None and last.alignment is not None and last.outcome is not None, "the last item says it"
    return last.outcome, last.alignment


def _progress(seconds_done: float, duration: float) -> str:
    return f"{seconds_done:.0f}" + (f" of {duration:.0f} s" if duration else " s")


def _finish(
    outcome: Outcome,
    found: SubtitleAlignment,
    write: Callable[[SubtitleAlignment], bytes],
    options: argparse.Namespace,
) -> int:
    """Write and print a result; of what was refused only the reasons."""
    print_reasons(found.reasons)
    written = write(found) if outcome != "refused" else None
    if written is not None and options.output is not None:
        save(written, options.output)
    if options.json:
        print_json(report(outcome, found))
    elif written is not None and options.output is None:
        print_file(written)
    return EXIT_CODES[outcome]


COMMANDS = {"align": align_text, "resync": resync_subtitles}

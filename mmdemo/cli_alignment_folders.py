"""``resync`` for a folder of media and one of subtitles; the same command takes it up again where it stopped."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from mmdemo.cli_alignment_files import (
    REFUSED,
    UNCHANGED,
    Source,
    check_output,
    moves,
    output_format,
    read_source,
    save,
    written_file,
)
from mmdemo.cli_alignment_pairs import FolderRun, Pair, find_pairs, is_known, shown
from mmdemo.cli_caption_output import print_reasons, sentence_json
from mmdemo.cli_output import DONE, FAILED, ProgressLine, interface_language, print_json
from mmdemo.errors import InputError, MMDemoError, NoMediaForSubtitles, UnknownFormat
from mmdemo.types import Outcome, Sentence, SubtitleAlignment

COUNTS = ("aligned", "unchanged", "refused", "failed", "known")

Resync = Callable[[Path, Source, Callable[[str], None]], "tuple[Outcome, SubtitleAlignment]"]


@dataclass(frozen=True)
class FolderRow:
    """What became of one file."""

    pair: Pair
    outcome: str  # one of `COUNTS`
    alignment: SubtitleAlignment | None = None
    problem: Sentence | None = None


def resync_folders(run: FolderRun, resync: Resync) -> int:
    """Put every subtitle file of a folder right and say a line about each.

    What an earlier run has written is not done again; what it refused or could not read is.

    Args:
        run: what was asked for.
        resync: puts one file right.

    Returns:
        The exit code, see `mmdemo.cli_alignment.EXIT_CODES_TOLD`.

    Raises:
        NoSubtitlesFound: the folder has none.
        OutputIsInput: results would take the place of what they are made from.
        OutputNotWritable: the output folder cannot be made or written.
        UnknownFormat: it cannot be written.
    """
    from mmdemo.subtitles import SUBTITLE_FORMATS

    if run.format and run.format.lower().lstrip(".") not in (*SUBTITLE_FORMATS, "ssa"):
        raise UnknownFormat(format=run.format, known=", ".join(SUBTITLE_FORMATS))
    pairs = find_pairs(run)
    check_output(run.output / pairs[0].output.name)
    counts = dict.fromkeys(COUNTS, 0)
    rows = []
    progress = ProgressLine(sys.stderr)
    for number, pair in enumerate(pairs, start=1):
        place = f"{number} / {len(pairs)}  {shown(pair.subtitles)}  "
        row = _row(pair, run, partial(_resync_shown, resync, progress, place))
        progress.clear()
        counts[row.outcome] += 1
        if row.problem is not None:
            print(f"mmdemo: {row.problem.text(interface_language())}", file=sys.stderr)
        if run.as_json:
            rows.append(_row_json(row))
        else:
            _print_row(row)
    if run.as_json:
        print_json({**counts, "rows": rows})
    else:
        print("  ".join(f"{name}={count}" for name, count in counts.items()))
    return _exit_code(counts)


def _resync_shown(
    resync: Resync, progress: ProgressLine, place: str, source: Source, media: Path
) -> tuple[Outcome, SubtitleAlignment]:
    progress.show(place)
    return resync(media, source, lambda done: progress.show(place + done))


def _exit_code(counts: dict[str, int]) -> int:
    if counts["failed"]:
        return FAILED
    if counts["refused"]:
        return REFUSED
    return UNCHANGED if counts["unchanged"] and not counts["aligned"] and not counts["known"] else DONE


def _row(pair: Pair, run: FolderRun, resync: Callable[[Source, Path], tuple[Outcome, SubtitleAlignment]]) -> FolderRow:
    if not run.again and is_known(pair):
        return FolderRow(pair, "known")
    try:
        source = read_source(pair.subtitles).with_times()
        wanted = output_format(source, run.format, None)
        outcome, alignment = _first_that_sounds(pair, partial(resync, source))
        if outcome != "refused":
            save(written_file(source, alignment.cues, wanted, alignment.language), pair.output)
    except MMDemoError as error:
        return FolderRow(pair, "failed", problem=error.sentence)
    return FolderRow(pair, outcome, alignment)


def _first_that_sounds(
    pair: Pair, resync: Callable[[Path], tuple[Outcome, SubtitleAlignment]]
) -> tuple[Outcome, SubtitleAlignment]:
    """Use the first file of that name that can be listened to; a poster or a description may lie beside it."""
    problem: InputError | None = None
    for media in pair.media:
        try:
            return resync(media)
        except InputError as error:
            problem = problem or error
    raise problem or NoMediaForSubtitles(name=pair.subtitles.name)


def _print_row(row: FolderRow) -> None:
    parts: Sequence[str] = [f"{row.outcome:9}", shown(row.pair.subtitles)]
    if row.alignment is not None and row.outcome == "aligned":
        parts = [*parts, moves(row.alignment)]
    print("  ".join(parts), flush=True)
    if row.alignment is not None and row.outcome != "unchanged":
        print_reasons(row.alignment.reasons)


def _row_json(row: FolderRow) -> dict[str, Any]:
    found = row.alignment
    sure = [float(x) for x in found.confidence] if found is not None else []
    return {
        "subtitles": shown(row.pair.subtitles),
        "media": [shown(path) for path in row.pair.media],
        "output": shown(row.pair.output) if row.outcome in ("aligned", "unchanged", "known") else None,
        "outcome": row.outcome,
        "language": found.language if found is not None else "",
        "confidence": round(sum(sure) / len(sure), 4) if sure else None,
        "time_map": [[round(float(x), 3) for x in point] for point in found.time_map] if found is not None else [],
        "reasons": [sentence_json(reason) for reason in found.reasons] if found is not None else [],
        "problem": sentence_json(row.problem) if row.problem is not None else None,
    }

"""The command ``subtitle-export``: a video with its subtitles as a track, or drawn onto the pictures."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mmdemo.cli_alignment_files import Source, read_source
from mmdemo.cli_caption_output import print_reasons
from mmdemo.cli_output import DONE, ProgressLine, print_json
from mmdemo.config import settings

if TYPE_CHECKING:
    from mmdemo.tasks.subtitle_export import ExportKind, SubtitledVideo


def add_commands(commands: Any) -> None:
    """Describe the command to the parser.

    Args:
        commands: what ``add_subparsers`` returned.
    """
    export = commands.add_parser("subtitle-export", help="put subtitles into a video, as a track or as a picture")
    export.add_argument("media", type=Path, help="a video")
    export.add_argument("subtitles", type=Path, help="a subtitle file in any format")
    kind = export.add_mutually_exclusive_group()
    kind.add_argument(
        "--soft", action="store_true", help="a track that players can switch on; nothing is encoded anew (default)"
    )
    kind.add_argument("--burn", action="store_true", help="draw the text onto the pictures, for players without tracks")
    export.add_argument("--output", type=Path, required=True, help="file to write: .mp4, .m4v or .mkv")
    export.add_argument("--language", default="", help="of the subtitles (en, zh, …), noted in the track")
    export.add_argument("--font", type=Path, help="font file to draw with; default: one of the system's")
    export.add_argument("--json", action="store_true", help="print what was made as JSON")


def export_subtitles(options: argparse.Namespace) -> int:
    """Run ``mmdemo subtitle-export``."""
    from mmdemo.tasks.subtitle_export import ExportRequest, export_video

    source = read_source(options.subtitles).with_times()
    kind: ExportKind = "burned" if options.burn else "track"
    request = ExportRequest(
        media=options.media,
        cues=source.file.cues,
        output=options.output,
        kind=kind,
        language=options.language,
        styled=_styled(source),
        font=options.font,
    )
    progress = ProgressLine(sys.stderr)
    made: SubtitledVideo | None = None
    with closing(export_video(request, settings().limits)) as steps:
        while made is None:
            try:
                step = next(steps)
            except StopIteration as ended:
                made = ended.value
            else:
                whole = f" of {step.duration:.0f} s" if step.duration else " s"
                progress.show(f"{step.seconds_done:.0f}{whole}")
    progress.clear()
    print_reasons(made.reasons)
    if options.json:
        print_json({"output": str(made.path), "kind": made.kind, "reasons": [why.en for why in made.reasons]})
    return DONE


def _styled(source: Source) -> str:
    """Return an ASS file as text, so that its styles can be kept; nothing for other formats."""
    if source.file.format != "ass":
        return ""
    return source.data.decode(source.file.encoding, "replace").lstrip("\ufeff")


COMMANDS = {"subtitle-export": export_subtitles}

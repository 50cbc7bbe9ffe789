"""The command ``caption``: a picture, the scenes of a video, or a whole folder."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mmdemo.cli_caption_output import (
    output_format,
    picture_lines,
    picture_report,
    print_reasons,
    scene_lines,
    scenes_report,
    write_json,
    write_scenes,
    write_text,
)
from mmdemo.cli_output import DONE, NOTHING_FOUND, ProgressLine, interface_language, print_json
from mmdemo.config import settings
from mmdemo.errors import WrongMediaKind
from mmdemo.types import CaptionLanguage, ImageFile, VideoFile

if TYPE_CHECKING:
    from mmdemo.tasks.caption_rows import CaptionRow
    from mmdemo.tasks.captioning import CaptionRequest
    from mmdemo.tasks.video_captioning import SceneCaption

LANGUAGES: dict[str, tuple[CaptionLanguage, ...]] = {"en": ("en",), "zh": ("zh",), "both": ("en", "zh")}
STYLES = ("short", "detailed", "alt")
MOST_ALTERNATIVES = 5
TABLES = ("csv", "jsonl")
PICTURE_FORMATS = ("txt", "json", *TABLES)


def add_commands(commands: Any) -> None:
    """Describe the command to the parser.

    Args:
        commands: what ``add_subparsers`` returned.
    """
    caption = commands.add_parser("caption", help="describe a picture, the scenes of a video, or a folder of pictures")
    caption.add_argument("media", type=Path, nargs="+", metavar="FILE_OR_FOLDER")
    caption.add_argument("--language", choices=tuple(LANGUAGES), default="en", help="default: en")
    caption.add_argument("--style", choices=STYLES, default="short", help="default: short")
    counts = range(1, MOST_ALTERNATIVES + 1)
    caption.add_argument(
        "--alternatives", type=int, default=1, choices=counts, metavar="N", help="captions in each language, 1 to 5"
    )
    caption.add_argument(
        "--output",
        type=Path,
        help="file to write: .txt, .json, .csv or .jsonl for a picture; .srt, .vtt, .txt, .json, … for a video; "
        ".csv or .jsonl for several files, which the same command takes up again where it stopped",
    )
    caption.add_argument("--explain", action="store_true", help="tell where in the picture each word comes from")
    caption.add_argument("--json", action="store_true")


def caption_media(options: argparse.Namespace) -> int:
    """Run ``mmdemo caption``; exit code 1 when there is no caption at all."""
    from mmdemo.media import open_media
    from mmdemo.tasks.captioning import CaptionRequest

    request = CaptionRequest(LANGUAGES[options.language], options.style, options.alternatives, options.explain)
    if len(options.media) > 1 or options.media[0].is_dir():
        return _caption_files(options, request)
    media = open_media(options.media[0], settings().limits)
    if isinstance(media, ImageFile) and output_format(options.output, PICTURE_FORMATS) in TABLES:
        return _caption_files(options, request)  # one more row of a table, perhaps
    if isinstance(media, ImageFile):
        return _caption_picture(media, options, request)
    if isinstance(media, VideoFile):
        return _caption_video(media, options, request)
    raise WrongMediaKind(name=media.source, kind="audio", wanted="image / video")


def _caption_picture(media: ImageFile, options: argparse.Namespace, request: CaptionRequest) -> int:
    from mmdemo.runtime import models
    from mmdemo.tasks.captioning import caption

    kind = output_format(options.output, PICTURE_FORMATS)
    found = caption(media, models(), request)
    print_reasons(found.reasons)
    if found.labels and not options.json:
        print("mmdemo: " + ", ".join(label.text(interface_language()) for label in found.labels), file=sys.stderr)
    lines = picture_lines(found, several=request.count > 1)
    report = picture_report(found, media.path)
    if kind == "json":
        write_json(options.output, report)
    elif kind:
        write_text(options.output, "\n".join([*lines, ""]))
    _print(report, [] if kind else lines, options.json)
    return DONE if found.captions else NOTHING_FOUND


def _caption_video(media: VideoFile, options: argparse.Namespace, request: CaptionRequest) -> int:
    from mmdemo.runtime import models
    from mmdemo.subtitles import SUBTITLE_FORMATS
    from mmdemo.tasks.video_captioning import caption_video

    kind = output_format(options.output, SUBTITLE_FORMATS)
    progress = ProgressLine(sys.stderr)
    scenes: tuple[SceneCaption, ...] = ()
    with closing(caption_video(media, models(), request)) as steps:
        for step in steps:
            scenes = step.scenes
            progress.show(f"{100 * step.share:.0f} %")
    progress.clear()
    print_reasons(reason for scene in scenes for reason in scene.reasons)
    report = scenes_report(scenes, media.path, media.sha256)
    if kind == "json":
        write_json(options.output, report)
    elif kind:
        write_scenes(scenes, options.output, kind, request.languages)
    _print(report, [] if kind else scene_lines(scenes), options.json)
    return DONE if any(scene.captions for scene in scenes) else NOTHING_FOUND


def _print(report: Any, lines: list[str], as_json: bool) -> None:
    if as_json:
        print_json(report)
    else:
        for line in lines:
            print(line)


def _caption_files(options: argparse.Namespace, request: CaptionRequest) -> int:
    from mmdemo.runtime import models
    from mmdemo.tasks.caption_batch import caption_files, list_pictures
    from mmdemo.tasks.caption_rows import row_as_json
    from mmdemo.tasks.caption_table import check_table

    limits = settings().limits
    output_format(options.output, TABLES)
    pictures = list_pictures(options.media, limits)  # both before the models are loaded
    if options.output is not None:
        check_table(options.output, len(pictures.files))
    progress = ProgressLine(sys.stderr)
    counts = {"captioned": 0, "known": 0, "failed": 0, "skipped": pictures.skipped}
    reports: list[dict[str, Any]] = []
    with closing(caption_files(options.media, models(), request, limits, options.output)) as rows:  # type: ignore[type-var]
        for row in rows:
            progress.clear()
            counts["failed" if row.problem else "known" if row.known else "captioned"] += 1
            if row.problem is not None:
                print(f"mmdemo: {row.problem.text(interface_language())}", file=sys.stderr)
            if options.json:
                reports.append(row_as_json(row))
            elif options.output is None:
                _print_row(row)
            progress.show(f"{row.done} / {row.total}")
    progress.clear()
    if options.json:
        print_json({**counts, "rows": reports})
    elif options.output is not None:
        print("  ".join(f"{name}={count}" for name, count in counts.items()))
    return DONE if counts["captioned"] + counts["known"] else NOTHING_FOUND


def _print_row(row: CaptionRow) -> None:
    from mmdemo.tasks.index_rows import printable_path

    for caption in row.captions:
        print(f"{printable_path(row.path)}\t{caption.text}", flush=True)


COMMANDS = {"caption": caption_media}

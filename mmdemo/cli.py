"""The command line: the same functions as the app, for shells and scripts.

Exit codes: 0 done, 1 something is missing or nothing was found (`doctor`, `transcribe` without speech,
`search` without a hit, `caption` without a caption), 2 a sentence
on standard error says what is wrong, 130 interrupted. `align` and `resync` also tell 3 unchanged (the times were right
already) and 4 refused (the text and the media do not belong together, or nobody speaks; nothing is written). `ask`
tells 3 when the answer is not sure.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mmdemo import __version__, cli_alignment, cli_captioning, cli_export, cli_qa, cli_retrieval
from mmdemo.cli_output import DONE, FAILED, INTERRUPTED, NOTHING_FOUND, ProgressLine, interface_language, print_json
from mmdemo.config import PROFILES, settings
from mmdemo.errors import InvalidSetting, MMDemoError, NothingToEncode, OutputNotWritable, PortTaken, UnknownFormat
from mmdemo.types import Encoding, Text

LAST_PORT = 65_535


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("mmdemo", description="Captions, subtitles, answers, search: one shared encoder.")
    parser.add_argument("--version", action="version", version=f"mmdemo {__version__}")
    parser.add_argument("--profile", choices=PROFILES, help="local models or those of the hub (MMDEMO_PROFILE)")
    commands = parser.add_subparsers(dest="command", required=True)

    transcribe = commands.add_parser("transcribe", help="write subtitles for a video or a recording")
    transcribe.add_argument("media", type=Path)
    transcribe.add_argument("--language", default="auto", help="spoken language (en, zh, …); default: detect it")
    transcribe.add_argument("--format", default="", help="srt, vtt, ass, lrc, txt, json or textgrid")
    transcribe.add_argument("--output", type=Path, help="file to write; its ending names the format")
    transcribe.add_argument("--json", action="store_true", help="print cues, words, confidence and reasons as JSON")

    encode = commands.add_parser("encode", help="run media through the backbone and tell what came out")
    encode.add_argument("media", type=Path, nargs="*")
    encode.add_argument("--text", action="append", default=[], help="encode a text; may be repeated")
    encode.add_argument("--output", type=Path, help="save tokens and spans as .npz (one input only)")
    encode.add_argument("--json", action="store_true")

    cli_alignment.add_commands(commands)
    cli_export.add_commands(commands)
    cli_captioning.add_commands(commands)
    cli_retrieval.add_commands(commands)
    cli_qa.add_commands(commands)

    doctor = commands.add_parser("doctor", help="check the installation")
    doctor.add_argument("--json", action="store_true")
    doctor.add_argument("--fetch", action="store_true", help="fetch missing weights from the hub")

    app = commands.add_parser("app", help="open the app in the browser")
    app.add_argument("--host", default="127.0.0.1")
    app.add_argument("--port", type=int)
    app.add_argument("--json", action="store_true", help="print the address as JSON once the app is up")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: of the command line, without the program's name; default: this process's.

    Returns:
        The exit code.
    """
    options = _parser().parse_args(arguments)
    commands = {"transcribe": _transcribe, "encode": _encode, "doctor": _doctor, "app": _app}
    commands |= cli_alignment.COMMANDS | cli_captioning.COMMANDS | cli_export.COMMANDS
    commands |= cli_retrieval.COMMANDS | cli_qa.COMMANDS
    if options.profile:
        os.environ["MMDEMO_PROFILE"] = options.profile
        settings.cache_clear()
    try:
        return commands[options.command](options)
    except MMDemoError as error:
        print(f"mmdemo: {error.sentence.text(interface_language())}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of a pipe left; nothing more can be said to it, not even by the interpreter's own flush.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE


def _transcribe(options: argparse.Namespace) -> int:
    from mmdemo.media import open_audio
    from mmdemo.runtime import models
    from mmdemo.subtitles import SUBTITLE_FORMATS, format_subtitles, save_subtitles
    from mmdemo.tasks.subtitle_alignment import transcribe

    wanted = options.format or (options.output.suffix.lstrip(".") if options.output else "srt")
    wanted = wanted.lower()
    if wanted not in SUBTITLE_FORMATS:
        raise UnknownFormat(format=wanted, known=", ".join(SUBTITLE_FORMATS))
    audio = open_audio(options.media, settings().limits)
    progress = ProgressLine(sys.stderr)
    last = None
    for last in transcribe(audio, models(), options.language):
        progress.show(f"{last.seconds_done:.0f}" + (f" of {last.duration:.0f} s" if last.duration else " s"))
    progress.clear()
    assert last is not None and last.alignment is not None, "the last item carries the result"
    for reason in last.alignment.reasons:
        print(f"mmdemo: {reason.text(interface_language())}", file=sys.stderr)
    if options.output is not None:
        save_subtitles(last.cues, options.output, wanted, language=last.language)
    if options.json:
        print_json(asdict(last.alignment))
    elif options.output is None:
        sys.stdout.write(format_subtitles(last.cues, wanted, language=last.language))
    return DONE if last.cues else NOTHING_FOUND


def _encode(options: argparse.Namespace) -> int:
    import numpy as np

    from mmdemo.media.opening import open_media
    from mmdemo.runtime import models
    from mmdemo.text import read_text

    inputs: list[Path | Text] = [*options.media, *(read_text(text, settings().limits) for text in options.text)]
    if not inputs or (options.output and len(inputs) > 1):
        raise NothingToEncode(count=len(inputs))
    backbone = models().backbone
    rows = []
    for item in inputs:
        before = backbone.statistics()
        started = time.perf_counter()
        encoding = backbone.encode(item if isinstance(item, Text) else open_media(item, settings().limits))
        seconds = time.perf_counter() - started
        cached = backbone.statistics().misses == before.misses
        rows.append(_encoding_summary(encoding, item, seconds, cached))
        if options.output:
            try:
                np.savez_compressed(options.output, tokens=np.asarray(encoding.tokens), spans=encoding.spans)
            except OSError as error:
                raise OutputNotWritable(path=options.output) from error
    if options.json:
        print_json(rows)
    else:
        for row in rows:
            print("  ".join(f"{key}={value}" for key, value in row.items()))
    return DONE


def _encoding_summary(encoding: Encoding, item: Path | Text, seconds: float, cached: bool) -> dict[str, Any]:
    soundtrack = encoding.soundtrack
    return {
        "source": str(item) if isinstance(item, Path) else item.text,
        "modality": encoding.modality,
        "tokens": list(encoding.tokens.shape),
        "soundtrack_tokens": list(soundtrack.tokens.shape) if soundtrack is not None else None,
        "duration": round(encoding.duration, 3),
        "model_id": encoding.model_id,
        "sha256": encoding.sha256,
        "seconds": round(seconds, 4),
        "cached": cached,
    }


def _doctor(options: argparse.Namespace) -> int:
    from mmdemo.doctor import diagnose, report

    found = diagnose(settings(), hub=options.fetch)
    if options.json:
        print_json(asdict(found) | {"healthy": found.healthy})
    else:
        print(report(found, interface_language()))
    return DONE if found.healthy else NOTHING_FOUND


def _app(options: argparse.Namespace) -> int:
    from mmdemo.ui.app import build_demo, launch_kwargs
    from mmdemo.ui.serving import load_ahead

    if options.port is not None and not 1 <= options.port <= LAST_PORT:
        raise InvalidSetting(name="--port", value=options.port, wanted=f"1–{LAST_PORT}")
    demo = build_demo()
    try:
        _, address, _ = demo.launch(
            server_name=options.host, server_port=options.port, prevent_thread_lock=True, **launch_kwargs()
        )
    except OSError as error:
        raise PortTaken(port=options.port or "7860") from error
    if options.json:
        print_json({"address": address})
        sys.stdout.flush()
    load_ahead()  # not before: it would take the cores that the first page needs
    demo.block_thread()
    return DONE

"""What the app writes down about its work: one JSON line an event, never a name, a text or a question of a user."""

from __future__ import annotations

import json
import logging
import mimetypes
import sys
import time
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from mmdemo.config import settings
from mmdemo.errors import MMDemoError, TooManyJobs
from mmdemo.ui.common import is_upload

LOGGER = "mmdemo"


@dataclass(frozen=True)
class Entry:
    """One event that ended."""

    event: str
    outcome: str  # done, cancelled, refused or failed
    seconds: float
    modality: str = ""  # image, audio, video, other; several with a plus sign between them
    files: int = 0
    bytes: int = 0
    error: str = ""  # class of the failure


def given_files(arguments: Iterable[object]) -> tuple[Path, ...]:
    """Find the files that a handler was given: uploads among its arguments, or those that a tab keeps.

    Args:
        arguments: of the handler.
    """
    found: list[Path] = []
    for argument in arguments:
        values = argument if isinstance(argument, list | tuple) else getattr(argument, "given", (argument,))
        found += [Path(value) for value in values if isinstance(value, Path) or is_upload(value)]
    return tuple(found)


def described(paths: Sequence[Path]) -> dict[str, Any]:
    """Describe files by kind, number and size; nothing of them is read, and no name is kept."""
    kinds = {(mimetypes.guess_type(path.name)[0] or "other").split("/")[0] for path in paths}
    kinds = {kind if kind in ("image", "audio", "video") else "other" for kind in kinds}
    return {"modality": "+".join(sorted(kinds)), "files": len(paths), "bytes": sum(map(_size, paths))}


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # deleted meanwhile
        return 0


def outcome_of(error: BaseException) -> tuple[str, str]:
    """Tell what a failure means and its class: ``refused`` for what a user can mend, ``failed`` for the rest."""
    if isinstance(error, GeneratorExit):
        return "cancelled", ""
    cause = error.__cause__ if isinstance(error, gr.Error) and error.__cause__ else error
    if isinstance(cause, TooManyJobs):
        return "refused", type(cause).__name__
    expected = isinstance(cause, MMDemoError | gr.Error)
    return ("refused" if expected else "failed"), type(cause).__name__


def write(entry: Entry) -> None:
    """Write an entry to standard error, when the settings ask for JSON."""
    if settings().log != "json":
        return
    _print({**asdict(entry), "seconds": round(entry.seconds, 3)})


def _print(line: dict[str, Any]) -> None:
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    print(json.dumps({"time": stamp, **line}, ensure_ascii=False), file=sys.stderr, flush=True)


class PlaceOnly(logging.Handler):
    """Writes where in the code something was logged and of which class the failure was, but no message.

    Messages and tracebacks may hold names of files.
    """

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        line = {"event": "log", "level": record.levelname.lower(), "place": f"{record.module}:{record.lineno}"}
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = type(record.exc_info[1]).__name__
            frames = traceback.extract_tb(record.exc_info[2])
            if frames:
                line["raised_at"] = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}"
        _print(line)


def configure() -> None:
    """Make every line of standard error JSON without content of users, when the settings ask for it."""
    logger = logging.getLogger(LOGGER)
    if settings().log == "json" and not any(isinstance(handler, PlaceOnly) for handler in logger.handlers):
        logger.addHandler(PlaceOnly())
        logger.propagate = False

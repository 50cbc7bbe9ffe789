"""What every command of the command line shares: exit codes, the language of messages, JSON, progress."""

from __future__ import annotations

import json
import os
from typing import Any, TextIO

DONE, NOTHING_FOUND, FAILED, INTERRUPTED = 0, 1, 2, 130


def interface_language() -> str:
    """Return the language of messages: ``MMDEMO_LANGUAGE``, else what the locale says."""
    return os.environ.get("MMDEMO_LANGUAGE") or os.environ.get("LC_ALL") or os.environ.get("LANG") or "en"


def print_json(value: Any, stream: TextIO | None = None) -> None:
    """Print a value as JSON that people can read too."""
    written = json.dumps(value, ensure_ascii=False, indent=2)
    # Bytes of a path that are no Unicode cannot be printed as they are; their \\u escape is JSON and means the same.
    print(written.encode("utf-8", "backslashreplace").decode("utf-8"), file=stream)


class ProgressLine:
    """One line on a terminal that is rewritten; silent in pipes.

    Args:
        stream: usually standard error.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream if stream.isatty() else None

    def show(self, text: str) -> None:
        """Write the line anew."""
        if self._stream:
            self._stream.write(f"\r\033[K{text} ")
            self._stream.flush()

    def clear(self) -> None:
        """Leave no trace."""
        if self._stream:
            self._stream.write("\r\033[K")
            self._stream.flush()

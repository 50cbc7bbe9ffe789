"""What it costs to encode a file again, or to run another task on it: a share of the first time.

``python -m mmdemo.evaluation.encode_once`` uses the samples that the gradio package carries and an empty cache.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from mmdemo.config import settings
from mmdemo.evaluation.empty_cache import empty_cache
from mmdemo.evaluation.reports import evaluation_parser, finish, load_average
from mmdemo.evaluation.sample_media import PICTURE_FILE, SPEECH_FILES, VIDEO_FILE, sample, write_long_recording
from mmdemo.media import open_media
from mmdemo.runtime import Models, load_models
from mmdemo.tasks.subtitle_alignment import transcribe_whole
from mmdemo.types import AudioFile

RECORDING_SECONDS = 60.0
REPEATS = 5


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _row(loaded: Models, path: Path) -> dict[str, object]:
    """Encode one file for the first time and again; opening the file is part of both."""

    def encode() -> None:
        loaded.backbone.encode(open_media(path, settings().limits))

    first = _seconds(encode)
    again = statistics.median(_seconds(encode) for _ in range(REPEATS))
    return {"file": path.name, "first_ms": 1000 * first, "again_ms": 1000 * again, "share": again / first}


def _task_rows(loaded: Models, path: Path) -> dict[str, object]:
    """Transcribe an encoded recording: what the task adds, and how much of it is encoding."""
    media = open_media(path, settings().limits)
    assert isinstance(media, AudioFile)
    before = loaded.backbone.statistics()
    seconds = _seconds(lambda: transcribe_whole(media, loaded))
    encoding = _seconds(lambda: [None for _ in loaded.backbone.encode_windows(media)])
    after = loaded.backbone.statistics()
    return {
        "task": "transcribe",
        "task_ms": 1000 * seconds,
        "encoding_ms": 1000 * encoding,
        "misses": after.misses - before.misses,
        "real_time_factor": seconds / media.duration,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; returns 0 when every share is under 5 %."""
    options = evaluation_parser(__doc__.splitlines()[0]).parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        loaded = load_models(empty_cache(Path(folder) / "cache"))
        recording, warming = Path(folder) / "recording.wav", Path(folder) / "warming.wav"
        write_long_recording(recording, RECORDING_SECONDS)
        write_long_recording(warming, 5.0, seed=1)
        for path in (warming, sample("images/lion.jpg")):
            loaded.backbone.encode(open_media(path, settings().limits))
        files = [sample(PICTURE_FILE), sample(SPEECH_FILES[0]), recording, sample(VIDEO_FILE)]
        rows = [_row(loaded, path) for path in files]
        task = _task_rows(loaded, recording)
    worst = max(float(str(row["share"])) for row in rows)
    headline = {
        "worst_share": round(worst, 4),
        "another_task_share": round(float(str(task["encoding_ms"])) / float(str(rows[2]["first_ms"])), 4),
        "another_task_misses": task["misses"],
        "load_average": load_average(),
    }
    finish({"files": rows, "task": task}, rows, headline, options.json)
    return 0 if worst < 0.05 else 1


if __name__ == "__main__":
    sys.exit(main())

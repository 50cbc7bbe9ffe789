"""Peak memory of transcribing a short and a long recording, each in a process of its own.

``python -m mmdemo.evaluation.memory`` compares ten minutes with an hour (about eight minutes of work on two cores).
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from mmdemo.evaluation.reports import evaluation_parser, finish, load_average
from mmdemo.evaluation.sample_media import write_long_recording

KILOBYTE = 1024
MEGABYTE = 1_000_000


def _peak_bytes() -> int:
    """Return this process's peak resident memory; ``ru_maxrss`` would also count the parent it was forked from."""
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * KILOBYTE
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KILOBYTE


def _transcribe_and_report(path: Path) -> None:
    """Transcribe one file over an empty cache and print the peak resident memory of this process as JSON."""
    from mmdemo.evaluation.empty_cache import empty_cache
    from mmdemo.media import open_audio
    from mmdemo.runtime import load_models
    from mmdemo.tasks.subtitle_alignment import transcribe_whole

    settings = empty_cache(path.with_suffix(".cache"))
    started = time.perf_counter()
    last = transcribe_whole(open_audio(path, settings.limits), load_models(settings))
    report = {
        "peak_mb": _peak_bytes() / MEGABYTE,
        "seconds": time.perf_counter() - started,
        "cues": len(last.cues),
    }
    print(json.dumps(report))


def _measure(minutes: float, folder: Path) -> dict[str, object]:
    path = folder / f"{minutes:g}-minutes.wav"
    write_long_recording(path, minutes * 60, seed=round(minutes))
    command = [sys.executable, "-m", "mmdemo.evaluation.memory", "--worker", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    report = json.loads(done.stdout.splitlines()[-1])
    path.unlink()
    return {"minutes": minutes, **report, "real_time_factor": report["seconds"] / (minutes * 60)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; returns 0 when the long recording takes at most 15 % more memory and under 1.5 GB."""
    parser = evaluation_parser(__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, nargs=2, default=(10.0, 60.0), metavar=("SHORT", "LONG"))
    parser.add_argument("--worker", type=Path, help="internal: transcribe this file and report")
    options = parser.parse_args(arguments)
    if options.worker is not None:
        _transcribe_and_report(options.worker)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        rows = [_measure(minutes, Path(folder)) for minutes in options.minutes]
    growth = float(str(rows[1]["peak_mb"])) / float(str(rows[0]["peak_mb"]))
    headline = {
        "memory_growth": round(growth, 3),
        "peak_mb": round(float(str(rows[1]["peak_mb"]))),
        "real_time_factor": round(float(str(rows[1]["real_time_factor"])), 4),
        "load_average": load_average(),
    }
    finish({"runs": rows}, rows, headline, options.json)
    return 0 if growth <= 1.15 and float(str(rows[1]["peak_mb"])) < 1500 else 1


if __name__ == "__main__":
    sys.exit(main())

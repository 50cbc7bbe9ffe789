"""Aligners behind one protocol, and our own: a child process that loads the models once and answers job after job.

``python -m mmdemo.evaluation.alignment_engine`` is that child: it reads a job as a line of JSON and writes the answer
as another, over a cache that starts empty.
"""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from mmdemo.errors import MMDemoError
from mmdemo.evaluation.alignment_measures import Answer, Outcome
from mmdemo.types import Cue, SubtitleAlignment, Word

ALIGN_MODULE, RESYNC_MODULE = "mmdemo.tasks.transcript_alignment", "mmdemo.tasks.subtitle_resync"
MEGABYTE = 1_000_000
KILOBYTE = 1024
ANSWER_MARK = "@answer "
"""Leads the lines that are answers, as libraries may print lines of their own."""


@dataclass(frozen=True)
class Job:
    """One recording with one text."""

    media: Path
    language: str  # ISO 639-1, of what is said
    lines: tuple[str, ...]
    subtitles: Path | None  # an SRT file of the lines; None: a transcript without times
    translated: bool = False  # the lines are in another language than the speech


class Aligner(Protocol):
    """Whatever puts times to lines."""

    name: str

    def absent(self) -> str:
        """Say why it cannot run here; "" when it can."""

    def takes(self, job: Job) -> bool:
        """Tell whether it is made for such a job."""

    def run(self, job: Job) -> Answer:
        """Do the job; what goes wrong comes back as the outcome "failed"."""

    def close(self) -> None:
        """End its processes."""


class OwnAligner:
    """This project's engine in a child process, so that its memory is its own."""

    name = "mmdemo"

    def __init__(self) -> None:
        self._child: subprocess.Popen[str] | None = None

    def absent(self) -> str:
        """Say which entry point does not exist."""
        missing = [module for module in (ALIGN_MODULE, RESYNC_MODULE) if find_spec(module) is None]
        return f"{' and '.join(missing)} missing" if len(missing) == 2 else ""

    def takes(self, job: Job) -> bool:
        """It takes everything, once the entry point is there."""
        return find_spec(ALIGN_MODULE if job.subtitles is None else RESYNC_MODULE) is not None

    def run(self, job: Job) -> Answer:
        """Hand the job to the child, which is started when there is none."""
        if self._child is None or self._child.poll() is not None:
            command = [sys.executable, "-m", "mmdemo.evaluation.alignment_engine"]
            self._child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._child.stdin is not None and self._child.stdout is not None, "both are pipes"
        self._child.stdin.write(json.dumps(asdict(job), default=str) + "\n")
        self._child.stdin.flush()
        for line in self._child.stdout:
            if line.startswith(ANSWER_MARK):
                return answer_from_json(line.removeprefix(ANSWER_MARK))
        return Answer(outcome="failed", problem=f"the process ended: {self._child.wait()}")

    def close(self) -> None:
        """End the child."""
        if self._child is not None:
            assert self._child.stdin is not None and self._child.stdout is not None, "both are pipes"
            self._child.stdin.close()
            self._child.wait()
            self._child.stdout.close()
            self._child = None


def answer_from_json(text: str) -> Answer:
    """Read an answer back from what `answer_to_json` wrote."""
    found: dict[str, Any] = json.loads(text)
    cues = tuple(
        Cue(cue["index"], cue["start"], cue["end"], cue["text"], tuple(Word(**word) for word in cue["words"]))
        for cue in found.pop("cues")
    )
    return Answer(cues=cues, confidence=tuple(found.pop("confidence")), **found)


def answer_to_json(answer: Answer) -> str:
    """Write an answer as one line."""
    return json.dumps(asdict(answer), ensure_ascii=True)


def reset_peak() -> None:
    """Let the peak of resident memory be counted from here on, where the system allows it."""
    try:
        Path("/proc/self/clear_refs").write_text("5", "ascii")
    except OSError:
        return


def peak_mb() -> float:
    """Return the peak of this process's resident memory in MB."""
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text("ascii"))
    return int(found[1]) * KILOBYTE / MEGABYTE if found else float("nan")


def own_answer(job: Job, models: Any, load_seconds: float) -> Answer:
    """Run the engine on a job in this process.

    Args:
        job: media with a transcript or subtitles.
        models: of `mmdemo.runtime.load_models`.
        load_seconds: what loading them took.

    Returns:
        The answer; an error with a sentence counts as a refusal, since the user is told and the file is left alone.
    """
    from mmdemo.config import settings
    from mmdemo.media import open_audio

    reset_peak()
    started, started_cpu = time.perf_counter(), time.process_time()

    def spent() -> tuple[float, float, float]:
        return time.perf_counter() - started, time.process_time() - started_cpu, peak_mb()

    try:
        last = _last_item(job, open_audio(job.media, settings().limits), models)
    except MMDemoError as error:
        return Answer((), (), "refused", load_seconds, *spent(), str(error))
    except Exception as error:  # an aligner that crashes is a result to report, not the end of the run
        return Answer((), (), "failed", load_seconds, *spent(), repr(error))
    found: SubtitleAlignment = last.alignment
    said = " ".join(reason.text() for reason in found.reasons)
    outcome: Outcome = getattr(last, "outcome", "aligned")
    return Answer(found.cues, found.confidence, outcome, load_seconds, *spent(), said)


def _last_item(job: Job, media: Any, models: Any) -> Any:
    """Return the last progress item; subtitles go in without a word about the language, as a user drops them."""
    if job.subtitles is None:
        align: Callable[..., Iterator[Any]] = importlib.import_module(ALIGN_MODULE).align
        *_, last = align(media, job.lines, models, job.language)
    else:
        from mmdemo.subtitles import load_subtitles

        resync: Callable[..., Iterator[Any]] = importlib.import_module(RESYNC_MODULE).resync
        *_, last = resync(media, load_subtitles(job.subtitles).cues, models)
    return last


def main() -> int:
    """Answer jobs until the input ends; returns the exit code."""
    from mmdemo.evaluation.empty_cache import empty_cache
    from mmdemo.evaluation.sample_media import SPEECH_FILES, sample
    from mmdemo.runtime import load_models

    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        models = load_models(empty_cache(Path(folder) / "cache"))
        if find_spec(ALIGN_MODULE) is not None:  # what loads lazily is loaded before anything is timed
            own_answer(Job(sample(SPEECH_FILES[2]), "en", ("I trust you had an historic evening",), None), models, 0.0)
        load_seconds = time.perf_counter() - started
        for line in sys.stdin:
            found: dict[str, Any] = json.loads(line)
            subtitles = Path(found["subtitles"]) if found["subtitles"] else None
            job = Job(Path(found["media"]), found["language"], tuple(found["lines"]), subtitles, found["translated"])
            print(ANSWER_MARK + answer_to_json(own_answer(job, models, load_seconds)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

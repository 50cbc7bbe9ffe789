"""Other people's aligners, run as they are published, each in a process of its own: ffsubsync, stable-ts, aeneas.

None of them is needed: those that are not installed for the interpreter in question are said to be absent. They need
``ffmpeg`` (aeneas also ``ffprobe`` and ``espeak`` or ``espeak-ng``) in the interpreter's folder or on the path.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mmdemo.errors import MMDemoError
from mmdemo.evaluation.alignment_engine import KILOBYTE, MEGABYTE, Aligner, Job
from mmdemo.evaluation.alignment_measures import UNMOVED_SECONDS, Answer, Outcome, same_lines
from mmdemo.subtitles import load_subtitles
from mmdemo.types import Cue, Word

LIMIT_SECONDS = 1800.0
PEAK_MARK = "@peak "
# ru_maxrss of a process also counts its parent before exec, so a small process stands in between.
MEASURE = f"""
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print("\\n{PEAK_MARK}%d %f" % (used.ru_maxrss, used.ru_utime + used.ru_stime), file=sys.stderr)
sys.exit(done.returncode)
"""
STABLE_TS = """
import json, sys, time
started = time.perf_counter()
import soundfile, stable_whisper
media, text, language, model, out = sys.argv[1:]
loaded = stable_whisper.load_faster_whisper(model, device="cpu", compute_type="int8")
seconds = time.perf_counter() - started
sound = soundfile.read(media, dtype="float32")[0]
result = loaded.align(sound, open(text, encoding="utf-8").read(), language=language, original_split=True)
segments = [] if result is None else [
    {"text": s.text, "start": s.start, "end": s.end,
     "words": [{"text": w.word, "start": w.start, "end": w.end, "probability": w.probability or 0.0} for w in s.words]}
    for s in result.segments]
json.dump({"load": seconds, "segments": segments}, open(out, "w", encoding="utf-8"))
"""
AENEAS_LANGUAGES = {
    "en": "eng", "de": "deu", "es": "spa", "fr": "fra", "it": "ita", "nl": "nld", "pt": "por", "ru": "rus",
    "zh": "cmn", "ja": "jpn", "pl": "pol", "tr": "tur", "sv": "swe", "fi": "fin", "hu": "hun", "cs": "ces",
}  # fmt: skip
"""Its codes, ISO 639-3; other languages it does not take here."""


@dataclass(frozen=True)
class Finished:
    """A process that ended."""

    code: int
    said: str
    seconds: float
    cpu_seconds: float
    peak_mb: float


def run_measured(command: Sequence[str], folder: Path) -> Finished:
    """Run a command and measure it.

    Args:
        command: program and arguments.
        folder: searched for programs before the path.

    Returns:
        Exit code (-1 past `LIMIT_SECONDS`), what it printed, wall-clock seconds and the peak of resident memory.
    """
    environment = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"}
    environment.pop("PYTHONPATH", None)
    started = time.perf_counter()
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", MEASURE, *command],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=LIMIT_SECONDS,
            env=environment,
        )
    except subprocess.TimeoutExpired:
        return Finished(-1, f"stopped after {LIMIT_SECONDS:.0f} s", LIMIT_SECONDS, float("nan"), float("nan"))
    seconds = time.perf_counter() - started
    said, _, used = done.stderr.rpartition(PEAK_MARK)
    peak, cpu = (float(number) for number in (used or "nan nan").split())
    return Finished(done.returncode, said + done.stdout, seconds, cpu, peak * KILOBYTE / MEGABYTE)


class _Rival:
    """What the three share."""

    name = ""
    module = ""

    def __init__(self, python: Path) -> None:
        # Not resolved: a virtual environment's interpreter is a link, and knows its packages by the link's place.
        self.python = python.absolute()

    def absent(self) -> str:
        """Say why it cannot run here."""
        done = run_measured([str(self.python), "-c", f"import {self.module}"], self.python.parent)
        reason = (done.said.strip().splitlines() or [""])[-1]
        return "" if done.code == 0 else f"not installed for {self.python}: {reason}"

    def takes(self, job: Job) -> bool:
        """Tell whether it is made for such a job."""
        return not job.translated

    def run(self, job: Job) -> Answer:
        """Do the job in a folder of its own."""
        with tempfile.TemporaryDirectory() as folder:
            return self._run(job, Path(folder))

    def _run(self, job: Job, folder: Path) -> Answer:
        raise NotImplementedError

    def close(self) -> None:
        """Every process has ended already."""

    def _text(self, job: Job, folder: Path) -> Path:
        path = folder / "lines.txt"
        path.write_text("\n".join(line.replace("\n", " ") for line in job.lines) + "\n", "utf-8")
        return path

    def _answer(self, job: Job, cues: Sequence[Cue], done: Finished, load: float = 0.0) -> Answer:
        outcome: Outcome = "aligned"
        if not cues:
            outcome = "failed"
        elif job.subtitles is not None and _unmoved(load_subtitles(job.subtitles).cues, cues):
            outcome = "unchanged"
        problem = "" if cues else done.said[-400:]
        return Answer(tuple(cues), (), outcome, load, done.seconds - load, done.cpu_seconds, done.peak_mb, problem)


def _unmoved(given: Sequence[Cue], found: Sequence[Cue]) -> bool:
    places = same_lines([cue.text for cue in given], found)
    return all(
        at is not None and max(abs(found[at].start - cue.start), abs(found[at].end - cue.end)) <= UNMOVED_SECONDS
        for at, cue in zip(places, given, strict=True)
    )


class FFSubSync(_Rival):
    """ffsubsync: voice activity against cues, by FFT; one shift and one rate."""

    name = "ffsubsync"
    module = "ffsubsync"

    def takes(self, job: Job) -> bool:
        """It moves subtitles of any language, and cannot time a transcript."""
        return job.subtitles is not None

    def _run(self, job: Job, folder: Path) -> Answer:
        out = folder / "out.srt"
        call = "import sys; from ffsubsync.ffsubsync import main; sys.exit(main())"
        arguments = [str(job.media), "-i", str(job.subtitles), "-o", str(out)]
        done = run_measured([str(self.python), "-c", call, *arguments], self.python.parent)
        if done.code == 1 and "Traceback" not in done.said:  # its way of saying that the files do not fit
            return Answer((), (), "refused", 0.0, done.seconds, done.cpu_seconds, done.peak_mb, done.said[-400:])
        return self._answer(job, _read_cues(out), done)


def _read_cues(path: Path) -> tuple[Cue, ...]:
    try:
        return load_subtitles(path).cues
    except MMDemoError:
        return ()


class StableTS(_Rival):
    """stable-ts: forced alignment by Whisper's cross-attention, refined by silence; old times play no part."""

    name = "stable-ts"
    module = "stable_whisper"

    def __init__(self, python: Path, model: Path) -> None:
        super().__init__(python)
        self.model = model

    def _run(self, job: Job, folder: Path) -> Answer:
        out = folder / "out.json"
        arguments = [str(job.media), str(self._text(job, folder)), job.language, str(self.model), str(out)]
        done = run_measured([str(self.python), "-c", STABLE_TS, *arguments], self.python.parent)
        found: dict[str, Any] = (
            json.loads(out.read_text("utf-8")) if done.code == 0 and out.is_file() else {"load": 0, "segments": []}
        )
        cues = [
            Cue(i, s["start"], s["end"], s["text"].strip(), tuple(Word(**word) for word in s["words"]))
            for i, s in enumerate(found["segments"], start=1)
        ]
        return self._answer(job, cues, done, float(found["load"]))


class Aeneas(_Rival):
    """aeneas: dynamic time warping against synthesised speech; old times play no part."""

    name = "aeneas"
    module = "aeneas.executetask"

    def takes(self, job: Job) -> bool:
        """It needs a voice of the language."""
        return not job.translated and job.language in AENEAS_LANGUAGES

    def _run(self, job: Job, folder: Path) -> Answer:
        out = folder / "out.json"
        task = f"task_language={AENEAS_LANGUAGES[job.language]}|is_text_type=plain|os_task_file_format=json"
        arguments = [str(job.media), str(self._text(job, folder)), task, str(out), "-r=tts=espeak-ng"]
        done = run_measured([str(self.python), "-m", "aeneas.tools.execute_task", *arguments], self.python.parent)
        found = json.loads(out.read_text("utf-8"))["fragments"] if done.code == 0 and out.is_file() else []
        cues = [
            Cue(i, float(one["begin"]), float(one["end"]), " ".join(one["lines"])) for i, one in enumerate(found, 1)
        ]
        return self._answer(job, cues, done)


def rivals(python: Path, model: Path) -> tuple[Aligner, ...]:
    """Return all rivals, installed or not.

    Args:
        python: an interpreter that may have them.
        model: a folder of whisper-base in CTranslate2's format, for stable-ts.
    """
    return FFSubSync(python), StableTS(python, model), Aeneas(python)

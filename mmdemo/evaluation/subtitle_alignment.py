"""Measures subtitle alignment: this engine and other people's, on true cases that are spoilt in every way.

``python -m mmdemo.evaluation.subtitle_alignment ../shared/data/alignment tuning --json runs/alignment.json`` takes
cases (JSON beside a sound file), folders of them, and the names ``tuning``, ``development``, ``generalisation``,
``generalisation-2``, ``generalisation-3``, ``generalisation-4``, ``generalisation-5`` and ``held-out`` for cases built
by code. With ``--rival-python /path/to/venv/bin/python`` ffsubsync, stable-ts and aeneas run beside, where that
interpreter has them.
"""

from __future__ import annotations

import math
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType
from typing import get_args

from mmdemo.config import settings
from mmdemo.evaluation.alignment_cases import AlignmentCase, read_cases
from mmdemo.evaluation.alignment_engine import Aligner, OwnAligner
from mmdemo.evaluation.alignment_faults import FAULTS
from mmdemo.evaluation.alignment_generation import build_cases
from mmdemo.evaluation.alignment_measures import summarise
from mmdemo.evaluation.alignment_recipes import Kind
from mmdemo.evaluation.alignment_rivals import rivals
from mmdemo.evaluation.alignment_trials import Run, run_trials
from mmdemo.evaluation.reports import evaluation_parser, finish, load_average, print_table
from mmdemo.weights import AUDIO_TOWER, locate

KINDS: Mapping[str, Kind] = MappingProxyType({kind: kind for kind in get_args(Kind)})
MILLISECONDS_DIGITS, SHARE_DIGITS, FACTOR_DIGITS = 1, 4, 4

SAID_CHARACTERS = 120


def table_rows(runs: Sequence[Run]) -> list[dict[str, object]]:
    """Pool the runs of each aligner under each fault.

    Args:
        runs: of any order.

    Returns:
        A row for each pair: errors of line starts in ms, shares, outcomes, real-time factors, memory.
    """
    rows = []
    for fault in dict.fromkeys(run.fault for run in runs):
        for aligner in dict.fromkeys(run.aligner for run in runs):
            own = [run for run in runs if run.fault == fault and run.aligner == aligner]
            if own:
                rows.append({"fault": fault, "aligner": aligner, **_row(own)})
    return rows


def _row(runs: Sequence[Run]) -> dict[str, object]:
    found = summarise([run.score for run in runs])
    seconds = sum(run.seconds for run in runs)
    work = sum(run.answer.work_seconds for run in runs)
    return {
        "cases": found.count,
        "lines": sum(len(run.score.starts) + run.score.missing for run in runs),
        "mean_ms": round(found.errors.mean_ms, MILLISECONDS_DIGITS),
        "median_ms": round(found.errors.median_ms, MILLISECONDS_DIGITS),
        "p95_ms": round(found.errors.p95_ms, MILLISECONDS_DIGITS),
        "in_50": round(found.errors.within_50_ms, SHARE_DIGITS),
        "in_100": round(found.errors.within_100_ms, SHARE_DIGITS),
        "in_300": round(found.errors.within_300_ms, SHARE_DIGITS),
        "in_500": round(found.errors.within_500_ms, SHARE_DIGITS),
        "missing": found.errors.missing,
        "words_in_50": round(found.words.within_50_ms, SHARE_DIGITS),
        "right": f"{found.outcomes_right}/{found.count}",
        "refused": found.refused,
        "unchanged": found.unchanged,
        "failed": found.failed,
        "moved_ms": round(found.moved_ms, MILLISECONDS_DIGITS),
        "doubted_unsaid": round(found.doubted_unsaid, 2),
        "doubted_said": round(found.doubted_said, 2),
        "calibration": round(found.calibration_error, 3),
        "rtf": round(work / seconds, FACTOR_DIGITS),
        "rtf_whole": round((work + sum(run.answer.load_seconds for run in runs)) / seconds, FACTOR_DIGITS),
        "cpu": round(sum(run.answer.cpu_seconds for run in runs) / seconds, FACTOR_DIGITS),
        "peak_mb": round(max(run.answer.peak_mb for run in runs)),
    }


def case_rows(runs: Sequence[Run]) -> list[dict[str, object]]:
    """Return a row for each case under each fault, without the cues."""
    return [{"case": run.case, "fault": run.fault, "aligner": run.aligner, **_one(run)} for run in runs]


def _one(run: Run) -> dict[str, object]:
    row = _row([run])
    kept = ("lines", "mean_ms", "median_ms", "p95_ms", "in_50", "in_100", "in_300", "in_500", "missing", "words_in_50")
    figures = {key: row[key] for key in (*kept, "moved_ms", "rtf", "cpu", "peak_mb")}
    return {
        **figures,
        "outcome": run.score.outcome,
        "right": run.score.outcome_right,
        "said": " ".join(run.answer.problem.split())[-SAID_CHARACTERS:],
    }


def find_cases(names: Sequence[str], data: Path, cache: Path) -> list[AlignmentCase]:
    """Return the cases of paths and of the names of built kinds.

    Args:
        names: JSON files, folders, or one of `KINDS`.
        data: ``shared/data``, for built cases.
        cache: folder where built cases are kept.

    Raises:
        FileMissing: there is no such file, or built cases lack espeak-ng or an archive.
        UnreadableSubtitles: a JSON file is not a case.
    """
    cases: list[AlignmentCase] = []
    for name in names:
        kind = KINDS.get(name)
        if kind is not None:
            cases += build_cases(cache, data, kind)
        else:
            cases += read_cases([Path(name)])
    return cases


def _able(aligners: Sequence[Aligner]) -> tuple[list[Aligner], dict[str, str]]:
    """Return those that can run, and why the others cannot."""
    reasons = {aligner.name: aligner.absent() for aligner in aligners}
    absent = {name: reason for name, reason in reasons.items() if reason}
    for name, reason in absent.items():
        print(f"without {name}: {reason}", file=sys.stderr)
    return [aligner for aligner in aligners if aligner.name not in absent], absent


def _headline(rows: Sequence[dict[str, object]]) -> dict[str, object]:
    """Return the share within 300 ms by aligner and fault; outcomes where nothing can be measured in ms."""

    def figure(row: dict[str, object]) -> object:
        share = row["in_300"]
        return row["right"] if row["fault"] == "correct" or math.isnan(float(str(share))) else share

    names = dict.fromkeys(str(row["aligner"]) for row in rows)
    return {name: {str(row["fault"]): figure(row) for row in rows if row["aligner"] == name} for name in names}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the evaluation; returns the exit code, 1 when no aligner can run."""
    parser = evaluation_parser(__doc__.splitlines()[0])
    parser.add_argument("cases", nargs="+", help=f"JSON files, folders, {', '.join(KINDS)}")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--faults", nargs="+", choices=list(FAULTS), default=list(FAULTS))
    parser.add_argument("--aligners", nargs="+", help="only these: mmdemo, ffsubsync, stable-ts, aeneas")
    parser.add_argument("--rival-python", type=Path, default=Path(sys.executable))
    parser.add_argument("--rival-model", type=Path, help="whisper-base for stable-ts; ours by default")
    parser.add_argument("--each", action="store_true", help="print every case as well")
    options = parser.parse_args(arguments)
    model = options.rival_model or locate(AUDIO_TOWER, settings()).folder
    cases = find_cases(options.cases, options.data, settings().cache_dir)
    known: tuple[Aligner, ...] = (OwnAligner(), *rivals(options.rival_python, model))
    aligners, absent = _able([one for one in known if not options.aligners or one.name in options.aligners])
    runs: list[Run] = []
    with ExitStack() as stack:
        for aligner in aligners:
            stack.callback(aligner.close)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stack.enter_context(suppress(KeyboardInterrupt))  # a long run that is stopped says what it has found
        for run in run_trials(cases, options.faults, aligners, folder) if aligners else ():
            runs.append(run)
            print(f"{run.case} · {run.fault} · {run.aligner}: {run.score.outcome}", file=sys.stderr)
    rows, each = table_rows(runs), case_rows(runs)
    if options.each:
        print_table(each)
        print()
    about = {"absent": absent, "load_average": load_average(), "answers": [asdict(run.answer) for run in runs]}
    finish({"rows": rows, "cases": each, **about}, rows, _headline(rows), options.json)
    return 0 if runs else 1


if __name__ == "__main__":
    sys.exit(main())

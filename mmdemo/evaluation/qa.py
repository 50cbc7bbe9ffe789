"""Measures answers to questions about media.

``python -m mmdemo.evaluation.qa --data ../shared/data --split val --json runs/qa.json`` reads a folder that holds
``vqa/``, or one laid out like ``vqa`` itself, and answers the questions of any split; ``--parts`` chooses between
pictures and speech.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path

from mmdemo.errors import FileMissing
from mmdemo.evaluation.reports import evaluation_parser, finish, load_average, print_table
from mmdemo.runtime import models

PARTS = ("visual", "speech")
SPEECH_MODULE = "mmdemo.evaluation.qa_speech"

SPEECH_HEADLINE = ("passage_first", "time_within_1_s", "refused", "sound_accuracy_ten", "p50_seconds")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the evaluation; returns the exit code."""
    parser = evaluation_parser(__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--split", default="val")
    parser.add_argument("--parts", default=",".join(PARTS), help="visual, speech or both, with a comma")
    parser.add_argument("--questions", type=int, help="only the first ones about pictures")
    options = parser.parse_args(arguments)
    parts = [part.strip() for part in options.parts.split(",") if part.strip()]
    if set(parts) - set(PARTS):
        parser.error(f"--parts: {', '.join(sorted(set(parts) - set(PARTS)))}")
    if not options.data.is_dir():
        raise FileMissing(name=str(options.data))
    result: dict[str, object] = {"split": options.split}
    headline: dict[str, object] = {}
    if "visual" in parts:
        headline |= _visual(options.data, options.split, options.questions, result)
    if "speech" in parts and find_spec(SPEECH_MODULE) is not None:
        headline |= _speech(options.data, result)
    finish({**result, "headline": headline, "load_average": load_average()}, (), headline, options.json)
    return 0


def _visual(data: Path, split: str, count: int | None, result: dict[str, object]) -> dict[str, object]:
    from mmdemo.evaluation.qa_visual import visual_report

    folder = data / "vqa" if (data / "vqa").is_dir() else data
    report = visual_report(folder, split, models(), count)
    print_table(report.rows)
    print_table(report.absent_rows)
    print_table(report.present_rows)
    answers = [{**asdict(one), "question": one.question.text, "number": one.question.number} for one in report.answered]
    result["visual"] = {
        "rows": report.rows,
        "absent": report.absent_rows,
        "present": report.present_rows,
        "answers": answers,
    }
    return report.headline


def _speech(data: Path, result: dict[str, object]) -> dict[str, object]:
    """Run the part about recordings: questions kept apart from those that constants were fitted on."""
    from mmdemo.evaluation.qa_speech import speech_report

    report = speech_report(data, loaded=models())
    figures = {name: value for name, value in asdict(report).items() if name not in ("results", "load_average")}
    print_table([{"figure": name, "speech": value} for name, value in figures.items()])
    result["speech"] = asdict(report)
    return {name: figures[name] for name in SPEECH_HEADLINE}


if __name__ == "__main__":
    sys.exit(main())

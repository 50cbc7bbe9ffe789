"""Measures the joint space in four parts: accuracy, consistency, robustness, efficiency.

``python -m mmdemo.evaluation.retrieval --data ../shared/data --split val --json runs/retrieval.json`` reads a folder
that holds ``flickr8k/`` (and ``sounds/``), or one laid out like ``flickr8k`` itself.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from mmdemo.config import settings
from mmdemo.errors import FileMissing
from mmdemo.evaluation.reports import evaluation_parser, finish, load_average, print_table
from mmdemo.evaluation.retrieval_accuracy import captioned_split, measure_accuracy, measure_matching
from mmdemo.evaluation.retrieval_consistency import measure_consistency
from mmdemo.evaluation.retrieval_efficiency import measure_efficiency
from mmdemo.evaluation.retrieval_robustness import measure_robustness
from mmdemo.evaluation.retrieval_sounds import measure_sounds
from mmdemo.runtime import models

PARTS = ("accuracy", "consistency", "robustness", "efficiency")
ROBUSTNESS_PICTURES = 200
"""Pictures of the split that are spoilt in every way: each costs a pass of the tower for each kind and severity."""

Rows = list[dict[str, object]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the evaluation; returns the exit code."""
    parser = evaluation_parser(__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--split", default="val")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--robustness-pictures", type=int, default=ROBUSTNESS_PICTURES)
    options = parser.parse_args(arguments)
    folder = options.data / "flickr8k" if (options.data / "flickr8k").is_dir() else options.data
    if not folder.is_dir():
        raise FileMissing(name=str(options.data))
    backbone = models().backbone
    split = captioned_split(folder, options.split, backbone, settings().limits)
    sounds = options.data / "sounds"
    parts: Mapping[str, Callable[[], Rows]] = {
        "accuracy": lambda: (
            measure_accuracy(split) + measure_matching(split, backbone) + measure_sounds(sounds, folder, backbone)
        ),
        "consistency": lambda: measure_consistency(split),
        "robustness": lambda: measure_robustness(
            folder, options.split, split, options.robustness_pictures, sounds, backbone
        ),
        "efficiency": lambda: measure_efficiency(folder, options.split, split, backbone),
    }
    result: dict[str, Rows] = {name: parts[name]() for name in options.parts}
    for name, rows in result.items():
        print(f"\n{name}")
        print_table(rows)
    headline = {str(row["measure"]): row["value"] for row in result.get("accuracy", [])}
    about = {"split": options.split, "model_id": backbone.model_id, "load_average": load_average()}
    finish({**result, **about}, [], headline, options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())

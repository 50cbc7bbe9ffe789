"""Fits how boxes become counts (`mmdemo.detection.thing_counts.READING`) to how many people counted.

``python -m mmdemo.training.thing_counts --data ../shared/data`` reads the training questions “how many …?” about things
that the detector knows, and prints the reading under which the most likely counts are right most often and people's
counts are likely.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from mmdemo.detection.thing_counts import LARGEST_COUNT, CountReading, count_distribution
from mmdemo.detection.thing_questions import FAINTEST, wanted_things
from mmdemo.types import Float32Array, Thing

GAINS = (1.0, 1.5, 2.0)
OFFSETS = (0.0, 0.25, 0.5, 0.75)
SURE_OFFSETS = (0.5, 1.0, 1.5)
SURE_SHARES = (0.3, 0.5, 0.7)
LIKELIHOOD_WEIGHT = 10.0
"""Points of accuracy that one of mean log likelihood is worth: a sharper reading is right a little more often and says
far too surely that it is."""


@dataclass(frozen=True, eq=False)
class Counted:
    """A question that people answered with numbers."""

    things: tuple[Thing, ...]  # of the picture
    class_ids: tuple[int, ...]
    shares: Float32Array  # [21] of the people who said 0, 1, … 20


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="holds vqa/")
    return parser


@dataclass(frozen=True)
class Fit:
    """How well a reading does."""

    reading: CountReading
    accuracy: float  # of the most likely counts, as VQA scores answers, 0..100
    log_likelihood: float  # mean, of what people counted

    @property
    def score(self) -> float:
        """What is made as large as possible."""
        return self.accuracy + LIKELIHOOD_WEIGHT * self.log_likelihood


def fitted(counted: Sequence[Counted], reading: CountReading) -> Fit:
    """Measure a reading on questions."""
    shares = np.stack([count_distribution(one.things, one.class_ids, reading) for one in counted])  # [Q, 21]
    people = np.stack([one.shares for one in counted])
    agreeing = people[np.arange(len(counted)), shares.argmax(axis=1)]
    likely = float((people * np.log(shares + FAINTEST)).sum() / max(float(people.sum()), 1e-9))
    return Fit(reading, 100 * float(np.minimum(agreeing * 10 / 3, 1).mean()), likely)


def counted_questions(folder: Path, cache: Path) -> list[Counted]:
    """Read the training questions that count what the detector knows.

    Args:
        folder: holds ``images.tar`` and ``questions.jsonl``.
        cache: of features.
    """
    from mmdemo.config import settings
    from mmdemo.detection.detector import ThingDetector
    from mmdemo.device import choose_device, torch_device
    from mmdemo.evaluation.caption_data import archive_names
    from mmdemo.evaluation.qa_questions import IMAGES_FILE, read_questions
    from mmdemo.training.question_data import training_part
    from mmdemo.training.thing_features import archive_things

    archive = folder / IMAGES_FILE
    detector = ThingDetector(settings(), torch_device(choose_device(settings())), threading.RLock())
    things = dict(zip(archive_names(archive), archive_things(archive, detector, cache), strict=True))
    found = []
    for question in training_part(read_questions(folder)):
        asked = wanted_things(question.text, "en")
        if asked is None or asked.want != "count":
            continue
        shares = np.zeros(LARGEST_COUNT + 1, np.float32)
        for answer in question.answers:
            if answer.isdecimal():
                shares[min(int(answer), LARGEST_COUNT)] += 1 / len(question.answers)
        found.append(Counted(things[question.picture], asked.class_ids[0], shares))
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit as the command line asks; returns the exit code."""
    from mmdemo.config import settings

    options = _parser().parse_args(arguments)
    counted = counted_questions(options.data / "vqa", settings().cache_dir / "features")
    readings = (CountReading(*chosen) for chosen in itertools.product(GAINS, OFFSETS, SURE_OFFSETS, SURE_SHARES))
    best = max((fitted(counted, reading) for reading in readings), key=lambda fit: fit.score)
    figures = {"accuracy": round(best.accuracy, 1), "log likelihood": round(best.log_likelihood, 3)}
    print(json.dumps({"questions": len(counted), **figures, **asdict(best.reading)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())

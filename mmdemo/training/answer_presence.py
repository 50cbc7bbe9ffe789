"""Finds which presence tells what is there (`visual_answers.ABSENT` and `seen_things.CERTAIN` of `mmdemo.tasks`).

``python -m mmdemo.training.answer_presence --data ../shared/data`` asks about training pictures that were held out:
people take what they ask about for granted, and things drawn at random are hardly there.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mmdemo.config import Limits
from mmdemo.evaluation.qa_absent import THINGS
from mmdemo.evaluation.qa_questions import read_questions
from mmdemo.evaluation.qa_visual import encoded_pictures
from mmdemo.runtime import models
from mmdemo.tasks.questions import read_question
from mmdemo.tasks.seen_things import asked_things, thing_probability
from mmdemo.tasks.visual_answers import OPEN_KINDS
from mmdemo.training.question_data import is_kept_back, training_part

LOST = 0.08
"""Share of the things that people ask about which may be taken for absent."""
MISTAKEN = 0.008
"""Share of the things drawn at random, in both languages, which may be taken for certain. Some are there indeed, and
only a part of the questions about the rest gets a confident answer."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print both thresholds and what they do to things drawn at random; returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="holds vqa/")
    options = parser.parse_args(arguments)
    found = models()
    folder = options.data / "vqa"
    held_out = [question for question in training_part(read_questions(folder)) if is_kept_back(question.picture)]
    encodings = dict(encoded_pictures(folder, {question.picture for question in held_out}, found))
    there, absent = [], []
    for question in held_out:
        asked = read_question(question.text, Limits())
        encoding = encodings[question.picture]
        things = asked_things(asked) if asked.kind in OPEN_KINDS else []
        there += [min(thing_probability(thing, "en", [encoding], found) for thing in things)] if things else []
        draw = int.from_bytes(hashlib.sha256(question.picture.encode()).digest()[:4], "big") % len(THINGS)
        english, chinese = THINGS[draw]
        absent.append(thing_probability(english, "en", [encoding], found))
        absent.append(thing_probability(chinese, "zh", [encoding], found))
    threshold, certain = float(np.quantile(there, LOST)), float(np.quantile(absent, 1 - MISTAKEN))
    print(f"things asked about: {len(there)}; quantiles {np.quantile(there, [0.05, 0.1, 0.2, 0.5]).round(3).tolist()}")
    print(f"things drawn: {len(absent)}; quantiles {np.quantile(absent, [0.2, 0.5, 0.8, 0.9]).round(3).tolist()}")
    print(f"threshold {threshold:.3f}: {np.mean(np.array(absent) < threshold):.3f} of what is not there falls below")
    print(f"certain {certain:.3f}: {np.mean(np.array(there) >= certain):.3f} of what people ask about reaches it")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Finds below which presence a thing counts as not there (`mmdemo.tasks.visual_answers.ABSENT`).

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
from mmdemo.tasks.visual_answers import OPEN_KINDS, asked_things, thing_probability
from mmdemo.training.question_data import is_kept_back, training_part

LOST = 0.08
"""Share of the things that people ask about which may be taken for absent."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the threshold and how many things drawn at random fall below; returns the exit code."""
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
        absent.append(thing_probability(THINGS[draw][0], "en", [encoding], found))
    threshold = float(np.quantile(there, LOST))
    print(f"things asked about: {len(there)}; quantiles {np.quantile(there, [0.05, 0.1, 0.2, 0.5]).round(3).tolist()}")
    print(f"things drawn: {len(absent)}; quantiles {np.quantile(absent, [0.2, 0.5, 0.8, 0.9]).round(3).tolist()}")
    print(f"threshold {threshold:.3f}: {np.mean(np.array(absent) < threshold):.3f} of what is not there falls below")
    return 0


if __name__ == "__main__":
    sys.exit(main())

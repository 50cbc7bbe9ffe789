"""Several self-critical runs from the same weights, one after another or side by side, averaged with those weights.

A run alone mostly learns its training pictures by heart: CIDEr rises on them and stays where it is on others. The mean
of where runs began and where they ended is better than either (the decoder's model card).
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch

from mmdemo.training.caption_stage import MEASURED, CaptionCurve, DecoderTraining, measure
from mmdemo.training.decoder_schedules import CRITICAL_RATES, schedules
from mmdemo.training.self_critical import REWARDED, train_self_critical
from mmdemo.training.weight_averages import Weights, greedy_average

LIKELIHOOD, CRITICAL = "likelihood", "self-critical"
"""Names of the stages; each run's number stands behind the second."""

Note = Callable[[str], Callable[[Any], None]]


def first_stage_checkpoint(options: argparse.Namespace) -> Path:
    """Return the file of the first stage's state."""
    path: Path = options.out / "checkpoints" / f"{LIKELIHOOD}.pt"
    return path


def average_critical_runs(
    training: DecoderTraining, options: argparse.Namespace, arguments: Sequence[str], note: Note
) -> dict[str, list[dict[str, Any]]]:
    """Do all runs and leave the best average in the network, of where they began and where they ended.

    Averages are judged in the languages that are rewarded, as the others only pay for it.

    Args:
        training: with the network as the first stage left it.
        options: of `mmdemo.training.decoder`.
        arguments: that they were read from, for processes of their own.
        note: tells of a stage's epochs.

    Returns:
        The curve of each run by its name, and what the averages were worth; number 0 is where the runs began.
    """
    if options.processes > 1:
        _run_apart(options, arguments)
    curves: dict[str, list[dict[str, Any]]] = {}
    start = {name: value.clone() for name, value in training.network.state_dict().items()}
    states: list[Weights] = [start]
    for run in range(options.critical_runs):
        training.network.load_state_dict(start)
        # Of a run that was done by a process of its own, this reads what it left.
        found = train_critical_run(training, options, run, note)
        curves[f"{CRITICAL}-{run}"] = [asdict(curve) for curve in found]
        states.append(torch.load(_checkpoint(options, run), weights_only=True)["learner"]["averaged"])

    def score(weights: Weights) -> float:
        training.network.load_state_dict(weights)
        found = dict(zip(MEASURED, measure(training, training.network), strict=True))
        return sum(found[language] for language in REWARDED)

    best, tried = greedy_average(states, score)
    training.network.load_state_dict(best)
    curves["averages"] = [asdict(one) for one in tried]
    return curves


def train_critical_run(
    training: DecoderTraining, options: argparse.Namespace, run: int, note: Note
) -> list[CaptionCurve]:
    """Do one self-critical run, or read its end where it was done before.

    Args:
        training: with the network as the first stage left it; in a process of its own, the first stage's file tells.
        options: of `mmdemo.training.decoder`.
        run: its number, which changes order, views, dropout and learning rate.
        note: tells of epochs.
    """
    if options.critical_run is not None and not options.start:
        stored = torch.load(first_stage_checkpoint(options), weights_only=True)
        training.network.load_state_dict(stored["best"])
    schedule = schedules(options)[1]
    schedule = replace(schedule, learning_rate=CRITICAL_RATES[run % len(CRITICAL_RATES)])
    # Beside a GPU there are cores to spare; without one, the training has them all.
    workers = max((os.cpu_count() or 1) // options.processes - 1, 0) if torch.cuda.is_available() else 0
    resume = options.resume or options.processes > 1
    checkpoint, report = _checkpoint(options, run), note(f"{CRITICAL}-{run}")
    return train_self_critical(training, schedule, options.seed + run, checkpoint, resume, report, workers)


def _checkpoint(options: argparse.Namespace, run: int) -> Path:
    path: Path = options.out / "checkpoints" / f"{CRITICAL}-{run}.pt"
    return path


def _run_apart(options: argparse.Namespace, arguments: Sequence[str]) -> None:
    """Do the runs in processes of their own, which leave checkpoints."""
    if not options.resume:
        for left in (options.out / "checkpoints").glob(f"{CRITICAL}-*.pt"):
            left.unlink()
    command = [sys.executable, "-m", "mmdemo.training.decoder", *arguments]
    waiting = [[*command, "--critical-run", str(run)] for run in range(options.critical_runs)]
    while waiting:
        started = [subprocess.Popen(one) for one in waiting[: options.processes]]
        waiting = waiting[options.processes :]
        for process in started:
            process.wait()
